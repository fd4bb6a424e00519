"""Near duplicates among kept pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.core.data.likeness import SIDE, find, grid
from studio.core.events import Job, Progress
from studio.core.gallery.gallery import Gallery

AT_ONCE = 200


@dataclass(frozen=True)
class Repeat:
    """Two pictures' ids: `copy` repeats `original`, `difference` levels of 255 apart or so."""

    original: int
    copy: int
    difference: float


def repeats(gallery: Gallery, ids: Sequence[int] | np.ndarray) -> Job[tuple[Repeat, ...]]:
    """Find pictures that repeat an earlier one of these: encoded again, resized, moved, mirrored.

    The likest pairs come first. Pictures that can't be decoded are left out.
    """
    ordered = sorted(int(id) for id in ids)
    grids: list[np.ndarray] = []
    known: list[int] = []
    for start in range(0, len(ordered), AT_ONCE):
        yield Progress(start, len(ordered), "Reading pictures")
        some = ordered[start : start + AT_ONCE]
        for id, small in zip(some, gallery.thumbnails(some), strict=True):
            if small is not None:
                known.append(id)
                grids.append(on_grid(small))
    empty = np.zeros((0, SIDE, SIDE, 4), np.uint8)
    found = yield from find(np.stack(grids) if grids else empty)
    return tuple(
        Repeat(known[first], known[second], round(float(apart), 2))
        for first, second, apart in zip(found.first, found.second, found.difference, strict=True)
    )


def on_grid(pixels: np.ndarray) -> np.ndarray:
    """Return a picture uint8 [h, w, c] as premultiplied uint8 [32, 32, 4]."""
    from studio.core.gallery.look import premultiplied

    whole = premultiplied(pixels).round().astype(np.uint8)
    return grid(whole[None])[0]
