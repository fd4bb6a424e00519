"""Change a mask as a whole, part by part, so that a window stays awake meanwhile."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import numpy as np

from studio.core.events import Job, Progress
from studio.core.painting import masks
from studio.core.painting.box import Box
from studio.core.painting.edit import TILE, Edit
from studio.core.painting.painting import Painting

Change = Literal["grow", "shrink", "feather", "invert", "clear", "threshold"]
LARGE = 2 * TILE  # pixels a side of the parts

WAYS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "grow": masks.grow,
    "shrink": masks.shrink,
    "feather": masks.feather,
    "invert": lambda mask, _: masks.invert(mask),
    "clear": lambda mask, _: np.zeros_like(mask),
    "threshold": lambda mask, _: masks.threshold(mask),
}


def changed(
    painting: Painting, layer: str, how: Change, amount: float, title: str
) -> Job[Edit | None]:
    """Change a layer of masks, as one edit that is returned; None where nothing changed.

    `amount` is in pixels: by how much to grow or shrink, or the standard deviation of the feather.
    Until the last part is computed nothing is written. Stopped meanwhile, it takes back what was.
    """
    before = painting.layers[layer]
    near = masks.halo(how, amount)
    found = masks.extent(before)
    within = painting.box if how == "invert" else found.grown(near).clipped(*before.shape)
    parts = [] if how != "invert" and found.empty else list(_parts(within))
    made: list[np.ndarray] = []
    for part in parts:
        yield Progress(len(made), 2 * len(parts), title)
        made.append(_one(before, part, near, how, amount))
    painting.begin(title)
    try:
        for done, (part, values) in enumerate(zip(parts, made, strict=True)):
            if not painting.editing:
                return None
            painting.touch(layer, part)
            part.of(before)[...] = values
            painting.seal()
            yield Progress(len(parts) + done, 2 * len(parts), title)
    except GeneratorExit:
        painting.cancel()
        raise
    return painting.finish()


def replaced(
    painting: Painting, layers: Mapping[str, np.ndarray | None], title: str
) -> Job[Edit | None]:
    """Give layers of masks other values, uint8 [h, w], None = nothing painted, as one edit that is
    returned. Stopped meanwhile, it takes back what was written.
    """
    parts = [(layer, part) for layer in layers for part in _parts(painting.box)]
    painting.begin(title)
    try:
        for done, (layer, part) in enumerate(parts):
            values = layers[layer]
            painting.touch(layer, part)
            part.of(painting.layers[layer])[...] = 0 if values is None else part.of(values)
            painting.seal()
            yield Progress(done, len(parts), title)
    except GeneratorExit:
        painting.cancel()
        raise
    return painting.finish()


def _one(mask: np.ndarray, part: Box, near: int, how: Change, amount: float) -> np.ndarray:
    around = part.grown(near).clipped(*mask.shape)
    values = WAYS[how](around.of(mask), amount)
    inner = Box(
        part.top - around.top,
        part.left - around.left,
        part.bottom - around.top,
        part.right - around.left,
    )
    return inner.of(values)


def _parts(box: Box) -> Iterator[Box]:
    """Yield the parts of a box, cut where tiles are, so that no tile is remembered twice."""
    for top in range(box.top // LARGE * LARGE, box.bottom, LARGE):
        for left in range(box.left // LARGE * LARGE, box.right, LARGE):
            yield Box(top, left, top + LARGE, left + LARGE).common(box)
