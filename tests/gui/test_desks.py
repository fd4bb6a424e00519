"""Advice, forecasts, evaluations, instant runs: against a session that remembers its orders."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from train_scene import FakeSession, add_run, add_set, evaluation, scene

from studio.core.advice import Advice
from studio.core.events import Note, Progress, Saved
from studio.core.project import Run
from studio.core.request import Forecast, Numerics
from studio.gui.engine import Advised
from studio.gui.panels.train import TrainPanel

FORECAST = Forecast(1240, 181.0, 0.14, 612_000_000, 12_400_000, "CPU", Numerics(), 1)


def saved(run: Run, step: int = 300) -> Run:
    (run.checkpoints / f"step-{step:08d}").mkdir(parents=True)
    return run


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    """Runs 1 (without a save) and 2 (of diffusion, saved)."""
    project = scene(tmp_path, runs=1)
    saved(add_run(project, 300, kind="diffusion", settings={"rate": 0.1}))
    return FakeSession(project)


@pytest.fixture
def panel(qtbot: QtBot, session: FakeSession) -> TrainPanel:
    made = TrainPanel(session)  # type: ignore[arg-type]  # a session that only takes notes
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    return made


def asked(session: FakeSession, kind: str) -> list[Any]:
    return [a[1] for a in session.asked if a[0] == kind]


def test_a_forecast_is_asked_for_once_things_settle(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    qtbot.wait(50)  # the first paint takes a while
    session.asked.clear()
    for _ in range(5):
        qtbot.keyClick(panel.setup.plan.fields["seed"].editor.holder(), Qt.Key.Key_Up)
        qtbot.wait(20)
    qtbot.waitUntil(lambda: bool(asked(session, "forecast")))
    assert asked(session, "forecast") == [panel.setup.request]
    assert panel.forecast.first.text() == "Measuring…"
    session.done.emit("forecast", FORECAST)
    assert panel.forecast.first.text() == "About 3 min  ·  1\u202f240 steps"
    assert "612 MB memory" in panel.forecast.second.text()


def test_nothing_is_measured_beside_an_evaluation(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    busy(session, "evaluate", "Evaluating run 2")
    qtbot.waitUntil(lambda: len(asked(session, "check")) == 1)
    assert asked(session, "forecast") == []
    assert panel.forecast.second.text() == "Measured as soon as the evaluation has ended."
    busy(session, "evaluate")
    assert asked(session, "forecast") == [panel.setup.request]
    busy(session, "evaluate")
    assert len(asked(session, "forecast")) == 1


def test_the_same_request_is_measured_once_and_a_name_changes_nothing(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(asked(session, "forecast")) == 1)
    session.done.emit("forecast", FORECAST)
    qtbot.keyClicks(panel.setup.name, "x")
    qtbot.waitUntil(lambda: not panel.start_desk.settling.isActive())
    assert len(asked(session, "forecast")) == 1


def test_a_stale_forecast_is_not_shown(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(asked(session, "forecast")) == 1)
    qtbot.keyClick(panel.setup.plan.fields["seed"].editor.holder(), Qt.Key.Key_Up)
    session.done.emit("forecast", FORECAST)
    assert "1240" not in panel.forecast.first.text().replace("\u202f", "")


@pytest.mark.parametrize("lane", ["check", "forecast"])
def test_what_can_not_be_trained_says_why_and_is_not_offered(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot, lane: str
) -> None:
    qtbot.waitUntil(lambda: len(asked(session, "forecast")) == 1)
    session.failed.emit(lane, "12 pictures are too few.")
    assert session.asked[-1] == ("stop", "forecast"), "its measuring is of no use"
    assert panel.forecast.second.text() == "12 pictures are too few."
    assert panel.forecast.second.property("role") == "warning"
    assert not panel.buttons.start.isEnabled()
    assert panel.buttons.start.toolTip() == "12 pictures are too few."
    qtbot.keyClick(panel.setup.plan.fields["seed"].editor.holder(), Qt.Key.Key_Up)
    assert panel.buttons.start.isEnabled(), "another request may be possible"
    qtbot.waitUntil(lambda: len(asked(session, "forecast")) == 2)
    session.done.emit("forecast", FORECAST)
    assert panel.forecast.second.property("role") == "quiet"


def test_a_refusal_is_tried_again_when_the_page_is_shown_anew(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(asked(session, "forecast")) == 1)
    session.failed.emit("forecast", "The disk is full.")
    panel.hide()
    panel.show()
    assert panel.buttons.start.isEnabled()
    qtbot.waitUntil(lambda: len(asked(session, "forecast")) == 2)


def test_a_stale_refusal_stops_nothing(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(asked(session, "forecast")) == 1)
    qtbot.keyClick(panel.setup.plan.fields["seed"].editor.holder(), Qt.Key.Key_Up)
    session.failed.emit("forecast", "The first can't be.")
    assert panel.buttons.start.isEnabled() and "first" not in panel.forecast.second.text()


def test_advice_is_asked_for_once_for_each_set(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    assert asked(session, "advise") == ["sprites"]
    panel.setup.changed.emit()
    add_set(session.project, "Knights", count=3)  # type: ignore[arg-type]  # it is open here
    session.project_changed.emit()
    assert asked(session, "advise") == ["sprites", "knights"]
    advice = Advice("other", "best", (16, 16), "Other suits.")
    session.done.emit("advice", Advised("knights", advice))
    assert panel.setup.family.currentData() == "other"
    assert "Other suits." in panel.setup.suggestion.text.text()


def test_no_forecast_while_training(panel: TrainPanel, session: FakeSession, qtbot: QtBot) -> None:
    session.begin()
    panel.setup.changed.emit()
    qtbot.wait(500)
    assert asked(session, "forecast") == []


def offered(panel: TrainPanel) -> dict[str, bool]:
    tools = panel.view.tools
    row = (tools.report, tools.evaluate, tools.instant)
    return {b.text(): b.isEnabled() for b in row if b.isVisible()}


def busy(session: FakeSession, lane: str, title: str = "") -> None:
    session.titles[lane] = title
    session.busy_changed.emit(lane)


def test_only_what_the_run_allows_is_offered(panel: TrainPanel, session: FakeSession) -> None:
    assert offered(panel) == {"Evaluate": True, "Make it instant": True}
    panel.list.choose(1)
    assert offered(panel) == {}


@pytest.mark.parametrize(
    ("kind", "settings"), [("toy", None), ("diffusion", {"rate": 0.1, "instant": True})]
)
def test_only_a_slow_run_can_be_made_instant(
    panel: TrainPanel, session: FakeSession, kind: str, settings: dict[str, object] | None
) -> None:
    assert session.project is not None
    saved(add_run(session.project, 100, kind=kind, settings=settings))
    session.project_changed.emit()
    panel.list.choose(3)
    assert offered(panel) == {"Evaluate": True}


def test_the_first_save_of_a_run_brings_the_offer(panel: TrainPanel, session: FakeSession) -> None:
    panel.list.choose(1)
    run = saved(panel.runs[1])
    (run.folder / "log.jsonl").touch()  # it trains: its log is the newest
    session.events.emit("train", [Saved(300, run.checkpoints)])
    assert offered(panel) == {"Evaluate": True}


def test_wishes_reach_the_session(panel: TrainPanel, session: FakeSession) -> None:
    panel.view.tools.evaluate.click()
    panel.view.tools.instant.click()
    assert session.asked[-2:] == [("evaluate", 2), ("instant", 2)]


def test_an_evaluation_shows_how_far_it_is_and_can_be_stopped(
    panel: TrainPanel, session: FakeSession
) -> None:
    progress = panel.view.progress
    busy(session, "evaluate", "Evaluating run 2")
    assert progress.isVisible() and progress.text.text() == "Evaluating run 2"
    assert offered(panel) == {"Evaluate": False, "Make it instant": True}
    session.events.emit("evaluate", [Progress(0, 9, "Drawing"), Progress(4, 9, "Drawing")])
    assert progress.text.text() == "Drawing · 4 of 9"
    session.events.emit("evaluate", [Note("x")])
    assert progress.text.text() == "Drawing · 4 of 9"
    progress.button.click()
    assert session.asked[-1] == ("stop", "evaluate")
    busy(session, "evaluate")
    assert not progress.isVisible() and offered(panel)["Evaluate"]


def test_while_it_trains_a_run_can_be_evaluated_but_not_made_instant(
    panel: TrainPanel, session: FakeSession
) -> None:
    session.begin()
    assert offered(panel) == {"Evaluate": True, "Make it instant": False}
    session.end()
    assert offered(panel)["Make it instant"]


def test_before_the_engine_is_there_nothing_can_be_begun(
    qtbot: QtBot, session: FakeSession
) -> None:
    session.ready = False
    panel = TrainPanel(session)  # type: ignore[arg-type]  # a session that only takes notes
    qtbot.addWidget(panel)
    panel.show()
    assert offered(panel) == {"Evaluate": False, "Make it instant": False}
    session.ready = True
    session.busy_changed.emit("engine")
    assert offered(panel) == {"Evaluate": True, "Make it instant": True}


def test_what_was_found_opens_and_the_button_leads_back(
    panel: TrainPanel, session: FakeSession
) -> None:
    found = evaluation(panel.runs[2])
    session.done.emit("evaluate", found)
    assert panel.view.report.isVisible() and not panel.view.grids["ema"].isVisible()
    assert panel.view.report.evaluation == found and len(panel.view.report.pairs.pairs) == 6
    panel.view.tools.report.click()
    assert not panel.view.report.isVisible() and panel.view.grids["ema"].isVisible()
    panel.view.tools.report.click()
    panel.list.choose(1)
    assert panel.view.grids["ema"].isVisible(), "run 1 has no report"
    panel.list.choose(2)
    assert "Report" in offered(panel), "it is read from the run's folder again"


def test_what_was_found_about_another_run_does_not_interrupt(
    panel: TrainPanel, session: FakeSession
) -> None:
    panel.list.choose(1)
    session.done.emit("evaluate", evaluation(panel.runs[2]))
    assert not panel.view.report.isVisible()


def test_the_report_covers_the_curves_too(panel: TrainPanel, session: FakeSession) -> None:
    session.done.emit("evaluate", evaluation(panel.runs[2]))
    assert not panel.view.plot.isVisible() and panel.view.health.isVisible()
