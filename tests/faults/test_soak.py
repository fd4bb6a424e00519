"""A robot uses the real window for half an hour: nothing breaks, nothing grows."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.robot import WARM_UP, Findings

MINUTES = 30.0
DRIFT = 0.02  # of the memory held at the first rest
SLACK = WARM_UP + 300.0  # s beside the minutes asked for: the engine, the errands, the rests


@pytest.mark.timeout(7200)
def test_a_robot_at_the_window_breaks_and_grows_nothing(
    tmp_path: Path, promise: Any, untried: Any, amount: Any
) -> None:
    minutes = amount(0.0, MINUTES)
    words = f"A robot uses the window for {MINUTES:g} minutes: nothing breaks or grows"
    if not minutes:
        return untried("The window", words, "half an hour is for the full set")
    found = soaked(tmp_path / "soak", minutes)
    first, last = found["rests"][0], found["rests"][-1]
    with promise("The window", words) as kept:
        kept.count(found["actions"])
        kept.check(not found["exceptions"], f"exceptions: {found['exceptions'][:2]}")
        kept.check(not found["warnings"], f"Qt warns: {found['warnings']}")
        kept.check(not found["stuck"], f"waited in vain: {found['stuck'][:2]}")
        for what in ("threads", "fds", "children"):
            kept.check(last[what] <= first[what], f"{what}: {first[what]}, then {last[what]}")
        kept.check(found["drift"] <= DRIFT, f"memory grew by {found['drift']:.1%}")
        kept.check(found["closed"], "the window did not close")
        kept.say(f"memory {found['drift']:+.1%}, {found['slope_mb_per_hour']:+.0f} MB an hour")
        kept.say(f"{last['threads']} threads, {last['fds']} files")
        kept.say(f"longest block {max(found['longest_blocks'])[0]:.2f} s")
    return None


def soaked(folder: Path, minutes: float) -> dict[str, Any]:
    """Let the robot work in a process of its own; return what it found."""
    command = [sys.executable, "-m", "tests.faults.robot", "--minutes", str(minutes), str(folder)]
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environ,
        timeout=60 * minutes + SLACK,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_the_robot_tells_of_growth_and_errors() -> None:
    found = Findings()
    found.rests = [
        {"time": 3600.0 * k, "rss": int(1e8 * (1 + k / 10)), "threads": 9, "fds": 9}
        for k in range(4)
    ]
    found.exceptions.append("ValueError")
    told = found.told()
    assert told["drift"] == pytest.approx(0.3) and told["exceptions"] == ["ValueError"]
    assert told["slope_mb_per_hour"] == pytest.approx(10.0)
