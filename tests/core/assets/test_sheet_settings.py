"""Settings of a sheet: pivots by name or by numbers, and what is not accepted."""

import pytest

from studio.core.assets.sheet_settings import PIVOTS, SheetSettings
from studio.core.events import Refused


def test_pivots_have_names_and_numbers():
    assert all(SheetSettings().updated({"pivot": name}).point == PIVOTS[name] for name in PIVOTS)
    custom = SheetSettings().updated({"pivot": "custom", "pivot_x": 0.25, "pivot_y": 1})
    assert custom.point == (0.25, 1.0)
    assert SheetSettings().updated({"pivot_x": 0.25}).point == (0.5, 0.5)


def test_a_border_and_gaps_are_around_the_sprites():
    settings = SheetSettings().updated({"border": 3, "padding": 2, "extrude": 4, "side": 64})
    assert settings.spaces.more == 10 and settings.spaces.around == 4
    assert settings.room.inside == 60


@pytest.mark.parametrize(
    "changes", [{"layout": "round"}, {"side": 8}, {"columns": -1}, {"fps": 0}, {"data": "unity"}]
)
def test_what_is_not_accepted_is_said(changes):
    with pytest.raises(Refused, match="The setting"):
        SheetSettings().updated(changes)
