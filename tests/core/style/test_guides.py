"""What guides patches: edges have a direction, texture without one is not salient."""

import numpy as np

from studio.core.style.guides import guide, matched


def gray(values: np.ndarray) -> np.ndarray:
    """Return lightness [h, w] as sRGB [h, w, 3]."""
    return np.repeat(values.astype(np.float32)[..., None], 3, axis=2)


def test_edges_point_twice_around() -> None:
    ramp = np.linspace(0.2, 0.8, 64)
    across = guide(gray(np.tile(ramp, (64, 1)))).edges[32, 32]
    down = guide(gray(np.tile(ramp[:, None], (1, 64)))).edges[32, 32]
    assert across[0] > 0.005 and abs(across[1]) < 1e-4
    assert down[0] < -0.005 and abs(down[1]) < 1e-4
    assert np.allclose(across, -down, atol=1e-4)


def test_a_long_edge_is_salient_and_noise_is_less() -> None:
    picture = np.full((96, 96), 0.5)
    picture[:, 24:] = 0.8
    picture[:, 60:] += 0.15 * np.random.default_rng(0).choice([-1, 1], (96, 36))
    salience = guide(gray(picture)).salience
    assert salience[48, 24] > 0.9
    assert salience[20:76, 70:90].mean() < 0.5 * salience[20:76, 22:27].mean()
    assert salience[48, 8] < 0.05
    assert salience.min() >= 0 and salience.max() <= 1


def test_a_flat_picture_has_neither() -> None:
    found = guide(np.full((20, 30, 3), 0.4, np.float32))
    assert np.abs(found.edges).max() < 1e-3 and found.salience.max() < 1e-3


def test_lightness_takes_the_histogram_of_the_styles() -> None:
    rng = np.random.default_rng(1)
    light = rng.uniform(0, 1, (50, 50)).astype(np.float32)
    dark, bright = (rng.uniform(low, low + 0.2, (40, 40)) for low in (0.0, 0.6))
    found = matched(light, [dark, bright], [1.0, 3.0])
    assert abs(found.mean() - (0.1 + 3 * 0.7) / 4) < 0.01
    assert np.array_equal(np.argsort(found.ravel())[[0, -1]], np.argsort(light.ravel())[[0, -1]])
