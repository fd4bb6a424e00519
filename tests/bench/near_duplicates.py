"""Copies planted among game sprites and photographs: how many are found, and how much else.

    python tests/bench/near_duplicates.py [tiles|flat|photos …]

Each planted copy is of another kind: encoded again (JPEG of quality 50 to 90; sprites with alpha as
lossy WebP, for JPEG has none), resized and back, shifted by up to 3 pixels, mirrored. It is found
if it is told to repeat its original. A pair that was not planted is an error, unless the pixels
themselves confirm it: at the best of all mirrors and shifts up to 4 pixels the two differ by at
most 16 levels (root mean square over what is not clear), and no 4×4 block by more than 24.
"""

import io
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared/data"
SIDE, SEED = 32, 0
KINDS = (
    *("JPEG 50", "JPEG 70", "JPEG 90", "half", "3/4", "3/2", "double"),
    *("shifted", "mirrored", "upside down", "mirrored, JPEG 70", "shifted, JPEG 70"),
)
SETS = {"tiles": ("crawl-tiles-32", 960), "flat": ("crawl-tiles-32", 960)}
SETS["photos"] = ("cifar10-images", 2400)
sys.path.insert(0, str(ROOT))


def pictures(name: str, flat: bool) -> np.ndarray:
    """Return the different pictures of 32×32 of a zip, premultiplied uint8 [n, 32, 32, 3 or 4]."""
    found: dict[bytes, np.ndarray] = {}
    with zipfile.ZipFile(DATA / f"{name}.zip") as archive:
        for file in archive.namelist():
            if file.endswith((".png", ".jpg")):
                image = Image.open(io.BytesIO(archive.read(file)))
                if image.size == (SIDE, SIDE):
                    clear = not flat and name.startswith("crawl")
                    picture = np.asarray(image.convert("RGBA")).astype(np.uint16)
                    color = picture[..., :3] * picture[..., 3:] // 255
                    parts = [color, picture[..., 3:]] if clear else [color]
                    whole = np.concatenate(parts, -1).astype(np.uint8)
                    found.setdefault(whole.tobytes(), whole)
    return np.stack(list(found.values()))


def worth(rows: np.ndarray) -> np.ndarray:
    """Tell which pictures show enough to be told apart from others: 30 pixels, some contrast."""
    filled = (rows[..., 3] > 30).sum((1, 2)) if rows.shape[-1] == 4 else np.full(len(rows), 999)
    return (filled >= 30) & (rows.std((1, 2)).max(-1) > 4)


