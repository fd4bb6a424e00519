"""Laying a fill into its surroundings without a seam."""

import cv2
import numpy as np

SMOOTHINGS = 6  # relaxations at each scale
RING = 2  # pixels around a hole in which fill and truth are compared
SMALLEST = 4  # pixels across, the coarsest scale


def harmonic(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return float32 [h, w, c] that equals `values` where `known` and is smooth between.

    Approximates the membrane (Laplace's equation) from coarse to fine, in time linear in pixels.
    """
    h, w = known.shape
    if known.all():
        return values
    if not known.any():
        return np.zeros_like(values)
    if min(h, w) > SMALLEST:
        coarse, count = shrunk(values, known)
        start = cv2.resize(harmonic(coarse, count > 0), (w, h), interpolation=cv2.INTER_LINEAR)
        start = start.reshape(values.shape)
    else:
        start = np.broadcast_to(values[known].mean(0), values.shape)
    filled = np.where(known[..., None], values, start).astype(np.float32)
    near = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)
    for _ in range(SMOOTHINGS):
        relaxed = cv2.filter2D(filled, -1, near, borderType=cv2.BORDER_REPLICATE)
        filled = np.where(known[..., None], values, relaxed.reshape(values.shape))
    return filled


def shrunk(values: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of the known pixels of each 2 x 2 square, and their share of it."""
    h, w = known.shape
    edges = ((0, h % 2), (0, w % 2))
    weight = np.pad(known.astype(np.float32), edges)
    total = np.pad(values * known[..., None].astype(np.float32), (*edges, (0, 0)))
    share = _squares(weight[..., None])
    return _squares(total) / share.clip(1e-6), share[..., 0]


def _squares(a: np.ndarray) -> np.ndarray:
    return (a[::2, ::2] + a[1::2, ::2] + a[::2, 1::2] + a[1::2, 1::2]) / 4


def seamless(
    filled: np.ndarray, truth: np.ndarray, mask: np.ndarray, most: float = 1.0
) -> np.ndarray:
    """Return `filled` [h, w, c] moved by a membrane to meet the `truth` around the mask [h, w].

    It is the Poisson blend of Pérez et al. 2003: the gradients are those of the fill. `filled`
    must hold a proposal for the ring of RING pixels around the mask too. Where the two differ there
    by more than `most`, another thing begins, which says nothing about the hole's colors.
    """
    near = cv2.dilate(mask.astype(np.uint8), np.ones((2 * RING + 1,) * 2, np.uint8)) > 0
    known = near & ~mask
    apart = (truth - filled) * known[..., None]
    alike = np.abs(apart).max(2) <= most
    moved = filled + harmonic(apart, known & alike | ~near)
    return np.where(mask[..., None], moved, truth)
