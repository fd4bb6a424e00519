"""Attributes say what was done to a picture."""

import pytest
import torch

from studio.core.explore import effects

NAMES = list(effects.WORDS)


def disk(x=0.0, y=0.0, radius=0.3, color=(0.6, 0.3, 0.3), channels=4, tall=1.0) -> torch.Tensor:
    """Draw a disk on a clear or white ground, as one image [1, c, 32, 32]."""
    place = torch.linspace(-0.5, 0.5, 32)
    inside = ((place - x) ** 2 + ((place[:, None] - y) / tall) ** 2 < radius**2).float()
    rgb = torch.tensor(color)[:, None, None] * inside
    if channels == 3:
        return ((rgb + 1 - inside) * 2 - 1)[None]
    return torch.cat([rgb, inside[None]])[None] * 2 - 1


CHANGES = {
    "light": {"color": (0.9, 0.6, 0.6)},
    "warm": {"color": (0.8, 0.3, 0.1)},
    "green": {"color": (0.45, 0.6, 0.15)},
    "colorful": {"color": (0.8, 0.3, 0.1)},
    "large": {"radius": 0.4},
    "right": {"x": 0.1},
    "low": {"y": 0.1},
    "wide": {"tall": 0.6},
}


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_raises_its_attribute(name, channels):
    before = effects.attributes(disk(channels=channels))[0]
    after = effects.attributes(disk(channels=channels, **CHANGES[name]))[0]
    assert after[NAMES.index(name)] > before[NAMES.index(name)] + 0.003


def test_moving_a_picture_leaves_its_colors():
    before, after = (effects.attributes(disk(x=x))[0, :4] for x in (0.0, 0.1))
    assert torch.allclose(before, after, atol=1e-3)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_empty_pictures_have_finite_attributes(channels):
    for value in (-1.0, 0.3, 1.0):
        found = effects.attributes(torch.full((2, channels, 16, 24), value))
        assert found.shape == (2, len(effects.WORDS)) and found.isfinite().all()


def test_extents_are_those_of_what_is_drawn():
    high = effects.extents(disk(radius=0.25, tall=2.0))[0]
    assert high[0] > 0.9 and 0.4 < high[1] < 0.6


def test_small_pictures_hold_the_mean():
    images = torch.rand(2, 3, 20, 36) * 2 - 1
    found = effects.small(images)
    assert found.shape == (2, 3 * 64)
    assert torch.allclose(effects.small(torch.full((1, 3, 20, 36), 0.5)), torch.full((1, 192), 0.5))
