"""What style transfer is measured on: six photographs, six pictures with a hand, references."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

SHARED = Path(__file__).parents[3] / "shared/data"
CONTENTS = ("golden_gate", "tubingen", "astronaut", "coffee", "chelsea", "rocket")
STYLES = ("starry", "shipwreck", "matisse", "tissue", "dabs", "hatching")
PAINTINGS = {
    "starry": "starry_night.jpg",
    "shipwreck": "shipwreck.jpg",
    "matisse": "woman-with-hat-matisse.jpg",
}
SIDE = 512  # pixels of the procedural pictures


def content(name: str, side: int) -> np.ndarray:
    """Return a photograph uint8 [h, w, 3], `side` pixels on its longer side."""
    photo = SHARED / f"photos/{name}.jpg"
    return sized(_read(photo if name in CONTENTS[:2] else _bundled(name)), side)


def style(name: str, side: int) -> np.ndarray:
    """Return a picture to take the style from, uint8 [h, w, 3], `side` pixels on its longer side.

    Three paintings, a stained tissue under the microscope (scikit-image), and two drawn here.
    """
    if name in PAINTINGS:
        return sized(_read(SHARED / "paintings" / PAINTINGS[name]), side)
    return sized(_read(_bundled("ihc")) if name == "tissue" else DRAWN[name](), side)


def references(content: str, style: str, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return what others made of a pair, by maker, uint8 of `size` (h, w): {} of most pairs.

    `reference` is a VGG19 optimizer's, made at 512 px; `prototype` ours before this project, made
    at 400 px. Both are resized to `size` with Lanczos, the prototype loses by that.
    """
    files = {
        "reference": SHARED / f"reference/{content}_{style}.png",
        "prototype": SHARED / f"reference/prototype_{content}_{style}.png",
    }
    return {name: fitted(_read(file), size) for name, file in files.items() if file.exists()}


def tricks(recolored: np.ndarray, style: np.ndarray) -> dict[str, np.ndarray]:
    """Return pictures that a judge of style must not praise, uint8 of `recolored`'s size.

    The style itself, its tiles of 32 px shuffled, noise, and the content in the style's colors
    under more and more white noise, blurred, or sharpened.
    """
    rng, (h, w) = np.random.default_rng(0), recolored.shape[:2]
    whole = fitted(style, (h, w))
    rows, columns = h // 32, w // 32
    pieces = whole[: 32 * rows, : 32 * columns].reshape(rows, 32, columns, 32, 3).swapaxes(1, 2)
    mixed = rng.permutation(pieces.reshape(-1, 32, 32, 3)).reshape(pieces.shape).swapaxes(1, 2)
    base, smooth = recolored.astype(np.float32), cv2.GaussianBlur(recolored, (0, 0), 2)
    grain = rng.normal(0, 1, base.shape)
    found = {
        "style itself": whole,
        "tiles of it": fitted(mixed.reshape(32 * rows, 32 * columns, 3), (h, w)),
        "noise": rng.integers(0, 256, base.shape),
        **{f"colors+noise {s}": base + s * grain for s in (10, 20, 40)},
        "colors blurred": smooth,
        "colors sharpened": base + 2 * (base - smooth),
    }
    return {name: np.clip(made, 0, 255).astype(np.uint8) for name, made in found.items()}


def sized(picture: np.ndarray, side: int) -> np.ndarray:
    """Return a picture scaled (Lanczos, anti-aliased) to `side` pixels on its longer side."""
    h, w = picture.shape[:2]
    scale = side / max(h, w)
    return fitted(picture, (max(1, round(h * scale)), max(1, round(w * scale))))


