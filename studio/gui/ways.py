"""The ways from the Gallery to the other workspaces, which do not know each other."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from studio.gui.pages import Pages


class GalleryWays(QObject):
    """Leads from the Gallery's `page` to where its pictures are wanted."""

    def __init__(self, window: "Pages", page: Any):
        super().__init__(page)
        self.window, self.session = window, window.session
        page.export_asked.connect(window.export)
        page.origin_asked.connect(window.origin.trace)
        page.explore_asked.connect(self._explore)
        page.style_asked.connect(self._style)
        page.repair_asked.connect(self._repair)
        page.recall_asked.connect(self._recall)

    def _page(self, id: str) -> Any:
        self.window.show_page(id)
        return self.window.pages[id]

    @Slot(object)
    def _explore(self, path: Path) -> None:
        """Go to a picture's place in its model; for one without, look where it would be."""
        if self._may_explore(path):
            self._page("explore").take_in(str(path))

    @Slot(list, bool)
    def _style(self, found: list[Path], as_style: bool) -> None:
        page = self._page("style")
        page.sources.take(found) if as_style else page.take(found)

    @Slot(list)
    def _repair(self, found: list[Path]) -> None:
        self._page("repair").take(found)

    @Slot(object, object)
    def _recall(self, path: Path, record: Any) -> None:
        """Bring back what a picture was made with, in the workspace it was made in."""
        if record is None:
            return
        if record.place is not None:
            if self._may_explore(path):
                self._page("explore")
                self.session.reopen(path)
        elif record.workspace == "style":
            self._page("style").recall(record.settings)
        else:
            self._page("repair").take([path])

    def _may_explore(self, path: Path) -> bool:
        if self.session.project is None:
            sentence = self.tr(
                "{name} comes from a model: open the project it was kept from first."
            )
            self.session.failed.emit("explore", sentence.format(name=path.name))
        return self.session.project is not None
