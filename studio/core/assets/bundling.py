"""Exports that write each picture to a file of its own: the files' names, and a look at all."""

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from studio.core.assets.kind import Item
from studio.core.assets.naming import distinct
from studio.core.pictures import grid

SHOWN = 36  # pictures that a look at all shows


def targets(items: Sequence[Item], name: str, ending: str = ".png") -> list[str]:
    """Return the names of the files, one for each picture, all different.

    One picture is called `name`; several hero-walk.png for hero.png, or hero/walk.png for hero.
    """
    goal = PurePath(name)
    if not goal.suffix:
        return [f"{name}/{each}{ending}" for each in distinct(item.name for item in items)]
    if len(items) == 1:
        return [name]
    return [f"{goal.stem}-{each}{goal.suffix}" for each in distinct(item.name for item in items)]


def overview(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Return the first pictures uint8 [h, w, c] side by side, each in the middle of its cell."""
    if len(pictures) == 1:
        return pictures[0]
    return grid(on_canvas(pictures[:SHOWN]), gap=2)


def on_canvas(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Return pictures uint8 [h, w, c] in the middle of one canvas, uint8 [n, h, w, 4].

    All that are opaque and of one size stay as they are, [n, h, w, c].
    """
    if len({picture.shape for picture in pictures}) == 1:
        return np.stack(pictures)
    h, w = (max(picture.shape[k] for picture in pictures) for k in (0, 1))
    found = np.zeros((len(pictures), h, w, 4), np.uint8)
    for canvas, picture in zip(found, pictures, strict=True):
        top, left = (h - picture.shape[0]) // 2, (w - picture.shape[1]) // 2
        part = canvas[top : top + picture.shape[0], left : left + picture.shape[1]]
        part[..., 3] = 255
        if picture.shape[2] == 4:
            part[...] = picture
        else:
            part[..., :3] = picture
    return found
