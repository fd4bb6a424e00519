"""Two windows on one project: the second only looks, says who has it, takes over when free."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from studio.core import locking
from studio.core import project as projects
from studio.core.gallery.keeping import keep
from studio.core.project import Project
from studio.core.provenance.record import Record, Rights
from tests.core import toys
from tests.faults.house import HOMES, hashes, held, lasted

SECTION = "Environment"
SOON = 1.0  # s
PATIENCE = 60_000  # ms


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the window folders of its own."""
    for name in HOMES:
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a set, a run of two steps, and two kept pictures."""
    from studio.core import training

    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("vae", 2), toys.known(2)))
    for shade in (40, 200):
        pixels = np.full((16, 16, 3), shade, np.uint8)
        keep(made.folder / "gallery", pixels, Record(title="kept"), f"kept{shade}")
    return made


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Any]:
    """A window that is closed for good afterwards.

    Garbage is collected in this thread only: what a worker's collects of Qt is deleted twice.
    """
    from studio.gui.session import Session
    from studio.gui.window import Window

    gc.collect()
    gc.disable()
    made = Window(Session())
    qtbot.addWidget(made)
    made.show()
    yield made
    made.leaving = time.monotonic()
    qtbot.waitUntil(lambda: made.session.close(1), timeout=PATIENCE)
    gc.enable()
    gc.collect()


class Tour:
    """A robot that tries all that changes a project, and some of what does not."""

    def __init__(self, window: Any, qtbot: QtBot, project: Project):
        self.window, self.session, self.qtbot = window, window.session, qtbot
        self.project, self.failed = project, [("", "")]
        self.session.failed.connect(self._on_failed)
        self.done: list[str] = []
        self.session.done.connect(self._on_done)

    def _on_failed(self, lane: str, sentence: str) -> None:
        self.failed.append((lane, sentence))

    def _on_done(self, lane: str, _: object) -> None:
        self.done.append(lane)

    def wait(self, lane: str) -> None:
        """Wait until the lane's job is done."""
        self.qtbot.waitUntil(lambda: lane in self.done, timeout=PATIENCE)

    def look(self, outside: Path) -> None:
        """Show every workspace, explore the run, search the gallery, write a picture elsewhere."""
        self.qtbot.waitUntil(lambda: self.session.ready, timeout=PATIENCE)
        for page in ("library", "train", "explore", "style", "repair", "gallery"):
            self.window.show_page(page)
            self.qtbot.wait(50)
        self.session.explore(self.project.run(1))
        self.qtbot.waitUntil(lambda: self.session.opened is not None, timeout=PATIENCE)
        explorer = self.session.opened.explorer
        self.session.settle(lambda found: found.seed(3), "seed 3", ())
        self.wait("draw")
        self.session.keep(explorer.seed(3), None, outside)
        self.wait("keep")
        self.session.search("kept")
        self.wait("search")

    def changes(self) -> dict[str, Callable[[], object]]:
        """Return everything that would change the project."""
        from studio.gui.browsing import Mark
        from studio.gui.panels.library import keep_rights

        session, run = self.session, self.project.run(1)
        ids, pixels = (1, 2), np.zeros((16, 16, 3), np.uint8)
        return {
            "train": lambda: session.train(toys.request("vae", 2)),
            "resume": lambda: session.resume(run),
            "evaluate": lambda: session.evaluate(run),
            "make instant": lambda: session.make_instant(run),
            "import": lambda: session.import_paths([self.project.folder.parent], None),
            "rename a run": lambda: session.rename_run(run, "other"),
            "delete a run": lambda: session.delete_run(run),
            "star": lambda: session.mark(Mark("star", "", True, ids)),
            "tag": lambda: session.mark(Mark("tag", "blue", True, ids)),
            "trash": lambda: session.mark(Mark("trash", "", True, ids)),
            "keep a sample": lambda: session.keep_sample(pixels, 1, 2),
            "keep a place": lambda: session.keep(session.opened.explorer.seed(1), None),
            "take in": lambda: session.take_in([(pixels, "mine")]),
            "rename a board": lambda: session.rename_board("a", "b"),
            "empty the trash": session.empty_trash,
            "remember directions": session.remember,
            "rights": lambda: self._direct(keep_rights, self.project.dataset("toy"), Rights()),
        }

    def _direct(self, change: Callable[..., object], *asked: Any) -> None:
        session = self.session
        session._ask("rights", lambda: change(*asked))

    def refusal(self, change: Callable[[], object]) -> str:
        """Try a change; return the sentence that refuses it."""
        before = len(self.failed)
        change()
        self.qtbot.waitUntil(lambda: len(self.failed) > before, timeout=PATIENCE)
        return self.failed[-1][1]


