"""Written colors."""

import pytest

from studio.core.colors.hex import rgb
from studio.core.events import Refused


def test_colors_are_read():
    assert rgb("#0aFF10").tolist() == [10, 255, 16]


@pytest.mark.parametrize("text", ["", "red", "#fff", "0aff10", "#0aff1g", "#0aff10\n"])
def test_what_is_no_color_is_refused(text: str):
    with pytest.raises(Refused, match="#rrggbb"):
        rgb(text)
