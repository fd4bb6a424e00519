"""Pictures get the sizes that the network can see, and come back."""

import numpy as np
import pytest
import torch

from studio.core.style.vgg.pictures import colors, fitted, padded, scales, tensor


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (300, 2), (40, 50)])
def test_any_size_can_be_seen(size: tuple[int, int]):
    picture = np.random.default_rng(0).random((*size, 3), np.float32)
    small = padded(fitted(picture, 64))
    assert min(small.shape[:2]) >= 32 and max(small.shape[:2]) == 64
    assert np.array_equal(colors(tensor(small, torch.device("cpu"))), small)


def test_scales_double_up_to_the_size():
    assert scales(512, 128) == [128, 256, 512]
    assert scales(300, 128) == [150, 300] and scales(100, 128) == [100]
