"""OKLab, the space in which equal distances look about equal."""

import numpy as np

from studio.core.colors.linear import from_linear, to_linear

# Ottosson, "A perceptual color space for image processing", 2020.
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
FROM_LAB, FROM_LMS = np.linalg.inv(TO_LAB), np.linalg.inv(TO_LMS)


def to_oklab(colors: np.ndarray) -> np.ndarray:
    """Return sRGB float32 [..., 3] in [0, 1] as OKLab: L in [0, 1], a and b about -0.4 to 0.4."""
    return np.cbrt(to_linear(colors) @ TO_LMS.T) @ TO_LAB.T


def from_oklab(lab: np.ndarray) -> np.ndarray:
    """Return OKLab float32 [..., 3] as sRGB in [0, 1]; what lies outside the gamut is clipped."""
    return from_linear(np.clip((lab @ FROM_LAB.T) ** 3 @ FROM_LMS.T, 0, 1))
