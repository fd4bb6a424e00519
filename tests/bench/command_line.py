"""How fast `atelier --help` and a second start answer, beside a bare Python.

    python tests/bench/command_line.py [ROUNDS]

Each round starts a Python that does nothing (the peer), `atelier --help` (goal: 0.5 s) and
`packaging/start.py --help`, which differs from it by the set-up's check of its stamp. Medians.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HELP_GOAL = 0.5
BASE = getattr(sys, "_base_executable", sys.executable)  # what a user's `python3` is
COMMANDS = {
    "python": [sys.executable, "-c", "pass"],
    "help": [sys.executable, "-P", "-m", "studio", "--help"],
    "start": [BASE, str(ROOT / "packaging" / "start.py"), "--help"],
}


def seconds(command: list[str]) -> float:
    """Run a command once; return how long it took."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environ)
    return time.perf_counter() - began


def main(rounds: int) -> None:
    """Measure in turn, so that a busy machine is as busy for each."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    median = {name: statistics.median(values) for name, values in times.items()}
    peer, ours, start = median["python"], median["help"], median["start"]
    print(f"--help: peer (bare python) {peer:.3f} s  ours {ours:.3f} s  ratio {ours / peer:.1f}")
    print(f"        goal {HELP_GOAL} s")
    print(f"second start adds {start - ours:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
