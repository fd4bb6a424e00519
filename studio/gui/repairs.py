"""What is asked of repair: to open a picture, look ahead, fill, export and copy."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.gui import engine
from studio.gui.explorations import Explorations

if TYPE_CHECKING:
    import numpy as np

    from studio.core.events import Job
    from studio.core.provenance.record import Record
    from studio.core.repair.live import Entry, OpenedPicture
    from studio.core.repair.request import RepairSettings

    Told = Callable[[], Job[Record]]

REPAIR = (  # lanes that need no project
    *("picture", "outlook", "repair", "export", "copy"),
    *("mask", "journal", "origin"),
)


class Repairs(Explorations):
    """Turns the user's wishes about a picture into jobs; none needs a project, and only filling
    needs the engine.

    done("picture", OpenedPicture). done("outlook", Outlook): what the mask asks for.
    events("repair", [Shown…]) and done("repair", how many). done("export", (Path, sentences)).
    done("copy", QImage).
    """

    def open_picture(
        self, source: "Path | bytes | np.ndarray", name: str, told: "Told | None" = None
    ) -> None:
        """Open a file, a file's bytes or pixels to be repaired, of which it may be `told` where
        they come from; the newest wish counts.
        """
        title = self.tr("Opening {name}").format(name=name)
        self.start("picture", title, at_once("open_picture", source, name, told))

    def look_ahead(self, mask: "np.ndarray", wrap: bool) -> None:
        """Tell what filling the mask, uint8 [h, w], would mean; the newest wish counts."""
        self.start("outlook", self.tr("Looking at the mask"), at_once("look_ahead", mask, wrap))

    def fill(
        self,
        pixels: "np.ndarray",
        mask: "np.ndarray",
        settings: "RepairSettings",
        region: "np.ndarray | None",
        number: int | None = None,
    ) -> None:
        """Fill what is masked, with texture from `region` (None: everywhere), and by the model of
        the project's run `number` too. A newer wish replaces one at work.
        """
        asked: tuple[Any, ...] = (pixels, mask, settings, region, not self.title("train"))
        if number is not None and self.project is not None:
            asked = (*asked, self.project, number)
        self.start("repair", self.tr("Filling"), self._waiting("fill", *asked))

    def export(
        self,
        opened: "OpenedPicture",
        pixels: "np.ndarray",
        path: Path,
        overwrite: bool,
        told: bool = True,
    ) -> None:
        """Write the picture to `path`, and where it comes from if that is to be `told`."""
        title = self.tr("Exporting {name}").format(name=path.name)
        asked = (opened, pixels, path, overwrite, told)
        self.start("export", title, at_once("export", *asked))

    def write_history(self, batch: "Sequence[Entry]") -> None:
        """Write to journals; ask only while the lane "journal" is free, as the last wish counts."""
        self.start("journal", self.tr("Writing the history"), at_once("write_history", batch))

    def read_mask(self, path: Path, size: tuple[int, int], lane: str = "mask") -> None:
        """Read a mask for a picture of `size` (width, height); done(lane, uint8 [h, w])."""
        self.start(lane, self.tr("Reading the mask"), at_once("read_mask", path, size))

    def write_mask(self, path: Path, mask: "np.ndarray", lane: str = "mask") -> None:
        """Write a mask uint8 [h, w]; done(lane, Path)."""
        self.start(lane, self.tr("Writing the mask"), at_once("write_mask", path, mask))

    def trace(self, path: Path) -> None:
        """Find out where a picture came from; done("origin", Chain)."""
        title = self.tr("Looking where {name} came from").format(name=path.name)
        self.start("origin", title, self._waiting("trace_shown", path, self.project))

    def copy_picture(self, pixels: "np.ndarray", name: str) -> None:
        """Make an image for the clipboard."""
        self.start("copy", self.tr("Copying the picture"), at_once("as_image", pixels, name))


def at_once(verb: str, *asked: Any) -> "Callable[[], Job[Any]]":
    """Return the engine's verb as a job that does not wait for the engine."""
    return lambda: getattr(importlib.import_module(engine.VERBS[verb]), verb)(*asked)
