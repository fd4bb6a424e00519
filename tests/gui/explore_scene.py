"""Trained models to explore in the window, and a session that draws only when it is told to."""

import gc
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from pytestqt.qtbot import QtBot

from studio.core import project as projects
from studio.core import training
from studio.core.explore.exploration import Exploration
from studio.core.explore.live import View
from studio.core.explore.place import Place
from studio.core.project import Project
from studio.gui.desks.stand import Stand
from studio.gui.jobs import LANES, LIVE
from studio.gui.panels.explore import ExplorePanel
from studio.gui.session import Session
from tests.core import toys

LONG = 60_000  # ms
STEPS = 12


@cache
def trained(base: Path, *families: str) -> Path:
    """Return the folder of a project with a run of each family, 16 x 16 RGBA, three classes."""
    folder = base / f"explored-{'-'.join(families)}"
    folder.mkdir()
    project = toys.project(folder)
    for family in families:
        toys.finish(training.start(project, toys.request(family, STEPS), toys.known(STEPS)))
    return project.folder


def copied(factory: Any, folder: Path, *families: str) -> Project:
    """Return a copy of that project that a test may change."""
    name = f"{'-'.join(families)}.atelier"
    return projects.open(shutil.copytree(trained(factory.getbasetemp(), *families), folder / name))


@contextmanager
def collected_here() -> Iterator[None]:
    """Collect garbage in this thread only: see the fixture of that name in test_real_training."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


@contextmanager
def session_on(project: Project, qtbot: QtBot) -> Iterator[Session]:
    """Give a session with the project open and the engine loaded."""
    with collected_here():
        session = Session()
        session.ready = True
        session.open_project(project.folder)
        try:
            yield session
        finally:
            assert session.close(20)


def at_rest(session: Session, qtbot: QtBot) -> None:
    """Wait until nothing runs any more, and all that was found has been shown."""
    lanes = [lane for lane in (*LIVE, *LANES) if lane != "train"]
    qtbot.waitUntil(lambda: not any(session.title(lane) for lane in lanes), timeout=LONG)


def on_screen(qtbot: QtBot, widget: Any) -> Any:
    """Show a widget at the size of a tool."""
    qtbot.addWidget(widget)
    widget.resize(420, 420)
    widget.show()
    return widget


def at(stand: Stand) -> Place:
    """Return where one stands."""
    assert stand.place is not None
    return stand.place


def titles(stand: Stand) -> list[str]:
    """Return how each step was come to."""
    return [step.title for step in stand.exploration.steps.values()]


class FakeExplorer:
    """Draws the first number of a latent as the picture's level."""

    digest, step = "d" * 16, 100
    shape = (8,)
    classes: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.family = SimpleNamespace(smooth=True, id="toy", nameless=True, title="Toy")

    def seed(self, seed: int, label: int | None = None, k: int = 0) -> Place:
        latent = np.random.default_rng(seed + 1000 * k).standard_normal(8)
        return Place(latent.astype(np.float32), label)

    def relabeled(self, place: Place, label: int | None) -> Place:
        return Place(place.latent, label, place.truncation, place.sliders)


def drawn(place: Place) -> np.ndarray:
    """Return the picture of a place: its level tells its first number, ψ and sliders."""
    level = 100 + 20 * float(place.latent.flat[0]) * place.truncation + sum(place.sliders.values())
    return np.full((4, 4, 3), np.clip(level, 0, 255), np.uint8)


