"""The fills everybody knows: Telea, Navier-Stokes, biharmonic."""

from collections.abc import Callable

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.repair.hole import Hole

RADIUS = 3  # pixels around a hole's edge that are looked at


def telea(hole: Hole) -> Job[np.ndarray]:
    """Fill by fast marching (Telea 2004, OpenCV)."""
    yield Progress(0, 1, "Telea")
    return _each(hole, lambda channel, mask: cv2.inpaint(channel, mask, RADIUS, cv2.INPAINT_TELEA))


def ns(hole: Hole) -> Job[np.ndarray]:
    """Fill along lines of equal brightness (Bertalmio et al. 2001, OpenCV)."""
    yield Progress(0, 1, "Navier-Stokes")
    return _each(hole, lambda channel, mask: cv2.inpaint(channel, mask, RADIUS, cv2.INPAINT_NS))


def _each(hole: Hole, fill: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """Fill channel by channel: OpenCV takes 16 bits a channel there, and any number of channels."""
    mask = hole.mask.astype(np.uint8)
    deep = np.round(hole.colors * 65535).astype(np.uint16)
    channels = [fill(np.ascontiguousarray(deep[..., c]), mask) for c in range(deep.shape[2])]
    return np.stack(channels, -1).astype(np.float32) / 65535


def biharmonic(hole: Hole) -> Job[np.ndarray]:
    """Fill with what bends least (Damelin & Hoang 2018, scikit-image)."""
    from skimage.restoration import inpaint_biharmonic  # 0.3 s that only this fill needs

    yield Progress(0, 1, "Biharmonic")
    filled = inpaint_biharmonic(hole.colors, hole.mask, split_into_regions=True, channel_axis=-1)
    return filled.astype(np.float32).clip(0, 1)
