"""Copies are found however they were changed; what was colored or drawn anew is no copy."""

import cv2
import numpy as np
import pytest

from studio.core.data import likeness
from studio.core.data.likeness import find
from studio.core.events import finished
from tests.core.data.made import photo


def rows(count: int = 60) -> np.ndarray:
    return np.stack([cv2.resize(photo(48, 48, k), (32, 32)) for k in range(count)])


def detailed(seed: int) -> np.ndarray:
    """A picture with edges, as smooth ones have many near neighbors."""
    rng = np.random.default_rng(seed)
    found = photo(32, 32, seed).copy()
    for _ in range(6):
        x, y = rng.integers(0, 24, 2)
        found[y : y + 8, x : x + 8] = rng.integers(0, 256, 3)
    return found


def jpeg(row: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", row, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)


def pairs(grids: np.ndarray) -> dict[int, int]:
    found = finished(find(grids))
    return dict(zip(found.second.tolist(), found.first.tolist(), strict=True))


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row,
        lambda row: jpeg(row, 60),
        lambda row: row[:, ::-1],
        lambda row: row[::-1],
        lambda row: np.roll(row, (2, -3), (0, 1)),
        lambda row: jpeg(np.ascontiguousarray(row[:, ::-1]), 80),
        lambda row: cv2.resize(cv2.resize(row, (16, 16), interpolation=cv2.INTER_AREA), (32, 32)),
        lambda row: cv2.resize(cv2.resize(row, (64, 64)), (32, 32), interpolation=cv2.INTER_AREA),
    ],
    ids=["same", "JPEG", "mirrored", "upside down", "shifted", "both", "half", "double"],
)
def test_copies_are_found(change):
    base = np.stack([detailed(k) for k in range(60)])
    copies = np.stack([np.ascontiguousarray(change(row)) for row in base[:12]])
    assert pairs(np.concatenate([base, copies])) == {60 + k: k for k in range(12)}


def test_others_are_no_copies():
    assert pairs(np.stack([detailed(k) for k in range(300)])) == {}


def sprite(color: tuple[int, int, int]) -> np.ndarray:
    """A shape on clear ground, premultiplied."""
    found = np.zeros((32, 32, 4), np.uint8)
    cv2.circle(found, (15, 15), 10, (*color, 255), -1)
    cv2.rectangle(found, (10, 12), (14, 20), (20, 20, 20, 255), -1)
    return found


def test_colored_anew_is_no_copy():
    assert pairs(np.stack([sprite((200, 40, 40)), sprite((40, 99, 200))])) == {}
    assert pairs(np.stack([sprite((200, 40, 40)), sprite((200, 40, 40))[:, ::-1]])) == {1: 0}


def test_one_spot_drawn_anew_is_no_copy():
    changed = sprite((200, 40, 40))
    changed[14:20, 18:23, :3] = (255, 255, 0)
    assert pairs(np.stack([sprite((200, 40, 40)), changed])) == {}


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_pictures(channels: int, count: int):
    found = pairs(np.zeros((count, 32, 32, channels), np.uint8))
    assert found == dict.fromkeys(range(1, count), 0)


def test_each_copy_is_told_of_once_with_an_earlier_one():
    base = np.stack([detailed(k) for k in range(5)])
    found = finished(find(np.concatenate([base, base[:, :, ::-1], base])))
    assert len(np.unique(found.second)) == len(found.second) == 10
    assert (found.first < found.second).all()
    assert (np.diff(found.difference) >= 0).all()


def test_keys_do_not_mind_mirrors():
    base = np.stack([detailed(k) for k in range(4)])
    keys = likeness.keys(base)
    for turned in (base[:, ::-1], base[:, :, ::-1]):
        assert np.allclose(likeness.keys(np.ascontiguousarray(turned)), keys, atol=0.02)


def test_grids_of_any_size():
    found = likeness.grid(np.full((3, 70, 20, 1), 9, np.uint8))
    assert found.shape == (3, 32, 32, 1)
    assert (found == 9).all()


def test_the_pairs_that_are_compared_grow_as_the_pictures_do():
    rng = np.random.default_rng(0)
    some = rng.integers(0, 256, (4000, 32, 32, 1), np.uint8)
    keys = likeness.shorter(likeness.keys(some))
    few, many = (len(finished(likeness.candidates(k))[0]) for k in (keys[:1000], keys))
    assert many < 6 * few  # four times as many pictures; all with all would be sixteen


def test_there_are_many_pulls():
    rng = np.random.default_rng(0)
    assert sum(1 for _ in find(rng.integers(0, 256, (1000, 32, 32, 3), np.uint8))) > 15
