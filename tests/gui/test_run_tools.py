"""Buttons for a run: only what suits it is there, only what can be begun now is offered."""

import pytest
from pytestqt.qtbot import QtBot

from studio.gui.widgets.run_tools import RunTools


@pytest.fixture
def tools(qtbot: QtBot) -> RunTools:
    made = RunTools()
    qtbot.addWidget(made)
    made.show()
    return made


def there(tools: RunTools) -> list[str]:
    buttons = (tools.report, tools.evaluate, tools.instant, tools.export)
    return [b.text() for b in buttons if b.isVisible()]


def test_only_what_suits_the_run_is_there(tools: RunTools) -> None:
    assert there(tools) == []
    tools.show_run(saved=True, slow=False, evaluated=False)
    assert there(tools) == ["Evaluate", "Export model…"]
    tools.show_run(saved=True, slow=True, evaluated=True)
    assert there(tools) == ["Report", "Evaluate", "Make it instant", "Export model…"]
    tools.show_run(saved=False, slow=True, evaluated=False)
    assert there(tools) == []


def test_the_buttons_ask(tools: RunTools, qtbot: QtBot) -> None:
    tools.show_run(True, True, True)
    with qtbot.waitSignals([tools.evaluate_asked, tools.instant_asked]):
        tools.evaluate.click()
        tools.instant.click()
    with qtbot.waitSignal(tools.report_shown) as turned:
        tools.report.click()
    assert turned.args == [True]


def test_a_run_without_a_report_goes_back_to_its_pictures(tools: RunTools, qtbot: QtBot) -> None:
    tools.show_run(True, True, True)
    tools.report.click()
    with qtbot.waitSignal(tools.report_shown) as turned:
        tools.show_run(True, True, evaluated=False)
    assert turned.args == [False]


def test_what_can_not_be_begun_now_is_not_offered(tools: RunTools) -> None:
    tools.show_run(True, True, True)
    tools.allow(evaluate=False, train=True)
    assert (tools.evaluate.isEnabled(), tools.instant.isEnabled()) == (False, True)
    tools.allow(evaluate=True, train=False)
    assert (tools.evaluate.isEnabled(), tools.instant.isEnabled()) == (True, False)
