"""Tags become a direction, or a sentence that says why not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.core.events import Refused
from studio.core.explore import answers as asking
from studio.core.explore import tagging
from studio.core.explore.directions import TAGGED
from studio.core.families import families
from tests.core.explore.test_directions import Painter
from tests.core.toys import finish


@pytest.fixture
def painted(explorers, monkeypatch):
    """An explorer of the painter, asked for few pictures."""
    monkeypatch.setattr(asking, "draws", lambda explorer: 400)
    explorer, _ = explorers("gan")
    size = explorer.size._replace(height=24, width=24, classes=0)
    return replace(explorer, model=Painter(), size=size, classes=())


def tags(explorer, axis: int, count: int = 5, least: float = 0.5):
    """Return places whose hidden factor `axis` is large, and as many where it is small."""
    places = [explorer.seed(1, k=k) for k in range(300)]
    factor = np.stack([p.latent for p in places]) @ explorer.model.turn.numpy()[:, axis]
    yes = [p for p, f in zip(places, factor, strict=True) if f > least]
    no = [p for p, f in zip(places, factor, strict=True) if f < -least]
    return yes[:count], no[:count], yes[count:], no[count:]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_ten_tags_find_the_factor(painted, axis):
    yes, no, *_ = tags(painted, axis)
    _, found = finish(tagging.tag_direction(painted, yes, no, "mine"))
    way = found.vector @ painted.model.turn.numpy()
    assert way[axis] > 0.85, np.round(way, 2)
    assert (found.name, found.found) == ("mine", TAGGED) and found.accuracy >= 0.8


def test_pictures_do_as_well_as_places(painted):
    yes, no, *_ = tags(painted, 2)
    drawn = [list(painted.pictures(places)) for places in (yes, no)]
    _, found = finish(tagging.tag_direction(painted, *drawn, "larger"))
    assert (found.vector @ painted.model.turn.numpy())[2] > 0.85


def test_the_accuracy_is_that_of_pictures_not_tagged(painted):
    yes, no, more_yes, more_no = tags(painted, 0, 10)
    known = finish(asking.answers(painted, tagging.looked, 0))[1]
    looks = [
        tagging.looked(finish(tagging.images_of(painted, part))[1])
        for part in (yes, no, more_yes, more_no)
    ]
    judge, accuracy = tagging.told_apart(known.raw, looks[0], looks[1])
    held_out = (
        float((judge.of(looks[2]) > 0).float().mean() + (judge.of(looks[3]) <= 0).float().mean())
        / 2
    )
    assert held_out > 0.9 and abs(held_out - accuracy) < 0.15


def test_tags_at_random_are_refused(painted):
    places = [painted.seed(4, k=k) for k in range(80)]
    with pytest.raises(Refused, match="chance"):
        finish(tagging.tag_direction(painted, places[:40], places[40:], "nothing"))


def test_too_few_tags_are_refused(painted):
    yes, no, *_ = tags(painted, 0)
    with pytest.raises(Refused, match="4 samples are tagged no"):
        finish(tagging.tag_direction(painted, yes, no[:4], "few"))


def test_a_picture_of_another_size_is_refused(painted):
    yes, *_ = tags(painted, 0)
    odd = [np.zeros((8, 8, 3), np.uint8)] * 5
    with pytest.raises(Refused, match="8 x 8 x 3"):
        finish(tagging.tag_direction(painted, yes, odd, "odd"))


def test_a_direction_can_be_kept_apart_from_another(painted):
    yes, no, *_ = tags(painted, 0)
    _, one = finish(tagging.tag_direction(painted, yes, no, "right"))
    other_yes = [p for p in tags(painted, 1, 40)[0] if p.latent @ one.vector > 0][:6]
    other_no = [p for p in tags(painted, 1, 40)[1] if p.latent @ one.vector < 0][:6]
    _, found = finish(tagging.tag_direction(painted, other_yes, other_no, "low", (one,)))
    assert abs(float(one.vector @ found.vector)) < 1e-5
    assert (found.vector @ painted.model.turn.numpy())[1] > 0.8


def test_tags_of_one_class_are_sought_in_it(explorers):
    explorer, _ = explorers("gan")
    same = [explorer.seed(0, 2, k) for k in range(3)]
    assert tagging.shared(same, same) == 2
    assert tagging.shared(same, [explorer.seed(0, 1)]) is None
    assert tagging.shared([np.zeros((1, 1, 1))], same) is None


@pytest.mark.parametrize("family", sorted(families()))
def test_every_family_takes_tags(family, explorers, monkeypatch):
    monkeypatch.setattr(asking, "draws", lambda explorer: 24)
    monkeypatch.setattr(tagging, "WEAKEST", 0.0)
    explorer, _ = explorers(family)
    places = [explorer.seed(0, 1, k) for k in range(10)]
    _, found = finish(tagging.tag_direction(explorer, places[:5], places[5:], ""))
    assert found.vector.shape == explorer.shape and np.isfinite(found.vector).all()
    assert found.name == "Tagged" and 0 <= found.accuracy <= 1


def test_a_threshold_leaves_the_largest_difference():
    differences = torch.tensor([[0.1, -3.0, 0.4], [0.2, 0.1, 0.0]])
    found = tagging.shrunk(differences, 5, 5, 3.0)
    assert found[0, 1] < 0 and found[0, 0] == 0 and found[1, 0] > 0
