"""Names of many files, and a look at many pictures."""

import numpy as np

from studio.core.assets.bundling import on_canvas, overview, targets
from studio.core.assets.kind import Item
from studio.core.photographs.photograph import Photograph


def items(*names: str) -> list[Item]:
    return [Item(name, Photograph(np.zeros((1, 1, 3), np.uint8))) for name in names]


def test_one_picture_several_and_a_folder():
    assert targets(items("walk"), "hero.png") == ["hero.png"]
    assert targets(items("walk", "run"), "hero.webp") == ["hero-walk.webp", "hero-run.webp"]
    assert targets(items("walk", "Walk"), "hero") == ["hero/walk.png", "hero/Walk-2.png"]
    assert targets(items("walk"), "hero") == ["hero/walk.png"]


def test_pictures_of_all_sizes_and_channels_share_a_canvas():
    pictures = [np.full((2, 4, 1), 9, np.uint8), np.full((4, 2, 4), 7, np.uint8)]
    found = on_canvas(pictures)
    assert found.shape == (2, 4, 4, 4)
    assert found[0, 1, 0].tolist() == [9, 9, 9, 255] and found[0, 0].max() == 0
    assert found[1, 0, 1].tolist() == [7] * 4


def test_a_look_at_all():
    one = np.zeros((3, 5, 3), np.uint8)
    assert overview([one]) is one
    assert overview([one] * 4).shape[2] == 3
    assert overview([one] * 500).size < 500 * one.size
