"""The machine turns against a run: full disks, sets that change, clocks, sleep, read-only homes."""

import errno
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.core import appending, checkpoint, durable, runlog, training
from studio.core import project as projects
from studio.core.data import batches
from studio.core.data.packed import PICTURES
from studio.core.events import Note, Refused, Saved, Scalars
from studio.core.project import Project
from studio.gui.jobs import sentence
from tests.core import toys
from tests.faults import mounts
from tests.faults.house import begun, environ, hashes

SECTION = "Environment"
MOST = 4000  # pulls of a run that should have ended


class Disk:
    """A disk that can be full: every write of a run fails while it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.full = False
        monkeypatch.setattr(appending.os, "write", self._guarded(os.write))
        monkeypatch.setattr(checkpoint, "write_synced", self._guarded(durable.write_synced))
        monkeypatch.setattr(runlog.pictures, "save", self._guarded(runlog.pictures.save))

    def _guarded(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*asked: Any) -> Any:
            if self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(*asked)

        return guarded


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a save, a grid and a line due at every pull."""
    monkeypatch.setattr(training.Due, "due", lambda *_: True)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a set of 48 pictures."""
    return toys.project(tmp_path)


def job(project: Project, steps: int = 100_000) -> Any:
    """Return the job of a run."""
    return training.start(project, toys.request("vae", steps), toys.known(steps))


def until(job: Any, wanted: Callable[[Any], object]) -> tuple[Any, list[Any]]:
    """Pull until an event is as wanted; return it and all before it."""
    seen: list[Any] = []
    for _ in range(MOST):
        seen.append(event := next(job))
        if wanted(event):
            return event, seen
    raise AssertionError(f"it never came; the last was {seen[-1]}")


def is_saved(event: Any) -> bool:
    return isinstance(event, Saved) and event.step > 0


def unsaved(event: Any) -> bool:
    return isinstance(event, Note) and event.kind == "save"


def test_a_full_disk_stops_no_run(
    project: Project, often: None, monkeypatch: pytest.MonkeyPatch, promise: Any, amount: Any
) -> None:
    disk = Disk(monkeypatch)
    with promise(SECTION, "disk full: trains on, says the last save, saves again") as kept:
        work = job(project)
        for _ in range(amount(1, 30)):
            saved, _ = until(work, is_saved)
            before = hashes(saved.path)
            disk.full = True
            said, told = until(work, unsaved)
            right = f"the last save is step {saved.step}" in said.text and "No space" in said.text
            kept.check(right, said.text)
            _, seen = until(work, lambda e, k=said.step: isinstance(e, Scalars) and e.step > k)
            recorded = [e.text for e in (*told, *seen) if isinstance(e, Note) and e.kind == "log"]
            kept.check(any("can't be written" in text for text in recorded), "the log is silent")
            kept.check(hashes(saved.path) == before, "an earlier save was changed")
            disk.full = False
            _, seen = until(work, is_saved)
            kept.check(sum(map(unsaved, seen)) <= 1, "not saved again at once")
        work.close()
        log = project.run().history()
        steps, _ = next(iter(log.series.values()))
        kept.check(log.status == "stopped", log.status)
        kept.check(bool((steps[1:] > steps[:-1]).all()), "the curve goes back")


def test_a_disk_of_few_megabytes(tmp_path: Path, often: None, promise: Any, untried: Any) -> None:
    words = "a real disk of 8 MB fills up and is freed"
    with mounts.small(tmp_path / "small", 8) as mounted:
        if not mounted:
            untried(SECTION, words, "needs root on Linux")
            return
        with promise(SECTION, words) as kept:
            work = job(toys.project(tmp_path / "small"))
            saved, _ = until(work, is_saved)
            hog = tmp_path / "small" / "hog"
            _fill(hog)
            said, _ = until(work, unsaved)
            kept.check("No space left" in said.text, said.text)
            checkpoint.load_checkpoint(checkpoint.checkpoints(saved.path.parent)[-1])
            hog.unlink()
            until(work, is_saved)
            work.close()
            kept.check(not list((tmp_path / "small").rglob(".tmp-*")), "something is left over")
            _fill(hog)
            left = shutil.disk_usage(hog).free
            with pytest.raises((Refused, OSError)):
                toys.finish(job(projects.read(tmp_path / "small" / "toy.atelier"), 2))
            kept.check(left < 100_000, "the disk was not full")


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


HARMS: dict[str, tuple[Callable[[Path], object], bool]] = {  # what is done; whether it goes on
    "deleted": (lambda path: path.unlink(), True),
    "shortened": (lambda path: os.truncate(path, 300), False),
    "flipped": (lambda path: _flip(path), False),
    "emptied": (lambda path: os.truncate(path, 0), False),
    "replaced": (lambda path: (path.unlink(), path.write_bytes(b"other")), True),
    "renamed": (lambda path: path.parent.rename(path.parent.with_name("other")), True),
}


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-7] ^= 4
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(time.time_ns(), time.time_ns() + 10**9))


@pytest.mark.parametrize("resident", [False, True])
def test_a_set_that_changes_under_a_run(
    tmp_path: Path,
    often: None,
    monkeypatch: pytest.MonkeyPatch,
    promise: Any,
    amount: Any,
    resident: bool,
) -> None:
    if not resident:
        monkeypatch.setattr(batches, "RESIDENT_AT_MOST", 0)
    where = "in memory" if resident else "on disk"
    with promise(SECTION, f"a set {where} is taken away or changed under a run") as kept:
        for harm, (do, goes_on) in list(HARMS.items())[: amount(1 if resident else 3, 6)]:
            project = toys.project(tmp_path / harm)
            work = job(project)
            saved, _ = until(work, is_saved)
            do(project.dataset("toy") / PICTURES)
            told = _end(work)
            if goes_on or resident:
                kept.check(told == "", f"{harm}: {told}")
            else:
                kept.check("Import the pictures again" in told, f"{harm}: {told}")
            last = checkpoint.newest(project.run().checkpoints)[0]
            kept.check(last.name >= saved.path.name, f"{harm}: what it had learned was not saved")


def _end(work: Any) -> str:
    """Pull a job a while and stop it; return the sentence it ended with, or nothing."""
    try:
        for _ in range(60):
            next(work)
    except Refused as refused:
        return str(refused)
    work.close()
    return ""


def test_a_project_that_is_moved_under_a_run(project: Project, often: None, promise: Any) -> None:
    with promise(SECTION, "the project's folder is moved or taken away under a run") as kept:
        work = job(project)
        until(work, is_saved)
        moved = project.folder.rename(project.folder.with_name("moved.atelier"))
        said, _ = until(work, unsaved)
        kept.check("could not be saved" in said.text, said.text)
        moved.rename(project.folder)
        until(work, is_saved)
        work.close()
        kept.check(project.run().history().status == "stopped", "the log has no end")


@pytest.mark.parametrize(("name", "jump"), [("back an hour", -3600), ("on eight hours", 8 * 3600)])
def test_the_clock_is_set(
    project: Project, monkeypatch: pytest.MonkeyPatch, promise: Any, name: str, jump: float
) -> None:
    now, moved = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: now() + moved[0])
    with promise(SECTION, f"the clock is set {name}") as kept:
        work = job(project)
        until(work, lambda e: isinstance(e, Scalars))
        moved[0] = jump
        _, seen = until(work, lambda e: isinstance(e, Scalars) and e.seconds > 1.0)
        saves = sum(map(is_saved, seen))
        kept.check(saves <= 1, f"{saves} saves in a second")
        seconds = [e.seconds for e in seen if isinstance(e, Scalars)]
        kept.check(seconds == sorted(seconds) and seconds[-1] < 60, f"{seconds[-1]:.0f} s trained")
        work.close()
        second = job(project, 2)
        toys.finish(second)
        kept.check([r.number for r in project.runs()] == [1, 2], "runs are out of order")


SLEEPER = """
import sys, time
from pathlib import Path
from studio.core import training
from studio.core import project as projects
from studio.core.events import Progress, Saved, Scalars
from studio.terminal import Speed
from tests.core import toys
project, speed, said = projects.open(Path(sys.argv[1])), Speed(), 0
job = training.start(project, toys.request("vae", 10**7), toys.known(10**7))
end = None
for event in job:
    if isinstance(event, Progress):
        speed.seen(event)
        if not said and event.done > 20:
            said = 1
            print("ready", flush=True)
            before, end = time.monotonic(), None
        if said and end is None and time.monotonic() - before > 3:
            end, saves, count = time.monotonic() + 3, 0, event.done
        if end and time.monotonic() > end:
            print("saves", saves, "seconds", round(seconds, 1), flush=True)
            break
        before = time.monotonic() if said and end is None else 0
    if isinstance(event, Saved) and end:
        saves += 1
    if isinstance(event, Scalars):
        seconds = event.seconds
