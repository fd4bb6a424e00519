"""How a model leaves: as a pack or as ONNX, each with what matters to it."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.assets.onnx_model import OnnxSettings
from studio.gui.widgets.model_dialog import ModelDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> ModelDialog:
    made = ModelDialog("1  Sprites", "sprites 1")
    qtbot.addWidget(made)
    made.show()
    return made


def test_settings_are_those_of_the_kind(dialog: ModelDialog) -> None:
    assert dialog.kind.currentData() == ".atelierpack"
    assert not dialog.form.isVisible() and "One file" in dialog.help.text()
    dialog.kind.setCurrentIndex(1)
    assert dialog.form.isVisible() and "latent" in dialog.help.text()


def test_a_name_is_completed_and_asked_about(
    dialog: ModelDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(dialog.asked) as asked:
        dialog._take(tmp_path / "v1.2", ".onnx")
    assert asked.args == [tmp_path / "v1.2.onnx", OnnxSettings()]
    (tmp_path / "mine.onnx").write_text("mine")
    monkeypatch.setattr(dialog, "_sure", lambda words: "mine.onnx" not in words)
    with qtbot.assertNotEmitted(dialog.asked):
        dialog._take(tmp_path / "mine", ".onnx")
