"""What is asked of style: pictures to open, looks to preview, the whole picture, its file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.gui.repairs import Repairs, at_once

if TYPE_CHECKING:
    import numpy as np

    from studio.core.style.presets import Preset
    from studio.gui.repairs import Told
    from studio.gui.restyling import Content, Shrunk, Source

    Picture = Path | bytes | np.ndarray

STYLE = (
    *("content", "source", "preview", "presets", "preset", "thumbnails"),
    *("restyle", "styled", "sharing", "style mask"),
)


class Styles(Repairs):
    """Turns the user's wishes about a picture's style into jobs; none needs a project or the
    engine.

    done("content", Content). done("source", (place, tuple of Source)).
    events("preview", [Proof…]) and done("preview", Proof); events("presets", [PresetDrawn…]).
    events("restyle", [Proof…]) and done("restyle", Result). done("styled", (Path, sentences)).
    done("sharing", QImage).
    """

    def open_content(self, source: "Picture", name: str, told: "Told | None" = None) -> None:
        """Open a picture to be restyled; of pixels it may be `told` where they come from. The
        newest wish counts.
        """
        title = self.tr("Opening {name}").format(name=name)
        self.start("content", title, at_once("open_content", source, name, told))

    def open_sources(
        self, found: "Sequence[tuple[Picture, str]]", place: int, told: "Told | None" = None
    ) -> None:
        """Open pictures to take styles from, to be put from `place` on."""
        title = self.tr("Opening {name}").format(name=found[0][1])
        self.start("source", title, at_once("open_sources", found, place, told))

    def preview(self, content: "Content", wish: Any, small: "Shrunk") -> None:
        """Draw a small look at once; one at work is stopped."""
        self.start("preview", "preview", at_once("proof", content, wish, small))

    def restyle(self, content: "Content", wish: Any) -> None:
        """Restyle the whole picture; a newer wish replaces one at work."""
        asked = (content, wish, not self.title("train"))
        self.start("restyle", self.tr("Restyling"), at_once("restyled", *asked))

    def draw_presets(self, content: "Content", sources: "Sequence[tuple[Source, float]]") -> None:
        """Draw the presets on the picture, in the background."""
        self.start("presets", self.tr("Drawing the presets"), at_once("drawn", content, sources))

    def keep_preset(self, name: str, wish: Any, picture: "np.ndarray", overwrite: bool) -> None:
        """Keep a look as a preset; done("preset", OwnPreset)."""
        title = self.tr("Keeping {name}").format(name=name)
        self.start("preset", title, at_once("keep_preset", name, wish, picture, overwrite))

    def rename_preset(self, preset: "Preset", name: str) -> None:
        """Give a preset another name; done("preset", (old name, OwnPreset))."""
        title = self.tr("Keeping {name}").format(name=name)
        self.start("preset", title, at_once("rename_preset", preset, name))

    def drop_preset(self, name: str) -> None:
        """Move a preset to the trash; done("preset", name)."""
        self.start(
            "preset", self.tr("Deleting {name}").format(name=name), at_once("drop_preset", name)
        )

    def look_at(self, found: "Sequence[Path]") -> None:
        """Make picture files small; events("thumbnails", [Thumbnail…])."""
        self.start("thumbnails", self.tr("Looking at pictures"), at_once("thumbnails", found))

    def write_styled(
        self,
        content: "Content",
        pixels: "np.ndarray",
        path: Path,
        wish: Any = None,
        tells: bool = True,
    ) -> None:
        """Write a restyled picture over whatever is at `path`; it `tells` where it comes from by
        the `wish` it was made of.
        """
        title = self.tr("Exporting {name}").format(name=path.name)
        asked = (content, pixels, path, wish, tells)
        self.start("styled", title, at_once("write_styled", *asked))

    def share(self, pixels: "np.ndarray", name: str) -> None:
        """Make an image of a restyled picture for the clipboard."""
        self.start("sharing", self.tr("Copying the picture"), at_once("share", pixels, name))
