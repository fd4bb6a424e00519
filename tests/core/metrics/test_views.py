"""Alpha over three grounds, shrinking, and rows that are read when asked for."""

import numpy as np
import torch

from studio.core.metrics import views


def test_alpha_is_laid_over_three_grounds():
    x = np.zeros((1, 2, 2, 4), np.uint8)
    x[0, 0, 0] = (200, 100, 0, 255)
    x[0, 0, 1] = (200, 100, 0, 128)
    x[0, 1, 1] = (9, 9, 9, 0)  # hidden
    black, white, grey = (opaque(x) for opaque in views.grounds(x))
    assert black[0, 0].tolist() == [[200, 100, 0], [100, 50, 0]]
    assert white[0, 0, 1].tolist() == [227, 177, 127]
    assert black[0, 1, 1, 0] == 0 and white[0, 1, 1, 0] == 255 and grey[0, 1, 1, 0] == 128
    assert len(list(views.grounds(x[..., :3]))) == 1


def test_large_pictures_are_shrunk_to_the_side_and_small_ones_kept():
    x = np.full((2, 40, 80, 3), 255, np.uint8)
    assert views.shrunk(x, 64).shape == (2, 3, 32, 64)
    small = views.shrunk(x[:, :17, :23], 64)
    assert small.shape == (2, 3, 17, 23) and torch.equal(small, torch.ones_like(small))


def test_small_forgets_hidden_color():
    x = np.zeros((1, 20, 24, 4), np.uint8)
    y = x.copy()
    y[..., 0] = 77
    assert np.array_equal(views.small(x, 16), views.small(y, 16))
    assert views.small(x, 16).shape == (1, 4, 16, 16)


def test_rows_read_what_is_asked_for():
    x = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)
    rows = views.Rows(x, np.array([7, 3, 5]), lambda some: some + 1)
    assert len(rows) == 3 and rows.shape == (3, 1, 1, 1)
    assert rows[1:].ravel().tolist() == [4, 6] and rows[np.array([2, 0])].ravel().tolist() == [6, 8]
    assert views.parts(130, 64) == [slice(0, 64), slice(64, 128), slice(128, 130)]
