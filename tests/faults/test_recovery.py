"""kill -9 while a user edits in every workspace: at most five seconds of it are lost."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from studio.core import project as projects
from studio.core.data import importing
from studio.core.data.import_settings import ImportSettings
from studio.core.events import finished

LOST = 5.0  # seconds of edits that may be lost
START = 120.0  # seconds in which a window must have begun to be edited, or to have recovered
SECTION = "Autosave and recovery"
TOP = Path(__file__).parents[2]


@dataclass
class Life:
    """What one window told: its edits, and the moment it was killed."""

    edits: list[dict[str, Any]] = field(default_factory=list)
    killed: float = 0.0

    def lost(self, found: dict[str, Any]) -> dict[str, float]:
        """Return for how many seconds before the kill what was found of each thing is stale."""
        stale = {}
        for what in {edit["what"] for edit in self.edits}:
            mine = [edit for edit in self.edits if edit["what"] == what]
            same = [k for k, edit in enumerate(mine) if edit["value"] == found.get(what)]
            after = mine[same[-1] + 1 :] if same else mine
            stale[what] = self.killed - after[0]["at"] if after else 0.0
        return stale


class Studio:
    """A home with pictures and a project, in which windows live and die."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("c", "d", "s", "docs", "k"):
            (folder / name).mkdir(parents=True)
        rng = np.random.default_rng(0)
        noise = rng.integers(0, 256, (100, 130, 3), np.uint8)
        cv2.imwrite(str(folder / "photo.png"), cv2.GaussianBlur(noise, (0, 0), 3))
        (folder / "pictures").mkdir()
        for k in range(6):
            picture = rng.integers(0, 256, (24, 24, 3), np.uint8)
            cv2.imwrite(str(folder / "pictures" / f"{k}.png"), picture)
        project = projects.create(folder / "p.atelier")
        settings = ImportSettings().updated({"width": 16, "height": 16})
        importing.accept(
            finished(importing.draft(str(folder / "pictures"), settings, project.folder))
        )
        self.before = self.sums()

    def sums(self) -> dict[str, str]:
        """Return the digests of the user's own files, and of all that was in the project."""
        files = [self.folder / "photo.png", *(self.folder / "pictures").iterdir()]
        files += [f for f in (self.folder / "p.atelier").rglob("*.[nj][ps][yo]*") if f.is_file()]
        own = [
            f for f in files if not any(p.startswith(".") for p in f.relative_to(self.folder).parts)
        ]
        return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in own}

    def start(self, seed: int, *more: str) -> "subprocess.Popen[str]":
        """Start a window."""
        home = {
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "c"),
            "XDG_DATA_HOME": str(self.folder / "d"),
            "XDG_STATE_HOME": str(self.folder / "s"),
            "XDG_DOCUMENTS_DIR": str(self.folder / "docs"),
            "OMP_NUM_THREADS": "1",
            "XDG_CACHE_HOME": str(self.folder / "k"),
            "QT_QPA_PLATFORM": "offscreen",
        }
        command = [sys.executable, "-m", "tests.faults.edited", str(self.folder), str(seed), *more]
        errors = (self.folder / "errors.txt").open("a")
        return subprocess.Popen(
            command,
            cwd=TOP,
            env={**os.environ, **home},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )

    def edited(self, seed: int, seconds: float) -> Life:
        """Let a window be edited for so many seconds after its first edit, then kill it."""
        life, window = Life(), self.start(seed)
        try:
            until = time.monotonic() + START
            while (line := self._line(window, until)) is not None:
                if not life.edits:
                    until = time.monotonic() + seconds
                life.edits.append(json.loads(line))
        finally:
            life.killed = kill(window)
        rest = window.stdout.read().splitlines() if window.stdout else []
        for line in rest:
            if line.endswith("}"):
                life.edits.append(json.loads(line))
        life.edits = [edit for edit in life.edits if edit["at"] <= life.killed]
        return life

    def recovered(self, seed: int, wanted: str = "found", after: float = 0.0) -> dict[str, Any]:
        """Let a window recover; return what it found, and kill it `after` so many seconds."""
        window = self.start(seed, "recover")
        try:
            until = time.monotonic() + START
            while (line := self._line(window, until)) is not None:
                said = json.loads(line)
                if said["what"] == wanted:
                    time.sleep(after)
                    return said["value"]
        finally:
            kill(window)
        raise AssertionError(f"nothing was {wanted}:\n{(self.folder / 'errors.txt').read_text()}")

    def _line(self, window: "subprocess.Popen[str]", until: float) -> str | None:
        """Return the next line that a window prints until then."""
        import select

        assert window.stdout is not None
        while time.monotonic() < until:
            ready, _, _ = select.select([window.stdout], [], [], 0.02)
            if ready:
                return window.stdout.readline() or None
        return None

    def forget(self) -> None:
        """Remove what windows left, as if the user had answered."""
        import shutil

        for part in ("recovery", "repairs"):
            shutil.rmtree(self.folder / "d" / "Atelier" / part, ignore_errors=True)


def kill(window: "subprocess.Popen[str]") -> float:
    """kill -9; return when."""
    now = time.time()
    os.killpg(window.pid, signal.SIGKILL)
    window.wait()
    return now


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
@pytest.mark.timeout(7200)
def test_edits_outlive_kill_9(tmp_path: Path, promise: Any, amount: Any) -> None:
    kills, rng = amount(1, 50), random.Random(0)
    studio = Studio(tmp_path / "home")
    worst, edits, kept = 0.0, 0, 0
    with (
        promise(SECTION, "killed while editing: all older than 5 s is there again") as lives,
        promise(SECTION, "kill -9 while editing: the user's files stay as they were") as files,
    ):
        for seed in range(kills):
            life = studio.edited(seed, rng.uniform(2.0, 6.0))
            found = studio.recovered(seed)
            stale = life.lost(found)
            for what, seconds in stale.items():
                lives.check(seconds <= LOST, f"kill {seed}: {what} lost {seconds:.1f} s")
            files.check(studio.sums() == studio.before, f"kill {seed} changed a file")
            worst = max(worst, *stale.values())
            edits += len(life.edits)
            kept += sum(edit["at"] <= life.killed - max(stale.values()) for edit in life.edits)
            studio.forget()
        lives.say(
            f"{kills} kills, {edits} edits, at worst {worst:.1f} s lost (goal <= {LOST:.0f} s)"
        )


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
@pytest.mark.timeout(3600)
def test_kill_9_while_recovering_is_harmless(tmp_path: Path, promise: Any, amount: Any) -> None:
    studio, rng = Studio(tmp_path / "home"), random.Random(1)
    with promise(SECTION, "killed twice while recovering: all is there at the third") as kept:
        for seed in range(amount(1, 5)):
            life = studio.edited(seed, 2.5)
            for _ in range(2):
                studio.recovered(seed, "offered", rng.uniform(0.0, 2.0))
            stale = life.lost(studio.recovered(seed))
            kept.check(max(stale.values()) <= LOST, f"round {seed}: {stale}")
            studio.forget()


def test_the_measure_can_fail() -> None:
    life = Life([{"at": 1.0, "what": "a", "value": 1}, {"at": 2.0, "what": "a", "value": 2}], 9.0)
    assert life.lost({"a": 2}) == {"a": 0.0}
    assert life.lost({"a": 1}) == {"a": 7.0}
    assert life.lost({}) == {"a": 8.0} and life.lost({"a": 3}) == {"a": 8.0}
