"""The search box: words at once, chips for what narrows, offers while one types."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from studio.gui.widgets.search_bar import SearchBar


def bar_on(qtbot: QtBot) -> SearchBar:
    """Return the bar on screen."""
    bar = SearchBar()
    qtbot.addWidget(bar)
    bar.resize(700, 80)
    bar.show()
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)
    return bar


def chips(bar: SearchBar) -> list[str]:
    """Return what the chips in sight say."""
    return [
        b.text() for b in bar.chips.findChildren(QToolButton) if b.text() and b.property("term")
    ]


def test_words_are_searched_for_a_moment_after_the_last_letter(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    with qtbot.waitSignal(bar.changed, timeout=2000):
        QTest.keyClicks(bar.box, "boss")
    assert bar.words == "boss" and bar.narrowed


def test_enter_makes_chips_which_a_click_takes_away(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    QTest.keyClicks(bar.box, 'old run:3 tag:"big ones"')
    QTest.keyClick(bar.box, Qt.Key.Key_Return)
    assert bar.terms == ["run:3", 'tag:"big ones"'] and bar.box.text() == "old"
    assert bar.words == 'run:3 tag:"big ones" old'
    bar.add("run:4")
    assert bar.terms == ['tag:"big ones"', "run:4"]
    qtbot.waitUntil(lambda: len(chips(bar)) == 2)
    bar.chips.findChildren(QToolButton)[0].click()
    assert bar.terms == ["run:4"]
    bar.clear()
    assert bar.words == "" and not bar.narrowed


def test_known_terms_are_offered_while_one_types(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.know(["tag:boss", 'board:"level one"'])
    QTest.keyClicks(bar.box, "old boa")
    popup = bar.completer.popup()
    assert popup is not None and popup.isVisible()
    assert bar.completer.currentCompletion() == 'board:"level one"'
    bar.completer.activated.emit('board:"level one"')
    assert bar.terms == ['board:"level one"'] and bar.box.text() == "old"


def test_order_and_swatches(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.order.setCurrentIndex(2)
    assert bar.words == "sort:name"
    menu = bar.color.menu()
    assert menu is not None
    menu.actions()[0].trigger()
    assert bar.terms == ["#d94a3d"]
    assert bar.order.itemText(0) == "Similar"
    bar.order.setCurrentIndex(0)
    assert bar.words == "#d94a3d"


def test_numbers_and_sizes_are_shown_without_being_asked_for_again(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.show_count(50_000, 0)
    assert bar.count.text() == "50\u202f000 pictures"
    bar.show_count(1, 1)
    assert bar.count.text() == "1 picture"
    bar.show_count(12, 3)
    assert bar.count.text() == "3 chosen of 12"
    with qtbot.assertNotEmitted(bar.sized):
        bar.show_side(200)
    with qtbot.waitSignal(bar.sized):
        bar.size_.setValue(90)
