"""The desks that find: a picture of one's own, spots of the map, depths of another one."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from explore_scene import SlowSession, at, drawn, on_screen, standing, titles
from pytestqt.qtbot import QtBot

from studio.core.explore import atlas, mixing
from studio.core.explore.inverting import Fitted
from studio.core.explore.live import View
from studio.core.explore.place import Place
from studio.gui.desks.depths import DepthDesk
from studio.gui.desks.finding import MapDesk, OwnPictureDesk
from studio.gui.desks.stand import Stand
from studio.gui.widgets.depth_mix import DepthMix
from studio.gui.widgets.map_sheet import MapSheet
from studio.gui.widgets.own_picture import OwnPicture


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> SlowSession:
    return SlowSession(tmp_path)


@pytest.fixture
def stand(session: SlowSession) -> Stand:
    return standing(session)


# a picture of one's own


@pytest.fixture
def own(qtbot: QtBot, stand: Stand) -> OwnPictureDesk:
    return OwnPictureDesk(stand, on_screen(qtbot, OwnPicture()))


def fitted(place: Place, text: str) -> Any:
    picture = drawn(place)
    found: Any = SimpleNamespace(place=place, picture=picture, aim=picture, text=text)
    return Fitted(picture[None], found)


def test_a_picture_is_looked_for_shown_and_becomes_a_step(
    own: OwnPictureDesk, session: SlowSession
) -> None:
    peeked: list[np.ndarray] = []
    own.stand.peeked.connect(peeked.append)
    own.widget.asked.emit("/somewhere/my cat.png")
    assert session.asked[-1][:2] == ("invert", "find_picture")
    assert "my cat.png" in own.widget.said.text() and not own.widget.again.isEnabled()
    far, near = session.explorer.seed(7), session.explorer.seed(8)
    session.events.emit("invert", [fitted(far, "near"), fitted(near, "nearer")])
    assert own.widget.said.text() == "nearer" and len(peeked) == 1
    assert len(own.stand.exploration.steps) == 1, "while it is looked for, no step"
    session.end("invert", fitted(near, "nearer, as your own").inverted)
    assert own.widget.said.text() == "nearer, as your own"
    session.answer_all()
    assert at(own.stand) is near and titles(own.stand)[-1] == "My picture: my cat"
    assert own.widget.again.isEnabled()


def test_stop_keeps_the_best_and_longer_looks_again(
    own: OwnPictureDesk, session: SlowSession
) -> None:
    own.find("/somewhere/cat.png")
    seconds = session.asked[-1][3]
    session.events.emit("invert", [fitted(session.explorer.seed(8), "so far")])
    session.end("invert")  # stopped: no result
    session.answer_all()
    assert titles(own.stand)[-1] == "My picture: cat"
    own.widget.again.click()
    assert session.asked[-1][3] == 4 * seconds


def test_what_is_no_picture_is_said_in_its_place(own: OwnPictureDesk, session: SlowSession) -> None:
    own.find("/somewhere/letter.png")
    session.failed.emit("invert", "letter.png can't be looked for. It is no picture.")
    session.end("invert")
    assert "can't be looked for" in own.widget.said.text() and not own.widget.again.isEnabled()
    assert not session.wishes and len(own.stand.exploration.steps) == 1


def test_another_model_ends_the_search(own: OwnPictureDesk, session: SlowSession) -> None:
    own.find("/somewhere/cat.png")
    own.forget()
    assert session.asked[-1] == ("stop", "invert")
    late = fitted(session.explorer.seed(8), "late")
    peeked: list[np.ndarray] = []
    own.stand.peeked.connect(peeked.append)
    session.events.emit("invert", [late])
    session.end("invert", late.inverted)
    assert not session.wishes, "what was found in the last model is no place of this one"
    assert not peeked and not own.widget.said.text()


# the map


@pytest.fixture
def chart(qtbot: QtBot, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> MapDesk:
    monkeypatch.setattr("studio.gui.desks.finding._is_atlas", lambda _: True)
    monkeypatch.setattr(atlas, "place_at", lambda _, x, y: Place(np.full(8, x + y, np.float32)))
    return MapDesk(stand, on_screen(qtbot, MapSheet()))


def mapped() -> Any:
    rng = np.random.default_rng(0)
    return SimpleNamespace(
        points=rng.random((6, 2)).astype(np.float32),
        real=np.arange(6) < 3,
        thumbnails=np.zeros((6, 8, 8, 3), np.uint8),
    )


def test_a_map_is_made_and_every_spot_leads_somewhere(chart: MapDesk, session: SlowSession) -> None:
    chart.sheet.button.click()
    assert session.asked[-1] == ("study", "chart", session.project, 0)
    assert not chart.sheet.button.isEnabled()
    session.end("study", mapped())
    assert chart.sheet.button.isEnabled() and chart.sheet.pages.currentIndex() == 1
    chart.sheet.map.asked.emit(0.5, 0.25)
    session.answer()
    assert at(chart.stand).latent[0] == 0.75
    chart.sheet.map.released.emit()
    session.answer()
    assert titles(chart.stand)[-1] == "From the map"
    lane, verb, known, place, _ = session.asked[-1]
    assert (lane, verb) == ("judge", "judged") and known is chart.atlas
    assert place is at(chart.stand)
    session.end("judge", SimpleNamespace(text="Typical; like no training picture."))
    before = len(session.asked)
    quick = View(place, drawn(place), False, 0.0, moving=True)  # of a model that has no drafts
    chart.stand.viewed.emit(quick)
    assert len(session.asked) == before, "what is passed by while dragging is not judged"
    chart.stand.viewed.emit(replace(quick, moving=False))
    assert session.asked[-1][0] == "judge"


def test_a_map_that_comes_late_is_not_another_runs(
    chart: MapDesk, session: SlowSession, tmp_path: Path
) -> None:
    chart.sheet.button.click()
    session.opened = SimpleNamespace(
        **{**vars(session.opened), "run": SimpleNamespace(folder=tmp_path / "other", number=2)}
    )
    chart.begin(None)
    session.end("study", mapped())
    assert chart.atlas is None and chart.sheet.pages.currentIndex() == 0


# depths


@pytest.fixture
def depths(
    qtbot: QtBot, stand: Stand, session: SlowSession, monkeypatch: pytest.MonkeyPatch
) -> DepthDesk:
    """The first half of a latent is its layout, the rest its color."""

    def mixed(_: Any, a: Place, b: Place, taken: list[bool]) -> Place:
        return Place(np.where(np.repeat(taken, 4), b.latent, a.latent))

    monkeypatch.setattr(mixing, "depths", lambda _: ("layout", "color"))
    monkeypatch.setattr(mixing, "mixed", mixed)
    made = DepthDesk(stand, on_screen(qtbot, DepthMix()))
    made.begin(session.opened)
    return made


def test_depths_of_another_picture_are_taken_and_given_back(
    depths: DepthDesk, session: SlowSession
) -> None:
    other = at(depths.stand)
    depths.widget.take.click()
    depths.stand.settle(lambda e: e.seed(1), "Seed 1")
    session.answer()
    here = at(depths.stand)
    layout, color = depths.widget.depths
    color.click()
    session.answer()
    assert np.array_equal(at(depths.stand).latent, [*here.latent[:4], *other.latent[4:]])
    layout.click()
    session.answer()
    assert np.array_equal(at(depths.stand).latent, other.latent)
    layout.click()
    color.click()
    session.answer_all()
    assert np.array_equal(at(depths.stand).latent, here.latent)


def test_a_model_that_learned_on_keeps_the_switches(
    depths: DepthDesk, session: SlowSession
) -> None:
    depths.widget.take.click()
    depths.stand.settle(lambda e: e.seed(1), "Seed 1")
    session.answer()
    depths.widget.depths[0].click()
    session.answer()
    depths.stand.redraw()
    session.answer()
    assert depths.widget.depths[0].isChecked()
    depths.stand.settle(lambda e: e.seed(2), "Seed 2")
    session.answer()
    assert not depths.widget.depths[0].isChecked(), "elsewhere nothing is taken yet"
