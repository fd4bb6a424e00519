"""Routes: exact frame counts, loops that close, lengths that stay typical, films of families."""

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.events import Drawn, Note, Progress, Refused
from studio.core.explore import route as routes
from studio.core.explore.place import Place
from studio.core.explore.route import EASINGS, Key, Route
from studio.core.families import families
from tests.core.toys import finish


def place(seed: int, size: int = 256, **rest) -> Place:
    """A place with a random latent."""
    return Place(np.random.default_rng(seed).standard_normal((size,)).astype(np.float32), **rest)


def turns(path) -> np.ndarray:
    """The angle from each place to the next, and from the last to the first."""
    rows = np.stack([p.latent.ravel() / np.linalg.norm(p.latent) for p in path]).astype(float)
    return np.arccos(np.clip((rows * np.roll(rows, -1, 0)).sum(1), -1, 1))


@pytest.mark.parametrize("closed", [False, True])
def test_every_key_is_its_place_and_frames_are_counted(closed):
    keys = tuple(Key(place(k), 3 + k) for k in range(4))
    route = Route(keys, closed, fps=12)
    path = routes.places(route)
    assert len(path) == route.count == (3 + 4 + 5 + 6 if closed else 3 + 4 + 5 + 1)
    assert route.starts == (0, 3, 7, 12)
    for key, start in zip(keys, route.starts, strict=True):
        assert path[start] is key.place
    assert route.seconds == route.count / 12


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from([*EASINGS])), min_size=1, max_size=5),
    st.booleans(),
)
def test_any_route_has_its_count_and_lengths_between_its_keys(legs, closed):
    keys = tuple(Key(place(k, 32), frames, easing) for k, (frames, easing) in enumerate(legs))
    path = routes.places(Route(keys, closed))
    assert len(path) == Route(keys, closed).count
    lengths = [np.linalg.norm(p.latent) for p in path]
    ends = [np.linalg.norm(key.place.latent) for key in keys]
    assert min(ends) - 1e-3 <= min(lengths) and max(lengths) <= max(ends) + 1e-3


def test_a_closed_linear_route_steps_evenly_over_its_seam():
    keys = tuple(Key(place(k), 12, "linear") for k in range(3))
    angles = turns(routes.places(Route(keys, True)))
    for leg in np.split(angles, 3):
        assert np.allclose(leg, leg[0], rtol=1e-3)
    assert angles[-1] <= angles.max() * 1.001


@pytest.mark.parametrize("easing", sorted(EASINGS))
def test_easing_starts_and_ends_at_the_keys(easing):
    ease = EASINGS[easing]
    assert (ease(0), ease(1)) == (0, 1)
    assert all(ease(k / 20) <= ease((k + 1) / 20) for k in range(20))
    path = routes.transition(place(0), place(1), 11, easing)
    shares = np.cumsum(turns(path)[:-1])
    assert len(path) == 11
    assert np.allclose(shares / shares[-1], [ease((k + 1) / 10) for k in range(10)], atol=1e-3)


def frames_of(route: Route) -> list[int]:
    """How long each key lasts."""
    return [key.frames for key in route.keys]


def test_keys_are_moved_between_their_neighbors_and_the_end_drawn_out():
    route = Route(tuple(Key(place(k), 10) for k in range(3)))
    assert frames_of(route.moved(1, 14)) == [14, 6, 10]
    assert frames_of(route.moved(1, 500)) == [19, 1, 10]
    assert frames_of(route.moved(1, -5)) == [1, 19, 10]
    assert frames_of(route.moved(2, 40)) == [10, 30, 10]  # the last of an open route: its end
    assert route.moved(0, 7) is route and route.moved(4, 7) is route
    loop = replace(route, closed=True)
    assert frames_of(loop.moved(2, 22)) == [10, 12, 8]
    assert frames_of(loop.moved(3, 44)) == [10, 10, 24]


