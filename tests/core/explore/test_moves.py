"""Moving keeps latents typical, leads back where it came from, and depends on numbers alone."""

from itertools import pairwise

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.explore import moves
from studio.core.explore.place import Place


def place(seed: int, size: int = 256, **more) -> Place:
    return Place(np.random.default_rng(seed).standard_normal(size).astype(np.float32), **more)


def test_dragging_keeps_the_norm_and_starts_where_it_is():
    here = place(0)
    there = moves.dragged(here, 0.3, -0.2)
    assert moves.dragged(here, 0, 0) is here
    assert np.linalg.norm(there.latent) == pytest.approx(np.linalg.norm(here.latent), rel=1e-5)
    assert not np.allclose(there.latent, here.latent, atol=0.1)
    assert not np.allclose(there.latent, moves.dragged(here, 0.3, -0.2, plane=1).latent, atol=0.1)


def test_four_sides_of_dragging_lead_round_the_sphere():
    here = place(1)
    assert np.allclose(moves.dragged(here, 4.0, 0.0).latent, here.latent, atol=1e-4)


def test_dragging_is_continuous():
    here = place(2)
    steps = [moves.dragged(here, t, t / 2).latent for t in np.linspace(0, 0.5, 26)]
    jumps = [np.linalg.norm(b - a) for a, b in pairwise(steps)]
    assert max(jumps) < 1.2 * min(jumps)


def test_the_pads_corners_are_the_pictures_put_there_and_the_middle_is_as_long():
    corners = [place(k, truncation=0.5 + k / 10, sliders={"a": float(k)}) for k in range(4)]
    for k, (u, v) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        assert moves.on_pad(corners, u, v) is corners[k]
    middle = moves.on_pad(corners, 0.5, 0.5)
    norms = [np.linalg.norm(c.latent) for c in corners]
    assert np.linalg.norm(middle.latent) == pytest.approx(np.mean(norms), rel=1e-5)
    assert middle.truncation == pytest.approx(0.65) and middle.sliders == {"a": pytest.approx(1.5)}
    with pytest.raises(Refused, match="four"):
        moves.on_pad(corners[:2], 0, 0)


def test_the_seed_plane_holds_the_seeds_themselves(explorers):
    explorer, _ = explorers("gan")
    assert np.array_equal(moves.on_seed_plane(explorer, 7.0, 0.0).latent, explorer.seed(7).latent)
    near = moves.on_seed_plane(explorer, 7.001, 0.0).latent
    assert np.allclose(near, explorer.seed(7).latent, atol=0.05)
    assert np.isfinite(moves.on_seed_plane(explorer, -3.5, -2.25).latent).all()


def test_children_vary_with_the_distance_and_not_with_their_number():
    one = place(0)
    close, far = (moves.children([one], 9, d, seed=3) for d in (0.2, 0.9))
    away = [np.mean([np.linalg.norm(c.latent - one.latent) for c in some]) for some in (close, far)]
    assert away[0] < 0.3 * away[1]
    assert np.array_equal(moves.children([one], 4, 0.2, 3)[2].latent, close[2].latent)
    assert np.array_equal(moves.children([one], 1, 0.0, 3)[0].latent, one.latent)


def test_generations_stay_as_long_as_their_ancestors():
    line = place(5, 512)
    for generation in range(40):
        line = moves.children([line, place(generation, 512)], 1, 0.4, generation)[0]
    assert 0.8 < np.linalg.norm(line.latent) / np.sqrt(512) < 1.2


def test_children_of_two_lie_between_them():
    a, b = place(1), place(2)
    found = moves.children([a, b], 16, 0.0, 0)
    shares = [c.latent @ b.latent / (b.latent @ b.latent) for c in found]
    assert min(shares) < 0.4 and max(shares) > 0.6


@pytest.mark.parametrize("asked", [([], 9, 0.2), ([1, 2, 3], 9, 0.2), ([1], 0, 0.2), ([1], 9, 1.5)])
def test_what_can_not_be_bred_is_refused(asked):
    parents, count, distance = asked
    with pytest.raises(Refused):
        moves.children([place(k) for k in parents], count, distance, 0)
