"""Networks of doublings meet any picture size."""

import pytest
import torch

from studio.core.nets.grids import crop, pad, start_grid


@pytest.mark.parametrize(
    "height, width, levels, start",
    [(32, 32, 3, (4, 4)), (28, 28, 2, (7, 7)), (24, 16, 2, (6, 4)), (17, 23, 2, (5, 6)),
     (256, 256, 6, (4, 4)), (16, 256, 2, (4, 64)), (48, 48, 3, (6, 6))],
)  # fmt: skip
def test_the_start_grid_is_small_and_wastes_little(height, width, levels, start):
    grid = start_grid(height, width)
    assert (grid.levels, (grid.height, grid.width)) == (levels, start)


@pytest.mark.parametrize("height", range(16, 257, 7))
def test_every_size_is_covered(height: int):
    for width in (16, 33, 100, 256):
        grid = start_grid(height, width)
        assert 4 <= min(grid.height, grid.width) <= 7
        assert 0 <= grid.height * 2**grid.levels - height < 2**grid.levels
        assert 0 <= grid.width * 2**grid.levels - width < 2**grid.levels


def test_crop_undoes_pad():
    images = torch.rand(2, 3, 17, 23)
    padded = pad(images, 20, 24)
    assert padded.shape == (2, 3, 20, 24)
    assert (padded.sum() - images.sum()).item() == pytest.approx(
        -2 * 3 * (20 * 24 - 17 * 23), rel=1e-5
    )
    assert torch.equal(crop(padded, 17, 23), images)