def test_keys_are_added_where_asked_and_leave_their_time_behind():
    route = Route(tuple(Key(place(k), 10, "hold") for k in range(3)))
    inside = route.added(place(9), 13)
    assert frames_of(inside) == [10, 3, 7, 10] and inside.count == route.count
    assert inside.keys[2].easing == "hold"
    for frame in (None, 0, 10, 20, 99):
        longer = route.added(place(9), frame)
        assert len(longer.keys) == 4 and longer.starts == (0, 10, 20, 30)
    assert Route().added(place(1), 5).count == 1
    assert inside.without(2).starts == route.starts
    assert route.without(0).starts == (0, 10) and route.without(2).count == 11
    assert replace(route, closed=True).without(2).count == 30
    assert Route((Key(place(0)),), True).without(0).count == 0
    assert route.eased(1, "linear").keys[1].easing == "linear"


@given(st.integers(0, 4), st.integers(-5, 60), st.booleans())
def test_moving_a_key_keeps_the_order_and_a_route_that_can_be_walked(index, frame, closed):
    route = Route(tuple(Key(place(k, 9), 3 + k) for k in range(4)), closed)
    moved = route.moved(index, frame)
    assert routes.checked(moved) and len(set(moved.starts)) == 4
    assert list(moved.starts) == sorted(moved.starts)
    assert [k.place for k in moved.keys] == [k.place for k in route.keys]


def test_sliders_truncation_and_label_go_along():
    a = place(0, label=1, truncation=1.0, sliders={"x": 2.0, "y": 1.0})
    b = place(1, label=None, truncation=0.5, sliders={"x": -2.0})
    middle = routes.between(a, b, 0.5)
    assert middle.truncation == 0.75 and middle.label is None
    assert dict(middle.sliders) == {"y": 0.5}
    assert routes.between(a, b, 0.4).label == 1
    assert routes.between(a, b, 0.0) is a and routes.between(a, b, 1.0) is b


def test_opposite_equal_and_empty_latents_have_a_way():
    x = place(0).latent
    half = routes.slerp(x, -x, 0.5)
    assert np.linalg.norm(half) == pytest.approx(np.linalg.norm(x), rel=1e-5)
    assert abs(float(half @ x)) < 1e-2 * float(x @ x)
    assert np.allclose(routes.slerp(x, x, 0.3), x, atol=1e-5)
    assert np.allclose(routes.slerp(x, np.zeros_like(x), 0.5), x / 2)


@pytest.mark.parametrize("loop", [routes.circle, routes.noise_loop])
def test_loops_start_at_the_place_stay_typical_and_close(loop):
    start = place(3, label=2, sliders={"x": 1.0})
    path = loop(start, 0.5, 60, seed=1)
    assert len(path) == 60 and path[0] is start
    assert {p.label for p in path} == {2} and path[30].sliders == start.sliders
    norms = [np.linalg.norm(p.latent) for p in path]
    assert np.allclose(norms, norms[0], rtol=1e-4)
    angles = turns(path)
    assert angles[-1] <= angles.max() * 1.001 and angles.min() > 0
    far = max(math.acos(np.clip(p.latent @ start.latent / norms[0] ** 2, -1, 1)) for p in path)
    assert far == pytest.approx(math.pi / 2, rel=0.02)
    again, other = loop(start, 0.5, 60, seed=1), loop(start, 0.5, 60, seed=2)
    assert np.array_equal(path[20].latent, again[20].latent)
    assert not np.allclose(path[20].latent, other[20].latent)


def test_the_largest_circle_is_a_great_circle_and_the_smallest_stands_still():
    start = place(3)
    great = routes.circle(start, 1.0, 40, 0)
    assert np.allclose(great[20].latent, -start.latent, atol=1e-4)
    assert np.allclose(turns(great), 2 * math.pi / 40, rtol=1e-3)
    assert np.allclose(routes.circle(start, 0.0, 4, 0)[2].latent, start.latent, atol=1e-5)


