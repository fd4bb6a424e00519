"""How pictures are brought in: the values behind the import form."""

from typing import Literal

from studio.core.data.fit import Target
from studio.core.settings import Settings, field


class ImportSettings(Settings):
    """What every picture becomes on its way into a set."""

    width: int = field(
        32, label="Width", help="How wide every picture becomes.", ge=16, le=256, unit="px"
    )
    height: int = field(
        32, label="Height", help="How high every picture becomes.", ge=16, le=256, unit="px"
    )
    fit: Literal["crop", "pad", "stretch"] = field(
        "crop",
        label="Other shapes",
        help="crop keeps the middle, pad keeps all and fills the rest, stretch distorts.",
    )
    channels: Literal["auto", "grey", "rgb", "rgba"] = field(
        "auto",
        label="Colors",
        help="auto keeps transparency if any picture has it, and grey if all pictures are grey.",
    )
    resize: Literal["auto", "nearest", "smooth"] = field(
        "auto",
        label="Resizing",
        help="auto keeps pixel art crisp and makes everything else smooth.",
        advanced=True,
    )
    duplicates: Literal["keep", "drop"] = field(
        "keep",
        label="Identical pictures",
        help="drop takes each picture once; keep lets repeated pictures count more.",
        advanced=True,
    )

    def target(self) -> Target:
        """Return what a decoder has to know."""
        return Target(self.width, self.height, self.fit, self.channels, self.resize)
