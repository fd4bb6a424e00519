"""The real window takes a real pack in, and refuses what is none."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core import project as projects
from studio.core.assets.pack_export import export_pack
from studio.core.data import importing
from studio.core.data.import_settings import ImportSettings
from studio.core.events import finished
from studio.core.project import Plan
from studio.core.request import Forecast, Numerics, TrainRequest
from studio.core.training import start
from studio.gui.panels.train import TrainPanel
from studio.gui.session import Session
from studio.gui.window import Window

LONG = 120_000  # ms; the engine alone takes seconds to load on a busy machine


def packed(folder: Path) -> Path:
    """Return a pack of a GAN that is barely trained."""
    settings = ImportSettings(width=16, height=16)
    project = projects.create(folder / "there.atelier")
    draft = finished(importing.draft("starter:sprites", settings, project.folder))
    asked = TrainRequest(
        dataset=importing.accept(draft).manifest.id,
        family="gan",
        preset="light",
        settings={"width": 8, "batch": 4},
        plan=Plan(steps=1, device="cpu", threads=1),
    )
    known = Forecast(1, 1.0, 0.1, 0, 0, "CPU", Numerics(), threads=1)
    finished(start(project, asked, known))
    return finished(export_pack(project, 1, folder / "mine")).paths[0]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    """The real window without a project; garbage is collected in this thread alone (Shiboken)."""
    gc.collect()
    gc.disable()
    session = Session()
    made = Window(session)
    qtbot.addWidget(made)
    made.show()
    session.warm_up()
    qtbot.waitUntil(lambda: session.ready, timeout=LONG)
    yield made
    made.hide()
    assert session.close(60)
    gc.enable()
    gc.collect()


def test_a_pack_makes_a_project_with_a_run(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    pack = packed(tmp_path)
    with qtbot.waitSignal(window.session.done, timeout=LONG) as done:
        window._take([pack])
    assert done.args is not None and done.args[0] == "pack"
    project = window.session.project
    assert project is not None and [run.number for run in project.runs()] == [1]
    panel = window.pages["train"]
    assert isinstance(panel, TrainPanel) and panel.shown == 1
    assert panel.view.tools.export.isVisible()


def test_what_is_no_pack_is_said(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "bad.atelierpack").write_bytes(b"no zip")
    with qtbot.waitSignal(window.session.failed, timeout=LONG) as failed:
        window._take([tmp_path / "bad.atelierpack"])
    assert failed.args is not None and "no pack" in failed.args[1]
    made = window.session.project
    window.session.leave_project()
    assert made is None or not (made.folder / "project.json").exists()
