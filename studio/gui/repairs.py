"""What is asked of repair: to open a picture, look ahead, fill, export and copy."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.gui import engine
from studio.gui.explorations import Explorations

if TYPE_CHECKING:
    import numpy as np

    from studio.core.events import Job
    from studio.core.repair.live import OpenedPicture
    from studio.core.repair.request import RepairSettings

REPAIR = ("picture", "outlook", "repair", "export", "copy")  # lanes that need no project


class Repairs(Explorations):
    """Turns the user's wishes about a picture into jobs; none needs a project, and only the user's
    own model needs the engine.

    done("picture", OpenedPicture). done("outlook", Outlook): what the mask asks for.
    events("repair", [Shown…]) and done("repair", how many). done("export", (Path, sentences)).
    done("copy", QImage).
    """

    def open_picture(self, source: "Path | bytes | np.ndarray", name: str) -> None:
        """Open a file, a file's bytes or pixels to be repaired; the newest wish counts."""
        title = self.tr("Opening {name}").format(name=name)
        self.start("picture", title, _at_once("open_picture", source, name))

    def look_ahead(self, mask: "np.ndarray", wrap: bool) -> None:
        """Tell what filling the mask, uint8 [h, w], would mean; the newest wish counts."""
        self.start("outlook", self.tr("Looking at the mask"), _at_once("look_ahead", mask, wrap))

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
        asked = (pixels, mask, settings, region)
        title = self.tr("Filling")
        if number is None or self.project is None:
            self.start("repair", title, _at_once("fill", *asked))
            return
        model = (self.project, number, self._threads())
        self.start("repair", title, self._waiting("fill", *asked, *model))

    def export(
        self, opened: "OpenedPicture", pixels: "np.ndarray", path: Path, overwrite: bool
    ) -> None:
        """Write the picture to `path`."""
        title = self.tr("Exporting {name}").format(name=path.name)
        asked = (opened.photograph, pixels, path, overwrite)
        self.start("export", title, _at_once("export", *asked))

    def copy_picture(self, pixels: "np.ndarray", name: str) -> None:
        """Make an image for the clipboard."""
        self.start("copy", self.tr("Copying the picture"), _at_once("as_image", pixels, name))


def _at_once(verb: str, *asked: Any) -> "Callable[[], Job[Any]]":
    """Return the engine's verb as a job that does not wait for the engine."""
    return lambda: getattr(importlib.import_module(engine.VERBS[verb]), verb)(*asked)
