"""A picture that is painted on: its layers, and the edits that undo and redo them to the bit."""

from collections.abc import Iterable
from typing import Protocol

import cv2
import numpy as np

from studio.core.events import Refused
from studio.core.painting.box import Box
from studio.core.painting.edit import TILE, Block, Edit, block, tile_box

BUDGET = 200_000_000  # bytes of edits that are kept


class Patch(Protocol):
    """Pixels [h, w, c] of the picture's depth, to be laid at `top`, `left`."""

    @property
    def top(self) -> int: ...
    @property
    def left(self) -> int: ...
    @property
    def pixels(self) -> np.ndarray: ...


class Painting:
    """A picture, a mask and a region, changed by edits.

    `pixels` is uint8 or uint16 [h, w, c], straight alpha, c in 1, 3, 4; `lay` writes to it.
    `mask` is uint8 [h, w]: 0 = keep, 255 = repaint. `region` is uint8 [h, w]: what of it is not 0
    is where texture may come from; all 0 means everywhere. `edits[:position]` are done,
    `edits[position:]` undone; `dropped` older ones were forgotten to stay within `budget` bytes.
    `first` are the picture's tiles as they were before any edit, wherever one wrote, by row and
    column.

    Whoever writes to a layer calls `begin`, then `touch` before each write, then `finish`.
    """

    def __init__(self, pixels: np.ndarray, mask: np.ndarray | None = None, budget: int = BUDGET):
        size = pixels.shape[:2]
        if mask is not None and mask.shape != size:
            raise Refused(
                f"The mask is {mask.shape[1]}×{mask.shape[0]} pixels and the picture "
                f"{size[1]}×{size[0]}; give one of the same size."
            )
        if not (pixels.flags.writeable and pixels.flags.c_contiguous):
            pixels = np.array(pixels, order="C")
        # Zeros of this size take no memory until they are written to.
        shown = np.zeros(size, np.uint8) if mask is None else mask.copy()
        self.layers = {"picture": pixels, "mask": shown, "allowed": np.zeros(size, np.uint8)}
        self.budget = budget
        self.edits: list[Edit] = []
        self.first: dict[tuple[int, int], np.ndarray] = {}
        self.position = self.dropped = 0
        self._title: str | None = None
        self._before: dict[tuple[str, int, int], np.ndarray] = {}
        self._sealed: list[Block] = []

    @property
    def pixels(self) -> np.ndarray:
        """The picture, uint8 or uint16 [h, w, c]."""
        return self.layers["picture"]

    @property
    def mask(self) -> np.ndarray:
        """What is to be repainted, uint8 [h, w]."""
        return self.layers["mask"]

    @property
    def region(self) -> np.ndarray:
        """What is painted of the region that texture may come from, uint8 [h, w]."""
        return self.layers["allowed"]

    @property
    def allowed(self) -> np.ndarray | None:
        """The region if any of it is painted; None = texture may come from everywhere."""
        return self.region if cv2.hasNonZero(self.region) else None

    @property
    def box(self) -> Box:
        """All of the picture."""
        return Box(0, 0, *self.mask.shape)

    @property
    def editing(self) -> bool:
        """Whether an edit has begun and not ended."""
        return self._title is not None

    @property
    def repainted(self) -> bool:
        """Whether an edit of the picture is done, so that it is not as it was at first."""
        done = self.edits[: self.position]
        return self.dropped > 0 or any("picture" in edit.sizes for edit in done)

    def begin(self, title: str) -> None:
        """Begin an edit; one that is not finished yet is finished first."""
        self.finish()
        self._title = title

    def touch(self, layer: str, box: Box) -> None:
        """Remember what of a layer lies in `box`, before it is written to."""
        assert self._title is not None, "an edit has to begin first"
        within = box.clipped(*self.mask.shape)
        if within.empty:
            return
        for row in range(within.top // TILE, -(-within.bottom // TILE)):
            for column in range(within.left // TILE, -(-within.right // TILE)):
                if (layer, row, column) not in self._before:
                    tile = self._tile(layer, row, column).copy()
                    self._before[layer, row, column] = tile
                    if layer == "picture":
                        self.first.setdefault((row, column), tile)

    def seal(self) -> None:
        """Turn what was remembered so far into the edit's blocks, to be done by the end sooner."""
        for (layer, row, column), before in self._before.items():
            made = block(layer, row, column, before, self._tile(layer, row, column))
            if made is not None:
                self._sealed.append(made)
        self._before = {}

    def finish(self) -> Edit | None:
        """End the edit and return it; None where nothing changed. What was undone is forgotten."""
        if self._title is None:
            return None
        self.seal()
        edit = self._edit(self._title) if self._sealed else None
        self._title, self._sealed = None, []
        if edit is not None:
            self._keep(edit)
        return edit

    def cancel(self) -> Box | None:
        """Take back an edit that was not finished; return what changed by that."""
        if self._title is None:
            return None
        self.seal()
        changed = self._edit(self._title).flip(self.layers) if self._sealed else None
        self._title, self._sealed = None, []
        return changed

    def undo(self) -> Box | None:
        """Undo the last edit; return what changed, None where there is nothing to undo."""
        self.finish()
        if not self.position:
            return None
        self.position -= 1
        return self.edits[self.position].flip(self.layers)

    def redo(self) -> Box | None:
        """Do again what was undone last; return what changed."""
        self.finish()
        if self.position == len(self.edits):
            return None
        self.position += 1
        return self.edits[self.position - 1].flip(self.layers)

    def apply(self, edit: Edit) -> Box:
        """Do an edit that was made before, as a journal replays it; return what changed.

        Raises Refused, and changes nothing, where it is not one of this picture.
        """
        self.finish()
        places = {(b.row, b.column) for b in edit.blocks if b.layer == "picture"}
        first = {at: self._tile("picture", *at).copy() for at in places - self.first.keys()}
        changed = edit.flip(self.layers)
        self.first |= first
        self._keep(edit)
        return changed

    def replace(self, layer: str, box: Box, values: np.ndarray, title: str) -> Edit | None:
        """Give what of a layer lies in `box` other values, as one edit."""
        self.begin(title)
        self.touch(layer, box)
        box.of(self.layers[layer])[...] = values
        return self.finish()

    def lay(self, patches: Iterable[Patch], title: str) -> Edit | None:
        """Lay patches on the picture and clear the mask beneath them, as one edit."""
        self.begin(title)
        for patch in patches:
            h, w = patch.pixels.shape[:2]
            box = Box(patch.top, patch.left, patch.top + h, patch.left + w)
            self.touch("picture", box)
            self.touch("mask", box)
            box.of(self.pixels)[...] = patch.pixels
            box.of(self.mask)[...] = 0
        return self.finish()

    def _tile(self, layer: str, row: int, column: int) -> np.ndarray:
        values = self.layers[layer]
        return tile_box(row, column, values.shape).of(values)

    def _edit(self, title: str) -> Edit:
        sizes = {each.layer: self._size(each.layer) for each in self._sealed}
        return Edit(title, sizes, tuple(self._sealed))

    def _size(self, layer: str) -> tuple[tuple[int, ...], str]:
        values = self.layers[layer]
        return values.shape, values.dtype.name

    def _keep(self, edit: Edit) -> None:
        del self.edits[self.position :]
        self.edits.append(edit)
        kept = sum(each.size for each in self.edits)
        while kept > self.budget and len(self.edits) > 1:
            kept -= self.edits.pop(0).size
            self.dropped += 1
        self.position = len(self.edits)
