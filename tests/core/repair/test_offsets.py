"""A picture that repeats says how."""

import numpy as np

from studio.core.events import Progress, finished
from studio.core.repair.matching import Patches
from studio.core.repair.offsets import COUNT, dominant


def test_the_period_of_a_tiled_picture_is_found() -> None:
    rng = np.random.default_rng(0)
    image = np.tile(rng.random((12, 16, 3), np.float32), (5, 5, 1))
    open_ = np.zeros(image.shape[:2], bool)
    open_[3:-3, 3:-3] = True
    patches = Patches(image, open_, 7, rng)
    finished(patches.learn(Progress(0, None, "")))
    found = finished(dominant(patches, rng, Progress(0, None, "")))
    assert 0 < len(found) <= COUNT
    down, right = np.abs(found[:8]).T
    assert not (down % 12).any()
    assert not (right % 16).any()
    assert (np.maximum(down, right) > 0).all()
