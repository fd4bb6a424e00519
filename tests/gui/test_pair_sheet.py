"""Pairs: cut out of the sheet that was kept, laid out by the room there is, copies framed."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core import pictures
from studio.core.metrics.evaluation import Pair
from studio.gui import theme
from studio.gui.widgets.pair_sheet import INSIDE, MOST, PairSheet

PAIRS = [Pair(drawn=k, place=k + 4, distance=1.0, ratio=0.2 if k == 2 else 0.5) for k in range(6)]


def sheet_of(folder: Path, width: int = 64) -> Path:
    """Six pairs, the k-th of them red 40 k."""
    cells = np.zeros((6, width // 2, width, 3), np.uint8)
    cells[..., 0] = 40 * np.arange(6)[:, None, None, None].squeeze(-1)
    pictures.save(pictures.grid(cells, 4, gap=8), folder / "pairs.png")
    return folder / "pairs.png"


@pytest.fixture
def sheet(qtbot: QtBot, tmp_path: Path) -> PairSheet:
    made = PairSheet()
    qtbot.addWidget(made)
    made.show_pairs(PAIRS, sheet_of(tmp_path))
    made.resize(340, made.heightForWidth(340))
    made.show()
    return made


def test_every_pair_is_on_its_card_wherever_that_is(sheet: PairSheet) -> None:
    for width in (340, 160):
        sheet.resize(width, sheet.heightForWidth(width))
        shown = sheet.grab().toImage()
        reds = [shown.pixelColor(sheet.card(k).center()).red() for k in range(6)]
        assert reds == [0, 40, 80, 120, 160, 200]
    assert sheet.card(5).bottom() < sheet.height() and sheet.card(1).right() < 160


def test_copies_are_framed_and_said(sheet: PairSheet) -> None:
    shown = sheet.grab().toImage()
    edges = [shown.pixelColor(sheet.card(k).left() + 1, sheet.card(k).center().y()) for k in (1, 2)]
    assert [edge.name() == theme.WARNING for edge in edges] == [False, True]
    assert sheet.tip(2).startswith("A copy. Nearest to picture 7 ") and "5.0 times" in sheet.tip(2)
    assert sheet.tip(1).startswith("Nearest to picture 6 ")
    assert sheet.accessibleName() == "6 pairs of a drawn and a training picture, 1 of them copies"


def test_large_pairs_are_made_smaller(qtbot: QtBot, tmp_path: Path) -> None:
    made = PairSheet()
    qtbot.addWidget(made)
    made.show_pairs(PAIRS, sheet_of(tmp_path, width=512))
    assert made.card(0).width() == MOST + 2 * INSIDE
    assert made.card(0).height() == MOST // 2 + 2 * INSIDE


def test_a_sheet_that_is_gone_shows_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    made = PairSheet()
    qtbot.addWidget(made)
    for file in (tmp_path / "gone.png", None):
        made.show_pairs(PAIRS, file)
        assert made.heightForWidth(300) == 0
        made.grab()
