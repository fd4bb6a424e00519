"""Words that fit their place, in letters a font has."""

import numpy as np
import pytest

from studio.core.assets import captions
from studio.core.assets.captions import fonts, lacking, readable, shortened, written


def test_pillows_own_font_comes_first_and_knows_latin():
    own = fonts(20)[0]
    assert not lacking(own, "Hero-12 walk_(a).png") and lacking(own, "漢\U0010fffe")
    assert readable("Hero walk", 20) == ("Hero walk", own)


def test_letters_that_no_font_has_are_plain_or_a_question_mark(monkeypatch: pytest.MonkeyPatch):
    own = fonts(20)[0]
    monkeypatch.setattr(captions, "fonts", lambda size: (own,))
    text, font = readable("a\u1e57漢\n\u0085b", 20)
    assert font is own and text in ("ap? ?b", "ap?  b", "a\u1e57?  b")
    assert not lacking(font, text)


@pytest.mark.parametrize("width", [10, 60, 200, 2000])
def test_long_names_keep_their_ends(width: int):
    font = fonts(16)[0]
    found = shortened("a-very-long-name-of-a-picture-0042", font, width)
    assert font.getlength(found) <= max(width, font.getlength("…"))
    if 60 <= width < 2000:
        assert found[0] == "a" and found[-1] == "2" and "…" in found
    assert ("…" in found) == (width < 2000)


def test_words_stay_in_their_box_and_the_middle():
    page = np.zeros((60, 200, 3), np.uint8)
    written(page, "hero " * 30, (40, 20, 100, 24), 16, (255, 255, 255))
    inside = page[20:44, 40:140].copy()
    page[20:44, 40:140] = 0
    assert page.max() == 0 and inside.max() > 200
    columns = np.flatnonzero(inside.max((0, 2)) > 0)
    assert abs(columns.mean() - 50) < 6