def test_the_command_line_refuses_changes_of_a_held_project(
    project: Project, home: Path, tmp_path: Path, promise: Any
) -> None:
    from studio.cli import verbs

    folder = str(project.folder)
    kept_name = next((project.folder / "gallery").glob("*.png")).name
    changing = (
        ("train", "starter:digits", "--project", folder, "--family", "vae", "--steps", "1"),
        ("resume", folder, "--steps", "1"),
        ("evaluate", folder, "--count", "16"),
        ("gallery", "star", kept_name, "--project", folder),
        ("gallery", "tag", "blue", kept_name, "--project", folder),
        ("gallery", "trash", kept_name, "--project", folder),
        ("rights", folder, "--author", "me"),
    )
    reading = (("health", folder), ("gallery", "search", folder), ("rights", folder))
    with (
        held(project.folder, home) as other,
        promise(SECTION, "a held project: the command line refuses changes, reads on") as kept,
    ):
        before = hashes(project.folder)
        for words in changing:
            done = CliRunner().invoke(verbs, list(words))
            lines = done.stderr.strip().splitlines()
            right = done.exit_code == 2 and len(lines) == 1 and f"process {other.pid}" in lines[0]
            kept.check(right, f"{' '.join(words[:2])}: {done.exit_code} {lines}")
        after = {k: v for k, v in hashes(project.folder).items() if "gallery.db" not in k}
        kept.check(after == before, f"changed: {changed(before, after)}")
        for words in reading:
            done = CliRunner().invoke(verbs, list(words))
            kept.check(done.exit_code == 0, f"{words[0]}: {done.output}")
    done = CliRunner().invoke(verbs, ["gallery", "star", kept_name, "--project", folder])
    assert done.exit_code == 0, "free again, a star is given"
    assert not (project.folder / locking.FILE).exists()


def test_a_second_window_only_looks_until_the_first_is_gone(
    window: Any, qtbot: QtBot, project: Project, home: Path, tmp_path: Path, promise: Any
) -> None:
    session, folder = window.session, project.folder
    with (
        held(folder, home) as other,
        promise(SECTION, "a second window only looks, says who has it, takes over at last") as kept,
    ):
        before, began = hashes(folder), time.monotonic()
        session.open_project(folder)
        qtbot.waitUntil(lambda: window.access.isVisible(), timeout=PATIENCE)
        opened, said = lasted(began), window.access.text.text()
        kept.check(opened <= SOON, f"it took {opened:.2f} s")
        kept.check(f"another Atelier (process {other.pid})." in said, said)
        tour = Tour(window, qtbot, project)
        tour.look(tmp_path / "elsewhere.png")
        kept.check((tmp_path / "elsewhere.png").exists(), "a picture was not written elsewhere")
        for name, change in tour.changes().items():
            sentence = tour.refusal(change)
            kept.check(sentence == said, f"{name}: {sentence}")
        kept.check(hashes(folder) == before, f"changed: {changed(before, hashes(folder))}")
        other.kill()
        began = time.monotonic()
        qtbot.waitUntil(lambda: not session.shut, timeout=PATIENCE)
        freed = lasted(began)
        kept.check(freed <= SOON, f"free {freed:.2f} s after the holder was killed")
        kept.check(not window.access.isVisible(), "the line stays")
        kept.say(f"open in {opened:.2f} s, taken over {freed:.2f} s after kill -9 (goals 1 s)")
    with pytest.raises(AssertionError, match="changed"):  # the same tour is noticed where it writes
        session.rename_run(project.run(1), "mine")
        assert hashes(folder) == before, "changed"
    session.try_again()
    assert locking.holder(folder) == os.getpid()


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the files that differ."""
    return [name for name in {*before, *after} if before.get(name) != after.get(name)]


def test_a_project_that_is_read_only_opens_to_look(
    window: Any, qtbot: QtBot, project: Project, tmp_path: Path, promise: Any, untried: Any
) -> None:
    words = "a project on a read-only disk opens to look"
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        untried(SECTION, words, "needs root")
        return
    from tests.faults.mounts import read_only

    with read_only(project.folder) as mounted:
        if not mounted:
            untried(SECTION, words, "no mounts here")
            return
        with promise(SECTION, words) as kept:
            before = hashes(project.folder)
            window.session.open_project(project.folder)
            kept.check("read-only" in window.session.shut, window.session.shut)
            tour = Tour(window, qtbot, projects.open(project.folder))
            tour.look(tmp_path / "elsewhere.png")
            for name, change in tour.changes().items():
                kept.check(tour.refusal(change) == window.session.shut, name)
            kept.check(hashes(project.folder) == before, "changed")
            window.session.release()
