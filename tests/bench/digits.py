"""Digits in seconds: are asked digits drawn, after 10 s and after 60 s of learning?

    .venv/bin/python -m tests.bench.digits --out OUT [--family vae ...] [--seconds 10 60]
        [--side 16] [--clock wall --threads 2 | --clock cpu] [--seed 0]

The quick look of a family learns starter:digits with their classes; 1,000 digits are drawn, every
class in turn, and read by a support vector machine that learned real digits (its own accuracy on
real ones that it has not seen is printed). Goals: 96 % read as asked after 10 s, 99 % after 60 s.
The wall clock on two threads is what is asked for; on a busy machine take --clock cpu, which counts
this process's CPU seconds on one thread. OUT gets a grid each, a row per class.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from torch.nn import functional

from studio.core import pictures
from studio.core import project as projects
from studio.core.data.packed import PackedSet
from studio.core.families import families
from tests.bench import trained
from tests.bench.trained import Asked

COUNT, CLASSES = 1000, 10
GOALS = {10.0: 0.96, 60.0: 0.99}


def rows(many: np.ndarray) -> np.ndarray:
    """Return pictures uint8 [n, h, w, 1 or 3] as the reader sees them: 64 numbers in 0..16."""
    grey = torch.from_numpy(np.ascontiguousarray(many)).float().mean(3)
    small = functional.interpolate(grey[:, None], (8, 8), mode="bilinear", antialias=True)
    return (small.flatten(1) / 255 * 16).numpy()


def reader(packed: PackedSet) -> tuple[SVC, float]:
    """Return a support vector machine that learned 70 % of real digits, and how well it reads
    the rest.
    """
    labels = packed.labels
    assert labels is not None
    parts = train_test_split(
        rows(np.array(packed.pictures)), labels, test_size=0.3, random_state=0, stratify=labels
    )
    known, unseen, known_labels, unseen_labels = parts
    machine = SVC(C=10).fit(known, known_labels)
    return machine, float(machine.score(unseen, unseen_labels))


def one_row_each(drawn: np.ndarray) -> np.ndarray:
    """Return a grid of the first 100 of pictures drawn class by class in turn, a row per class."""
    first = drawn[: 10 * CLASSES].reshape(10, CLASSES, *drawn.shape[1:]).swapaxes(0, 1)
    return pictures.grid(first.reshape(-1, *drawn.shape[1:]), columns=10)


def main() -> None:
    """Train, draw, read, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--family", nargs="*", choices=families())
    parser.add_argument("--seconds", type=float, nargs="+", default=list(GOALS))
    parser.add_argument("--side", type=int, default=16)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project = projects.create(Path(folder) / "digits.atelier")
        packed = trained.imported(project, "starter:digits", words.side)
        machine, own = reader(packed)
        print(f"the reader itself reads {own:.1%} of real digits it has not seen")
        print(f"{words.side} px, {words.clock} seconds")
        print(f"{'':16}{'seconds':>9}{'with all':>9}{'steps':>8}{'as asked':>10}{'goal':>7}")
        for family in words.family or families():
            for seconds in words.seconds:
                asked = Asked(family, "quick", seconds, words.seed, words.clock, words.threads)
                done = trained.train(project, packed, asked)
                drawn, _ = trained.drawn(done, COUNT)
                pictures.save(one_row_each(drawn), words.out / f"{family}-{seconds:.0f}s.png")
                share = np.mean(machine.predict(rows(drawn)) == np.arange(COUNT) % CLASSES)
                goal = GOALS.get(seconds)
                said = "" if goal is None else f"{goal:7.0%}" + (" met" * bool(share >= goal))
                print(
                    f"{family:16}{done.seconds:9.1f}{done.whole:9.1f}{done.steps:8}"
                    f"{share:10.1%}{said}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
