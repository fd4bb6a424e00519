"""A second opinion on one save: faults planted by strace in the system's own calls."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from studio.core import checkpoint

WORDS = "faults in the system's own calls (strace): a checkpoint's save"
CALLS = {"fsync": 5, "rename": 2, "mkdir": 1}  # of a save that replaces one
FAULTS = ("error=EIO", "error=ENOSPC", "error=EACCES", "signal=KILL")
CODE = """
import sys
from pathlib import Path
import torch
from studio.core.checkpoint import save_checkpoint
save_checkpoint(Path(sys.argv[1]), 2, {"ema.a": torch.ones(9)}, {"step": 2, "new": True})
print("announced", flush=True)
"""


def traced(folder: Path, call: str, number: int, fault: str) -> str:
    """Save while one call fails; return what was said."""
    plant = f"inject={call}:{fault}:when={number}"
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", plant]
    code = [sys.executable, "-c", CODE, str(folder)]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*command, *code], env=environ, check=False, capture_output=True, text=True, timeout=120
    ).stdout


@pytest.mark.timeout(900)
def test_a_save_under_strace(promise, untried, amount, tmp_path):
    if shutil.which("strace") is None:
        return untried("Saving", WORDS, "no strace here")
    cases = [(c, k + 1, f) for c, count in CALLS.items() for k in range(count) for f in FAULTS]
    if not amount(0, len(cases)):
        return untried("Saving", WORDS, "in the full set only")
    said = traced(tmp_path / "free", "fsync", 999, "error=EIO")
    if "announced" not in said:
        return untried("Saving", WORDS, "strace may not trace here")
    with promise("Saving", WORDS) as kept:
        for call, number, fault in cases:
            folder = tmp_path / f"{call}{number}{fault}"
            for step in (1, 2):
                checkpoint.save_checkpoint(folder, step, {"ema.a": torch.zeros(9)}, {"step": step})
            announced = "announced" in traced(folder, call, number, fault)
            checkpoint.sweep(folder)
            path, _, state, troubles = checkpoint.newest(folder)
            sound = path.name.endswith("2") and not troubles and ("new" in state or not announced)
            left = {p.name for p in folder.iterdir()} - {"step-00000001", "step-00000002"}
            kept.check(sound and not left and not announced, f"{call} {number}, {fault}: {left}")
    return None
