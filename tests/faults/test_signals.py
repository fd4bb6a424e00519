"""Signals and closing: whatever runs, it is saved and gone in ten seconds, code 0."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from studio.core import checkpoint, locking
from studio.core import project as projects
from tests.core import toys
from tests.faults import windows
from tests.faults.house import TOP, environ, lasted

SECTION = "Environment"
GOAL = 10.0  # s from the signal to the end of the process
PATIENCE = 60.0
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
QUICK = (("saving", signal.SIGTERM), ("asking", signal.SIGHUP))
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def project(folder: Path, trained: bool = False) -> Path:
    """Make a project with a set, and a run of two steps if wished."""
    from studio.core import training

    folder.mkdir(parents=True)
    made = toys.project(folder, count=60)  # an evaluation asks for 50
    if trained:
        toys.finish(training.start(made, toys.request("vae", 2), toys.known(2)))
    return made.folder


def heard() -> None:
    """Have hang-ups heard, though the tests themselves may run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def started(home: Path, *words: str, until: str = "ready") -> subprocess.Popen[str]:
    """Start a Python module; return it once it has said `until`."""
    program = subprocess.Popen(
        [sys.executable, "-m", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=TOP,
        env=environ(home),
        preexec_fn=heard,
    )
    assert program.stdout
    said = [program.stdout.readline()]
    while said[-1] and until not in said[-1]:
        said.append(program.stdout.readline())
    assert said[-1], "it ended too early: " + "".join(said)[-2000:]
    return program


def ended(program: subprocess.Popen[str], number: int) -> tuple[float, int, str]:
    """Send a signal; return how long the program took to end, its code and what it said."""
    began = time.monotonic()
    program.send_signal(number)
    try:
        said, _ = program.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
        said, _ = program.communicate()
    return lasted(began), program.returncode, said


def wrong(folder: Path, taken: float, code: int, wanted: int, said: str) -> str:
    """Return what is wrong with how a program ended and with what it left, or nothing."""
    if code != wanted or taken > GOAL:
        return f"code {code} after {taken:.1f} s: {said[-300:]}"
    left = [*folder.rglob(".tmp*"), *folder.rglob(locking.FILE)]
    if left:
        return f"left {left[0].name}"
    for run in projects.read(folder).runs():
        if run.history().status not in ("stopped", "finished"):
            return f"run {run.number} is {run.history().status}"
        checkpoint.newest(run.checkpoints)
    return ""


@pytest.mark.timeout(1500)
def test_a_window_leaves_on_a_signal(tmp_path: Path, promise: Any, amount: Any) -> None:
    every = tuple(itertools.product(windows.SCENES, SIGNALS))
    cases = every if amount(0, 1) else QUICK
    slowest = 0.0
    with promise(SECTION, "a signal to the window: saved, gone in 10 s, code 0") as kept:
        for scene, number in cases:
            place = tmp_path / f"{scene}-{number}"
            folder = project(place, trained=scene == "sampling")
            words = ("tests.faults.windows", scene, str(folder))
            taken, code, said = ended(started(place / "home", *words), number)
            fault = wrong(folder, taken, code, 0, said)
            kept.check(not fault, f"{scene}, {signal.Signals(number).name}: {fault}")
            slowest = max(slowest, taken)
        kept.say(f"slowest {slowest:.1f} s")


@pytest.mark.timeout(900)
def test_a_window_closed_during_a_save_leaves_a_whole_one(
    tmp_path: Path, promise: Any, amount: Any
) -> None:
    rng = random.Random(8)
    if not amount(0, 1):  # the first trial of the test above is one of these
        return
    with promise(SECTION, "closed at a random moment of a save: whole, code 0") as kept:
        for trial in range(20):
            folder = project(tmp_path / str(trial))
            words = ("tests.faults.windows", "saving", str(folder))
            program = started(tmp_path / str(trial) / "home", *words)
            time.sleep(rng.uniform(0, 1.2))
            taken, code, said = ended(program, signal.SIGTERM)
            fault = wrong(folder, taken, code, 0, said)
            kept.check(not fault, f"trial {trial}: {fault}")


VERBS = {  # words after `atelier`, and what is said when it is at work
    "train": ("train starter:digits --project {project} --family vae --minutes 9 --json", "saved"),
    "resume": ("resume {project} --minutes 9 --json", "saved"),
    "sample": ("sample {project} --count 60000 --out {out}/s.png --json", "progress"),
    "evaluate": ("evaluate {project} --count 20000 --json", "progress"),
}


@pytest.mark.timeout(900)
def test_a_verb_leaves_on_a_signal(tmp_path: Path, promise: Any, amount: Any) -> None:
    cases = [("resume", signal.SIGTERM)]
    if amount(0, 1):
        cases = list(itertools.product(VERBS, SIGNALS))
    slowest = 0.0
    with promise(SECTION, "a signal to a verb: saved, gone in 10 s, code 0 (130)") as kept:
        for verb, number in cases:
            place = tmp_path / f"{verb}-{number}"
            folder = project(place, trained=True)
            line, until = VERBS[verb]
            words = [w.format(project=folder, out=place) for w in line.split()]
            program = started(place / "home", "studio", *words, until=f'"{until}"')
            taken, code, said = ended(program, number)
            fault = wrong(folder, taken, code, 130 if number == signal.SIGINT else 0, said)
            half = (place / "s.png").exists()
            kept.check(not fault and not half, f"{verb}, {signal.Signals(number).name}: {fault}")
            slowest = max(slowest, taken)
        kept.say(f"slowest {slowest:.1f} s")


def test_a_program_that_dies_of_the_signal_is_noticed(tmp_path: Path) -> None:
    """The test of the test: a holder that saves nothing and leaves its lock behind."""
    from tests.faults.house import HOLD, begun

    folder = project(tmp_path / "p")
    taken, code, said = ended(begun(HOLD, tmp_path / "home", str(folder)), signal.SIGTERM)
    assert code == -signal.SIGTERM and wrong(folder, taken, code, 0, said).startswith("code -15")
    assert wrong(folder, taken, 0, 0, said) == f"left {locking.FILE}"
