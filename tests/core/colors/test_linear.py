"""Linear light against the values of the standard, and back again."""

import numpy as np
import pytest

from studio.core.colors.linear import from_linear, to_linear


@pytest.mark.parametrize(("value", "light"), [(0, 0), (1, 1), (0.5, 0.21404), (0.04, 0.0030960)])
def test_known_values(value: float, light: float):
    assert to_linear(np.array([value], np.float32))[0] == pytest.approx(light, abs=1e-5)


def test_there_and_back():
    levels = np.arange(65536, dtype=np.float32) / 65535
    assert np.array_equal(np.rint(from_linear(to_linear(levels)) * 65535), np.arange(65536))
