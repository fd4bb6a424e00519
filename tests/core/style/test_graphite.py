import numpy as np
import pytest

from studio.core.events import finished
from studio.core.steps import told
from studio.core.style import graphite
from studio.core.style.graphite import penciled, strokes, tooth

PLACES = (
    np.linspace(0, 1, 300, dtype=np.float32)[:, None],
    np.linspace(0, 1, 300, dtype=np.float32)[None],
)
STILL = np.zeros((300, 300), np.float32)


def outlines(light: np.ndarray, width: float, reach: float) -> np.ndarray:
    return finished(told(graphite.outlines(light, width, reach), 0, 100, ""))


def test_an_edge_is_outlined_and_flat_areas_are_not():
    light = np.full((100, 140), 0.8, np.float32)
    light[:, 70:] = 0.3
    line = outlines(light, 1.5, 8)
    assert line[20:80, 68:72].max(1).min() > 0.5
    assert max(line[:, :50].max(), line[:, 90:].max()) < 1e-6


def test_outlines_run_straight_on_past_a_corner():
    light = np.full((120, 120), 0.8, np.float32)
    light[40:, 40:] = 0.2
    line = outlines(light, 1.5, 16)
    assert line[34, 38:42].max() > 0.05 and line[38:42, 34].max() > 0.05
    assert line[:20, :20].max() < 1e-6


def test_grain_is_not_outlined():
    grain = np.random.default_rng(0).normal(0.6, 0.008, (150, 150)).astype(np.float32)
    assert outlines(grain, 2, 8).mean() < 0.02


@pytest.mark.parametrize("shade", [0.0, 0.5, 1.0])
def test_penciled_tones_keep_their_order_and_darken_with_shade(shade: float):
    even = np.linspace(0, 1, 200, dtype=np.float32)[None]
    tones = penciled(even, shade)
    assert (np.diff(tones[0]) >= 0).all()
    assert tones.min() >= 0 and tones.max() <= 1
    assert shade == 0 or tones.mean() < penciled(even, shade - 0.5).mean() - 0.1


def test_pressures_are_evenly_frequent():
    pressure = strokes(*PLACES, 30, 0.02, STILL, 7)
    counts, _ = np.histogram(pressure, 5, (0, 1))
    assert pressure.dtype == np.float32
    assert np.allclose(counts / pressure.size, 0.2, atol=0.06)


def test_strokes_run_their_way():
    pressure = strokes(*PLACES, 0, 0.03, STILL, 7)
    along, across = (np.abs(np.diff(pressure, axis=axis)).mean() for axis in (1, 0))
    assert across > 5 * along


def test_strokes_are_places_of_the_sheet_not_pixels():
    half = PLACES[0][::2], PLACES[1][:, ::2]
    whole = strokes(*PLACES, -50, 0.05, STILL, 1)[::2, ::2]
    assert np.abs(whole - strokes(*half, -50, 0.05, STILL[::2, ::2], 1)).mean() < 1e-3


def test_another_key_draws_others():
    first, second = (strokes(*PLACES, 30, 0.02, STILL, key) for key in (1, 2))
    assert np.abs(first - second).mean() > 0.1


def test_tooth_is_even_and_goes_on_where_it_ends():
    rough = tooth()
    assert abs(rough.mean()) < 1e-3 and abs(rough.std() - 1) < 1e-3
    inside = np.abs(np.diff(rough, axis=0)).mean()
    assert abs(np.abs(rough[0] - rough[-1]).mean() - inside) < 0.2 * inside


def test_any_size():
    for size in ((1, 1), (1, 30), (30, 1), (3, 2)):
        assert outlines(np.full(size, 0.5, np.float32), 0.1, 0.2).max() < 1e-6
