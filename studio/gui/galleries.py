"""What is asked of a gallery: to open, search, show, mark, keep and look closely."""

from collections import deque
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import paths
from studio.gui.repairs import at_once
from studio.gui.styles import Styles

if TYPE_CHECKING:
    import numpy as np

    from studio.core.repair.live import OpenedPicture
    from studio.gui.browsing import Mark, Opened, ToKeep
    from studio.gui.restyling import Content, Result

    Picture = Path | bytes | np.ndarray

GALLERY = (
    *("gallery", "search", "wall", "closer", "marks"),
    *("gallery keep", "take in", "boards", "files"),
)


class Galleries(Styles):
    """Turns the user's wishes about kept pictures into jobs; none needs a project or the engine.

    done("gallery", Opened). done("search", Found). events("wall", [Look…]).
    events("marks", [Marked…]). done("closer", Closer). done("gallery keep", (Kept…)) and
    done("take in", paths). done("boards", Counts). done("files", (what for, paths)).
    """

    def __init__(self, parent: Any = None):
        super().__init__(parent)
        self.gallery: Opened | None = None
        self.own_gallery = False  # whether the user's own is shown although a project is open
        self._marks: deque[tuple[Any, Mark]] = deque()
        self._keeps: deque[ToKeep] = deque()

    @property
    def gallery_folder(self) -> Path:
        """The folder pictures are kept in: the project's, or without one the user's own."""
        from studio.core import project

        found = self.project
        return found.folder / project.FOLDERS[2] if found else paths.gallery()

    @property
    def shown_folder(self) -> Path:
        """The folder of the gallery that is shown."""
        return paths.gallery() if self.own_gallery else self.gallery_folder

    def open_gallery(self) -> None:
        """Open the gallery, or look again what is in it."""
        folder = self.shown_folder
        if self.gallery is not None and self.gallery.folder != folder:
            self.leave_gallery()
        known = self.gallery.gallery if self.gallery is not None else None
        title = self.tr("Opening the gallery")
        self.start("gallery", title, at_once("open_folder", folder, known))

    def leave_gallery(self) -> None:
        """Forget the open gallery, as another is opened."""
        self.gallery = None
        for lane in ("gallery", "search", "wall", "closer"):
            self.stop(lane)

    def search(self, words: str) -> None:
        """Search the gallery for what is typed; the newest wish counts."""
        if self.gallery is not None:
            make = at_once("find", self.gallery.gallery, words)
            self.start("search", self.tr("Searching"), make)

    def hang(self, ids: Sequence[int], side: int) -> None:
        """Show these pictures, small, for cells of `side` pixels; the newest wish counts."""
        if self.gallery is not None:
            asked = (self.gallery.gallery, list(ids), side)
            self.start("wall", self.tr("Showing pictures"), at_once("hang", *asked))

    def look_closely(self, ids: Sequence[int]) -> None:
        """Open these pictures in full; the newest wish counts."""
        if self.gallery is not None:
            asked = (self.gallery.gallery, list(ids))
            self.start("closer", self.tr("Opening pictures"), at_once("look_closely", *asked))

    def find_files(self, ids: Sequence[int], purpose: Any) -> None:
        """Find these pictures' files; done("files", (purpose, paths))."""
        if self.gallery is not None:
            asked = (self.gallery.gallery, list(ids), purpose)
            self.start("files", self.tr("Finding files"), at_once("files_for", *asked))

    def mark(self, mark: "Mark") -> None:
        """Make a mark; unlike other wishes, each counts."""
        if self.gallery is not None and not self.refused("marks", self.gallery.folder):
            self._marks.append((self.gallery.gallery, mark))
            self.go_on_with("marks")

    def keep_styled(self, result: "Result", content: "Content", name: str) -> None:
        """Keep a restyled picture; done("gallery keep", (Kept(result, path) …)), as each wish
        counts.
        """
        from studio.gui import browsing, keeping

        make = partial(keeping.styled, content, result.pixels, result.wish)
        self._keep(browsing.ToKeep(self.gallery_folder, name, make, result))

    def keep_repaired(
        self, opened: "OpenedPicture", pixels: "np.ndarray", name: str, token: Any
    ) -> None:
        """Keep a repaired picture, whose pixels change no more."""
        from studio.gui import browsing, keeping

        make = partial(keeping.repaired, opened, pixels)
        self._keep(browsing.ToKeep(self.gallery_folder, name, make, token))

    def keep_sample(self, pixels: "np.ndarray", number: int, step: int) -> None:
        """Keep a picture uint8 [h, w, c] that a run of the project drew at a step."""
        from studio.gui import browsing, keeping

        if self.project is not None:
            make = partial(keeping.sampled, pixels, self.project, number, step)
            name = f"run{number}-step{step}"
            self._keep(browsing.ToKeep(self.gallery_folder, name, make))

    def _keep(self, asked: "ToKeep") -> None:
        if self.refused("gallery keep", asked.folder):
            return
        self._keeps.append(asked)
        self.go_on_with("gallery keep")

    def take_in(self, found: "Sequence[tuple[Picture, str]]") -> None:
        """Copy pictures into the gallery: files, files' bytes or pixels, each with a name."""
        if self.refused("take in", self.shown_folder):
            return
        title = self.tr("Taking pictures into the gallery")
        self.start("take in", title, at_once("take_in", self.shown_folder, list(found)))

    def rename_board(self, old: str, new: str) -> None:
        """Give a board another name; done("boards", Counts)."""
        if self.gallery is not None and not self.refused("boards", self.gallery.folder):
            make = at_once("rename_board", self.gallery.gallery, old, new)
            self.start("boards", self.tr("Renaming a board"), make)

    def empty_trash(self) -> None:
        """Hand the gallery's trash to the desktop's; done("boards", Counts)."""
        if self.gallery is not None and not self.refused("boards", self.gallery.folder):
            make = at_once("empty_trash", self.gallery.gallery)
            self.start("boards", self.tr("Emptying the trash"), make)

    def go_on_with(self, lane: str) -> None:
        """Do what was asked of a lane whose every wish counts, unless it is at work."""
        if not self.title(lane):
            if lane == "marks" and self._marks:
                self.start(lane, self.tr("Marking"), at_once("make_marks", self._marks))
            elif lane == "gallery keep" and self._keeps:
                title = self.tr("Keeping pictures")
                self.start(lane, title, at_once("keep_all", self._keeps))

    def on_gallery(self, lane: str, value: Any, announce: bool) -> None:
        """Take what a lane of the gallery returned."""
        if lane == "gallery":
            if value.folder != self.shown_folder:  # another project was opened meanwhile
                return
            self.gallery = value
        if lane == "gallery keep" and value:
            said = self.tr("Kept in the gallery as {name}.")
            self.said.emit(said.format(name=value[-1].path.name))
        if announce or lane in ("marks", "gallery keep"):
            self.done.emit(lane, value)
