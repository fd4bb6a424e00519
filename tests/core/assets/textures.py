"""Textures made for the tests of tiles and maps."""

import numpy as np


def noise(seed: int, side: int = 96, slope: float = 1.0, channels: int = 1) -> np.ndarray:
    """Return a seamless texture uint8 [side, side, channels]: noise whose power falls with
    frequency.
    """
    rng = np.random.default_rng(seed)
    across = np.fft.fftfreq(side)
    radius = np.hypot(across[:, None], across)
    radius[0, 0] = 1
    planes = [
        np.fft.ifft2(np.fft.fft2(rng.standard_normal((side, side))) * radius**-slope).real
        for _ in range(channels)
    ]
    found = np.stack(planes, -1)
    return np.rint(255 * (found - found.min()) / np.ptp(found)).astype(np.uint8)
