"""The results page's twelve cases, side by side: damage, ours, PyPatchMatch, truth.

    .venv/bin/python -m tests.bench.repair_page --peers PYTHON --out FOLDER

Writes repair-thin.jpg and repair-thick.jpg, six cases each, chosen before they were looked at; all
photographs are scikit-image's that are in the public domain, so that the pages may be kept here.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from tests.bench.repair import ours, peers
from tests.bench.repair_cases import Case, cases

PAGES = {
    "thin": (
        *(("scratches", "coffee"), ("scratches", "rocket"), ("text", "chelsea")),
        *(("text", "astronaut"), ("dropout80", "coffee"), ("lama_thin", "chelsea")),
    ),
    "thick": (
        *(("boxes", "coffee"), ("boxes", "chelsea"), ("blobs", "rocket")),
        *(("blobs", "brick"), ("lama_medium", "astronaut"), ("lama_thick", "gravel")),
    ),
}
WIDTH, HEIGHT = 300, 220
PINK = np.uint8([255, 0, 120])


def tile(picture: np.ndarray) -> Image.Image:
    """Return the picture cut to the page's shape around its middle, and made as small."""
    image = Image.fromarray(picture)
    w, h = image.size
    cut_w, cut_h = min(w, h * WIDTH // HEIGHT), min(h, w * HEIGHT // WIDTH)
    left, top = (w - cut_w) // 2, (h - cut_h) // 2
    box = (left, top, left + cut_w, top + cut_h)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box)


def row(case: Case, python: str) -> list[Image.Image]:
    """Return one case's four pictures."""
    marked = np.where(case.mask[..., None], PINK, case.truth)
    fills = [ours(["auto"], [case])["our auto"][0][0], peers(python, ["patchmatch"], [case])]
    theirs = fills[1]["patchmatch"][0][0] if fills[1] else marked
    theirs = np.where(case.mask[..., None], theirs, case.truth)
    return [tile(picture) for picture in (marked, fills[0], theirs, case.truth)]


def main() -> None:
    """Make both pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    for name, wanted in PAGES.items():
        page = Image.new("RGB", (4 * (WIDTH + 4), len(wanted) * (HEIGHT + 4)), (30, 31, 34))
        for y, (mask, photo) in enumerate(wanted):
            case = next(case for case in cases((mask,), 34) if case.photo == photo)
            for x, image in enumerate(row(case, asked.peers)):
                page.paste(image, (x * (WIDTH + 4), y * (HEIGHT + 4)))
        page.save(asked.out / f"repair-{name}.jpg", quality=88)


if __name__ == "__main__":
    main()
