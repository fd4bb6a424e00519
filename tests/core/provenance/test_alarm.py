"""The alarm knows copies, also changed ones, and lets what is new pass."""

import numpy as np
import pytest

from studio.core.assets.kind import Item
from studio.core.events import Note, Refused, finished
from studio.core.photographs.photograph import Photograph
from studio.core.pictures import straighten
from studio.core.provenance.alarm import alarm_for, as_in, choice_of, choose, guard, judged, origin
from studio.core.provenance.record import Record, made_from
from tests.core import toys


def pictures(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 256, (count, 4, 4, 3), np.uint8)
    return rough.repeat(6, 1).repeat(6, 2)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = toys.project(tmp_path_factory.mktemp("alarm"), height=24, width=24, channels=3)
    np.save(made.dataset("toy") / "pictures.npy", pictures(48, 1))
    return made


@pytest.fixture(scope="module")
def alarm(project):
    return finished(alarm_for(project, "toy"))


@pytest.mark.parametrize("change", ["same", "mirrored", "turned", "large", "noise", "shift", "16"])
def test_a_copy_is_known_whatever_was_done_to_it(alarm, change):
    rng = np.random.default_rng(5)
    for place in range(0, 48, 8):
        picture = alarm.picture(place)
        changed = {
            "same": picture,
            "mirrored": picture[:, ::-1],
            "turned": np.rot90(picture),
            "large": picture.repeat(3, 0).repeat(3, 1),
            "noise": np.clip(picture + rng.normal(0, 12, picture.shape), 0, 255).astype(np.uint8),
            "shift": np.roll(picture, 1, 0),
            "16": picture.astype(np.uint16) * 257,
        }[change]
        verdict = finished(judged(alarm, np.ascontiguousarray(changed)))
        assert verdict.copy and verdict.places[0] == place
        assert f"{place + 1} ({place}.png)" in verdict.text


def test_what_is_new_is_none(alarm):
    found = [finished(judged(alarm, picture)) for picture in pictures(40, 2)]
    assert not any(verdict.copy for verdict in found)
    assert all(verdict.distances == tuple(sorted(verdict.distances)) for verdict in found)


def test_what_shows_next_to_nothing_is_no_copy_of_something_small(tmp_path):
    project = toys.project(tmp_path, height=24, width=24, channels=4)
    packed = np.zeros((48, 24, 24, 4), np.uint8)
    packed[1:, 4:20, 4:20, :3] = pictures(47, 1)[:, 4:20, 4:20]
    packed[1:, 4:20, 4:20, 3] = 255
    packed[0, 10:13, 10:13] = 60  # almost empty itself
    np.save(project.dataset("toy") / "pictures.npy", packed)
    alarm = finished(alarm_for(project, "toy"))
    empty = np.zeros((24, 24, 4), np.uint8)
    empty[3, 3] = 9
    assert not finished(judged(alarm, empty)).copy
    assert finished(judged(alarm, alarm.picture(0))).copy


def test_pictures_get_the_channels_of_the_set():
    clear = np.zeros((3, 4, 4), np.uint8)
    assert as_in(3, clear).shape == (3, 4, 3) and as_in(3, clear).min() == 255
    assert as_in(1, clear).shape == (3, 4, 1)
    assert as_in(4, clear[..., :1]).shape == (3, 4, 4)
    assert straighten(as_in(4, clear)).shape == (3, 4, 4)


def test_the_model_is_found_through_a_style_but_not_through_a_sheet():
    drawn = Record(model="ab", version="toy")
    assert origin(made_from([drawn], workspace="style")) == drawn
    assert origin(made_from([drawn, drawn], workspace="export")) is None
    assert origin(drawn.model_copy(update={"title": "Sheet"})) is None
    assert origin(Record()) is None and origin(None) is None


def test_an_export_is_warned_of_or_blocked_as_the_project_chose(project, alarm):
    drawn = Record(model="ab", version="toy", run=1)
    copy = Item("hero", Photograph(alarm.picture(7)), drawn)
    new = Item("new", Photograph(pictures(1, 2)[0]), drawn)
    own = Item("mine", Photograph(alarm.picture(7)), None)
    assert choice_of(project) == "warn"
    events, _ = toys.finish(guard(project)([new, own, copy]))
    notes = [event.text for event in events if isinstance(event, Note)]
    assert len(notes) == 1 and notes[0].startswith("hero is too close to picture 8 (7.png)")
    choose(project, "block")
    with pytest.raises(Refused, match="hero is too close to picture 8"):
        finished(guard(project)([new, copy]))
    finished(guard(project, "off")([copy]))
    (project.folder / "alarm.json").write_text("[1")
    assert choice_of(project) == "warn"
