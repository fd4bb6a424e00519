"""The picture as it was before any edit is made ready only as long as someone looks at it."""

import numpy as np
import pytest

from studio.core.events import finished
from studio.core.painting.box import Box
from studio.core.painting.painting import Painting
from studio.core.painting.preview import prepare
from studio.gui.widgets.canvas_first import First, joined
from studio.gui.widgets.canvas_sheet import Sheet
from tests.gui.canvas_scene import Patch

SIDE = 600
pytestmark = pytest.mark.usefixtures("qapp")  # pixmaps need it


def first_of(painting: Painting) -> First:
    return First(painting, Sheet(finished(prepare(painting.pixels))))


def test_it_follows_what_is_written_only_while_it_is_looked_at() -> None:
    painting = Painting(np.full((SIDE, SIDE, 3), 100, np.uint8))
    first = first_of(painting)
    first.looks = True
    assert not first.behind and first.layer is None
    first.looks = False
    painting.lay([Patch(0, 0, np.zeros((300, 300, 3), np.uint8))], "Fill")
    assert not first.behind
    first.looks = True
    assert first.behind and first.catch_up() and not first.behind
    assert first.layer is not None
    assert first.layer.boxes == [Box(0, 0, 256, 512), Box(256, 0, 512, 512)]
    assert (first.layer.sheet.preview.levels[0][:512, :512] == 100).all()


def test_it_waits_for_an_edit_to_end() -> None:
    painting = Painting(np.full((SIDE, SIDE, 3), 100, np.uint8))
    first = first_of(painting)
    first.looks = True
    painting.begin("Fill")
    painting.touch("picture", Box(0, 0, 5, 5))
    assert not first.behind
    painting.pixels[:5, :5] = 0
    painting.finish()
    assert first.catch_up()


def test_what_lies_side_by_side_is_painted_at_once() -> None:
    row = [Box(0, 0, 4, 4), Box(0, 4, 4, 8), Box(0, 12, 4, 14), Box(4, 0, 8, 4)]
    assert joined(row) == [Box(0, 0, 4, 8), Box(0, 12, 4, 14), Box(4, 0, 8, 4)]
    assert joined([]) == []