def planted(row: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Return a copy of that kind."""
    factors = {"half": 0.5, "3/4": 0.75, "3/2": 1.5, "double": 2.0}
    if kind in factors:
        row = resized(row, factors[kind])
    if kind.startswith("shifted"):
        row = shifted(row, rng)
    if kind.startswith("mirrored"):
        row = row[:, ::-1]
    if kind == "upside down":
        row = row[::-1]
    if "JPEG" in kind:
        row = lossy(np.ascontiguousarray(row), int(kind[-2:]))
    return np.ascontiguousarray(row)


def resized(row: np.ndarray, factor: float) -> np.ndarray:
    """Return a picture that went to another size and back."""
    ways = (cv2.INTER_AREA, cv2.INTER_CUBIC) if factor < 1 else (cv2.INTER_CUBIC, cv2.INTER_AREA)
    side = round(SIDE * factor)
    back = cv2.resize(
        cv2.resize(row, (side, side), interpolation=ways[0]), (SIDE, SIDE), interpolation=ways[1]
    )
    return np.minimum(back, back[..., 3:]) if back.shape[-1] == 4 else back


def shifted(row: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture moved by up to 3 pixels each way; what comes in is clear, or the edge."""
    by = rng.integers(-3, 4, 2)
    while not by.any():
        by = rng.integers(-3, 4, 2)
    clear = row.shape[-1] == 4 and row[..., 3].min() < 255
    edge = cv2.BORDER_CONSTANT if clear else cv2.BORDER_REPLICATE
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    return cv2.warpAffine(row, matrix, (SIDE, SIDE), flags=cv2.INTER_NEAREST, borderMode=edge)


def lossy(row: np.ndarray, quality: int) -> np.ndarray:
    """Return a picture as it comes back from a JPEG, or from a WebP where it has clear places."""
    file = io.BytesIO()
    if row.shape[-1] == 4 and row[..., 3].min() < 255:
        straight = row.astype(np.float32)
        straight[..., :3] *= 255 / np.maximum(straight[..., 3:], 1)
        Image.fromarray(straight.clip(0, 255).astype(np.uint8)).save(file, "WEBP", quality=quality)
        back = np.asarray(Image.open(file).convert("RGBA")).astype(np.uint16)
        color = back[..., :3] * back[..., 3:] // 255
        return np.concatenate([color, back[..., 3:]], -1).astype(np.uint8)
    Image.fromarray(np.ascontiguousarray(row[..., :3])).save(file, "JPEG", quality=quality)
    back = np.asarray(Image.open(file).convert("RGB"))
    return np.concatenate([back, row[..., 3:]], -1)


def confirmed(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell by their pixels alone whether two pictures are the same one."""
    for turn in range(4):
        mirrored = b[:: -1 if turn & 2 else 1, :: -1 if turn & 1 else 1]
        for down in range(-4, 5):
            for across in range(-4, 5):
                if _same(_cut(a, -down, -across), _cut(mirrored, down, across)):
                    return True
    return False


def _cut(x: np.ndarray, down: int, across: int) -> np.ndarray:
    rows = slice(max(down, 0), SIDE + min(down, 0))
    return x[rows, max(across, 0) : SIDE + min(across, 0)].astype(np.float32)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    filled = np.maximum(a[..., 3], b[..., 3]).sum() / 255 if a.shape[-1] == 4 else a[..., 0].size
    difference = a - b
    if np.square(difference).mean(-1).sum() > 16**2 * max(filled, 1):
        return False
    return bool(np.abs(cv2.blur(difference, (4, 4))).max() <= 24)


def measure(which: str) -> None:
    """Plant, find, count, print."""
    from studio.core.data.likeness import find
    from studio.core.events import finished

    name, count = SETS[which]
    rows, rng = pictures(name, which == "flat"), np.random.default_rng(SEED)
    pick = rng.permutation(np.flatnonzero(worth(rows)))[:count]
    kinds = [KINDS[k % len(KINDS)] for k in range(count)]
    copies = [planted(rows[p], kind, rng) for p, kind in zip(pick, kinds, strict=True)]
    everything = np.concatenate([rows, np.stack(copies)])
    began = time.process_time()
    found = finished(find(everything))
    seconds = time.process_time() - began
    right, natural, wrong, hits = 0, 0, 0, Counter()
    for first, second in zip(found.first.tolist(), found.second.tolist(), strict=True):
        place = second - len(rows)
        original = int(pick[place]) if place >= 0 else -1
        if place >= 0 and (first == original or confirmed(rows[original], everything[first])):
            right += 1
            hits[kinds[place]] += 1
        elif confirmed(everything[first], everything[second]):
            natural += 1
        else:
            wrong += 1
    total = Counter(kinds)
    print(
        f"{which}: {len(rows)} pictures and {count} copies, {seconds:.1f} s of CPU:"
        f" recall {right / count:.3f}, precision {right / max(right + wrong, 1):.3f}"
        f" ({wrong} wrong; {natural} that were there before, confirmed by their pixels)"
    )
    for kind in KINDS:
        print(f"    {kind:<20}{hits[kind] / total[kind]:.3f}", flush=True)


def main() -> None:
    """Measure the sets that are named, or all."""
    for which in sys.argv[1:] or SETS:
        measure(which)


if __name__ == "__main__":
    main()
