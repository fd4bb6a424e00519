"""Folders become classes where they are some."""

import pytest

from studio.core.data.classes import classes


@pytest.mark.parametrize(
    ("names", "expected", "labels"),
    [
        (["cat/1", "dog/1", "cat/2", "dog/2"], ("cat", "dog"), [0, 1, 0, 1]),
        (["train/cat/1", "test/dog/1", "train/dog/2", "test/cat/2"], ("cat", "dog"), [0, 1, 1, 0]),
        (
            ["r/v1/mon/a/1", "r/v1/item/2", "r/v1/mon/3", "r/v1/item/4"],
            ("item", "mon"),
            [1, 0, 1, 0],
        ),
        (["png/72/1", "png/72/2"], (), [-1, -1]),
        (["1", "2", "3"], (), [-1, -1, -1]),
        (["train/1", "train/2", "test/3", "test/4"], ("test", "train"), [1, 1, 0, 0]),
        (["a/1", "a/2", "b/1", "b/2", "5"], ("a", "b", "unsorted"), [0, 0, 1, 1, 2]),
        (["a/1", "b/1", "2", "3", "4", "5"], (), [-1] * 6),
        (["a/1", "b/1", "c/1"], (), [-1] * 3),
        ([], (), []),
    ],
)
def test_classes(names, expected, labels):
    assert classes(names) == (expected, labels)
