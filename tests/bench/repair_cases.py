"""What repair is measured on: photographs, stored masks, and how a fill is scored."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image
from skimage.metrics import structural_similarity

BENCH = Path(__file__).parent
BSDS = BENCH.parents[2] / "shared/data/bsds500"
MASKS = BENCH / "masks"
THIN = ("scratches", "text", "dropout50", "dropout80", "lama_thin")
THICK = ("lama_medium", "lama_thick", "boxes", "blobs")
BUNDLED = (
    "astronaut",
    "chelsea",
    "coffee",
    "rocket",
    "brick",
    "grass",
    "gravel",
    "motorcycle_left",
)
NEAR = 4  # pixels around the mask that are scored with it


class Case(NamedTuple):
    """A photograph uint8 [h, w, 3] under a stored mask bool [h, w]; `damaged` is 0 there."""

    photo: str
    mask_name: str
    truth: np.ndarray
    mask: np.ndarray

    @property
    def damaged(self) -> np.ndarray:
        """The picture as a repairer gets it."""
        return np.where(self.mask[..., None], np.uint8(0), self.truth)


class Score(NamedTuple):
    """Of the mask and its nearest surroundings: PSNR in dB (mask alone), SSIM, GMSD (lower is
    better); sharpness and seam are ratios to the truth's, 1 is right.
    """

    psnr: float
    ssim: float
    gmsd: float
    sharpness: float
    seam: float


def photos(count: int = 24) -> dict[str, np.ndarray]:
    """Return scikit-image's and scikit-learn's photographs, cut to 512 px, then BSDS500's."""
    import skimage.data
    import sklearn.datasets

    folder = Path(skimage.data.__file__).parent
    files = [next(folder.glob(f"{name}.*")) for name in BUNDLED]
    images = Path(sklearn.datasets.__file__).parent / "images"
    files += [images / "china.jpg", images / "flower.jpg"]
    wild = sorted(BSDS.glob("*.jpg"))
    chosen = [file for pair in zip(wild, files, strict=False) for file in pair] + wild[len(files) :]
    return {file.stem: _read(file) for file in chosen[:count]}


def _read(file: Path) -> np.ndarray:
    with Image.open(file) as image:
        picture = np.asarray(image.convert("RGB"))
    h, w = (min(512, side) for side in picture.shape[:2])
    top, left = (picture.shape[0] - h) // 2, (picture.shape[1] - w) // 2
    return np.ascontiguousarray(picture[top : top + h, left : left + w])


def cases(masks: tuple[str, ...], count: int) -> Iterator[Case]:
    """Yield every mask on each of `count` photographs."""
    for name, truth in photos(count).items():
        for kind in masks:
            mask = np.asarray(Image.open(MASKS / f"{kind}.png"))[: truth.shape[0], : truth.shape[1]]
            yield Case(name, kind, truth, np.asarray(mask, bool))


def score(case: Case, filled: np.ndarray) -> Score:
    """Compare uint8 `filled` with the truth; what it changed outside the mask counts as kept."""
    filled = np.where(case.mask[..., None], filled, case.truth)
    near = cv2.dilate(case.mask.astype(np.uint8), np.ones((2 * NEAR + 1,) * 2, np.uint8)) > 0
    a, b = case.truth.astype(np.float32), filled.astype(np.float32)
    error = float(np.square(a - b)[case.mask].mean())
    _, similar = structural_similarity(case.truth, filled, channel_axis=2, full=True)
    grey_a, grey_b = (
        cv2.cvtColor(x, cv2.COLOR_RGB2GRAY).astype(np.float32) for x in (case.truth, filled)
    )
    return Score(
        10 * np.log10(255**2 / max(error, 1e-9)),
        float(similar[near].mean()),
        float(_magnitude_similarity(grey_a, grey_b)[near].std()),
        _detail(grey_b, case.mask) / max(_detail(grey_a, case.mask), 1e-6),
        _seam(grey_b, case.mask) / max(_seam(grey_a, case.mask), 1e-6),
    )


def _magnitude_similarity(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Gradient magnitude similarity [h, w] (Xue et al. 2014, Prewitt, c = 170), unscaled."""
    kernel = np.array([[1, 0, -1]] * 3, np.float32) / 3
    one, two = (
        np.hypot(cv2.filter2D(x, -1, kernel), cv2.filter2D(x, -1, kernel.T)) for x in (a, b)
    )
    return (2 * one * two + 170) / (one**2 + two**2 + 170)


def _detail(grey: np.ndarray, mask: np.ndarray) -> float:
    """Return the variance of the Laplacian under the mask."""
    return float(cv2.Laplacian(grey, cv2.CV_32F)[mask].var())


def _seam(grey: np.ndarray, mask: np.ndarray) -> float:
    """Return the mean step between a pixel inside and its neighbor outside the mask."""
    steps = [np.abs(np.diff(grey, axis=k))[np.diff(mask, axis=k)] for k in (0, 1)]
    return float(np.concatenate(steps).mean())


def bootstrap(differences: np.ndarray, draws: int = 4000) -> tuple[float, float]:
    """Return the 95 % interval of the mean of paired differences [n]."""
    rng = np.random.default_rng(0)
    means = rng.choice(differences, (draws, len(differences))).mean(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)
