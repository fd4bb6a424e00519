"""Pictures for the network: sizes, scales from coarse to fine, and back to full resolution."""

import cv2
import numpy as np
import torch
from torch import Tensor

from studio.core.style.vgg.network import SMALLEST

EVEN = 16


def fitted(colors: np.ndarray, longer: int) -> np.ndarray:
    """Return float32 [h, w, ...] resized so that its longer side is `longer`, anti-aliased."""
    h, w = colors.shape[:2]
    size = (max(1, round(w * longer / max(h, w))), max(1, round(h * longer / max(h, w))))
    return resized(colors, size[1], size[0])


def resized(colors: np.ndarray, h: int, w: int) -> np.ndarray:
    """Return float32 [h, w, ...]: averaged where it shrinks, cubic where it grows."""
    if colors.shape[:2] == (h, w):
        return colors
    shrinks = colors.shape[0] >= h and colors.shape[1] >= w
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.clip(cv2.resize(colors, (w, h), interpolation=way), 0, 1)


def padded(colors: np.ndarray) -> np.ndarray:
    """Return [h, w, ...] with its last row and column repeated until the network can see it all:
    pooling leaves out what is beyond a multiple of 16.
    """
    down, right = (max(SMALLEST, -(-side // EVEN) * EVEN) - side for side in colors.shape[:2])
    return np.pad(colors, ((0, down), (0, right), *((0, 0),) * (colors.ndim - 2)), mode="edge")


def tensor(colors: np.ndarray, device: torch.device) -> Tensor:
    """Return float32 [h, w, 3] as [1, 3, h, w]."""
    return torch.from_numpy(np.ascontiguousarray(colors.transpose(2, 0, 1)))[None].to(device)


def colors(picture: Tensor) -> np.ndarray:
    """Return [1, 3, h, w] as float32 [h, w, 3] in [0, 1]."""
    return np.ascontiguousarray(picture[0].clamp(0, 1).permute(1, 2, 0).cpu().numpy())


def scales(longer: int, coarsest: int) -> list[int]:
    """Return the longer sides to work at, doubling up to `longer`, from `coarsest` or more."""
    found = [longer]
    while found[0] // 2 >= coarsest:
        found.insert(0, found[0] // 2)
    return found
