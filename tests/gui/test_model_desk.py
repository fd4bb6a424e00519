"""Models that leave and come in: against a session that remembers its orders."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot
from train_scene import FakeSession, add_run, scene

from studio.core.assets.onnx_model import OnnxSettings
from studio.core.events import Progress
from studio.gui.panels.train import TrainPanel


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    """Runs 1 (without a save) and 2 (saved)."""
    project = scene(tmp_path, runs=1)
    (add_run(project, 300).checkpoints / "step-00000300").mkdir(parents=True)
    return FakeSession(project)


@pytest.fixture
def panel(qtbot: QtBot, session: FakeSession) -> TrainPanel:
    made = TrainPanel(session)  # type: ignore[arg-type]  # a session that only takes notes
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_saved_run_can_leave(panel: TrainPanel, session: FakeSession, tmp_path: Path) -> None:
    panel.list.choose(2)
    assert panel.view.tools.export.isVisible() and panel.view.tools.export.isEnabled()
    panel.models._export(tmp_path / "a.onnx", OnnxSettings(half=True))
    kind, run, target, settings = session.asked[-1]
    assert (kind, run.number, target.name, settings.half) == ("export_model", 2, "a.onnx", True)
    panel.list.choose(1)
    assert not panel.view.tools.export.isVisible()


def test_it_says_how_far_it_is_and_can_be_stopped(panel: TrainPanel, session: FakeSession) -> None:
    panel.list.choose(2)
    session.titles["model"] = "Exporting a.onnx"
    session.busy_changed.emit("model")
    assert panel.view.leaving.isVisible() and not panel.view.tools.export.isEnabled()
    session.events.emit("model", [Progress(1, 4, "Drawing a look at it")])
    assert "Drawing" in panel.view.leaving.text.text()
    panel.view.leaving.button.click()
    assert ("stop", "model") in session.asked
    session.titles.clear()
    session.busy_changed.emit("model")
    assert not panel.view.leaving.isVisible() and panel.view.tools.export.isEnabled()


def test_what_came_of_it_is_said(panel: TrainPanel, session: FakeSession, qtbot: QtBot) -> None:
    found = SimpleNamespace(paths=(Path("a.onnx"),), words="2.1 MB")
    with qtbot.waitSignal(session.said) as said:
        session.done.emit("model", found)
    assert said.args == ["a.onnx: 2.1 MB."]


def test_a_pack_that_came_in_is_shown(panel: TrainPanel, session: FakeSession) -> None:
    panel.list.choose(2)
    session.done.emit("pack", panel.runs[1])
    assert panel.shown == 1
