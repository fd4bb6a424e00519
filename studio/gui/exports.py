"""What is asked of exports: pictures to open, layouts to preview, files to write."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.gui.galleries import Galleries
from studio.gui.repairs import at_once

if TYPE_CHECKING:
    from studio.gui.layouts import Wish

EXPORT = ("export pictures", "export preview", "export files")  # lanes that need no project


class Exports(Galleries):
    """Turns the user's wishes about exports into jobs; none needs a project or the engine.

    done("export pictures", tuple of Pick). done("export preview", Layout).
    done("export files", Written).
    """

    def open_exports(self, found: Sequence[Path]) -> None:
        """Open pictures, and those in folders, to be exported; the newest wish counts."""
        title = self.tr("Opening pictures")
        self.start("export pictures", title, at_once("opened_pictures", found))

    def preview_export(self, wish: "Wish", short: bool) -> None:
        """Lay an export out; a `short` one is left to end when a newer wish comes."""
        self.start("export preview", "preview", at_once("previewed", wish), short=short)

    def write_export(self, wish: "Wish", target: Path, overwrite: bool) -> None:
        """Write an export."""
        title = self.tr("Exporting {name}").format(name=target.name)
        self.start("export files", title, at_once("written", wish, target, overwrite))
