"""Packing against rectpack: how full a page is, and how long it takes, at 1,000 sprites.

    .venv/bin/python -m tests.bench.packing --peers PYTHON [--seeds 3] [--count 1000] [--sweep 250]

PYTHON is an interpreter that has rectpack (`pip install rectpack==0.2.2`). All its algorithms and
orders are tried on --sweep sprites of each kind; the three that pack best there, and its default
(MaxRectsBssf by area), then pack all --count sprites: on one page, where its ways to choose a bin
are alike, and on pages of 1024 a side, in each of these ways. Density is the sprites' area, with a
padding of 2, by the page's width and used height. rectpack is told the width: ours, and two others,
of which the best counts; ours has to find it, and the search is in its seconds. Of several pages
the last counts but as far as it is used. Seconds are the processor's.
"""

import argparse
import io
import json
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from studio.core.assets.packing import Room, pack
from studio.core.assets.trimming import seen
from studio.core.events import finished

DATA = Path(__file__).parents[3] / "shared" / "data"
PADDING = 2
DEFAULT = "MaxRectsBssf SORT_AREA BFF"
MODES = ("BNF", "BFF", "BBF", "Global")
SIDE = 1024  # pixels a side, where several pages are filled
LIMIT = 60  # seconds for a setting of a peer


def equal(count: int, rng: np.random.Generator) -> np.ndarray:
    return np.tile(rng.integers(16, 65, 2), (count, 1))


def mixed(count: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(8, 129, (count, 2))


def trimmed(count: int, rng: np.random.Generator) -> np.ndarray:
    """Half of the sprites from crawl-tiles, half from noto-emoji, trimmed."""
    found: list[tuple[int, int]] = []
    for name, many in (
        ("crawl-tiles-32.zip", count // 2),
        ("noto-emoji-72.zip", count - count // 2),
    ):
        with zipfile.ZipFile(DATA / name) as archive:
            files = sorted(file for file in archive.namelist() if file.endswith(".png"))
            for file in rng.choice(files, many, replace=False):
                with Image.open(io.BytesIO(archive.read(str(file)))) as image:
                    box = seen(np.asarray(image.convert("RGBA")))
                found.append((min(box.width, 128), min(box.height, 128)))
    return np.array(found)


KINDS = {"equal": equal, "mixed": mixed, "trimmed": trimmed}


def ours(sizes: np.ndarray) -> tuple[int, int, float]:
    began = time.process_time()
    (page,) = finished(pack(sizes, Room(16384))) or ()
    return page.width, page.height, time.process_time() - began


def peer(
    python: str, sizes: np.ndarray, settings: list[str], width: int, bins: int = 0
) -> Iterator[tuple]:
    asked = {"sizes": sizes.tolist(), "width": width, "bins": bins, "settings": settings}
    script = Path(__file__).with_name("packing_peers.py")
    run = subprocess.run(
        [python, script], input=json.dumps(asked | {"limit": LIMIT}), capture_output=True, text=True
    )
    if run.returncode:
        raise SystemExit(run.stderr)
    for line in run.stdout.splitlines():
        setting, area, seconds = json.loads(line)
        if area:
            yield setting, int(sizes.prod(1).sum()) / area, seconds


def swept(python: str, make, count: int) -> list[str]:
    """Return the settings of the peer that pack best, and its default."""
    sizes = make(count, np.random.default_rng(99)) + PADDING
    width = ours(sizes)[0]
    found = sorted(peer(python, sizes, [], width), key=lambda row: -row[1])
    for setting, density, seconds in found[:3]:
        print(f"  sweep at {count}: {setting:32} {density:.4f}  {seconds:.3f} s", flush=True)
    return list(dict.fromkeys([row[0] for row in found[:3]] + [DEFAULT]))


def case(python: str, sizes: np.ndarray, settings: list[str], seed: int) -> tuple[float, ...]:
    """Print a row; return the densities and the ratios of seconds."""
    width, height, seconds = ours(sizes)
    density = int(sizes.prod(1).sum()) / (width * height)
    root = int(sizes.prod(1).sum() ** 0.5)
    rows = list(peer(python, sizes, settings, width))
    quick = [row[0] for row in rows if row[2] < 2]
    for other in (max(root, sizes[0, 0]), root * 6 // 5):
        rows += peer(python, sizes, quick, int(other)) if quick else []
    best = max(rows, key=lambda row: row[1])
    default = max((row for row in rows if row[0] == DEFAULT), default=best, key=lambda row: row[1])
    print(
        f"  seed {seed}: rectpack {best[0]} {best[1]:.4f} in {best[2]:.3f} s, default"
        f" {default[1]:.4f} in {default[2]:.2f} s; ours {density:.4f} in {seconds:.3f} s"
        f" ({width} x {height}); {best[2] / seconds:.1f} and {default[2] / seconds:.0f} times",
        flush=True,
    )
    return density, best[1], best[2] / seconds, default[2] / seconds


def on_pages(python: str, sizes: np.ndarray, settings: list[str]) -> None:
    """Print how well pages of SIDE are filled, under each of the peer's ways to choose a bin."""
    began = time.process_time()
    pages = finished(pack(sizes, Room(SIDE), True)) or []
    seconds = time.process_time() - began
    area = sum(page.width * page.height for page in pages)
    modes = [f"{name.rsplit(' ', 1)[0]} {mode}" for name in settings for mode in MODES]
    rows = list(peer(python, sizes, modes, 0, SIDE))
    best = max(rows, key=lambda row: row[1])
    density = int(sizes.prod(1).sum()) / area
    print(
        f"  pages of {SIDE}: rectpack {best[0]} {best[1]:.4f} in {best[2]:.3f} s; ours"
        f" {density:.4f} in {seconds:.3f} s; ratio {density / best[1]:.3f},"
        f" {best[2] / seconds:.1f} times",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--sweep", type=int, default=250)
    parser.add_argument("--kinds", default=",".join(KINDS))
    given = parser.parse_args()
    ours(mixed(50, np.random.default_rng(0)))  # warm
    for name in given.kinds.split(","):
        make = KINDS[name]
        print(f"{name}, {given.count} sprites", flush=True)
        settings = swept(given.peers, make, given.sweep)
        rows = [
            case(given.peers, make(given.count, np.random.default_rng(s)) + PADDING, settings, s)
            for s in range(given.seeds)
        ]
        on_pages(given.peers, make(given.count, np.random.default_rng(0)) + PADDING, settings)
        mine, best, faster, by_default = (median(column) for column in zip(*rows, strict=True))
        print(
            f"  median: rectpack's best {best:.4f}, ours {mine:.4f}, ratio {mine / best:.3f} (asked"
            f" >= 0.95); {faster:.1f} times as fast as its best (asked >= 5), {by_default:.0f}"
            " times as its default",
            flush=True,
        )


if __name__ == "__main__":
    main()
