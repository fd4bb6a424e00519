"""What can be done with kept pictures, with the keys for it."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from studio.gui.widgets.page_actions import PageActions


class GalleryActions(PageActions):
    """Actions of the Gallery workspace."""

    def __init__(self, page: QWidget):
        super().__init__(page)
        tr = self.tr
        self.star = self._add(tr("Star"), "star", tr("Give a star, or take it away (.)"), ".")
        self.board = self._add(tr("Boards…"), "board", tr("Pin to a board (B)"), "B")
        self.tag = self._add(tr("Tags…"), "tag", tr("Put a tag on (T)"), "T")
        self.compare = self._add(
            tr("Compare"), "compare", tr("See two to four side by side, zoomed as one (C)"), "C"
        )
        self.like = self._add(
            tr("Find similar"), "similar", tr("Show what looks like it first (L)"), "L"
        )
        self._add_ways()
        self.remove = self._add(
            tr("Delete"),
            "trash",
            tr("Move to the gallery's trash; Ctrl+Z brings back (Del)"),
            "Del",
        )
        self.restore = self._add(tr("Put back"), "restore", tr("Take out of the trash again"))
        self.empty = self._add(
            tr("Empty the trash…"), "trash", tr("Move all of it to the desktop's trash")
        )
        self.undo = self._add(tr("Undo"), "undo", "", "Ctrl+Z")
        self.redo = self._add(tr("Redo"), "redo", "", "Ctrl+Y", "Ctrl+Shift+Z")
        self.all = self._add(tr("Choose all"), "", "", "Ctrl+A")
        self.find = self._add(tr("Search"), "search", "", "Ctrl+F", "F")
        self.paste = self._add(
            tr("Paste picture"), "paste", tr("Keep what is on the clipboard (Ctrl+V)"), "Ctrl+V"
        )

    def _add_ways(self) -> None:
        """Add what leads elsewhere."""
        tr = self.tr
        self.recall = self._add(
            tr("Recall"), "recall", tr("Bring back the model, place and settings it has (R)"), "R"
        )
        self.explore = self._add(
            tr("Send to Explore"), "explore", tr("Go to its place in its model, or look for one")
        )
        self.style = self._add(tr("Send to Style"), "style", tr("Restyle it"))
        self.as_style = self._add(tr("Use as a style"), "", tr("Take a style from it in Style"))
        self.repair = self._add(tr("Send to Repair"), "repair", tr("Paint over what disturbs"))
        self.export = self._add(
            tr("Export…"), "export", tr("Make sheets, tiles, films and more of them (E)"), "E"
        )
        self.export.setIconText(tr("Export…"))
        self.origin = self._add(
            tr("Where did this come from?"),
            "origin",
            tr("Its model, its training pictures and whose rights it has (W)"),
            "W",
        )
        self.origin.setIconText(tr("Where is it from?"))
        self.copy = self._add(
            tr("Copy"), "pictures", tr("Put the picture and its file on the clipboard"), "Ctrl+C"
        )
        self.folder = self._add(tr("Show in folder"), "folder", tr("Open the folder it lies in"))

    def _add(self, text: str, icon: str, tip: str, *keys: str) -> QAction:
        made = self.add(text, icon, *keys)
        made.setToolTip(tip or text)
        return made

    def allow(self, chosen: int, trashed: bool, placed: bool) -> None:
        """Allow what is possible with so many pictures; `trashed`: they lie in the trash;
        `placed`: the current one can be recalled.
        """
        kept = chosen > 0 and not trashed
        for each in (self.star, self.board, self.tag, self.export, self.remove):
            each.setEnabled(kept)
        for each in (self.like, self.explore, self.style, self.repair, self.origin):
            each.setEnabled(chosen == 1 and not trashed)
        self.as_style.setEnabled(1 <= chosen <= 4 and not trashed)
        for each in (self.copy, self.folder):
            each.setEnabled(chosen > 0)
        self.recall.setEnabled(chosen == 1 and placed and not trashed)
        self.compare.setEnabled(2 <= chosen <= 4)
        self.restore.setEnabled(chosen > 0 and trashed)

    def allow_steps(self, undo: str | None, redo: str | None) -> None:
        """Allow to undo and redo what has these titles; None = nothing."""
        for action, title, words in (
            (self.undo, undo, self.tr("Undo {title} (Ctrl+Z)")),
            (self.redo, redo, self.tr("Redo {title} (Ctrl+Y)")),
        ):
            action.setEnabled(title is not None)
            action.setToolTip(words.format(title=title or "").replace("  ", " "))
