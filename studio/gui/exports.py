"""What is asked of exports: pictures to open, layouts to preview, files to write."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.gui.galleries import Galleries
from studio.gui.repairs import at_once

if TYPE_CHECKING:
    from studio.core.provenance.alarm import Choice
    from studio.gui.layouts import Goal, Wish

EXPORT = (
    "export pictures",
    "export preview",
    "export files",
    "export copies",
)  # lanes that need no project


class Exports(Galleries):
    """Turns the user's wishes about exports into jobs; none needs a project or the engine.

    done("export pictures", tuple of Pick). done("export preview", Layout).
    done("export files", Written). done("export copies", "warn", "block" or "off").
    """

    def open_exports(self, found: Sequence[Path]) -> None:
        """Open pictures, and those in folders, to be exported; the newest wish counts."""
        title = self.tr("Opening pictures")
        self.start("export pictures", title, at_once("opened_pictures", found))

    def preview_export(self, wish: "Wish", short: bool) -> None:
        """Lay an export out; a `short` one is left to end when a newer wish comes."""
        self.start("export preview", "preview", at_once("previewed", wish), short=short)

    def write_export(self, wish: "Wish", goal: "Goal") -> None:
        """Write an export."""
        title = self.tr("Exporting {name}").format(name=goal.target.name)
        self.start("export files", title, at_once("written", wish, goal))

    def ask_copies(self, choice: "Choice | None" = None) -> None:
        """Ask what the project does about copies of training pictures, or choose it anew."""
        if self.project is not None:
            title, asked = self.tr("Looking for copies"), (self.project, choice)
            self.start("export copies", title, at_once("about_copies", *asked))
