"""What a user's own model draws into holes, per family, beside patches and Telea.

    .venv/bin/python -m tests.bench.repair_own PROJECT [--run N] [--pictures 8] [--skip 0]
        [--sheet FILE.png]

Pictures are ones the run held out; by turns a box and strokes cover about a quarter. PSNR in dB and
SSIM (7 x 7) in the mask, of premultiplied values; CPU seconds on one thread. `model` is the first
candidate, `model, others` the mean of the two after it. The sheet shows, per picture: what is
known, the truth, the model's first and second, patches, Telea.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from skimage.metrics import structural_similarity

from studio.core import project as projects
from studio.core.explore.explorer import Explorer, open_explorer
from studio.core.family import Repairs
from studio.core.pictures import opaque, save, straighten
from studio.core.project import Project
from studio.core.repair import classic, own, patching
from studio.core.repair.hole import Filler, Hole
from tests.bench.inversion import held_out
from tests.bench.trained import ended

RED = np.array([255, 0, 80], np.uint8)
COVERED = 0.22  # by strokes; a box covers a quarter
SHOWN = 3  # times enlarged


def masks(count: int, height: int, width: int) -> Iterator[np.ndarray]:
    """Yield masks bool [height, width], always the same ones."""
    rng = np.random.default_rng(5)
    for k in range(count):
        drawn = np.zeros((height, width), np.uint8)
        if k % 2:
            while drawn.mean() < COVERED:
                (a, b), (c, d) = rng.integers(0, (width, height), (2, 2)).tolist()
                cv2.line(drawn, (a, b), (c, d), 1, max(2, min(height, width) // 10))
        else:
            top = rng.integers(height // 8, height - height // 2 - height // 8 + 1)
            left = rng.integers(width // 8, width - width // 2 - width // 8 + 1)
            drawn[top : top + height // 2, left : left + width // 2] = 1
        yield drawn > 0


def scores(filled: np.ndarray, truth: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """Return PSNR and SSIM in the mask, of colors [h, w, c] in [0, 1]."""
    error = float(np.square(filled - truth)[mask].mean())
    similar = structural_similarity(filled, truth, channel_axis=-1, data_range=1, full=True)[1]
    return -10 * np.log10(max(error, 1e-9)), float(similar[mask].mean())


def shown(colors: np.ndarray) -> np.ndarray:
    """Return premultiplied colors in [0, 1] as an RGB picture."""
    levels = (colors * 255).round().astype(np.uint8)
    return opaque(straighten(levels) if levels.shape[2] == 4 else levels)


def ways(explorer: Explorer) -> dict[str, Filler]:
    """Return the fillers by name, in the order of the sheet."""
    first, second, third = (own.filler(explorer, way) for way in range(3))
    texture = next(iter(patching.FILLS.values()))
    return {
        "model": first,
        "second": second,
        "third": third,
        "patch": texture,
        "telea": classic.telea,
    }


def compare(project: Project, number: int, args: argparse.Namespace) -> None:
    """Print a run's lines and save its sheet."""
    explorer: Explorer = ended(open_explorer(project, number))
    packed, places = held_out(project, number, args.skip + args.pictures)
    places = places[args.skip :]
    found: dict[str, list[tuple[float, float, float]]] = {}
    rows = []
    for place, mask in zip(places, masks(len(places), *explorer.size[:2]), strict=True):
        truth = packed.pictures[place].astype(np.float32) / 255
        hole = Hole(np.where(mask[..., None], np.float32(0.5), truth), mask, ~mask)
        row = [np.where(mask[..., None], RED, shown(truth)), shown(truth)]
        for name, fill in ways(explorer).items():
            begun = time.process_time()
            colors = np.where(mask[..., None], ended(fill(hole)), truth).clip(0, 1)
            seconds = time.process_time() - begun
            kind = "model, others" if name in ("second", "third") else name
            found.setdefault(kind, []).append((*scores(colors, truth, mask), seconds))
            row += [shown(colors)] if name != "third" else []
        rows.append(np.hstack([np.pad(one, ((1, 1), (1, 1), (0, 0))) for one in row]))
    how = "repairs" if isinstance(explorer.model, Repairs) else "searched"
    for name, values in found.items():
        psnr, similar, seconds = np.mean(values, 0)
        title = f"{number} {explorer.family.id}, {how}: {name}"
        print(f"{title:44}{psnr:8.2f}{similar:8.3f}{seconds:9.2f}{len(places):5}", flush=True)
    if args.sheet:
        half = (len(rows) + 1) // 2
        rows += [np.zeros_like(rows[0])] * (2 * half - len(rows))
        sheet = np.hstack([np.vstack(rows[:half]), np.vstack(rows[half:])])
        path = args.sheet.with_stem(f"{args.sheet.stem}-{number}")
        save(sheet.repeat(SHOWN, 0).repeat(SHOWN, 1), path)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--run", type=int)
    parser.add_argument("--pictures", type=int, default=8)
    parser.add_argument("--skip", type=int, default=0, help="leave out so many pictures first")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    project = projects.open(args.project)
    print(f"{'means':44}{'PSNR':>8}{'SSIM':>8}{'seconds':>9}{'n':>5}")
    for number in [args.run] if args.run else [run.number for run in project.runs()]:
        compare(project, number, args)


if __name__ == "__main__":
    main()