job.close()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_sleep_costs_one_save_at_most(tmp_path: Path, promise: Any, amount: Any) -> None:
    asleep = amount(0, 20)
    if not asleep:
        return
    with promise(SECTION, "asleep for 20 s: one save at most, no time made up") as kept:
        project = toys.project(tmp_path)
        program = begun(SLEEPER, tmp_path / "home", str(project.folder))
        program.send_signal(signal.SIGSTOP)
        time.sleep(asleep)
        program.send_signal(signal.SIGCONT)
        said, _ = program.communicate(timeout=120)
        words = said.split()
        kept.check(program.returncode == 0 and words[0] == "saves", said[-500:])
        kept.check(int(words[1]) <= 1, said)
        kept.say(f"{words[1]} saves after it")


def test_a_source_that_is_deleted_during_its_import(
    tmp_path: Path, promise: Any, amount: Any
) -> None:
    import numpy as np
    from PIL import Image

    from studio.core.data import importing
    from studio.core.data.import_settings import ImportSettings

    with promise(SECTION, "the source is deleted during its import") as kept:
        for pull in (0, 1, 3, 6)[: amount(2, 4)]:
            source = tmp_path / f"source{pull}"
            source.mkdir()
            for k in range(40):
                shade = np.full((32, 32, 3), k * 6, np.uint8)
                Image.fromarray(shade).save(source / f"{k}.png")
            made = projects.create(tmp_path / f"p{pull}.atelier")
            work = importing.draft(str(source), ImportSettings(), made.folder)
            fault = ""
            try:
                for _ in range(pull):
                    next(work)
                shutil.rmtree(source)
                draft = toys.finish(work)[1]
                importing.discard(draft)
            except (Refused, OSError) as error:  # which the window and the verbs put into words
                said = sentence(error, "import")
                fault = said if "\n" in said or not said.endswith(".") else ""
            kept.check(not fault, f"after pull {pull}: {fault}")
            kept.check(not list((made.folder / "datasets").iterdir()), "a draft is left over")


