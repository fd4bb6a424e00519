"""Searches for a latent: both find what is there to be found, in bounds and in time."""

import time

import numpy as np
import pytest
import torch

from studio.core.explore.nearing import (
    Aim,
    Candidate,
    adam,
    as_shown,
    bounded,
    during,
    gauss_newton,
    starts,
)
from studio.core.pictures import to_images
from tests.core import toys


@pytest.fixture
def aim(explorers):
    explorer, _ = explorers("gan")
    place = explorer.seed(5, label=2)
    *_, images = explorer.images([place])
    return Aim(explorer, as_shown(images)), place


def last(ticks):
    return [c for c in ticks if c is not None][-1]


@pytest.mark.parametrize("search", [gauss_newton, adam])
def test_a_latent_near_the_right_one_is_brought_to_it(aim, search):
    target, place = aim
    begun = torch.from_numpy(place.latent) + 0.3
    error = float(
        target.differences(target.draw(begun[None], torch.tensor([2])), True).square().sum()
    )
    until = time.monotonic() + 3
    ends = until if search is gauss_newton else during(until)
    found = last(search(target, [Candidate(begun, 2, error)], ends))
    assert found.label == 2 and found.error < 0.2 * error


def test_of_every_class_the_closest_draw_comes_first(aim):
    target, _ = aim
    _, found = toys.finish(starts(target, None, 0, 6))
    assert sorted(c.label for c in found[:3]) == [0, 1, 2] and len(found) == 6
    assert [c.error for c in found[:3]] == sorted(c.error for c in found[:3])
    assert {c.label for c in toys.finish(starts(target, 1, 0, 6))[1]} == {1}


def test_no_residual_counts_twice_and_the_encoder_only_when_asked(aim):
    target, _ = aim
    other = (target.images + 0.1).clamp(-1, 1)
    pixels = target.differences(other, False).square().sum()
    assert float(pixels) == pytest.approx(float((other - target.images).square().mean()), rel=1e-4)
    assert target.differences(other, True).square().sum() > pixels
    assert float(target.differences(target.images, True).abs().max()) < 1e-5


def test_latents_keep_within_bounds():
    rows = torch.tensor([[10.0, 0.0], [0.5, 0.5]])
    assert bounded(rows, 3.0)[0].norm() == pytest.approx(8**0.5)
    assert torch.equal(bounded(rows, 3.0)[1], rows[1]) and torch.equal(
        bounded(rows, 3.0, 20.0), rows
    )


def test_time_ends_a_search(aim):
    target, place = aim
    begun = [Candidate(torch.from_numpy(place.latent) * 0, 2, 1.0)]
    started = time.monotonic()
    assert len(list(gauss_newton(target, begun, started))) < 20
    assert list(adam(target, begun, during(started - 1))) == []


def test_pictures_that_are_not_finite_never_win(aim):
    target, _ = aim
    images = to_images(torch.from_numpy(np.zeros((1, 16, 16, 4), np.uint8)))
    assert not np.isnan(float(target.differences(images, True).square().sum()))
