"""The report counts classes, sizes, modes, conversions and copies of what was packed."""

import numpy as np

from studio.core.data import counting
from studio.core.data.counting import counted
from studio.core.data.duplicates import Duplicates
from studio.core.data.import_settings import ImportSettings
from studio.core.data.packed import Packing
from studio.core.data.report import Report


def copies(count: int, exact=(), near=()) -> Duplicates:
    found = Duplicates(np.full(count, -1), np.full(count, -1))
    for target, pairs in ((found.exact, exact), (found.near, near)):
        for later, earlier in pairs:
            target[later] = earlier
    return found


def report(labels, facts, found: Duplicates, classes=("a", "b"), dropped=0) -> Report:
    pictures = [Packing(name=f"{k}.png", sha256="", label=v) for k, v in enumerate(labels)]
    told = {"source": "s", "found": len(labels) + dropped, "channels": 3}
    settings = ImportSettings(width=24, height=16)
    return counted(pictures, facts, classes, found, settings, dropped, **told)


FACTS = [(8, 9, "RGB", "cropped; shrunk"), (8, 9, "P", "cropped"), (32, 16, "P", "")]


def test_everything_is_counted():
    made = report([0, 1, 1], FACTS, copies(3))
    assert (made.kept, made.width, made.height, made.channels) == (3, 24, 16, 3)
    assert made.classes == {"a": 1, "b": 2}
    assert made.sizes == {"8×9": 2, "32×16": 1}
    assert made.modes == {"P": 2, "RGB": 1}
    assert made.converted == {"cropped": 2, "shrunk": 1}
    assert list(made.modes) == ["P", "RGB"]


def test_an_empty_class_is_told_and_no_classes_are_none():
    assert report([0, 0, 0], FACTS, copies(3)).classes == {"a": 3, "b": 0}
    assert report([-1] * 3, FACTS, copies(3), classes=()).classes == {}


def test_copies_name_the_later_and_the_earlier_picture():
    made = report([0, 1, 1], FACTS, copies(3, exact=[(1, 0)], near=[(2, 0)]), dropped=4)
    assert (made.exact_duplicates, made.dropped, made.near_duplicates) == (5, 4, 1)
    assert made.near_pairs == (("2.png", "0.png"),)


def test_pairs_are_bounded_but_their_number_is_not():
    many = counting.PAIRS + 20
    found = copies(many, near=[(k, 0) for k in range(1, many)])
    made = report([0] * many, [FACTS[0]] * many, found)
    assert (len(made.near_pairs), made.near_duplicates) == (counting.PAIRS, many - 1)


def test_previews_are_spread_over_the_whole_set():
    for count in (1, 5, 64, 1000):
        preview = report([0] * count, [FACTS[0]] * count, copies(count)).preview
        assert len(preview) == min(count, counting.PREVIEWS) == len(set(preview))
        assert (preview[0], preview[-1]) == (0, count - 1)
        assert max(np.diff(preview), default=0) <= count / counting.PREVIEWS + 2
