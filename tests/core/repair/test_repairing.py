"""Repair as a whole: nothing outside the mask changes, nothing under it is seen, whatever comes."""

from collections.abc import Iterator
from typing import Any

import cv2
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from threadpoolctl import threadpool_info, threadpool_limits

from studio.core.events import Note, Progress, Refused, finished
from studio.core.repair import repairing
from studio.core.repair.hole import Candidate
from studio.core.repair.regions import THIN
from studio.core.repair.repairing import Offered, Way, drawn, repair, repaired
from studio.core.repair.request import RepairSettings

METHODS = ("auto", "thin", "patch", "telea", "ns", "biharmonic")


def picture(h: int, w: int, channels: int = 3, depth: int = 8, seed: int = 0) -> np.ndarray:
    """A smooth picture with some noise."""
    rng = np.random.default_rng(seed)
    small = rng.random((max(1, h // 8), max(1, w // 8), channels), np.float32)
    large = cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC).reshape(h, w, channels)
    noisy = (large + rng.normal(0, 0.02, large.shape)).clip(0, 1)
    return np.round(noisy * ((1 << depth) - 1)).astype(np.uint8 if depth == 8 else np.uint16)


def damage(h: int, w: int, seed: int, soft: bool = False) -> np.ndarray:
    """A mask of lines, dots and boxes that leaves a pixel and takes one."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((h, w), np.uint8)
    for _ in range(rng.integers(0, 3)):
        (a, b), (c, d) = rng.integers(0, (w, h), (2, 2)).tolist()
        cv2.line(mask, (a, b), (c, d), 255, int(rng.integers(1, 5)))
    if rng.random() < 0.5:
        y, x = rng.integers(0, (h, w))
        mask[y : y + rng.integers(1, 40), x : x + rng.integers(1, 40)] = 255
    mask[rng.random((h, w)) < rng.choice([0, 0.05, 0.6])] = 255
    if soft:
        mask = np.maximum(mask, cv2.GaussianBlur(mask, (0, 0), 1.5))
    mask.flat[rng.integers(0, mask.size)] = 0
    if not mask.any():
        mask.flat[0 if mask.size == 1 else rng.integers(0, mask.size)] = 255
    return mask


def candidates(
    pixels: np.ndarray, mask: np.ndarray, allowed: np.ndarray | None = None, **asked: Any
) -> tuple[Candidate, ...]:
    """All that is offered."""
    return finished(repair(pixels, mask, RepairSettings(**asked), allowed))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(METHODS),
    h=st.integers(1, 70),
    w=st.integers(1, 70),
    depth=st.sampled_from([8, 16]),
    channels=st.sampled_from([1, 3, 4]),
    seed=st.integers(0, 99),
    soft=st.booleans(),
    wrap=st.booleans(),
    adapt=st.booleans(),
    restricted=st.booleans(),
)
def test_nothing_outside_changes_and_nothing_beneath_is_seen(
    method, h, w, depth, channels, seed, soft, wrap, adapt, restricted
):
    if h * w == 1:
        return
    pixels, mask = picture(h, w, channels, depth, seed), damage(h, w, seed, soft)
    allowed = None
    if restricted:
        allowed = np.random.default_rng(seed).random((h, w)) < 0.7
        allowed |= mask == 0 if not (allowed & (mask == 0)).any() else False
    asked = {"method": method, "wrap": wrap, "seed": seed, "adapt_color": adapt, "candidates": 2}
    before = pixels.copy()
    found = candidates(pixels, mask, allowed=allowed, **asked)
    assert np.array_equal(pixels, before)
    most = np.iinfo(pixels.dtype).max
    garbage = np.random.default_rng(seed).choice([0, most], pixels.shape).astype(pixels.dtype)
    worse = np.where((mask == 255)[..., None], garbage, pixels)
    again = candidates(worse, mask, allowed=allowed, **asked)
    for one, other in zip(found, again, strict=True):
        result = one.applied(pixels)
        assert result.dtype == pixels.dtype and result.shape == pixels.shape
        assert np.array_equal(result[mask == 0], pixels[mask == 0])
        assert np.array_equal(result, other.applied(worse))


@pytest.mark.parametrize("method", METHODS)
def test_a_plain_picture_stays_plain(method):
    pixels = np.full((60, 80, 4), (200, 120, 40, 128), np.uint8)
    worse, mask = pixels.copy(), damage(60, 80, 3)
    worse[mask > 0] = 0
    result = repaired(worse, mask, method=method)
    assert np.abs(result.astype(int) - pixels).max() <= 1


def test_soft_edges_mix_what_was_with_what_is_filled():
    pixels = np.full((40, 40, 3), 100, np.uint8)
    pixels[20, 20] = 200
    mask = np.zeros((40, 40), np.uint8)
    mask[20, 20] = 51  # a fifth
    assert repaired(pixels, mask, method="telea")[20, 20].tolist() == [180] * 3


def test_mixing_minds_alpha():
    pixels = np.full((40, 40, 4), (0, 0, 0, 255), np.uint8)
    pixels[20, 20] = (255, 255, 255, 0)  # invisible white shall not lighten the edge
    mask = np.zeros((40, 40), np.uint8)
    mask[20, 20] = 128
    assert repaired(pixels, mask, method="telea")[20, 20].tolist() == [0, 0, 0, 128]


def test_bool_masks_and_settings_by_name():
    pixels = picture(30, 30)
    result = repaired(pixels, damage(30, 30, 1) > 0, method="ns", seed=3)
    assert np.array_equal(
        result, repaired(pixels, (damage(30, 30, 1) > 0) * np.uint8(255), method="ns")
    )


@pytest.mark.parametrize(
    ("pixels", "mask", "allowed", "words"),
    [
        (picture(9, 9), np.zeros((9, 9), np.uint8), None, "is empty"),
        (picture(9, 9), np.full((9, 9), 255, np.uint8), None, "Everything is masked"),
        (picture(1, 1), np.full((1, 1), 255, np.uint8), None, "Everything is masked"),
        (picture(1, 1), np.zeros((1, 1), np.uint8), None, "is empty"),
        (picture(9, 9), damage(8, 9, 0), None, "9×8 pixels and the picture 9×9"),
        (picture(9, 9), damage(9, 9, 0)[..., None], None, "mask is 9×9"),
        (picture(9, 9), damage(9, 9, 0), np.ones((9, 8), bool), "allowed region is 8×9"),
        (picture(9, 9), damage(9, 9, 0), np.zeros((9, 9), bool), "from nowhere"),
        (picture(9, 9).astype(np.float32), damage(9, 9, 0), None, "8 or 16 bits"),
        (picture(9, 9)[..., :2], damage(9, 9, 0), None, "1, 3 or 4 channels"),
        (picture(9, 9)[..., 0], damage(9, 9, 0), None, "1, 3 or 4 channels"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(pixels, mask, allowed, words):
    with pytest.raises(Refused, match=words) as raised:
        finished(repair(pixels, mask, RepairSettings(), allowed))
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)


def test_the_model_is_asked_for():
    with pytest.raises(Refused, match="--run"):
        repaired(picture(9, 9), damage(9, 9, 0), method="model")


def test_candidates_are_offered_one_by_one_and_progress_never_falls():
    mask = np.zeros((120, 120), np.uint8)
    mask[10:12] = 255
    mask[60:90, 60:90] = 255
    done, offered = 0.0, []
    for event in repair(picture(120, 120), mask, RepairSettings(method="auto")):
        if isinstance(event, Offered):
            offered.append(event.candidate)
            assert (event.done, event.total) == (len(offered), 4)
        elif isinstance(event, Progress) and offered:
            assert event.total and done <= event.done / event.total <= 1
            done = event.done / event.total
    assert len(offered) == 4 and all(each.seconds >= 0 for each in offered)


class Failing:
    """A way whose second half runs out of memory."""

    def __init__(self, error: Exception, good: int):
        self.error, self.good = error, good

    def ways(self, *_: object) -> tuple[Way, ...]:
        simple = repairing.SIMPLE["telea"]
        bad = simple._replace(thin=self.fill, thick=self.fill)
        return (*[simple] * self.good, bad)

    def fill(self, hole: object) -> Iterator[Progress]:
        yield Progress(0, 1, "")
        raise self.error


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")]
)
def test_out_of_memory_is_a_sentence_and_keeps_what_there_is(monkeypatch, error):
    pixels, mask = picture(40, 40), damage(40, 40, 1)
    before = pixels.copy()
    monkeypatch.setattr(repairing, "ways", Failing(error, 0).ways)
    with pytest.raises(Refused, match="memory"):
        finished(repair(pixels, mask, RepairSettings()))
    monkeypatch.setattr(repairing, "ways", Failing(error, 1).ways)
    events = list(repair(pixels, mask, RepairSettings()))
    assert isinstance(events[-1], Note) and "Memory" in events[-1].text
    assert sum(isinstance(event, Offered) for event in events) == 1
    assert np.array_equal(pixels, before)


def test_other_errors_are_not_hidden(monkeypatch):
    monkeypatch.setattr(repairing, "ways", Failing(RuntimeError("a bug"), 1).ways)
    with pytest.raises(RuntimeError, match="a bug"):
        finished(repair(picture(40, 40), damage(40, 40, 1), RepairSettings()))


def test_only_what_lies_around_the_hole_is_copied(monkeypatch):
    """64 pixels of a large picture: no array of the picture's size in floats, no copy of it."""
    import tracemalloc

    pixels = np.zeros((3000, 3000, 3), np.uint8)
    mask = np.zeros((3000, 3000), np.uint8)
    mask[1500:1564, 1500:1564] = 255
    tracemalloc.start()
    finished(repair(pixels, mask, RepairSettings(method="telea")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5 * pixels.size  # masks of a byte a pixel; the picture has three


def test_what_touches_an_edge_goes_on_at_the_other_where_pictures_repeat():
    wave = np.round(128 + 100 * np.cos(np.arange(64) * np.pi / 16)).astype(np.uint8)
    pixels = np.repeat(wave[None, :, None], 64, 0).repeat(3, 2)
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, :4] = mask[20:40, -4:] = 255
    worse = np.where(mask[..., None] > 0, np.uint8(0), pixels)
    error = {
        wrap: np.abs(
            repaired(worse, mask, method="biharmonic", wrap=wrap).astype(int) - pixels
        ).max()
        for wrap in (True, False)
    }
    assert error[True] < error[False]


def test_thin_and_thick_damage_that_touch_are_both_filled():
    pixels = picture(160, 160)
    mask = np.zeros((160, 160), np.uint8)
    mask[60:100, 60:100] = 255
    mask[78:82] = 255  # a scratch through the hole
    worse = np.where(mask[..., None] > 0, np.uint8(0), pixels)
    for candidate in candidates(worse, mask):
        result = candidate.applied(worse)
        assert (result[mask > 0].max(-1) > 0).mean() > 0.95
    assert THIN < 40


def test_texture_comes_from_the_allowed_region_however_far_it_is():
    pixels = np.full((300, 900, 3), 30, np.uint8)
    stripes = np.where(np.arange(80)[:, None, None] // 4 % 2, (250, 40, 40), (40, 40, 250))
    pixels[110:190, 760:840] = stripes
    mask, allowed = np.zeros((300, 900), bool), np.zeros((300, 900), bool)
    mask[120:180, 60:120], allowed[110:190, 760:840] = True, True
    filled = repaired(pixels, mask, allowed, method="patch", adapt_color=False)
    colors = {tuple(color) for color in filled[mask]}
    assert colors <= {(250, 40, 40), (40, 40, 250)}, colors


def test_numpys_matrices_have_one_thread_as_long_as_it_works_whatever_ends_it():
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        job = repair(
            picture(60, 60), damage(60, 60, 1), RepairSettings(method="telea", candidates=1)
        )
        next(job)
        assert blas_threads() == {1}
        job.close()
        assert blas_threads() == before
        finished(
            repair(picture(60, 60), damage(60, 60, 1), RepairSettings(method="telea", candidates=1))
        )
        assert blas_threads() == before


def blas_threads() -> set[int]:
    """Return how many threads each BLAS takes."""
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_thin_damage_of_a_sprite_is_copied_and_not_smoothed() -> None:
    rng = np.random.default_rng(2)
    sprite = rng.integers(0, 2, (8, 8, 4), np.uint8).repeat(4, 0).repeat(4, 1) * 255
    mask = np.zeros((32, 32), np.uint8)
    mask[10:12, 6:20] = 255
    assert drawn(sprite, mask > 0)
    sprite_ways = finished(repair(sprite, mask, RepairSettings()))
    assert sprite_ways[0].title == "Texture" and sprite_ways[-1].title == "Restored"
    photo = rng.integers(0, 256, (32, 32, 4), np.uint8)
    assert not drawn(photo, mask > 0)
    assert not drawn(np.zeros((32, 400, 3), np.uint8), np.zeros((32, 400), bool)), "not so small"
    assert not drawn(np.zeros((32, 32, 1), np.uint8), mask > 0), "grey tells nothing"
    assert finished(repair(photo, mask, RepairSettings()))[0].title == "Restored"
