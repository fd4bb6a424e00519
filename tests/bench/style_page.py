"""Facts of style's methods beside their looks: seconds, first look, memory, seeds, tiles.

    .venv/bin/python -m tests.bench.style_page [--methods oil,patch] [--side 512] [--rounds 3]
        [--large 4096] [--threads 1] [--skip large,seed,tiles]

Medians of every method that needs no VGG19 on the astronaut (style: the stained tissue), CPU and
clock; when the first coarse look came; the longest pull, which Stop waits for. Peak memory of a
fresh process at `--large` squared, with Python and everything it loads. Whether the same seed gives
the same pixels twice, and another seed others. What differs, in levels of 255, between a picture
made in strips, as large ones are, and made in one piece.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from studio.core.events import Drawn
from studio.core.style.live import restyle
from studio.core.style.look import Look, StylePicture
from studio.core.style.methods import methods
from tests.bench.style_cases import content, style

NARROW = 16  # rows of a strip
TILED_SIDE = 1024
LIMIT = 1800  # seconds for one large picture


class Run(NamedTuple):
    """One picture: seconds of CPU and clock, until the first coarse look, the longest pull."""

    cpu: float
    wall: float
    first: float
    pull: float
    picture: np.ndarray


def run(method: str, photo: np.ndarray, seed: int = 0) -> Run:
    """Restyle a photograph, with the method's own settings."""
    way = methods()[method]
    styles = (StylePicture(style("tissue", 512)),) if way.styled else ()
    job = restyle(photo, Look(method, way.settings(seed=seed), styles))
    cpu, begun = time.process_time(), time.perf_counter()
    first, pull, last = float("nan"), 0.0, begun
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            now = time.perf_counter()
            pull = max(pull, now - last)
            return Run(time.process_time() - cpu, now - begun, first, pull, ended.value.pixels)
        now = time.perf_counter()
        pull, last = max(pull, now - last), now
        if isinstance(event, Drawn) and np.isnan(first):
            first = now - begun


def speed(names: list[str], side: int, rounds: int) -> None:
    """Print medians after a first run that loads what is loaded once."""
    photo = content("astronaut", side)
    heads = ("CPU s", "wall s", "first s", "pull ms")
    print(f"\n{side} x {side}   " + "".join(f"{head:>10}" for head in heads))
    for name in names:
        run(name, content("astronaut", 96))
        found = [run(name, photo)[:4] for _ in range(rounds)]
        cpu, wall, first, pull = (statistics.median(column) for column in zip(*found, strict=True))
        print(f"  {name:12}{cpu:10.2f}{wall:10.2f}{first:10.2f}{1000 * pull:10.0f}", flush=True)


def memory(names: list[str], side: int) -> None:
    """Print the peak memory of each method at side x side, each in a fresh process."""
    print(f"\n{side} x {side}, fresh process: peak MiB, MiB before, CPU s, longest pull ms")
    for name in names:
        command = [sys.executable, "-m", "tests.bench.style_page", "--one", name]
        found = subprocess.run(
            [*command, "--large", str(side)], capture_output=True, text=True, timeout=LIMIT
        )
        if found.returncode:
            print(f"  {name:12}failed: {found.stderr.strip().splitlines()[-1]}", flush=True)
            continue
        peak, before, cpu, pull = json.loads(found.stdout.splitlines()[-1])
        print(f"  {name:12}{peak:10.0f}{before:10.0f}{cpu:10.1f}{1000 * pull:10.0f}", flush=True)


def one(name: str, side: int) -> None:
    """Restyle one large picture in this process and print what it took, as JSON."""
    photo = content("astronaut", side)
    before = _peak()
    made = run(name, photo)
    print(json.dumps([_peak(), before, made.cpu, made.pull]))


def _peak() -> float:
    """Return this process's peak memory in MiB, from Linux: getrusage's has the parent's in it."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def seeds(names: list[str]) -> None:
    """Print whether a seed fixes the pixels, and whether another one changes them."""
    photo = content("astronaut", 256)
    print("\nsame seed, same pixels; another seed, other pixels (share of them)")
    for name in names:
        first, again, other = (run(name, photo, seed).picture for seed in (5, 5, 6))
        changed = (first != other).any(2).mean()
        print(f"  {name:12}{bool((first == again).all())!s:>10}{changed:10.2f}", flush=True)


def tiles(names: list[str]) -> None:
    """Print how far strips of 16 rows differ from the picture in one piece, in levels of 255."""
    from studio.core.style import strips

    photo, usual = content("astronaut", TILED_SIDE), strips.PIXELS
    print(f"\n{TILED_SIDE} x {TILED_SIDE} in strips and whole, largest difference in levels")
    for name in names:
        found = []
        for strips.PIXELS in (NARROW * TILED_SIDE, TILED_SIDE**2):
            found.append(run(name, photo).picture.astype(int))
        strips.PIXELS = usual
        apart = np.abs(found[0] - found[1]).max((1, 2))
        rows = np.arange(TILED_SIDE)
        borders = apart[(rows + 2) % NARROW < 4].max()
        print(f"  {name:12} anywhere {apart.max():4}   at borders {borders:4}", flush=True)


def main() -> None:
    """Measure what is asked."""
    parser = argparse.ArgumentParser(description="Facts of style's methods.")
    parser.add_argument("--methods", default="")
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skip", default="")
    parser.add_argument("--one", default="")
    asked = parser.parse_args()
    cv2.setNumThreads(asked.threads)
    if asked.one:
        one(asked.one, asked.large)  # without torch, if the method needs none
        return
    import torch

    torch.set_num_threads(asked.threads)
    os.environ["OMP_NUM_THREADS"] = str(asked.threads)  # of the fresh processes
    names = [n for n in asked.methods.split(",") if n]
    names = names or [name for name, way in methods().items() if not way.weighted]
    print(time.strftime("%Y-%m-%d %H:%M"), f"{asked.threads} thread(s)")
    speed(names, asked.side, asked.rounds)
    parts = {"seed": lambda: seeds(names), "tiles": lambda: tiles(names)}
    parts["large"] = lambda: memory(names, asked.large)
    for part, measure in parts.items():
        if part not in asked.skip.split(","):
            measure()


if __name__ == "__main__":
    main()
