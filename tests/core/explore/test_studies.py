"""Studies end in something kept: directions beside the run, a route, a film, a judgement."""

import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from studio.core import pictures
from studio.core import project as projects
from studio.core.assets.video import VideoSettings
from studio.core.events import Drawn, Progress, Refused
from studio.core.explore import directions, opening, studies
from studio.core.explore.inverting import Fitted
from studio.core.explore.route import Key, Route, steps
from studio.core.provenance.stamping import beside, embedded
from tests.core.toys import finish


@pytest.fixture
def project(explorers, tmp_path):
    """A copy of the VAE's project that a test may change."""
    return projects.open(shutil.copytree(explorers("vae")[1].folder, tmp_path / "mine.atelier"))


@pytest.fixture
def opened(project):
    return finish(opening.open_run(project))[1]


def found(opened, *names, kind=directions.SEARCHED):
    rng = np.random.default_rng(len(names))
    rows = rng.standard_normal((len(names), *opened.explorer.shape)).astype(np.float32)
    made = zip(names, rows, strict=True)
    return tuple(directions.direction(n, torch.from_numpy(row), kind) for n, row in made)


def saved(opened):
    return [d.name for d in directions.load_directions(opened.run, opened.explorer.digest)]


def test_what_is_discovered_is_kept_and_leaves_what_the_user_kept(opened, monkeypatch):
    def searched(explorer, *_, **__):
        yield Progress(0, 1, "Asking")
        return found(opened, "Hue", "Light", "Height")

    monkeypatch.setattr(studies, "find_directions", searched)
    mine = directions.kept(found(opened, "Mine", "Forgotten"), found(opened, "Mine", "x")[0].id)
    known = finish(studies.discover(opened.knowing(mine)))[1]
    assert [d.name for d in known.directions] == ["Mine", "Hue", "Light", "Height"]
    assert saved(opened) == ["Mine", "Hue", "Light", "Height"]
    assert set(known.explorer.directions) >= {d.id for d in known.directions}


def test_tags_become_the_first_direction(opened, monkeypatch):
    def tagged(explorer, yes, no, name, *_, **__):
        yield Progress(0, 1, "Looking")
        return found(opened, name, kind=directions.TAGGED)[0]

    monkeypatch.setattr(studies, "tag_direction", tagged)
    places = [opened.explorer.seed(k) for k in range(10)]
    known = finish(studies.tag(opened.knowing(found(opened, "a", "b")), places, places, "Hat"))[1]
    assert known.directions[0].name == "Hat" == saved(opened)[0]


def test_names_stars_and_deletions_are_remembered(opened):
    known = found(opened, "Size", "Light")
    changed = directions.without(directions.renamed(known, known[0].id, "Bigger"), known[1].id)
    finish(studies.remember(opened.knowing(changed)))
    assert saved(opened) == ["Bigger"]


def test_a_route_is_kept_and_drawn_frame_by_frame(project, opened):
    route = Route(tuple(Key(opened.explorer.seed(k, 0), 4) for k in range(3)), closed=True)
    events, frames = finish(studies.draw_route(opened, route))
    assert len(frames) == route.count == 12
    assert any(isinstance(event, Drawn) for event in events)
    again = finish(opening.open_run(project))[1].route
    assert again.closed and [key.frames for key in again.keys] == [4, 4, 4]


@pytest.mark.parametrize("kind", ["circle", "noise"])
def test_a_loop_has_no_seam(opened, kind):
    start = opened.explorer.seed(0, 0)
    places, frames = finish(studies.draw_loop(opened, kind, start, 0.3, 24, 0))[1]
    changes = steps(frames, closed=True)
    assert np.array_equal(opened.explorer.pictures([places[5]])[0], frames[5])
    assert len(frames) == len(places) == 24 and changes[-1] <= np.median(changes) + 0.5


def test_a_route_is_kept_until_its_last_key_goes(project, opened):
    keys = tuple(Key(opened.explorer.seed(k, 0), 3) for k in range(2))
    finish(studies.draw_route(opened, Route(keys)))
    assert len(finish(opening.open_run(project, opened.run.number))[1].route.keys) == 2
    finish(studies.forget_route(opened))
    assert not finish(opening.open_run(project, opened.run.number))[1].route.keys


def test_a_film_is_written_and_stopped_leaves_nothing(opened, tmp_path):
    frames = np.zeros((6, 16, 16, 4), np.uint8)
    frames[:, 4:8, 4:8] = 255
    path = finish(studies.film(opened, frames, tmp_path / "path.png", VideoSettings()))[1]
    with Image.open(path) as strip:
        assert strip.mode == "RGBA" and strip.size == (96, 16)
    job = studies.film(opened, frames, tmp_path / "stopped.gif", VideoSettings())
    next(job)
    job.close()
    left = sorted(p.name for p in tmp_path.iterdir() if p.is_file())
    assert left == ["path.png", "path.png.json"]
    record = embedded(path)
    assert record == beside(path)
    assert record is not None and record.version == "toy"


def test_a_picture_of_the_users_is_looked_for(opened, tmp_path):
    known = opened.explorer.pictures([opened.explorer.seed(3, 0)])[0]
    path = tmp_path / "mine.png"
    pictures.save(known, path)
    events, best = finish(studies.find_picture(opened, path, 0.5))
    assert any(isinstance(event, Fitted) for event in events)
    assert best.fit > 0.5, "the model's own picture is found again, more or less"
    assert np.array_equal(best.aim.shape, known.shape)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_is_a_sentence_with_its_name(opened, tmp_path, content):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"broken\.png can't be looked for"):
        finish(studies.find_picture(opened, path, 0.5))


def test_a_map_is_made_kept_and_judges_places(project, opened, monkeypatch):
    atlas = studies.atlas
    monkeypatch.setattr(studies, "atlas", lambda e, p, seed: atlas(e, p, count=8))
    made = finish(studies.chart(opened, project))[1]
    assert made.digest == opened.explorer.digest
    assert finish(studies.chart(opened, project))[0] == [], "it is kept"
    place = opened.explorer.seed(0, 0)
    picture = opened.explorer.pictures([place])[0]
    assert finish(studies.judged(opened, made, place, picture))[1].text
