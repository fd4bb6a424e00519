"""The dialog says where a picture came from, and leads there; foreign words stay text."""

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from studio.core.events import finished
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.alarm import Verdict
from studio.core.provenance.chain import Chain, Neighbor, Step, trace_shown
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import save_recorded
from studio.gui.desks.origin import OriginDesk
from studio.gui.session import Session
from studio.gui.widgets.origin_dialog import OriginDialog

PICTURE = np.full((8, 8, 3), 90, np.uint8)


def chain(copy: bool = False, place: bool = False) -> Chain:
    steps = (Step("Drawn <b>", "<img src=x>"), Step("Model ab", "gone", 1, "warning"))
    verdict = Verdict((3,), (1.5,), 0.1, copy, "Said so.")
    neighbors = (Neighbor("003.png", 3, PICTURE, 1.5),)
    return Chain("a.png", PICTURE, Record(), steps, (), neighbors, verdict, place)


def texts(dialog: OriginDialog) -> list[str]:
    return [each.text() for each in dialog.findChildren(QLabel)]


def test_it_shows_the_chain_and_foreign_words_stay_text(qtbot):
    dialog = OriginDialog(chain(copy=True))
    qtbot.addWidget(dialog)
    assert "<img src=x>" in texts(dialog) and "1.5" in texts(dialog)
    assert dialog.badge.text() == "Too close to a training picture"
    plain = [each for each in dialog.findChildren(QLabel) if "<" in each.text()]
    assert all(each.textFormat().name == "PlainText" for each in plain)
    dialog.copy.click()
    assert "Model ab" in QGuiApplication.clipboard().text()
    assert dialog.explore.isHidden()


def test_a_picture_with_a_place_opens_in_explore(qtbot):
    dialog = OriginDialog(chain(place=True))
    qtbot.addWidget(dialog)
    assert dialog.badge.text() == "Not a copy"
    with qtbot.waitSignal(dialog.explore_asked):
        dialog.explore.click()


@pytest.fixture
def session(qtbot):
    made = Session()
    made.ready = True
    yield made
    made.close(5)


def test_a_picture_in_a_file_is_traced_and_shown(qtbot, session, tmp_path):
    path = tmp_path / "a.png"
    large = np.full((600, 1300, 3), 9, np.uint16)
    save_recorded(Photograph(large), path, Record(title="Mine", model="ab"))
    assert finished(trace_shown(path)).picture.shape == (473, 1024, 3)  # type: ignore[union-attr]  # it is one
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    desk = OriginDesk(session, window)
    with qtbot.waitSignal(desk.shown, timeout=20_000):
        desk.trace(path)
    assert desk.dialog is not None
    assert any("Mine" in text for text in texts(desk.dialog))
    with qtbot.waitSignal(session.failed, timeout=20_000) as failed:
        desk.trace(tmp_path / "missing.png")
    assert "not there" in failed.args[1]
    desk.dialog.close()
