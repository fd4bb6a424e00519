"""What was done to a look, to be undone and done again, whichever desk did it."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

ONE = 1.0  # seconds within which changes of the same thing are one step: a slider that is dragged
MOST = 200  # steps


@dataclass(frozen=True)
class Step:
    """What was done. Those of the same `kind` that may be `joined`, if they follow each other, are
    one.
    """

    title: str
    undo: Callable[[], object]
    redo: Callable[[], object]
    kind: str = ""
    joined: bool = False


class Steps(QObject):
    """A line of steps; changed(): others can be undone or done again."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self._last = -math.inf

    @property
    def titles(self) -> tuple[str | None, str | None]:
        """What is undone next, and done again next; None = nothing."""
        back, forth = self.done[-1:], self.undone[-1:]
        return (back[0].title if back else None, forth[0].title if forth else None)

    def add(self, step: Step) -> None:
        """Take note of what has just been done."""
        now, last = time.monotonic(), self.done[-1] if self.done else None
        if last and step.joined and last.kind == step.kind and now - self._last < ONE:
            self.done[-1] = replace(step, undo=last.undo)
        else:
            self.done = [*self.done, step][-MOST:]
        self._last, self.undone = now, []
        self.changed.emit()

    def undo(self) -> None:
        """Undo what was done last."""
        if self.done:
            step = self.done.pop()
            self.undone.append(step)
            step.undo()
            self._last = -math.inf
            self.changed.emit()

    def redo(self) -> None:
        """Do again what was undone last."""
        if self.undone:
            step = self.undone.pop()
            self.done.append(step)
            step.redo()
            self._last = -math.inf
            self.changed.emit()

    def clear(self) -> None:
        """Forget all, as there is another picture."""
        self.done, self.undone = [], []
        self.changed.emit()
