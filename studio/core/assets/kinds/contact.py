"""Contact sheet: pictures in rows with their names beneath, to look over or to print."""

from collections.abc import Sequence

import numpy as np

from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.events import Job, Progress
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.pictures import grid, opaque
from studio.core.settings import Settings, field


class ContactSettings(Settings):
    """How a contact sheet is laid out."""

    columns: int = field(
        0, label="Columns", help="Pictures in a row; 0 makes it about square.", ge=0, le=64
    )
    cell: int = field(
        160, label="Cell", help="Pixels a side that each picture gets.", ge=16, le=1024, unit="px"
    )


def make(items: Sequence[Item], settings: ContactSettings, name: str) -> Job[Product]:
    """Lay the pictures out."""
    cells = []
    for done, item in enumerate(items):
        yield Progress(done, len(items), item.name)
        cells.append(_cell(item.pixels, settings.cell))
    picture = grid(np.stack(cells), settings.columns or None, 8)

    def files() -> Job[tuple[File, ...]]:
        yield Progress(0, 1, name)
        return (File(name, encoded(Photograph(picture), ".png")[0]),)

    return Product(picture, f"{len(items)} pictures", files)


def _cell(pixels: np.ndarray, side: int) -> np.ndarray:
    import cv2

    small = (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
    color = opaque(small)
    factor = min(side / max(color.shape[:2]), 8)
    size = [max(1, round(length * factor)) for length in color.shape[1::-1]]
    scaled = cv2.resize(color, size, interpolation=cv2.INTER_AREA if factor < 1 else 0)
    found = np.zeros((side, side, 3), np.uint8)
    top, left = (side - scaled.shape[0]) // 2, (side - scaled.shape[1]) // 2
    found[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    return found


KIND = Kind(
    "contact",
    "Contact sheet",
    "Pictures in rows, to look over or to print.",
    ContactSettings,
    make,
    (".png",),
    rank=6,
)
