import numpy as np
import pytest

from studio.core.style.blocks import edges, enlarged, shape, shrunk


def small(colors: np.ndarray, h: int, w: int) -> np.ndarray:
    return shrunk(colors, edges(colors.shape[0], h), edges(colors.shape[1], w))


def large(art: np.ndarray, h: int, w: int) -> np.ndarray:
    found = np.full((h, w, 3), np.nan, np.float32)
    assert len(list(enlarged(art, found))) == len(art)
    return found


def test_longer_side_gets_the_pixels_and_never_more_than_there_are():
    assert shape(300, 400, 100) == (75, 100)
    assert shape(3, 1000, 100) == (1, 100)
    assert shape(5, 7, 100) == (5, 7)


@pytest.mark.parametrize(("size", "count"), [(100, 7), (7, 7), (1, 1), (320, 319)])
def test_blocks_are_of_almost_one_size(size: int, count: int):
    widths = np.diff(edges(size, count))
    assert widths.sum() == size and len(widths) == count
    assert widths.min() >= size // count and widths.max() - widths.min() <= 1


def test_shrinking_undoes_enlarging():
    art = np.random.default_rng(0).random((6, 9, 3)).astype(np.float32)
    assert np.allclose(small(large(art, 40, 61), 6, 9), art, atol=1e-5)


def test_an_edge_within_blocks_blends_no_third_color():
    picture = np.zeros((30, 30, 3), np.float32)
    picture[:, 17:] = 1
    assert set(np.unique(np.rint(small(picture, 6, 6) * 255))) == {0, 255}


def test_thin_dark_outline_survives():
    picture = np.ones((60, 60, 3), np.float32)
    picture[:, 31:33] = 0
    assert small(picture, 12, 12)[:, 6].max() < 0.01


def test_enlarged_blocks_are_one_color():
    art = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    found = large(art, 5, 4)
    assert (found[:2, :2] == art[0, 0]).all() and (found[2:, 2:] == art[1, 1]).all()