READ_ONLY_HOME = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from studio.gui import app
from studio.gui.window import Window
after = Window._after_first_paint
def drive(self):
    if sys.argv[2] == "quick":
        self.session.warm_up = lambda *later: None
    after(self)
    self.session.new_project(Path(sys.argv[1]))
    self.show_page("train")
    print("ready", self.session.project is not None, bool(self.session.shut), flush=True)
    QTimer.singleShot(500, self.leave)
Window._after_first_paint = drive
sys.exit(app.launch())
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home for the program."""
    place = tmp_path / "home"
    place.mkdir()
    yield place


@pytest.mark.parametrize("how", ["read-only", "full"])
def test_the_window_opens_without_its_own_folders(
    home: Path, tmp_path: Path, promise: Any, untried: Any, amount: Any, how: str
) -> None:
    import subprocess
    import sys

    words = f"the program's own folders are {how}: the window works"
    disk = mounts.read_only(home) if how == "read-only" else mounts.small(home, 0.03)
    with disk as mounted:
        if not mounted:
            untried(SECTION, words, "needs root on Linux")
            return
        if how == "full":
            _fill(home / "hog")
        with promise(SECTION, words) as kept:
            which = "full" if amount(0, 1) else "quick"
            command = [sys.executable, "-c", READ_ONLY_HOME, str(tmp_path / "mine"), which]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=120, env=environ(home)
            )
            kept.check(done.returncode == 0, done.stderr[-500:])
            kept.check("ready True False" in done.stdout, done.stdout + done.stderr[-500:])
            kept.check("Traceback" not in done.stderr, done.stderr[-1000:])


def test_a_read_only_target_is_one_sentence(
    tmp_path: Path, promise: Any, untried: Any, amount: Any
) -> None:
    import numpy as np
    from PIL import Image
    from typer.testing import CliRunner

    from studio.cli import verbs

    words = "a read-only target: export, repair and style say one sentence"
    picture, target = tmp_path / "a.png", tmp_path / "target"
    Image.fromarray(np.full((24, 24, 3), 99, np.uint8)).save(picture)
    mask = tmp_path / "mask.png"
    Image.fromarray(np.full((24, 24), 0, np.uint8)).save(mask)
    target.mkdir()
    with mounts.read_only(target) as mounted:
        if not mounted:
            untried(SECTION, words, "needs root on Linux")
            return
        with promise(SECTION, words) as kept:
            lines = (
                f"export sheet {picture} --out {target}/s.png",
                f"style {picture} --method pencil --out {target}/s.png",
                f"repair {picture} --mask {mask} --out {target}/r.png",
            )
            for line in lines[: amount(1, 3)]:
                done = CliRunner().invoke(verbs, line.split())
                said = done.stderr.strip().splitlines()
                right = done.exit_code == 2 and len(said) == 1 and "Traceback" not in said[0]
                kept.check(right, f"{line.split()[0]}: {done.exit_code} {said} {done.exception!r}")
            kept.check(not list(target.iterdir()), "something was written")
