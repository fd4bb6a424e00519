import numpy as np
import pytest

from studio.core.events import finished
from studio.core.steps import told
from studio.core.style.shading import areas, cuts, dots, hatching, span, toned

Y, X = np.meshgrid(np.linspace(0, 1, 400), np.linspace(0, 1, 400), indexing="ij")
PLACES = Y[:, :1].astype(np.float32), X[:1].astype(np.float32)


def test_dark_and_pale_pictures_have_the_same_tones():
    light = np.random.default_rng(0).random((60, 60)).astype(np.float32)
    tones = toned(light)
    assert np.abs(toned(light * 0.4) - tones).mean() < 0.03
    assert np.abs(toned(light * 0.4 + 0.6) - tones).mean() < 0.03
    assert tones.min() < 0.05 and tones.max() > 0.95


@pytest.mark.parametrize("light", [0.0, 0.3, 0.5, 1.0])
def test_a_flat_picture_keeps_its_lightness(light: float):
    assert np.allclose(toned(np.full((5, 7), light, np.float32)), light, atol=0.01)


def test_a_span_holds_the_picture_and_is_never_narrow():
    light = np.linspace(0.7, 0.8, 100, dtype=np.float32)
    low, high = span(light)
    assert low < 0.7 and 0.8 < high <= 1 and high - low > 0.3


def test_toned_keeps_order():
    light = np.sort(np.random.default_rng(0).random((1, 500)).astype(np.float32))
    assert (np.diff(toned(light)[0]) >= -1e-6).all()


def test_areas_lose_what_is_narrow_and_keep_what_is_wide():
    tones = np.full((90, 90), 0.9, np.float32)
    tones[:, 20:23] = 0.1
    tones[:, 50:] = 0.2
    clear = areas(tones, 12)
    assert clear[45, 21] == pytest.approx(0.9, abs=0.01)
    assert clear[45, 70] == pytest.approx(0.2, abs=0.01)
    assert areas(tones[:1, :1], 0.3).shape == (1, 1)


@pytest.mark.parametrize("tone", [0.2, 0.5, 0.8])
def test_ink_of_patterns_is_what_tones_ask(tone: float):
    rng = np.random.default_rng(0)
    noise = np.full((400, 400), 0.5, np.float32)
    for pattern in (dots(*PLACES, 0.05), finished(told(cuts(noise, 6, 60, rng), 0, 1, ""))):
        assert pattern.min() >= 0 and pattern.max() <= 1
        assert (pattern > tone).mean() == pytest.approx(1 - tone, abs=0.06)


def test_hatching_grows_and_crosses_as_tones_darken():
    still = np.zeros((400, 400), np.float32)
    inks = [
        (hatching(*PLACES, 0.03, np.full_like(still, tone), still) > 0).mean()
        for tone in (1.0, 0.7, 0.4, 0.1)
    ]
    assert inks[0] == 0
    assert inks == sorted(inks) and inks[-1] > 0.6


def test_patterns_are_places_of_the_sheet_not_pixels():
    half = PLACES[0][::2], PLACES[1][:, ::2]
    assert np.allclose(dots(*PLACES, 0.05)[::2, ::2], dots(*half, 0.05), atol=1e-5)
