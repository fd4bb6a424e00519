"""Import of 60,000 JPEG photographs: our whole import against a plain Pillow loop, in one run.

    python tests/bench/import_speed.py [ROUNDS]

The peer reads, decodes, converts and resizes into an array, nothing else; ours also hashes,
finds duplicates, and writes a set to disk. On a busy machine compare the CPU seconds instead:
ours are those of all its processes together.
"""

import io
import os
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared/data/cifar10-images.zip"
SIDE = 32
GOAL = 3.0
sys.path.insert(0, str(ROOT))


def cpu() -> float:
    """Return the CPU seconds of this process and its ended children (0 for these on Windows)."""
    return sum(os.times()[:4])


def peer() -> float:
    """Return the seconds of the plain loop."""
    start = time.perf_counter()
    with zipfile.ZipFile(SOURCE) as archive:
        names = [n for n in archive.namelist() if n.endswith(".jpg")]
        pictures = np.empty((len(names), SIDE, SIDE, 3), np.uint8)
        for k, name in enumerate(names):
            image = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
            pictures[k] = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return time.perf_counter() - start


def ours() -> float:
    """Return the seconds of an import, from the path to an opened set on disk."""
    from studio.core.data import importing
    from studio.core.data.import_settings import ImportSettings

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        job = importing.draft(str(SOURCE), ImportSettings(width=SIDE, height=SIDE), Path(folder))
        try:
            while True:
                next(job)
        except StopIteration as end:
            packed = importing.accept(end.value)
        seconds = time.perf_counter() - start
        assert packed.pictures.shape == (60_000, SIDE, SIDE, 3)
        del packed
    return seconds


def main() -> None:
    """Run both in turns and print the medians and their ratio."""
    if not SOURCE.exists():
        sys.exit("../shared/data/cifar10-images.zip is not here; nothing to measure.")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    peers, mine, spent = [], [], []
    for _ in range(rounds):
        start = cpu()
        peers.append(peer())
        middle = cpu()
        mine.append(ours())
        spent.append((middle - start, cpu() - middle))
        print(f"  peer {peers[-1]:.2f} s, ours {mine[-1]:.2f} s", flush=True)
    theirs, our = statistics.median(peers), statistics.median(mine)
    ratio = theirs / our
    busy, our_busy = (statistics.median(column) for column in zip(*spent, strict=True))
    print(f"CPU seconds: peer {busy:.2f}, ours {our_busy:.2f}, ratio {busy / our_busy:.2f}")
    print(f"import: peer {theirs:.2f} s, ours {our:.2f} s, ratio {ratio:.2f} (goal {GOAL})")


if __name__ == "__main__":
    main()
