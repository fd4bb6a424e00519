import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.colors.palette import MACHINES, find_palette, machine, nearest, to_space


def test_few_colors_are_kept_exactly():
    few = np.array([[0, 0, 0], [250, 3, 77], [250, 4, 77]], np.float32) / 255
    picture = few[np.random.default_rng(0).integers(0, 3, (9, 7))]
    assert np.array_equal(find_palette(picture, 3), few)


def test_small_vivid_area_gets_a_color():
    rng = np.random.default_rng(0)
    picture = np.repeat(rng.random((100, 100, 1)), 3, 2).astype(np.float32)
    picture[40:43, 40:43] = (1, 0.1, 0.1)
    assert np.abs(find_palette(picture, 8) - (1, 0.1, 0.1)).sum(1).min() < 0.02


@given(st.integers(1, 40), st.integers(1, 300), st.integers(0, 99))
def test_palette_is_at_most_as_large_as_asked_and_sorted(count: int, pixels: int, seed: int):
    colors = np.random.default_rng(seed).random((pixels, 3)).astype(np.float32)
    found = find_palette(colors, count)
    assert 1 <= len(found) <= count
    assert found.dtype == np.float32 and found.min() >= 0 and found.max() <= 1
    assert (np.diff(to_space(found)[:, 0]) >= -1e-6).all()


def test_more_colors_come_closer():
    colors = np.random.default_rng(0).random((50, 50, 3)).astype(np.float32)
    misses = []
    for count in (2, 8, 32):
        found = to_space(find_palette(colors, count))
        wanted = to_space(colors)
        misses.append(((wanted - found[nearest(wanted, found)]) ** 2).sum(-1).mean())
    assert misses[0] > 1.5 * misses[1] > 2 * misses[2]


def test_nearest_is_the_nearest():
    rng = np.random.default_rng(0)
    colors, known = rng.random((20, 5, 3)), rng.random((6, 3))
    apart = ((colors[:, :, None] - known) ** 2).sum(-1)
    assert np.array_equal(nearest(colors, known), apart.argmin(-1))


def test_machines_have_their_colors():
    assert np.allclose(machine("game-boy")[0] * 255, (15, 56, 15))
    assert len(machine("pico-8")) == len(set(MACHINES["pico-8"])) == 16
    with pytest.raises(KeyError):
        machine("abacus")