def test_a_route_comes_back_from_json():
    keys = (Key(place(0, label=1), 5, "hold"), Key(place(1, sliders={"x": 1.5}), 7, "ease-in"))
    route = Route(keys, True, 12.5)
    again = routes.from_json(json.loads(json.dumps(route.to_json())))
    assert (again.closed, again.fps, again.starts) == (True, 12.5, (0, 5))
    assert [key.easing for key in again.keys] == ["hold", "ease-in"]
    for a, b in zip(routes.places(route), routes.places(again), strict=True):
        assert np.array_equal(a.latent, b.latent) and a.sliders == b.sliders


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"keys": []}, "has no key"),
        ({"keys": 3}, "no route"),
        ({"fps": 0}, "0 frames a second"),
        ({"fps": float("nan")}, "nan frames a second"),
        ({"fps": "quick"}, "no route"),
        ({"frames": 0}, "lasts 0 frames"),
        ({"frames": 1.5}, "no route"),
        ({"frames": 10_000}, "20000 frames"),
        ({"easing": "bouncy"}, "Key 1 has the easing 'bouncy'"),
        ({"place": {}}, "no place"),
        ({"place": Place(np.zeros(3, np.float32)).to_json()}, "another model"),
    ],
)
def test_what_is_no_route_is_refused_in_a_sentence(change, sentence):
    value = Route((Key(place(0)), Key(place(1))), True).to_json()
    for name, other in change.items():
        if name in value:
            value[name] = other
        else:
            for key in value["keys"][: 2 if name == "frames" else 1]:
                key[name] = other
    with pytest.raises(Refused, match=sentence):
        routes.from_json(value)
    for nothing in (None, [], "route", 3):
        with pytest.raises(Refused):
            routes.from_json(nothing)


@pytest.mark.parametrize(("radius", "frames"), [(-0.1, 9), (1.1, 9), (0.5, 1), (0.5, 99999)])
def test_a_loop_that_cannot_be_walked_is_refused(radius, frames):
    for loop in (routes.circle, routes.noise_loop):
        with pytest.raises(Refused):
            loop(place(0), radius, frames, 0)


@pytest.mark.parametrize("family", sorted(families()))
def test_a_film_has_every_frame_and_stops_between_two(family, explorers):
    explorer, _ = explorers(family)
    path = routes.circle(explorer.seed(1), 0.5, 10, 0)
    events, frames = finish(routes.render(explorer, path))
    assert frames.shape == (10, 16, 16, 4) and frames.dtype == np.uint8
    assert np.abs(explorer.pictures(path[:1])[0].astype(int) - frames[0]).max() <= 1
    assert [len(e.pictures) for e in events if isinstance(e, Drawn)] == [8, 10]
    assert any(isinstance(e, Note) for e in events) == (not explorer.family.smooth)
    job = routes.render(explorer, path)
    assert isinstance(next(e for e in job if isinstance(e, Progress)), Progress)
    job.close()


def test_an_evened_loop_changes_equally_fast_and_least_at_its_seam(explorers):
    explorer, _ = explorers("vae")
    keys = tuple(Key(explorer.seed(s), n, "linear") for s, n in ((1, 4), (2, 20), (3, 8)))
    path = routes.places(Route(keys, True))
    _, evened = finish(routes.evened(explorer, path, closed=True, draft=False))
    assert len(evened) == len(path) and np.array_equal(evened[0].latent, path[0].latent)
    before, after = (
        routes.steps(finish(routes.render(explorer, p))[1], closed=True) for p in (path, evened)
    )
    assert after.max() / np.median(after) < before.max() / np.median(before)
    assert after[-1] <= np.median(after)
    jumpy, _ = explorers("vqvae")
    assert finish(routes.evened(jumpy, path, closed=True))[1] == path


def test_the_window_can_hold_routes_before_torch_is_there():
    code = "import studio.core.explore.route, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_empty_path_and_another_models_places_are_refused(explorers):
    explorer, _ = explorers("vae")
    for path in ([], [place(0, 5)]):
        with pytest.raises(Refused):
            next(routes.render(explorer, path))
