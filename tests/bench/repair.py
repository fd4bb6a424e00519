"""Repair against its peers: PSNR, SSIM, GMSD in the mask, sharpness, seams and seconds.

    .venv/bin/python -m tests.bench.repair --peers PYTHON [--masks scratches,text] [--photos 12]
        [--ours auto,thin,patch] [--only fsr,patchmatch] [--sheets FOLDER]

PYTHON is a Python that has the peers (see repair_peers.py); without it only ours run. Photographs:
scikit-image's, scikit-learn's and BSDS500's (`../shared/data`), by turns. Seconds are the
processor's, of one thread each; ours and the peers take turns, mask by mask. After the table, ours
minus each peer with the 95 % interval of a paired bootstrap over the photographs.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tests.bench import repair_peers
from tests.bench.repair_cases import THICK, THIN, Case, Score, bootstrap, cases, score

Fills = dict[str, list[tuple[np.ndarray, float]]]


def peers(python: str, names: Iterable[str], batch: list[Case]) -> Fills:
    """Return each peer's fills of the cases, and the seconds of each; {} of one that fails."""
    fills: Fills = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        arrays = {f"d{k}": case.damaged for k, case in enumerate(batch)}
        np.savez(source, **arrays, **{f"m{k}": case.mask for k, case in enumerate(batch)})
        for name in names:
            command = [python, repair_peers.__file__, name, str(source), str(target)]
            try:
                subprocess.run(command, check=True, timeout=180 * len(batch), capture_output=True)
            except (subprocess.SubprocessError, OSError) as error:
                print(f"{name}: {type(error).__name__}, left out of {batch[0].mask_name}")
                continue
            found = np.load(target)
            fills[name] = [(found[f"f{k}"], found["seconds"][k]) for k in range(len(batch))]
    return fills


def ours(methods: Iterable[str], batch: list[Case]) -> Fills:
    """Return our first candidate of each method."""
    import torch

    from studio.core.repair.repairing import repaired

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    fills: Fills = {}
    for method in methods:
        fills[f"our {method}"] = rows = []
        repaired(batch[0].damaged, batch[0].mask, method=method)  # what is loaded once
        for case in batch:
            begun = time.process_time()
            filled = repaired(case.damaged, case.mask, method=method)
            rows.append((filled, time.process_time() - begun))
    return fills


def report(kind: str, batch: list[Case], fills: Fills) -> None:
    """Print the means of one mask's scores and what separates ours from each peer."""
    scores = {
        name: np.array([score(case, row[0]) for case, row in zip(batch, rows, strict=True)])
        for name, rows in fills.items()
    }
    print(
        f"\n{kind}, {len(batch)} photographs: {'':6}" + "".join(f"{f:>10}" for f in Score._fields)
    )
    for name, found in scores.items():
        seconds = statistics.median(row[1] for row in fills[name])
        means = "".join(f"{mean:10.3f}" for mean in found.mean(0))
        print(f"  {name:30}{means}{seconds:9.2f} s")
    first = next((name for name in scores if name.startswith("our ")), None)
    for name, found in scores.items():
        if first is None or name.startswith("our "):
            continue
        parts = []
        for column, title in enumerate(("PSNR", "SSIM", "GMSD")):
            differences = scores[first][:, column] - found[:, column]
            low, high = bootstrap(differences)
            parts.append(f"{title} {differences.mean():+.3f} [{low:+.3f}, {high:+.3f}]")
        print(f"  {first} - {name:14} " + "   ".join(parts))


def sheets(folder: Path, batch: list[Case], fills: Fills) -> None:
    """Save, per photograph, the damage, the truth and every fill side by side."""
    folder.mkdir(parents=True, exist_ok=True)
    for k, case in enumerate(batch):
        shown = [np.where(case.mask[..., None], np.uint8([255, 0, 80]), case.truth), case.truth]
        shown += [np.where(case.mask[..., None], rows[k][0], case.truth) for rows in fills.values()]
        Image.fromarray(np.hstack(shown)).save(folder / f"{case.mask_name}-{case.photo}.png")


def main() -> None:
    """Measure mask by mask."""
    known = [peer.__name__ for peer in repair_peers.PEERS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default="")
    parser.add_argument("--masks", default=",".join(THIN + THICK))
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--ours", default="auto")
    parser.add_argument("--only", default=",".join(p for p in known if p != "shiftmap"))
    parser.add_argument("--sheets", type=Path)
    asked = parser.parse_args()
    for kind in asked.masks.split(","):
        batch = list(cases((kind,), asked.photos))
        fills = ours(filter(None, asked.ours.split(",")), batch)
        if asked.peers:
            fills |= peers(asked.peers, filter(None, asked.only.split(",")), batch)
        report(kind, batch, fills)
        if asked.sheets:
            sheets(asked.sheets, batch, fills)


if __name__ == "__main__":
    main()
