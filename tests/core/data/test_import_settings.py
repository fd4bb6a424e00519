"""The import form's values become the decoder's target; what does not fit is refused."""

import pytest

from studio.core.data.fit import Target, fitted
from studio.core.data.import_settings import ImportSettings
from studio.core.events import Refused
from tests.core.data.made import noise


def test_the_target_is_what_was_asked_for():
    asked = ImportSettings(
        width=48, height=24, fit="pad", channels="grey", resize="nearest", duplicates="drop"
    )
    assert asked.target() == Target(48, 24, "pad", "grey", "nearest")
    assert ImportSettings().target() == Target(32, 32)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("channels", ["auto", "grey", "rgb", "rgba"])
@pytest.mark.parametrize("resize", ["auto", "nearest", "smooth"])
def test_every_choice_is_understood_by_the_decoder(fit, channels, resize):
    asked = ImportSettings(width=24, height=16, fit=fit, channels=channels, resize=resize)
    row, _ = fitted(noise(40, 30), asked.target())
    assert row.shape == (16, 24, {"auto": 3, "grey": 1, "rgb": 3, "rgba": 4}[channels])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 15}, "'width' does not accept 15"),
        ({"height": 257}, "'height' does not accept 257"),
        ({"fit": "squash"}, "'fit' does not accept 'squash'.*'crop', 'pad' or 'stretch'"),
        ({"channels": "cmyk"}, "'channels' does not accept 'cmyk'"),
        ({"color": 1}, "no setting 'color'"),
    ],
)
def test_other_values_are_refused_in_a_sentence(changes, words):
    with pytest.raises(Refused, match=words):
        ImportSettings().updated(changes)


def test_settings_survive_json():
    asked = ImportSettings(width=64, duplicates="drop")
    assert ImportSettings.model_validate_json(asked.model_dump_json()) == asked
