"""Every step of an exploration as a tree of thumbnails: go back, star, write notes."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.parts import switch
from studio.gui.widgets.tree_pane import TreePane
from studio.gui.widgets.tree_view import Step
from studio.gui.widgets.words import count


class HistoryTree(QWidget):
    """Shows steps; their ids are whatever the caller gave them.

    chosen(id): go there. starred(id, bool): the user gives or takes the star. noted(id, str):
    another note was written.
    """

    chosen = Signal(object)
    starred = Signal(object, bool)
    noted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.steps: tuple[Step, ...] = ()
        self.pane = TreePane()
        self.only = switch(self.tr("★ Starred only"))
        self.only.setToolTip(self.tr("Hide every step without a star"))
        self.said = QLabel()
        self.said.setProperty("role", "quiet")
        head = QHBoxLayout()
        head.addWidget(self.said, 1)
        head.addWidget(self.only, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        column.addLayout(head)
        column.addWidget(self.pane, 1)
        self.setFocusProxy(self.pane)
        self.only.toggled.connect(self._show)
        self.pane.chosen.connect(self._on_chosen)
        self.pane.starred.connect(self._on_starred)
        self.pane.noted.connect(self._on_noted)
        self._show()

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show steps in the order they were made: a parent stands before its children.

        A step whose parent is not among them stands as a beginning of its own.
        """
        self.steps = tuple(steps)
        self._show()

    def _show(self) -> None:
        shown = starred(self.steps) if self.only.isChecked() else self.steps
        self.pane.show_steps(shown)
        stars = sum(step.star for step in self.steps)
        one = self.tr("{n} step, {stars} starred")
        text = one if len(self.steps) == 1 else self.tr("{n} steps, {stars} starred")
        self.said.setText(text.format(n=count(len(self.steps)), stars=count(stars)))

    def _on_chosen(self, k: int) -> None:
        self.chosen.emit(self.pane.steps[k].id)

    def _on_starred(self, k: int) -> None:
        self.starred.emit(self.pane.steps[k].id, not self.pane.steps[k].star)

    def _on_noted(self, k: int, note: str) -> None:
        self.noted.emit(self.pane.steps[k].id, note)


def starred(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the starred steps and the current one, each below the nearest of them above it."""
    above: dict[Hashable, Hashable] = {}  # the nearest step that is kept, at or above each
    kept = []
    for step in steps:
        parent = above.get(step.parent)
        if step.star or step.current:
            kept.append(replace(step, parent=parent))
            above[step.id] = step.id
        else:
            above[step.id] = parent
    return tuple(kept)
