"""Sampling: the same seed is the same pictures; wrong wishes are refused."""

import numpy as np
import pytest

from studio.core import training
from studio.core.events import Refused
from studio.core.tools.sample import sample
from tests.core import toys


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    made = toys.project(tmp_path_factory.mktemp("trained"))
    toys.finish(training.start(made, toys.request("vae", 5)))
    return made


def drawn(*arguments, **keywords) -> np.ndarray:
    return toys.finish(sample(*arguments, **keywords))[1]


def test_shape_seed_and_count(trained):
    few, many = drawn(trained, count=3), drawn(trained, count=20)
    assert many.shape == (20, 16, 16, 4) and many.dtype == np.uint8
    assert np.array_equal(few, many[:3]) and np.array_equal(few, drawn(trained, count=3))
    assert not np.array_equal(few, drawn(trained, count=3, seed=1))


def test_raw_weights_differ_from_the_average(trained):
    assert not np.array_equal(drawn(trained, count=4), drawn(trained, count=4, raw=True))


def test_class_and_step_are_obeyed(trained):
    assert drawn(trained, count=2, label="b").shape[0] == 2
    assert not np.array_equal(drawn(trained, count=4), drawn(trained, count=4, step=0))


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"label": "zebra"}, "no class 'zebra'; the classes are "),
        ({"number": 5}, "no run 5"),
        ({"count": 0}, "at least one"),
    ],
)
def test_wrong_wishes_are_refused(trained, wish, words):
    with pytest.raises(Refused, match=words):
        drawn(trained, **wish)


def test_drawing_in_many_looks_can_be_left_between_them(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("diffusion", 2), toys.known(2)))
    events, pictures = toys.finish(sample(made, count=2, changes={"steps": 5}))
    assert [(e.done, e.total) for e in events] == [(0, 2)] * 5 + [(2, 2)]
    again = drawn(made, count=2, changes={"steps": 5})
    assert np.array_equal(pictures, again)
