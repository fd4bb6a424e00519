"""The stand: pictures come later than wishes do, and the newest wish counts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explore_scene import SlowSession, at, drawn, standing
from pytestqt.qtbot import QtBot

from studio.gui.desks.stand import Stand


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> SlowSession:
    return SlowSession(tmp_path)


@pytest.fixture
def stand(session: SlowSession) -> Stand:
    return standing(session)


def heard(signal: Any) -> list[Any]:
    told: list[Any] = []
    signal.connect(lambda *args: told.append(args[0] if args else None))
    return told


def test_the_first_place_is_a_step(stand: Stand, session: SlowSession) -> None:
    assert [step.title for step in stand.exploration.steps.values()] == ["Seed 0"]
    assert np.array_equal(at(stand).latent, session.explorer.seed(0).latent)
    assert stand.picture is not None and np.array_equal(stand.picture, drawn(at(stand)))


def test_looking_leaves_no_step_and_settling_leaves_one_below(
    stand: Stand, session: SlowSession
) -> None:
    viewed, stepped = heard(stand.viewed), heard(stand.stepped)
    stand.look(lambda e: e.seed(1))
    session.answer()
    assert len(viewed) == 1 and viewed[0].draft and not stepped
    stand.settle(lambda e: e.seed(1), "Drag")
    session.answer()
    assert len(stepped) == 1
    assert stand.exploration.current.parents == (0,) and stand.exploration.current.title == "Drag"


def test_a_slow_picture_does_not_take_the_slider_back(stand: Stand, session: SlowSession) -> None:
    """Dragging on a model slower than the hand: what comes late is shown, not gone back to."""
    for sigmas in (1.0, 2.0, 3.0):
        stand.show(at(stand).with_slider("a", sigmas))
    session.answer()  # the picture of 1 σ
    assert at(stand).sliders == {"a": 3.0}
    stand.rest(at(stand), "a +3.0 σ")
    session.answer_all()
    assert stand.exploration.current.place.sliders == {"a": 3.0}
    assert at(stand).sliders == {"a": 3.0}


def test_resting_where_one_stands_is_no_step(stand: Stand, session: SlowSession) -> None:
    stand.rest(at(stand), "ψ 1.00")
    session.answer_all()
    assert len(stand.exploration.steps) == 1
    stand.rest(replace(at(stand), truncation=0.5), "ψ 0.50")
    session.answer_all()
    assert len(stand.exploration.steps) == 2


def test_undo_while_a_drag_is_drawn_ends_where_undo_leads(
    stand: Stand, session: SlowSession
) -> None:
    stand.settle(lambda e: e.seed(1), "Drag")
    session.answer()
    stand.look(lambda e: e.seed(2))
    stand.go(0)
    session.answer()  # the drag's picture, asked for before
    assert np.array_equal(at(stand).latent, session.explorer.seed(0).latent)
    session.answer()
    assert np.array_equal(at(stand).latent, session.explorer.seed(0).latent)
    assert stand.exploration.at == 0 and len(stand.exploration.steps) == 2


def test_going_back_keeps_nothing_new(stand: Stand, session: SlowSession) -> None:
    stand.settle(lambda e: e.seed(1), "Drag")
    session.answer()
    stepped = heard(stand.stepped)
    stand.go(0)
    session.answer()
    assert len(stand.exploration.steps) == 2 and stepped == [None]
    stand.go(None)
    assert stand.exploration.at == 0 and not session.wishes


def test_waiting_is_said_until_a_picture_or_a_refusal_comes(
    stand: Stand, session: SlowSession
) -> None:
    awaited = heard(stand.awaited)
    stand.look(lambda e: e.seed(1))
    session.answer()
    stand.look(lambda e: e.seed(1))
    session.failed.emit("draw", "It can't be drawn.")
    assert awaited == [True, False, True, False]


def test_another_models_late_picture_is_not_stood_at(stand: Stand, session: SlowSession) -> None:
    viewed = heard(stand.viewed)
    stand.look(lambda e: e.seed(1))
    session.opened = None
    stand.forget()
    session.answer()
    assert stand.place is None and stand.picture is None and not viewed


def test_what_is_kept_is_one_place_and_its_own_picture(stand: Stand, session: SlowSession) -> None:
    """While a slider's next picture is awaited, the place has moved on and the picture has not."""
    before = at(stand)
    stand.show(replace(before, truncation=0.5))
    place, picture = stand.seen
    assert place is before and picture is not None and np.array_equal(picture, drawn(before))
    session.answer()
    place, picture = stand.seen
    assert place is not None and place.truncation == 0.5
    assert picture is None, "a draft is not what is kept: it is drawn in full then"


def test_a_history_that_can_not_be_written_is_a_sentence(
    stand: Stand, session: SlowSession
) -> None:
    said = heard(session.failed)
    path = stand.exploration.folder / "steps.jsonl"
    path.unlink()
    path.mkdir()
    stand.go(0)
    assert said == ["explore"]
    session.answer_all()
    assert np.array_equal(at(stand).latent, session.explorer.seed(0).latent), "it is still shown"
