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
    """What one window told: what it found after a crash, its edits, and when it was killed."""

    edits: list[dict[str, Any]] = field(default_factory=list)
    killed: float = 0.0
    found: list[dict[str, Any]] = field(default_factory=list)

    def note(self, said: dict[str, Any]) -> bool:
        """Take a line that was told; tell whether it is an edit."""
        if said["what"] == "found":
            self.found = [
                {"at": said["at"], "what": what, "value": value}
                for what, value in said["value"].items()
            ]
        elif said["what"] != "offered":
            self.edits.append(said)
            return True
        return False

    def lost(self, found: dict[str, Any]) -> dict[str, float]:
        """Return for how many seconds before the kill what was found of each thing is stale; what
        was found at the life's begin must be there as well.
        """
        stale, known = {}, [*self.found, *self.edits]
        for what in {edit["what"] for edit in known}:
            mine = [edit for edit in known if edit["what"] == what]
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

    def edited(self, seed: int, seconds: float, *more: str) -> Life:
        """Let a window be edited for so many seconds after its first edit, then kill it; one that
        is to "recover" does so first.
        """
        life, window = Life(), self.start(seed, *more)
        try:
            until = time.monotonic() + START
            while (line := self._line(window, until)) is not None:
                if not life.edits and life.note(json.loads(line)):
                    until = time.monotonic() + seconds
                elif life.edits:
                    life.note(json.loads(line))
        finally:
            life.killed = kill(window)
        rest = window.stdout.read().splitlines() if window.stdout else []
        for line in rest:
            if line.endswith("}"):
                life.note(json.loads(line))
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
        raise AssertionError(f"nothing was {wanted}:\n{self.errors()}")

    def errors(self) -> str:
        """Return what windows wrote on the error stream."""
        return (self.folder / "errors.txt").read_text()

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
    kills, rng = amount(1, 25), random.Random(0)
    studio = Studio(tmp_path / "home")
    worst, edits = 0.0, 0
    with (
        promise(SECTION, "killed while editing: all older than 5 s is there again") as lives,
        promise(SECTION, "kill -9 while editing: the user's files stay as they were") as files,
    ):
        life = studio.edited(0, rng.uniform(2.0, 6.0))
        for number in range(
            1, kills + 1
        ):  # the window that recovers is the next one that is killed
            edits += len(life.edits)
            seconds = rng.uniform(2.0, 6.0) if number < kills else 0.0
            after = studio.edited(number, seconds, "recover")
            if not after.found:
                lives.check(False, f"kill {number}: nothing was found: {studio.errors()[-400:]}")
                break
            stale = life.lost({each["what"]: each["value"] for each in after.found})
            for what, gone in stale.items():
                lives.check(gone <= LOST, f"kill {number}: {what} lost {gone:.1f} s")
            files.check(studio.sums() == studio.before, f"kill {number} changed a file")
            worst, life = max(worst, *stale.values()), after
        lives.say(
            f"{kills} kills, {edits} edits, at worst {worst:.1f} s lost (goal <= {LOST:.0f} s)"
        )


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
@pytest.mark.timeout(3600)
def test_kill_9_while_recovering_is_harmless(tmp_path: Path, promise: Any, amount: Any) -> None:
    studio, rng = Studio(tmp_path / "home"), random.Random(1)
    with promise(SECTION, "killed twice while recovering: all is there at the third") as kept:
        for seed in range(amount(1, 3)):
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
    life.note({"at": 0.5, "what": "found", "value": {"a": 0, "b": 5}})
    assert life.lost({"a": 2, "b": 5}) == {"a": 0.0, "b": 0.0}
    assert life.lost({"a": 0}) == {"a": 8.0, "b": 8.5}, "what was found before is there again"
