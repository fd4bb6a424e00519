"""Requests and numerics survive JSON; what does not fit is refused in a sentence; no torch."""

import subprocess
import sys
from pathlib import Path

import pytest

from studio.core.events import Refused
from studio.core.project import Plan
from studio.core.request import Numerics, TrainRequest


def test_a_request_survives_json():
    asked = TrainRequest(
        dataset="toy", family="gan", preset="p", settings={"batch": 8}, plan=Plan(steps=5), name="n"
    )
    assert TrainRequest.model_validate_json(asked.model_dump_json()) == asked


def test_requests_do_not_share_their_settings():
    one, other = TrainRequest(dataset="a"), TrainRequest(dataset="a")
    one.settings["batch"] = 3
    assert other.settings == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"famly": "gan"}, "no setting 'famly'; the settings here are: dataset, family"),
        ({"dataset": None}, "'dataset' does not accept None"),
        ({"plan": {"steps": "many"}}, "'plan' does not accept"),
    ],
)
def test_wrong_requests_are_refused_in_a_sentence(changes, words):
    with pytest.raises(Refused, match=words) as caught:
        TrainRequest(dataset="toy").updated(changes)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("numerics", "words"),
    [
        (Numerics(), "fp32"),
        (Numerics(bf16=True, compiled=True), "bf16, compiled"),
        (Numerics(channels_last=True), "fp32, channels last"),
    ],
)
def test_numerics_are_told_in_words_and_kept_with_the_run(numerics, words):
    assert str(numerics) == words
    assert Numerics.model_validate_json(numerics.model_dump_json()) == numerics


def test_asking_does_not_load_torch():
    code = "import studio.core.request, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
