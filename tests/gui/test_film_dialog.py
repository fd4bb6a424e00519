"""The film dialog: what is offered, how large, and where it is written to."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from studio.core.assets.video import VideoSettings, save_video
from studio.gui.widgets.film_dialog import FilmDialog
from tests.core.toys import finish


def frames(count: int = 48, side: int = 32, channels: int = 4) -> np.ndarray:
    return np.zeros((count, side, side, channels), np.uint8)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The file dialog answers with `path`; keeps what it was asked."""
    answer = {"path": ""}

    def ask(_parent: Any, _title: str, name: str, kinds: str) -> tuple[str, str]:
        answer.update(name=name, kinds=kinds)
        return answer["path"], kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return answer


def shown(qtbot: QtBot, *asked: Any) -> FilmDialog:
    dialog = FilmDialog(*asked)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def answers(dialog: FilmDialog) -> list[Any]:
    told: list[Any] = []
    dialog.asked.connect(lambda path, settings: told.append((path, settings)))
    return told


def test_it_says_what_is_exported(qtbot: QtBot) -> None:
    dialog = shown(qtbot, frames(), 24.0, True)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "48 frames of 32 × 32 pixels, 2.0 s" in texts
    assert dialog.form.value.fps == 24 and dialog.form.value.loop
    assert dialog.form.value.scale == 16, "32 pixels are enlarged to 512"
    assert shown(qtbot, frames(side=256), 24.0, False).form.value.scale == 1


def test_every_kind_offered_can_be_written(
    qtbot: QtBot, chosen: dict[str, str], tmp_path: Path
) -> None:
    first = shown(qtbot, frames(), 12.0, True)
    kinds = [first.kind.itemData(k) for k in range(first.kind.count())]
    assert kinds == [".mp4", ".gif", ".webp", ".apng", ".png", ""]
    for k, suffix in enumerate(kinds):
        dialog = shown(qtbot, frames(4, 16), 12.0, True)
        told = answers(dialog)
        dialog.kind.setCurrentIndex(k)
        chosen["path"] = str(tmp_path / f"film{k}")
        dialog.write.click()
        path, settings = told[0]
        assert path.suffix == suffix
        assert finish(save_video(frames(4, 16), path, settings.updated({"scale": 1})))[1].exists()


def test_only_what_the_kind_can_use_is_asked(qtbot: QtBot) -> None:
    dialog = shown(qtbot, frames(), 24.0, True)
    fields = dialog.form.fields
    seen = set[str]()
    for k, used in enumerate((["fps", "ground"], ["fps", "loop"], ["fps", "loop"])):
        dialog.kind.setCurrentIndex(k)
        assert [name for name, each in fields.items() if each.isVisible()] == sorted(
            ["scale", *used], key=list(fields).index
        )
    for k in range(dialog.kind.count()):
        dialog.kind.setCurrentIndex(k)
        seen |= {name for name, each in fields.items() if each.isVisible()}
    assert seen == set(fields), "every setting is of use to some kind"


def test_a_faulty_field_stays_in_sight(qtbot: QtBot) -> None:
    dialog = shown(qtbot, frames(), 24.0, True)
    dialog.form.wrong.add("ground")
    dialog.kind.setCurrentIndex(1)
    assert dialog.form.fields["ground"].isVisible()


def test_only_kinds_that_keep_transparency_say_so(qtbot: QtBot) -> None:
    for channels, said in ((4, [False, False, True, True, True, True]), (3, [False] * 6)):
        dialog = shown(qtbot, frames(channels=channels), 12.0, True)
        assert ["transparency" in dialog.kind.itemText(k) for k in range(6)] == said


def test_cancelled_it_asks_for_nothing(qtbot: QtBot, chosen: dict[str, str]) -> None:
    dialog = shown(qtbot, frames(), 24.0, True)
    told = answers(dialog)
    dialog.write.click()
    assert not told and dialog.isVisible(), "no file was chosen: one may choose again"
    dialog.reject()
    assert not told and not dialog.isVisible()


def test_a_faulty_field_can_not_be_exported(qtbot: QtBot) -> None:
    dialog = shown(qtbot, frames(), 24.0, True)
    dialog.form.faulted.emit("Speed: more than 120.")
    assert not dialog.write.isEnabled()
    dialog.form.faulted.emit("")
    assert dialog.write.isEnabled()


def test_what_is_set_is_what_is_asked(qtbot: QtBot, chosen: dict[str, str], tmp_path: Path) -> None:
    dialog = shown(qtbot, frames(), 24.0, True)
    told = answers(dialog)
    dialog.form.show_value(VideoSettings(fps=12, scale=4, loop=False))
    dialog.kind.setCurrentIndex(1)
    chosen["path"] = str(tmp_path / "walk.gif")
    dialog.write.click()
    assert told[0][0] == tmp_path / "walk.gif" and chosen["name"] == "path.gif"
    assert (told[0][1].fps, told[0][1].scale, told[0][1].loop) == (12, 4, False)
    assert not dialog.isVisible()


def test_a_name_with_a_dot_keeps_it(qtbot: QtBot, chosen: dict[str, str], tmp_path: Path) -> None:
    dialog = shown(qtbot, frames(), 24.0, True)
    told = answers(dialog)
    chosen["path"] = str(tmp_path / "walk v1.2")
    dialog.write.click()
    assert told[0][0] == tmp_path / "walk v1.2.mp4"


def test_a_film_that_is_there_is_replaced_only_when_asked(
    qtbot: QtBot, chosen: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file dialog asks only about the name as it was written, without its suffix."""
    (tmp_path / "walk.mp4").write_text("an older film")
    answer = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer.pop(0))
    dialog = shown(qtbot, frames(), 24.0, True)
    told = answers(dialog)
    chosen["path"] = str(tmp_path / "walk")
    dialog.write.click()
    assert not told and dialog.isVisible()
    dialog.write.click()
    assert told[0][0] == tmp_path / "walk.mp4"
