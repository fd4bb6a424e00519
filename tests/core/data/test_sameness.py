"""What tells a copy from a sibling: the signs of a pair, and the trees that weigh them."""

import cv2
import numpy as np
import pytest

from studio.core.data.sameness import SIGNS, beside, chance, differences, losses, moved, signs
from tests.core.data.test_likeness import detailed, jpeg, sprite

STRAIGHT = np.zeros((1, 3), np.int64)
ALONE = np.array([[0.05, 0.05]], np.float32)


def judged(a: np.ndarray, b: np.ndarray, laid: np.ndarray = STRAIGHT) -> float:
    return float(chance(np.concatenate([signs(a[None], b[None], laid), ALONE], 1))[0])


def test_a_copy_is_likelier_than_a_sibling():
    whole = sprite((200, 40, 40))
    assert judged(whole, whole) > 0.5 > judged(whole, sprite((40, 99, 200)))
    row = detailed(3)
    assert judged(row, jpeg(row, 70)) > 0.5 > judged(row, detailed(4))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_equal_ones_do_not_differ(channels: int):
    row = np.random.default_rng(0).integers(0, 200, (2, 32, 32, channels), np.uint8)
    assert not differences(row, row, np.repeat(STRAIGHT, 2, 0)).any()
    found = signs(row, row, np.repeat(STRAIGHT, 2, 0))
    assert found.shape == (2, len(SIGNS) - 2)
    assert not found[:, SIGNS.index("best")].any()
    assert np.allclose(found[:, SIGNS.index("edge")], 1)


@pytest.mark.parametrize("laid", [(0, 2, -3), (1, -1, 0), (2, 0, 3), (3, 4, 4)])
def test_a_picture_that_was_moved_lies_over_its_original(laid: tuple[int, int, int]):
    row = np.zeros((32, 32, 3), np.uint8)
    row[8:24, 8:24] = detailed(1)[8:24, 8:24]
    turn, down, across = laid
    there = np.roll(row, (down, across), (0, 1))
    there = np.ascontiguousarray(there[:: -1 if turn & 2 else 1, :: -1 if turn & 1 else 1])
    way = np.array([laid])
    assert np.array_equal(moved(there[None], way)[0], row)
    assert not differences(row[None], there[None], way).any()


def test_what_compressing_loses_is_known():
    row = detailed(2)
    found = losses(row[None])[:, 0]
    assert np.array_equal(found[0], row)
    assert np.array_equal(found[1], jpeg(row[..., ::-1], 40)[..., ::-1])
    half = cv2.resize(row, (16, 16), interpolation=cv2.INTER_AREA)
    back = cv2.resize(half, (32, 32), interpolation=cv2.INTER_CUBIC)
    assert np.array_equal(found[4], back)


def test_a_pair_nearer_than_all_others_stands_out():
    apart = np.zeros((3, len(SIGNS) - 2), np.float32)
    apart[:, SIGNS.index("best")] = (1, 9, 9)
    found = beside(apart, np.array([0, 0, 1]), np.array([3, 1, 2]))
    assert np.allclose(found, [[0.2, 2 / 41], [5, 1], [1, 10 / 41]])
    nothing = np.zeros(0, np.int64)
    assert beside(apart[:0], nothing, nothing).shape == (0, 2)
