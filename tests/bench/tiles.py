"""Seams of tiles: before, mirrored, plainly cross-faded, and as the export blends them.

    .venv/bin/python -m tests.bench.tiles [--look FOLDER]

Six pictures: three textures, wood and fur cut out of photographs, and a photograph that no tile can
be made of. `seam` is the score of `assets/seams.py`: 1 can't be found; for ours that of the cuts
follows, since a border without a seam may hide them. `detail` is how strong the steps between
pixels are in the overlap, of what they are elsewhere: below 1 it is blurred, which repeats as a
soft cross. Seconds are the processor's.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from PIL import Image
from skimage import data

from studio.core.assets.lighting import evened
from studio.core.assets.seams import seam_score
from studio.core.assets.tiling import blended, laid, mirrored
from studio.core.steps import Steps

T = TypeVar("T")
GATE = Path(__file__).parents[3] / "shared" / "data" / "photos" / "golden_gate.jpg"
FADE = 4  # the part of a side that a plain cross-fade takes


def pictures() -> Iterator[tuple[str, np.ndarray]]:
    for name in ("brick", "gravel", "grass"):
        yield name, np.atleast_3d(getattr(data, name)())
    yield "wood", np.ascontiguousarray(data.coffee()[60:360, 480:])
    yield "fur", np.ascontiguousarray(data.chelsea()[10:90, 150:270])
    if GATE.is_file():
        yield "golden gate", np.asarray(Image.open(GATE).convert("RGB"))
    else:
        yield "rocket", data.rocket()


def cross_faded(pixels: np.ndarray) -> np.ndarray:
    """Lay opposite quarters over each other, weighed by a ramp: what simple tools do."""
    size = pixels.shape[1] // FADE
    ramp = ((np.arange(size) + 0.5) / size)[:, None]
    mix = ramp * pixels[:, :size] + (1 - ramp) * pixels[:, -size:]
    return np.concatenate([np.rint(mix).astype(np.uint8), pixels[:, size:-size]], 1)


def both_ways(pixels: np.ndarray) -> np.ndarray:
    return cross_faded(cross_faded(pixels).swapaxes(0, 1)).swapaxes(0, 1)


def detail(tile: np.ndarray, overlap: int) -> float:
    """Return how strong steps are in the middle of the overlap's columns, of those elsewhere."""
    steps = np.abs(np.diff(tile.astype(float), axis=0)).mean((0, 2))
    inside = steps[overlap // 3 : max(overlap // 3 + 1, 2 * overlap // 3)]
    return float(inside.mean() / steps[overlap:].mean())


def ended(job: Steps[T]) -> T:
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--look", type=Path, help="a folder for the tiles, laid 3 by 3")
    look = parser.parse_args().look
    print(
        f"{'':12} {'seam':>6} {'mirror':>7} {'fade':>6} {'ours':>6}   {'detail':>6} of fade, ours"
    )
    for name, pixels in pictures():
        began = time.process_time()
        lit = ended(evened(pixels, 1.0, 0.0))
        tile, cuts = ended(blended(lit, 0.33, 1.5))
        seconds = time.process_time() - began
        faded = both_ways(pixels)
        left = pixels.shape[1] - tile.shape[1], pixels.shape[1] // FADE
        bands = detail(faded, left[1]), detail(tile, left[0])
        print(
            f"{name:12} {seam_score(pixels):6.2f} {seam_score(mirrored(pixels)):7.2f}"
            f" {seam_score(faded):6.2f} {seam_score(tile):6.2f} {cuts:6.2f}"
            f"   {bands[0]:6.2f} {bands[1]:6.2f}   {seconds:.2f} s"
        )
        if look:
            look.mkdir(parents=True, exist_ok=True)
            for kind, made in (("ours", tile), ("fade", faded)):
                cv2.imwrite(str(look / f"{name}-{kind}.png"), laid(made)[..., ::-1])


if __name__ == "__main__":
    main()
