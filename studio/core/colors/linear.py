"""Light: sRGB values made proportional to it, and back (IEC 61966-2-1)."""

import numpy as np


def to_linear(colors: np.ndarray) -> np.ndarray:
    """Return sRGB in [0, 1] as linear light in [0, 1], float32."""
    low = colors <= 0.04045
    return np.where(low, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4).astype(np.float32)


def from_linear(light: np.ndarray) -> np.ndarray:
    """Return linear light in [0, 1] as sRGB in [0, 1], float32."""
    low = light <= 0.0031308
    return np.where(low, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)
