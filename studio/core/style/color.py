"""The palette of one picture given to another, and lightness alone."""

import numpy as np

from studio.core.colors.oklab import from_oklab, to_oklab

LEAST = 1e-4  # added to variances: a flat picture has none
SAMPLES = 65536  # pixels that a palette is measured on


def lightness_from(painted: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Return `painted` sRGB [h, w, 3] in the colors of `content`: only its lightness is kept."""
    lab = to_oklab(content)
    lab[..., 0] = to_oklab(painted)[..., 0]
    return from_oklab(lab)


class Palette:
    """Mean and covariance of colors in OKLab."""

    def __init__(self, mean: np.ndarray, covariance: np.ndarray):
        self.mean, self.covariance = mean, covariance

    @classmethod
    def of(cls, lab: np.ndarray) -> "Palette":
        """Measure OKLab colors [..., 3] on an even sample of them."""
        flat = lab.reshape(-1, 3)
        some = flat[:: max(1, len(flat) // SAMPLES)].astype(np.float64)
        mean = some.mean(0)
        apart = some - mean
        return cls(mean, apart.T @ apart / len(some) + LEAST * np.eye(3))

    @classmethod
    def mixed(cls, palettes: "list[Palette]", weights: list[float]) -> "Palette":
        """Return the palette of several pictures put side by side, each as large as its weight."""
        share = np.asarray(weights, np.float64) / sum(weights)
        mean = share @ np.stack([p.mean for p in palettes])
        spread = [p.covariance + np.outer(p.mean - mean, p.mean - mean) for p in palettes]
        return cls(mean, np.tensordot(share, np.stack(spread), 1))

    def towards(self, other: "Palette") -> tuple[np.ndarray, np.ndarray]:
        """Return matrix [3, 3] and offset [3] that take these colors to the other's: x @ M + o.

        The linear optimal transport between Gaussians (Pitie and Kokaram, "The linear
        Monge-Kantorovitch colour mapping", CVMP 2007).
        """
        root = _root(self.covariance)
        back = np.linalg.inv(root)
        matrix = back @ _root(root @ other.covariance @ root) @ back
        return matrix.astype(np.float32), (other.mean - self.mean @ matrix).astype(np.float32)


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T


def recolored(content: np.ndarray, palette: Palette) -> np.ndarray:
    """Return sRGB float32 [h, w, 3] with its colors moved to a palette."""
    lab = to_oklab(content)
    matrix, offset = Palette.of(lab).towards(palette)
    return from_oklab(lab @ matrix + offset)
