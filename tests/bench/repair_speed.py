"""How long repair takes beside its peers: `.venv/bin/python -m tests.bench.repair_speed`.

    [--peers PYTHON] [--rounds 5] [--threads 2] [--methods auto]

PYTHON is a Python that has the peers (see repair_peers.py). Seconds are medians on the clock, ours
and the peers' by turns. `first` is until the first candidate can be shown, `all` until all four
can; `cpu` is the process's time until the first, which tells on a busy machine; the peers make one
candidate. In brackets our first candidate's time by the peer's.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from PIL import Image
from threadpoolctl import threadpool_limits

from tests.bench import repair_peers
from tests.bench.repair_cases import MASKS, photos

PEERS = ("fsr", "patchmatch", "telea")
LARGE = 4096


class Job(NamedTuple):
    """A picture uint8 [h, w, 3], a mask bool [h, w], and how long the first candidate may take."""

    name: str
    picture: np.ndarray
    mask: np.ndarray
    limit: float


def jobs() -> list[Job]:
    """Return the four that issue 5 names."""
    photo = next(p for p in photos(24).values() if p.shape == (512, 512, 3))
    large = np.tile(photo, (LARGE // 512, LARGE // 512, 1))
    text = np.asarray(Image.open(MASKS / "text.png"), bool)
    return [
        Job("64 x 64 in 512", photo, _box(512, 64), 1.5),
        Job("128 x 128 in 512", photo, _box(512, 128), 4.0),
        Job("text over 512", photo, text, 3.0),
        Job(f"64 x 64 in {LARGE}", large, _box(LARGE, 64), 1.5),
    ]


def _box(side: int, hole: int) -> np.ndarray:
    """A square hole a little off the middle, in the same place of the photograph."""
    mask = np.zeros((side, side), bool)
    top = side // 2 // 512 * 512 + 200
    mask[top : top + hole, top : top + hole] = True
    return mask


def ours(job: Job, method: str) -> tuple[float, float, float, float]:
    """Return seconds to the first candidate, by clock and CPU, to all, and the longest pull."""
    from studio.core.repair.repairing import Offered, repair
    from studio.core.repair.request import RepairSettings

    mask = job.mask * np.uint8(255)
    damaged = np.where(job.mask[..., None], np.uint8(0), job.picture)
    begun = last = time.perf_counter()
    started, spent = time.process_time(), 0.0
    first = longest = 0.0
    for event in repair(damaged, mask, RepairSettings(method=method)):  # type: ignore[arg-type]  # a word
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
        if isinstance(event, Offered) and not first:
            first, spent = now - begun, time.process_time() - started
    return first, spent, time.perf_counter() - begun, longest


def peer(python: str, name: str, job: Job) -> float:
    """Return the seconds of a peer; not a number where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        damaged = np.where(job.mask[..., None], np.uint8(0), job.picture)
        np.savez(source, d0=damaged, m0=job.mask)
        command = [python, repair_peers.__file__, name, str(source), str(target)]
        try:
            subprocess.run(command, check=True, timeout=240, capture_output=True)
        except (subprocess.SubprocessError, OSError):
            return float("nan")
        return float(np.load(target)["seconds"][0])


def main() -> None:
    """Measure job by job."""
    parser = argparse.ArgumentParser(description="How long repair takes.")
    parser.add_argument("--peers", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--methods", default="auto")
    asked = parser.parse_args()
    cv2.setNumThreads(asked.threads)
    torch.set_num_threads(asked.threads)
    threadpool_limits(asked.threads)  # numpy's
    small = jobs()[0]
    for method in asked.methods.split(","):
        ours(small, method)  # what is loaded once
        base = 0.0
        print(f"{method:20}{'first':>8}{'cpu':>8}{'all':>8}{'pull':>8}   limit")
        for job in jobs():
            found, theirs = [], {name: [] for name in PEERS if asked.peers}
            for _ in range(asked.rounds):
                found.append(ours(job, method))
                for name, seconds in theirs.items():
                    if not seconds or len(seconds) < 2:  # FSR takes minutes
                        seconds.append(peer(asked.peers, name, job))
            medians = [statistics.median(column) for column in zip(*found, strict=True)]
            first, spent, every, pull = medians
            base = base or first
            line = f"{job.name:20}{first:8.2f}{spent:8.2f}{every:8.2f}{pull:8.3f}   {job.limit:.1f}"
            line += f"   x {first / base:.2f} of the first job"
            for name, seconds in theirs.items():
                other = statistics.median(seconds)
                line += f"   {name} {other:.2f} s ({first / other:.2f})"
            print(line, flush=True)


if __name__ == "__main__":
    main()
