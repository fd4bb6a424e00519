"""Pictures and models of other channels: colors arrive, and what is missing is said."""

import itertools

import numpy as np
import pytest

from studio.core.repair.converting import from_channels, lost, to_channels

EVERY = list(itertools.product((1, 3, 4), repeat=2))


def colors(channels):
    """Return premultiplied colors [9, 7, channels]."""
    made = np.random.default_rng(channels).random((9, 7, channels), np.float32)
    if channels == 4:
        made[..., :3] *= made[..., 3:]
    return made


@pytest.mark.parametrize("channels, model", EVERY)
def test_opaque_grey_survives_every_way(channels, model):
    """It is the one thing that all can hold."""
    grey = np.random.default_rng(0).random((9, 7, 1), np.float32)
    plain = to_channels(grey, channels)
    drawn = to_channels(plain, model)
    assert drawn.shape == (9, 7, model)
    back = from_channels(drawn, plain)
    assert back.shape == plain.shape and np.allclose(back, plain, atol=1e-6)


@pytest.mark.parametrize("channels, model", EVERY)
def test_colors_stay_colors(channels, model):
    found = from_channels(colors(model), colors(channels))
    assert found.shape == (9, 7, channels) and found.min() >= 0 and found.max() <= 1
    if channels == 4:
        assert (found[..., :3] <= found[..., 3:]).all()


def test_transparency_of_a_picture_comes_back_as_it_was():
    plain = colors(4)
    assert np.allclose(from_channels(to_channels(plain, 3), plain), plain, atol=1e-6)
    assert to_channels(np.zeros((1, 1, 4), np.float32), 3).min() == 1, "laid on white"


def test_tint_follows_the_surroundings_where_the_model_draws_grey():
    red = np.zeros((2, 2, 3), np.float32) + np.array([0.6, 0.2, 0.2], np.float32)
    lighter = from_channels(to_channels(red, 1) + 0.1, red)
    assert np.allclose(lighter, red + 0.1, atol=1e-6)


def test_what_is_lost_is_said():
    assert "transparency" in lost(4, 3) and "grey" in lost(3, 1)
    assert not any(lost(a, b) for a, b in ((3, 3), (1, 1), (4, 4), (1, 3), (3, 4), (1, 4)))
