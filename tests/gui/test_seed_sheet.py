"""Many samples at once: shown when a model is opened, gone to by a click."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from explore_scene import SlowSession, at, on_screen, standing, titles
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.gui.desks.seeds import SAMPLES, SeedDesk
from studio.gui.desks.walk import WalkDesk
from studio.gui.widgets.explore_bar import PlaceBar
from studio.gui.widgets.latent_canvas import LatentCanvas
from studio.gui.widgets.seed_sheet import SeedSheet


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> SlowSession:
    return SlowSession(tmp_path)


@pytest.fixture
def seeds(qtbot: QtBot, session: SlowSession) -> SeedDesk:
    stand = standing(session)
    walk = WalkDesk(stand, on_screen(qtbot, LatentCanvas()), on_screen(qtbot, PlaceBar()))
    return SeedDesk(walk, on_screen(qtbot, SeedSheet()))


def opened(smooth: bool) -> Any:
    return SimpleNamespace(explorer=SimpleNamespace(family=SimpleNamespace(smooth=smooth)))


def test_samples_come_by_themselves_unless_drawing_them_takes_long(
    seeds: SeedDesk, session: SlowSession
) -> None:
    seeds.begin(opened(smooth=False))
    session.answer_all()
    assert seeds.sheet.grid.count == 0
    seeds.begin(opened(smooth=True))
    session.answer_all()
    assert seeds.sheet.grid.count == SAMPLES == len(seeds.sheet.seeds)


def test_a_click_goes_to_the_sample_as_a_step(
    qtbot: QtBot, seeds: SeedDesk, session: SlowSession
) -> None:
    seeds.sheet.more.click()
    session.answer_all()
    seeds.sheet.resize(400, 500)
    cell = seeds.sheet.grid.cell(7).center()
    qtbot.mouseClick(seeds.sheet.grid, Qt.MouseButton.LeftButton, pos=cell)
    session.answer_all()
    seed = seeds.sheet.seeds[7]
    assert np.array_equal(at(seeds.walk.stand).latent, session.explorer.seed(seed).latent)
    assert titles(seeds.walk.stand)[-1] == f"Seed {seed}"
    assert seeds.walk.bar.seed.value() == seed


def test_other_samples_are_others(seeds: SeedDesk, session: SlowSession) -> None:
    found = set()
    for _ in range(3):
        seeds.sheet.more.click()
        session.answer_all()
        found.add(seeds.sheet.seeds[0])
    assert len(found) > 1
