"""From the edge inward, lines go on."""

import numpy as np

from studio.core.events import Progress, finished
from studio.core.repair.matching import Patches
from studio.core.repair.peeling import peeled
from studio.core.repair.scales import Level, copyable


def test_a_thin_line_is_carried_through_a_hole() -> None:
    colors = np.zeros((40, 40, 3), np.float32)
    colors[19:21] = 1
    mask = np.zeros((40, 40), bool)
    mask[12:28, 14:26] = True
    level = Level(np.where(mask[..., None], 0, colors).astype(np.float32), mask, ~mask)
    patches = Patches(level.colors, copyable(level, 5), 5, np.random.default_rng(0))
    filled = finished(
        peeled(level.colors, mask, patches, np.random.default_rng(0), Progress(0, None, ""))
    )
    assert np.array_equal(filled, colors)


def test_a_hole_at_the_edge_is_filled_with_what_may_be_copied() -> None:
    colors = np.full((30, 30, 3), 0.5, np.float32)
    colors[:, 20:] = 1
    mask = np.zeros((30, 30), bool)
    mask[:9, :9] = True
    source = ~mask
    source[:, 20:] = False
    level = Level(np.where(mask[..., None], 0, colors).astype(np.float32), mask, source)
    patches = Patches(level.colors, copyable(level, 5), 5, np.random.default_rng(0))
    filled = finished(
        peeled(level.colors, mask, patches, np.random.default_rng(0), Progress(0, None, ""))
    )
    assert (filled[mask] == 0.5).all()
