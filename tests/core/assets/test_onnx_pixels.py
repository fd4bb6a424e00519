"""Pixels painted in one loop are those painted row by row."""

import pytest

from studio.core.family import ImageSize
from tests.core.assets.models import apart, model

SIZE = ImageSize(7, 11, 3, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"segment": 4},
        {"depth": 0, "top_p": 0.7, "temperature": 0.8},
        {"network": "pixelcnn", "segment": 4, "blocks": 3},
    ],
    ids=str,
)
def test_pixels_as_a_loop(changes):
    assert apart(model("autoregressive", SIZE, **changes), SIZE) == 0