class SlowSession(QObject):
    """The session as the desks know it; draws the oldest wish when `answer` is called.

    `wishes` are (lane, find, title or key, parents, draft) not answered yet; `asked` all others.
    """

    project_changed = Signal()
    events = Signal(str, list)
    done = Signal(str, object)
    busy_changed = Signal(str)
    failed = Signal(str, str)
    said = Signal(str)

    def __init__(self, folder: Path):
        super().__init__()
        self.explorer = FakeExplorer()
        self.opened: Any = SimpleNamespace(
            run=SimpleNamespace(folder=folder, number=1),
            explorer=self.explorer,
            exploration=Exploration(folder / "explore"),
            directions=(),
            knowing=self._knowing,
        )
        self.wishes: list[tuple[str, Any, str, Any, bool]] = []
        self.asked: list[tuple[Any, ...]] = []
        self.titles: dict[str, str] = {}
        self.project = "the project"  # only handed on

    def title(self, lane: str) -> str:
        return self.titles.get(lane, "")

    def stop(self, lane: str) -> None:
        self.asked.append(("stop", lane))

    def look(self, find: Any, draft: bool) -> None:
        self.wishes.append(("draw", find, "", None, draft))

    def settle(self, find: Any, title: str, parents: Any) -> None:
        self.wishes.append(("draw", find, title, tuple(parents), False))

    def lay_out(self, key: str, find: Any, draft: bool = False) -> None:
        self.wishes.append(("strip", find, key, None, draft))

    def study(self, title: str, verb: str, *asked: Any, lane: str = "study") -> None:
        self.asked.append((lane, verb, *asked))
        self.titles[lane] = title
        self.busy_changed.emit(lane)

    def end(self, lane: str, result: Any = None) -> None:
        """The lane's job returned `result`, or was stopped."""
        self.titles.pop(lane, None)
        if result is not None:
            self.done.emit(lane, result)
        self.busy_changed.emit(lane)

    def keep(self, *asked: Any) -> None:
        self.asked.append(("keep", *asked))

    def remember(self) -> None:
        self.asked.append(("remember",))

    def adopt(self, opened: Any) -> None:
        self.opened = opened

    def answer(self, count: int = 1) -> None:
        """Draw what was asked for first, or the first few."""
        for _ in range(count):
            lane, find, words, parents, draft = self.wishes.pop(0)
            self.done.emit(lane, self._answer(lane, find, words, parents, draft))

    def answer_all(self) -> None:
        while self.wishes:
            self.answer()

    def _answer(self, lane: str, find: Any, words: str, parents: Any, draft: bool) -> Any:
        found = find(self.explorer)
        if lane == "strip":
            return words, list(found), np.stack([drawn(place) for place in found])
        model, step = (self.explorer.digest, self.explorer.step), None
        if parents is not None:
            step = self.opened.exploration.add(found, words, parents, model, drawn(found)).id
        return View(found, drawn(found), draft, 0.0, step, moving=draft)

    def _knowing(self, directions: Any) -> Any:
        return SimpleNamespace(**{**vars(self.opened), "directions": directions})


def standing(session: SlowSession) -> Stand:
    """Return a stand at seed 0, its first step."""
    made = Stand(session)  # type: ignore[arg-type]  # a session that draws when it is told to
    made.settle(lambda e: e.seed(0), "Seed 0", ())
    session.answer()
    return made


def panel_on(session: Session, qtbot: QtBot) -> ExplorePanel:
    """Return the Explore workspace on screen, its first picture drawn."""
    panel = ExplorePanel(session)
    qtbot.addWidget(panel)
    panel.resize(1200, 820)
    panel.show()
    at_rest(session, qtbot)
    return panel


def pixels(panel: ExplorePanel) -> bytes:
    """Return what the live picture shows."""
    assert panel.canvas.still is not None
    return panel.canvas.still.picture.tobytes()


def drag(panel: ExplorePanel, qtbot: QtBot, *offsets: int) -> list[bytes]:
    """Drag over the picture by hand, resting after each move; return what was seen."""
    canvas, seen = panel.canvas, []
    start = canvas.rect().center()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for offset in offsets:
        qtbot.mouseMove(canvas, start + QPoint(offset, offset // 2))
        at_rest(panel.session, qtbot)
        seen.append(pixels(panel))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(offsets[-1], 0))
    at_rest(panel.session, qtbot)
    return seen


def at_step(session: Session) -> int:
    """Return the step of the open model; -1 while none is open."""
    return session.opened.explorer.step if session.opened else -1
