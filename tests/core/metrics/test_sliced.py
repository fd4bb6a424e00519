"""The pyramid adds up, and sliced distances are those of whole distributions."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from studio.core.metrics import sliced
from tests.core.metrics.ladders import pictures
from tests.core.toys import finish


@pytest.mark.parametrize(("size", "levels"), [((32, 32), 2), ((17, 23), 1), ((70, 65), 3)])
def test_the_levels_add_up_to_the_picture(size, levels):
    x = np.random.default_rng(0).integers(0, 255, (2, *size, 3)).astype(np.uint8)
    found = sliced.pyramid(x)
    assert len(found) == levels and min(found[-1].shape[-2:]) >= 16
    whole = found[-1]
    for level in found[-2::-1]:
        whole = level + functional.interpolate(whole, level.shape[-2:], mode="bilinear")
    assert torch.allclose(whole, torch.from_numpy(x).permute(0, 3, 1, 2).float(), atol=1e-3)


def test_patches_are_cut_from_the_pictures():
    x = torch.arange(2 * 3 * 9 * 8, dtype=torch.float32).reshape(2, 3, 9, 8)
    found = sliced.patches(x, np.random.default_rng(0))
    assert found.shape == (128, 3, 49)
    windows = {
        tuple(x[0, 0, i : i + 7, j : j + 7].flatten().tolist()) for i in range(3) for j in range(2)
    }
    assert {tuple(p[0].tolist()) for p in found[:64]} <= windows


def test_equal_sets_have_no_distance_and_order_does_not_count():
    level = sliced.pyramid(pictures(60))[0]
    same, other = finish(sliced.distances(level, [level, 0.5 * level], 0))[1]
    assert same == 0 and other > 50


def test_a_shift_of_all_values_is_measured():
    """Normalized by the reference alone, brightness counts, which the first paper lost."""
    level = sliced.pyramid(pictures(60))[-1]
    shifts = [level + 10, level + 20]
    one, two = finish(sliced.distances(level, shifts, 0))[1]
    assert two == pytest.approx(2 * one, rel=0.2)
