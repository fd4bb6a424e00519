"""The history desk: the tree of everything that was found, to climb back in."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.stand import Stand
from studio.gui.widgets.history_tree import HistoryTree
from studio.gui.widgets.tree_view import Step


class HistoryDesk(QObject):
    """Steps of the exploration to the widget; its clicks, stars and notes back."""

    def __init__(self, stand: Stand, tree: HistoryTree, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.tree = stand, tree
        stand.stepped.connect(self.show)
        tree.chosen.connect(self._go)
        tree.starred.connect(self._star)
        tree.noted.connect(self._note)

    @Slot()
    def show(self) -> None:
        """Show the tree as it is now."""
        known = self.stand.exploration
        steps = list(known.steps.values()) if known else []
        self.tree.show_steps([_shown(step, known.at) for step in steps] if known else [])

    @Slot(object)
    def _go(self, id: Any) -> None:
        self.stand.go(id)

    @Slot(object, bool)
    def _star(self, id: Any, on: bool) -> None:
        self.stand.change("star", id, on)

    @Slot(object, str)
    def _note(self, id: Any, text: str) -> None:
        self.stand.change("note", id, text)


def _shown(step: Any, at: int | None) -> Step:
    return Step(
        id=step.id,
        parent=step.parents[0] if step.parents else None,
        picture=step.picture,
        title=step.title,
        star=step.star,
        note=step.note,
        current=step.id == at,
    )
