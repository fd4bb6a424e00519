"""Judging a picture: a copy, a typical one and one like none are told apart, in words."""

import time

import numpy as np
import pytest

from studio.core.data.packed import open_packed
from studio.core.explore.judging import judge, refer, said
from studio.core.pictures import straighten
from tests.core import toys

COUNT = 40


@pytest.fixture
def known(explorers):
    explorer, project = explorers("vae")
    packed = open_packed(project.dataset("toy"))
    return explorer, packed, toys.finish(refer(packed, np.arange(COUNT)))[1]


def test_a_training_picture_is_a_copy_of_itself(known):
    explorer, packed, reference = known
    for k in (0, 17):
        picture = straighten(packed.pictures[k])
        found = judge(explorer, reference, explorer.seed(0), picture)
        assert found.copy and found.nearest == k and found.closeness == 1
        assert "as a copy" in found.text


def test_another_picture_of_the_kind_is_typical_and_noise_is_not(known):
    explorer, packed, reference = known
    others = [
        judge(explorer, reference, explorer.seed(0), straighten(packed.pictures[k]))
        for k in range(COUNT, 48)
    ]
    assert np.median([o.typical for o in others]) > 0.1 and not all(o.copy for o in others)
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 4), dtype=np.uint8)
    found = judge(explorer, reference, explorer.seed(0), noise)
    assert found.typical < min(0.1, *(o.typical + 0.01 for o in others))
    assert found.closeness < 0.1 and not found.copy


def test_a_latent_far_out_is_told(known):
    explorer, packed, reference = known
    far = explorer.seed(0).latent * 10
    place = type(explorer.seed(0))(far)
    picture = straighten(packed.pictures[3])
    assert "strange for this model" in judge(explorer, reference, place, picture).text


def test_equal_training_pictures_do_not_hide_one_another(known):
    _, packed, _ = known
    twice = toys.finish(refer(packed, np.array([0, 0, 1, 1, 2, 3, 4, 5])))[1]
    assert (twice.spacing > 0.01).all()


def test_a_set_of_one_picture_is_judged_too(known):
    explorer, packed, _ = known
    alone = toys.finish(refer(packed, np.array([5])))[1]
    assert judge(explorer, alone, explorer.seed(0), straighten(packed.pictures[5])).copy


def test_words():
    assert "copy" in said(0.5, 1.0, True) and "almost a copy" in said(0.5, 0.97, False)
    assert "Like none of your pictures" in said(0.0, 0.0, False)
    assert "closer to one of yours than 30%" in said(0.5, 0.3, False)


def test_judging_is_quick(known):
    explorer, packed, reference = known
    picture, times = straighten(packed.pictures[0]), []
    for _ in range(7):
        begun = time.process_time()
        judge(explorer, reference, explorer.seed(0), picture)
        times.append(time.process_time() - begun)
    assert min(times) < 0.05
