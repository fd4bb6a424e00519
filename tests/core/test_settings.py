"""Settings: frozen, validated, and refused in a sentence."""

from typing import Literal

import pytest

from studio.core.events import Refused
from studio.core.settings import Settings, extra, field


class Brush(Settings):
    radius: int = field(
        8, label="Size", help="Larger covers more.", ge=1, le=99, unit="px", logarithmic=True
    )
    soft: bool = field(False, label="Soft", help="Fades at the rim.")
    grid: Literal["none", "8", "16"] = field("none", label="Grid", help="Holds on to lines.")


def test_metadata_is_there_for_the_form():
    info = Brush.model_fields["radius"]
    assert info.title == "Size" and info.description == "Larger covers more."
    assert (
        extra(info, "unit") == "px" and extra(info, "logarithmic") and not extra(info, "advanced")
    )


def test_updated_validates_and_leaves_the_original():
    brush = Brush()
    assert brush.updated({"radius": 20}) == Brush(radius=20) and brush.radius == 8
    assert brush.updated({"radius": "20", "soft": "true"}) == Brush(radius=20, soft=True)


def test_a_number_may_stand_for_the_word_written_like_it():
    assert Brush().updated({"grid": 16}).grid == "16"
    with pytest.raises(Refused, match="'grid' does not accept 9"):
        Brush().updated({"grid": 9})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"radius": 0}, "'radius' does not accept 0: input should be greater than or equal to 1"),
        ({"radius": "wide"}, "'radius' does not accept 'wide'"),
        ({"color": 1}, "no setting 'color'; the settings here are: radius, soft, grid"),
        ({"radius": float("nan")}, "'radius'"),
    ],
)
def test_wrong_values_are_refused_in_one_sentence(change, words):
    with pytest.raises(Refused) as refused:
        Brush().updated(change)
    assert words in str(refused.value) and "\n" not in str(refused.value)


def test_frozen():
    with pytest.raises(Exception, match="frozen"):
        Brush().radius = 3
