"""A hand that does anything, in any order, while things still run: nothing breaks or mixes."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from explore_scene import at_rest, copied, drag, panel_on, session_on
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from studio.core.explore.exploration import Exploration
from studio.gui.panels.explore import ExplorePanel

SECONDS = 6.0


def hand(panel: ExplorePanel, qtbot: QtBot, chance: random.Random) -> list[Callable[[], Any]]:
    """Return what a user may do; some of it is done more often."""
    bar, canvas, path, breed, pad = panel.bar, panel.canvas, panel.path, panel.breed, panel.pad

    def wander() -> None:
        start = canvas.rect().center()
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
        for _ in range(3):
            away = QPoint(chance.randint(-200, 200), chance.randint(-150, 150))
            qtbot.mouseMove(canvas, start + away)
            qtbot.wait(chance.choice([0, 10]))
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start)

    def climb() -> None:
        panel.history.chosen.emit(chance.choice(panel.history.steps or [_NoStep]).id)

    def choose_run() -> None:
        runs = bar.model.runs
        runs.setCurrentIndex(chance.randrange(runs.count()))
        runs.activated.emit(runs.currentIndex())

    def mix() -> None:
        pad.corner_asked.emit(chance.randrange(4))
        pad.moved.emit(chance.random(), chance.random())
        pad.settled.emit()

    def take_in() -> None:
        assert panel.session.project is not None
        for kept in list((panel.session.project.folder / "gallery").glob("*.png"))[:1]:
            panel.take_in(str(kept))

    often = [wander, wander, mix, breed.again.click, bar.steps.undo.click, bar.steps.redo.click]
    return [
        *often,
        *often,
        climb,
        choose_run,
        take_in,
        bar.steps.star.click,
        bar.steps.keep.click,
        bar.place.dice.click,
        lambda: bar.place.psi.setValue(chance.randint(0, 150)),
        lambda: bar.place.plane.setCurrentIndex(chance.randint(0, 1)),
        lambda: bar.model.timeline.slider.setValue(chance.randint(0, 1)),
        lambda: breed.chosen.emit(chance.randrange(9)),
        lambda: breed.mate_chosen.emit(chance.randint(-1, 8)),
        panel.tags.more.click,
        path.add.click,
        path.loops["circle"].click,
        panel.progress.stop_asked.emit,
    ]


class _NoStep:
    id = None


def test_anything_in_any_order(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, qtbot: QtBot
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vae", "gan", "vqvae", "diffusion")
    chance = random.Random(3)
    with session_on(project, qtbot) as session:
        failed: list[tuple[str, str]] = []
        session.failed.connect(lambda lane, text: failed.append((lane, text)))
        panel = panel_on(session, qtbot)
        deeds = hand(panel, qtbot, chance)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            chance.choice(deeds)()
            qtbot.wait(chance.choice([0, 0, 10, 50]))
        panel.progress.stop_asked.emit()
        at_rest(session, qtbot)
        opened, place, tree = session.opened, panel.stand.place, panel.stand.exploration
        assert failed == []
        assert opened is not None and place is not None
        assert place.latent.shape == opened.explorer.shape
        assert panel.bar.model.runs.currentData() == opened.run.number
        again = Exploration(tree.folder)
        assert (again.damaged, again.at, len(again.steps)) == (0, tree.at, len(tree.steps))
        assert drag(panel, qtbot, 120)
        panel.hide()
