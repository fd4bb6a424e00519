"""Candidates: patches laid on a copy."""

import numpy as np

from studio.core.repair.hole import Candidate, Patch


def test_a_candidate_is_laid_on_a_copy_and_later_patches_win():
    pixels = np.zeros((6, 8, 3), np.uint8)
    one = Patch(1, 2, np.full((2, 3, 3), 10, np.uint8))
    two = Patch(2, 4, np.full((3, 2, 3), 20, np.uint8))
    result = Candidate("telea", "Telea", (one, two), 0.1).applied(pixels)
    assert not pixels.any()
    assert (result[1:3, 2:4] == 10).all() and (result[2:5, 4:6] == 20).all()
    assert (result[1, 4] == 10).all() and result.sum() == 3 * (10 * 5 + 20 * 6)


def test_no_patches_change_nothing():
    pixels = np.random.default_rng(0).integers(0, 9, (4, 4, 1), np.uint16)
    assert np.array_equal(Candidate("ns", "", (), 0).applied(pixels), pixels)
