"""Palettes: the few colors that a picture is drawn in, found in it or given."""

from collections.abc import Mapping

import numpy as np

from studio.core.colors.oklab import to_oklab

BINS = 32  # to a channel, in which colors are counted
POWER = 0.6  # of its area, as which a color counts
ROUNDS = 20  # of k-means, at most
CHUNK = 8192  # colors compared at once
HUE = np.array([1, 4, 4], np.float32)  # OKLab's a and b fourfold: skin must not turn gray

# The values of well-known machines, as 0xRRGGBB.
MACHINES: Mapping[str, tuple[int, ...]] = {
    "1-bit": (0x000000, 0xFFFFFF),
    "game-boy": (0x0F380F, 0x306230, 0x8BAC0F, 0x9BBC0F),
    "cga": (0x000000, 0x55FFFF, 0xFF55FF, 0xFFFFFF),
    "c64": (
        *(0x000000, 0xFFFFFF, 0x68372B, 0x70A4B2, 0x6F3D86, 0x588D43, 0x352879, 0xB8C76F),
        *(0x6F4F25, 0x433900, 0x9A6759, 0x444444, 0x6C6C6C, 0x9AD284, 0x6C5EB5, 0x959595),
    ),
    "pico-8": (
        *(0x000000, 0x1D2B53, 0x7E2553, 0x008751, 0xAB5236, 0x5F574F, 0xC2C3C7, 0xFFF1E8),
        *(0xFF004D, 0xFFA300, 0xFFEC27, 0x00E436, 0x29ADFF, 0x83769C, 0xFF77A8, 0xFFCCAA),
    ),
}


def to_space(colors: np.ndarray) -> np.ndarray:
    """Return sRGB float32 [..., 3] in the space where palettes compare: OKLab, chroma fourfold."""
    return to_oklab(colors) * HUE


def machine(name: str) -> np.ndarray:
    """Return the palette of a machine as sRGB float32 [k, 3] in [0, 1]; KeyError if unknown."""
    codes = np.array(MACHINES[name])
    return (np.stack([codes >> 16, codes >> 8 & 255, codes & 255], -1) / 255).astype(np.float32)


def find_palette(colors: np.ndarray, count: int) -> np.ndarray:
    """Return at most `count` colors, sRGB float32 [k, 3], dark to light, for sRGB [..., 3].

    A picture of that few colors keeps exactly them. Otherwise k-means in `to_space` over a
    histogram in which a color counts by less than its area, so that small vivid things keep
    theirs.
    """
    levels = np.rint(np.clip(colors.reshape(-1, 3), 0, 1) * 255).astype(np.int64)
    unique = np.unique(levels @ [65536, 256, 1])
    if len(unique) <= count:
        exact = np.stack([unique >> 16, unique >> 8 & 255, unique & 255], -1)
        return _by_lightness((exact / 255).astype(np.float32))
    means, areas = _counted(levels)
    lab = to_space(means)
    weights = areas**POWER
    groups = _grouped(lab, weights, _apart(lab, weights, count))
    # The mean of a group counts by true area, or a small vivid part would shift a large flat one.
    found = [np.average(means[groups == g], 0, areas[groups == g]) for g in np.unique(groups)]
    return _by_lightness(np.array(found, np.float32))


def nearest(lab: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Return for colors [..., 3] the index of the nearest in palette [k, 3], in one space."""
    flat = lab.reshape(-1, 3)
    size = (palette**2).sum(1)
    parts = [flat[at : at + CHUNK] for at in range(0, len(flat), CHUNK)]
    found = [(size - 2 * part @ palette.T).argmin(1) for part in parts]
    return np.concatenate(found).reshape(lab.shape[:-1])


def _by_lightness(palette: np.ndarray) -> np.ndarray:
    return palette[np.argsort(to_oklab(palette)[:, 0], kind="stable")]


def _counted(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean color of every bin that is used, sRGB [n, 3], and its number of pixels."""
    bins = levels * BINS // 256 @ [BINS * BINS, BINS, 1]
    areas = np.bincount(bins)
    sums = np.stack([np.bincount(bins, levels[:, c]) for c in range(3)], -1)
    used = areas > 0
    return (sums[used] / areas[used, None] / 255).astype(np.float32), areas[used]


def _apart(lab: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Return start centers [count, 3]: each the color that those before it serve worst."""
    chosen = [lab[np.argmax(weights)]]
    far = ((lab - chosen[0]) ** 2).sum(1)
    for _ in range(count - 1):
        chosen.append(lab[np.argmax(weights * far)])
        far = np.minimum(far, ((lab - chosen[-1]) ** 2).sum(1))
    return np.array(chosen)


def _grouped(lab: np.ndarray, weights: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Return the group of every color after weighted k-means; groups may be empty."""
    groups = nearest(lab, centers)
    for _ in range(ROUNDS):
        mass = np.bincount(groups, weights, len(centers))
        sums = [np.bincount(groups, weights * lab[:, c], len(centers)) for c in range(3)]
        moved = np.stack(sums, -1) / np.maximum(mass, 1e-9)[:, None]
        centers = np.where(mass[:, None] > 0, moved, centers).astype(np.float32)
        before, groups = groups, nearest(lab, centers)
        if np.array_equal(before, groups):
            break
    return groups