def fitted(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a picture resized to (h, w) with Lanczos, anti-aliased."""
    if picture.shape[:2] == size:
        return picture
    image = Image.fromarray(picture).resize((size[1], size[0]), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _read(file: Path) -> np.ndarray:
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def _bundled(name: str) -> Path:
    import skimage.data

    return next(Path(skimage.data.__file__).parent.glob(f"{name}.*"))


@cache
def dabs() -> np.ndarray:
    """Return a procedural landscape in short thick strokes of a bristle brush, [512, 512, 3]."""
    rng = np.random.default_rng(6)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    ridge = 0.5 + 0.09 * np.sin(7 * x) + 0.05 * np.sin(17 * x + 1)
    sun = np.exp(-((x - 0.7) ** 2 + (y - 0.25) ** 2) / 0.02)[..., None]
    sky = np.array([0.35, 0.55, 0.8], np.float32) * (1 - y[..., None]) + np.array(
        [1, 0.75, 0.45], np.float32
    ) * (1.4 * y[..., None])
    land = np.array([0.16, 0.3, 0.18], np.float32) + (y - ridge)[..., None] * np.array(
        [0.9, 0.6, 0.05], np.float32
    )
    scene = np.where(
        (y < ridge)[..., None], sky + sun * np.array([0.6, 0.5, 0.1], np.float32), land
    )
    turn = np.where(y < ridge, 1.2 * np.sin(5 * x) + 2.5 * (y - 0.25), 0.3 - 3 * (x - 0.5) * y)
    canvas = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    for length, count in ((44, 900), (26, 2600), (15, 2600)):
        for py, px in rng.integers(0, SIDE, (count, 2)):
            color = scene[py, px] + rng.normal(0, 0.07, 3) + rng.normal(0, 0.05)
            angle = float(turn[py, px] + rng.normal(0, 0.2))
            _dab(canvas, (int(py), int(px)), length, angle, color, rng)
    return (np.clip(canvas, 0, 1) * 255).astype(np.uint8)


def _dab(
    canvas: np.ndarray,
    at: tuple[int, int],
    length: int,
    angle: float,
    color: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Lay one stroke around `at`, (y, x): bristles run along it, its ridge catches the light."""
    half = length // 2 + 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    along = (x * np.cos(angle) + y * np.sin(angle)) / (length / 2)
    across = (y * np.cos(angle) - x * np.sin(angle)) / (length / 5)
    inside = np.clip(4 * (1 - along**4 - across**2), 0, 1)
    bristles = rng.normal(0, 0.09, 12)
    streak = np.interp(across.ravel(), np.linspace(-1, 1, 12), bristles).reshape(across.shape)
    paint = (
        color
        + streak[..., None]
        + 0.1 * (across < -0.6)[..., None]
        - 0.1 * (across > 0.7)[..., None]
    )
    top, left = at[0] - half, at[1] - half
    rows = slice(max(0, top), min(SIDE, top + 2 * half + 1))
    columns = slice(max(0, left), min(SIDE, left + 2 * half + 1))
    part = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    share = 0.95 * inside[part][..., None]
    canvas[rows, columns] += share * (paint[part] - canvas[rows, columns])


@cache
def hatching() -> np.ndarray:
    """Return procedural hills hatched in brown ink on cream paper, [512, 512, 3]."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    tone = 0.5 + 0.25 * np.sin(9 * x + 4 * np.sin(5 * y)) + 0.25 * np.sin(11 * y - 3 * x)
    paper = rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32)
    grain = cv2.GaussianBlur(paper, (0, 0), 1.5)[..., None] * np.float32(0.05)
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for angle, limit in ((0.6, 0.8), (-0.7, 0.5), (1.5, 0.25)):
        for py, px in rng.integers(0, SIDE, (5200, 2)):
            if tone[py, px] < limit:
                bend, length = angle + 0.5 * tone[py, px] + rng.normal(0, 0.05), rng.uniform(9, 20)
                along, down = np.cos(bend) * length, np.sin(bend) * length
                start, end = (
                    (int(16 * (px + sign * along)), int(16 * (py + sign * down)))
                    for sign in (-1, 1)
                )
                shade = int(rng.integers(110, 230))
                cv2.line(ink, start, end, shade, 1, cv2.LINE_AA, shift=4)
    share = ink[..., None] / np.float32(255)
    sheet = np.array([0.95, 0.91, 0.8], np.float32) + grain
    return (
        np.clip(sheet + share * (np.array([0.24, 0.13, 0.1], np.float32) - sheet), 0, 1) * 255
    ).astype(np.uint8)


DRAWN: dict[str, Callable[[], np.ndarray]] = {"dabs": dabs, "hatching": hatching}
