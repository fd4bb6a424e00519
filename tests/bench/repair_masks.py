"""Draw the nine stored masks anew: `.venv/bin/python -m tests.bench.repair_masks`.

512 px, 1 bit, white = to be filled. Strokes and boxes of the LaMa masks follow the tables of its
data generator for 512 px (Suvorov et al. 2022, arXiv 2109.07161): angles that turn by about
2/5 of a circle or less, widths and lengths up to a bound.
"""

import math
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

MASKS = Path(__file__).parent / "masks"
SIZE = 512
WORDS = "The quick brown fox jumps over the lazy dog; 0123456789, pack my box."


def text() -> np.ndarray:
    """Lines of type, about an eighth of the picture."""
    sheet = Image.new("L", (SIZE, SIZE))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(26)
    for line in range(15):
        words = WORDS[7 * line % 40 :] + " " + WORDS
        pen.text((6, 6 + 34 * line), words, fill=255, font=font, stroke_width=0)
    return np.asarray(sheet) > 96


def scratches(rng: np.random.Generator) -> np.ndarray:
    """Wavering lines of two to six pixels, about a fiftieth of the picture."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for _ in range(11):
        at, angle = rng.uniform(0, SIZE, 2), rng.uniform(0, math.tau)
        width = int(rng.integers(2, 7))
        for _ in range(int(rng.integers(4, 9))):
            angle += rng.normal(0, 0.25)
            to = at + rng.uniform(12, 36) * np.array([math.cos(angle), math.sin(angle)])
            cv2.line(mask, tuple(map(int, at)), tuple(map(int, to)), 1, width)
            at = to
    return mask > 0


def strokes(rng: np.random.Generator, count: int, wide: int, long: int, joints: int) -> np.ndarray:
    """Broken lines of one width each."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for _ in range(count):
        at, width = rng.uniform(0, SIZE, 2), int(rng.integers(max(4, wide // 2), wide + 1))
        for joint in range(int(rng.integers(2, joints + 1))):
            angle = rng.uniform(0.02, 2 * math.pi / 5)
            angle = math.tau - angle if joint % 2 else angle
            to = at + rng.uniform(long / 4, long) * np.array([math.sin(angle), math.cos(angle)])
            to = to.clip(0, SIZE)
            cv2.line(mask, tuple(map(int, at)), tuple(map(int, to)), 1, width)
            at = to
    return mask > 0


def boxes(rng: np.random.Generator, sides: tuple[int, ...]) -> np.ndarray:
    """Squares that keep 24 pixels from one another and from the edge."""
    mask = np.zeros((SIZE, SIZE), bool)
    for side in sides:
        while True:
            y, x = rng.integers(24, SIZE - side - 24, 2)
            if not mask[y - 24 : y + side + 24, x - 24 : x + side + 24].any():
                mask[y : y + side, x : x + side] = True
                break
    return mask


def blobs(rng: np.random.Generator) -> np.ndarray:
    """Rounded stains, a fifth of the picture."""
    field = cv2.GaussianBlur(rng.standard_normal((SIZE, SIZE)), (0, 0), 22)
    return field > np.quantile(field, 0.8)


def masks() -> dict[str, np.ndarray]:
    """Return the nine masks, bool [512, 512], by name."""
    rng = np.random.default_rng(5)
    return {
        "text": text(),
        "scratches": scratches(rng),
        "dropout50": rng.random((SIZE, SIZE)) < 0.5,
        "dropout80": rng.random((SIZE, SIZE)) < 0.8,
        "lama_thin": strokes(rng, 16, 12, 80, 5),
        "lama_medium": strokes(rng, 5, 50, 150, 4) | boxes(rng, (40, 30)),
        "lama_thick": strokes(rng, 2, 100, 220, 3) | boxes(rng, (96,)),
        "boxes": boxes(rng, (96, 64, 64, 32, 32)),
        "blobs": blobs(rng),
    }


if __name__ == "__main__":
    for name, mask in masks().items():
        Image.fromarray(mask).save(MASKS / f"{name}.png")
        print(f"{name:12} {mask.mean():6.1%}")
