"""The pages of the window: one for each workspace, made when first shown, and the ways between."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget

from studio.gui import theme
from studio.gui.desks.origin import OriginDesk
from studio.gui.panels.welcome import WelcomePanel
from studio.gui.session import Session
from studio.gui.ways import GalleryWays
from studio.gui.widgets.rail import Rail


class Workspace(NamedTuple):
    """An entry of the rail; `make` imports and builds the panel when it is first shown.

    `key` is its digit with Ctrl. One that is `free` needs no project.
    """

    id: str
    title: str
    icon: str
    make: Callable[[Session], QWidget]
    key: int
    free: bool = False


def library(session: Session) -> QWidget:
    """Build the Library workspace."""
    from studio.gui.panels.library import LibraryPanel

    return LibraryPanel(session)


def train(session: Session) -> QWidget:
    """Build the Train workspace."""
    from studio.gui.panels.train import TrainPanel

    return TrainPanel(session)


def explore(session: Session) -> QWidget:
    """Build the Explore workspace."""
    from studio.gui.panels.explore import ExplorePanel

    return ExplorePanel(session)


def style(session: Session) -> QWidget:
    """Build the Style workspace."""
    from studio.gui.panels.style import StylePanel

    return StylePanel(session)


def repair(session: Session) -> QWidget:
    """Build the Repair workspace."""
    from studio.gui.panels.repair import RepairPanel

    return RepairPanel(session)


def gallery(session: Session) -> QWidget:
    """Build the Gallery workspace."""
    from studio.gui.panels.gallery import GalleryPanel

    return GalleryPanel(session)


def export(session: Session) -> QWidget:
    """Build the export room, which no entry of the rail leads to."""
    from studio.gui.panels.export import ExportPanel

    return ExportPanel(session)


class Pages(QMainWindow):
    """A window of workspaces; it leads from one to another, as the panels know no other."""

    def __init__(self, session: Session):
        super().__init__()
        theme.cover(self)
        self.session = session
        self.pages: dict[str, QWidget] = {}
        self._before: QWidget | None = None  # what was on show when the export room opened
        self.workspaces = {
            space.id: space
            for space in (
                Workspace("library", self.tr("Library"), "library", library, 1),
                Workspace("train", self.tr("Train"), "train", train, 2),
                Workspace("explore", self.tr("Explore"), "explore", explore, 3),
                Workspace("style", self.tr("Style"), "style", style, 4, free=True),
                Workspace("repair", self.tr("Repair"), "repair", repair, 5, free=True),
                Workspace("gallery", self.tr("Gallery"), "gallery", gallery, 6, free=True),
            )
        }
        self.rail = Rail([(s.id, s.title, s.icon, s.key) for s in self.workspaces.values()])
        self.rail.hide()
        self.stack = QStackedWidget()
        self.welcome = WelcomePanel(session)
        self.stack.addWidget(self.welcome)
        self.origin = OriginDesk(session, self)
        self.origin.left_for_explore.connect(self._open_in_explore)
        self.rail.chosen.connect(self.show_page)
        self.welcome.repair_asked.connect(self.show_repair)
        self.welcome.style_asked.connect(self.show_style)

    def open_to(self) -> set[str]:
        """Return the workspaces that can be shown: without a project not all."""
        project = self.session.project is not None
        return {space.id for space in self.workspaces.values() if space.free or project}

    @Slot(str)
    def show_page(self, id: str) -> None:
        """Show the workspace `id`."""
        page = self.page(id)
        self.stack.setCurrentWidget(page)
        page.setFocus()  # or the first button of the rail would have it
        self.rail.choose(id)
        self.rail.allow(self.open_to())
        self.rail.show()

    def page(self, id: str) -> Any:
        """Return the workspace `id`; building it takes place now if nobody asked for it before."""
        if id not in self.pages:
            self.pages[id] = self.workspaces[id].make(self.session)
            self.stack.addWidget(self.pages[id])
            self._connect_page(id, self.pages[id])
        return self.pages[id]

    def _connect_page(self, id: str, page: Any) -> None:
        """Let the panels, which do not know each other, lead to one another."""
        from studio.gui.widgets.image_grid import ImageGrid  # numpy, not for the first paint

        for grid in page.findChildren(ImageGrid):
            grid.repair_asked.connect(self._repair_image)
            grid.style_asked.connect(self._style_image)
            grid.keep_asked.connect(self._keep_sample)
        if id == "library":
            page.train_asked.connect(self._train_on)
        if id == "explore":
            page.train_asked.connect(self._show_train)
        if id == "repair":
            page.style_asked.connect(self._style_pixels)
        if id == "style":
            page.repair_asked.connect(self._repair_pixels)
        if id == "train":
            page.library_asked.connect(self._show_library)
        if id == "gallery":
            GalleryWays(self, page)

    @Slot()
    def show_welcome(self) -> None:
        """Show the welcome page."""
        self.welcome.refresh()
        self.stack.setCurrentWidget(self.welcome)
        self.rail.choose("")
        self.rail.allow(self.open_to())
        self.rail.setVisible(self.session.project is not None)

    @Slot()
    def show_repair(self) -> None:
        """Show the Repair workspace."""
        self.show_page("repair")

    @Slot()
    def show_style(self) -> None:
        """Show the Style workspace."""
        self.show_page("style")

    @Slot()
    def ask_repair(self) -> None:
        """Let the user choose a picture to repair."""
        self.show_page("repair")
        page: Any = self.pages["repair"]
        page.desk.ask_open()

    @Slot()
    def ask_style(self) -> None:
        """Let the user choose a picture to restyle."""
        self.show_page("style")
        page: Any = self.pages["style"]
        page.content.ask_open()

    @Slot(list)
    def export(self, found: list[Path]) -> None:
        """Open the export room with these pictures; leaving it leads back to where one was."""
        self.show_export().take(found)

    def export_page(self) -> Any:
        """Return the export room, which is built if nobody asked for it before."""
        if "export" not in self.pages:
            self.pages["export"] = page = export(self.session)
            self.stack.addWidget(page)
            page.closed.connect(self._leave_export)  # type: ignore[attr-defined]  # ExportPanel's
        return self.pages["export"]

    def show_export(self) -> Any:
        """Show the export room as it is, and return it."""
        page = self.export_page()
        if self.stack.currentWidget() is not page:
            self._before = self.stack.currentWidget()
        self.stack.setCurrentWidget(page)
        page.setFocus()
        self.rail.choose("")
        return page

    @Slot()
    def ask_export(self) -> None:
        """Let the user choose pictures to export."""
        from studio.gui.desks import picture_files  # numpy

        title, kinds = self.tr("Choose pictures to export"), picture_files.kinds()
        found, _ = QFileDialog.getOpenFileNames(self, title, "", kinds)
        if found:
            self.export([Path(each) for each in found])

    @Slot()
    def _leave_export(self) -> None:
        id = next((id for id, page in self.pages.items() if page is self._before), "")
        self.show_page(id) if id in self.open_to() else self.show_welcome()

    @Slot(object)
    def _open_in_explore(self, path: Path) -> None:
        if self.session.project is not None:
            self.show_page("explore")
            self.session.reopen(path)

    def repair(self, found: list[Path]) -> None:
        """Open a picture in the Repair workspace."""
        self.show_page("repair")
        page: Any = self.pages["repair"]
        page.take(found)

    @Slot(object)
    def _repair_image(self, image: QImage) -> None:
        from studio.gui.pasting import pixels_of  # numpy

        told = self._drawn()
        self.show_page("repair")
        self.session.open_picture(pixels_of(image), self.tr("Picture"), told)

    @Slot(object)
    def _keep_sample(self, pixels: Any) -> None:
        page: Any = self.pages["train"]
        if page.shown is not None:
            self.session.keep_sample(pixels, page.shown, page.view.timeline.step or 0)

    @Slot(object, bool)
    def _style_image(self, image: QImage, as_style: bool) -> None:
        from studio.gui.pasting import pixels_of  # numpy

        told = self._drawn()
        self.show_page("style")
        page: Any = self.pages["style"]
        take = page.sources.send if as_style else self.session.open_content
        take(pixels_of(image), self.tr("Picture"), told)

    @Slot(object, str, object)
    def _style_pixels(self, pixels: Any, name: str, told: Any) -> None:
        self.show_page("style")
        self.session.open_content(pixels, name, told)

    @Slot(object, str, object)
    def _repair_pixels(self, pixels: Any, name: str, told: Any) -> None:
        self.show_page("repair")
        self.session.open_picture(pixels, name, told)

    def _drawn(self) -> Callable[[], Any] | None:
        """Return what tells where the pictures of the page's grids come from: the run on show."""
        from studio.gui.keeping import drawn

        page: Any = self.stack.currentWidget()
        project, opened = self.session.project, self.session.opened
        if project is None:
            return None
        if page is self.pages.get("train") and page.shown is not None:
            return partial(drawn, project, page.shown, page.view.timeline.step or 0, "train")
        if page is self.pages.get("explore") and opened is not None:
            number, step = opened.run.number, opened.explorer.step
            return partial(drawn, project, number, step, "explore")
        return None

    def leave_pictures(self, then: Callable[[], object]) -> bool:
        """Return whether nothing would be lost by closing; else ask, and do `then` if it may be."""
        for id in ("style", "repair"):
            page: Any = self.pages.get(id)
            if page is not None and page.unsaved:
                self.show_page(id)
                page.leave(then)
                return False
        return True

    def end_repair(self) -> None:
        """Forget what a crash would have needed; no worker is left."""
        page: Any = self.pages.get("repair")
        if page is not None:
            page.end()

    @Slot(str)
    def _train_on(self, dataset: str) -> None:
        self.show_page("train")
        page: Any = self.pages["train"]
        page.setup.choose_set(dataset)

    @Slot()
    def _show_train(self) -> None:
        self.show_page("train")

    @Slot()
    def _show_library(self) -> None:
        self.show_page("library")

    @Slot()
    def _leave_welcome(self) -> None:
        if self.session.project and self.stack.currentWidget() is self.welcome:
            self.show_page("train" if self.session.project.runs() else "library")
