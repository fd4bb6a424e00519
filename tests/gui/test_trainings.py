"""What the engine is asked for: advice, evaluations, instant runs, each in its lane."""

import importlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from train_scene import add_set, scene

import studio.core
from studio.core.events import Progress, Refused
from studio.core.request import TrainRequest
from studio.gui import engine
from studio.gui.session import Session


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    session = Session()
    session.open_project(scene(tmp_path, runs=1).folder)
    session.ready = True
    yield session
    assert session.close(10)


@pytest.fixture
def failures(session: Session) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    session.failed.connect(lambda lane, text: heard.append((lane, text)))
    return heard


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """An engine without torch; lists what it was asked."""
    asked: list[tuple[Any, ...]] = []

    def evaluate(project: Any, number: int) -> Any:
        asked.append(("evaluate", number))
        while number == 7:
            yield Progress(0, None, "Drawing")
        yield Progress(1, 1, "Drawing")
        return "a report"

    def instant(project: Any, number: int) -> Any:
        if number == 8:
            raise Refused("Run 8 is instant already.")
        return f"request of {number}"

    def start(project: Any, request: Any, known: Any = None) -> Any:
        asked.append(("start", request))
        yield Progress(0, 1, "Training")
        return "a run"

    for name, verb in (("tools.evaluate", evaluate), ("tools.instant", instant)):
        module = types.ModuleType(f"studio.core.{name}")
        setattr(module, verb.__name__, verb)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    training = types.ModuleType("studio.core.training")
    training.__dict__.update(start=start)
    monkeypatch.setitem(sys.modules, "studio.core.training", training)
    monkeypatch.setattr(studio.core, "training", training, raising=False)
    return asked


def run(number: int) -> Any:
    return types.SimpleNamespace(number=number)


def test_advice_says_what_suits_a_set(qtbot: QtBot, session: Session) -> None:
    with qtbot.waitSignal(session.done, timeout=20000) as done:
        session.advise("sprites")
    lane, found = done.args
    assert (lane, found.dataset) == ("advice", "sprites")
    assert found.advice.family == "gan" and "12 pictures in few colors" in found.advice.reason


def test_advice_about_a_set_that_is_gone_is_a_sentence(
    qtbot: QtBot, session: Session, failures: list[Any]
) -> None:
    session.advise("gone")
    qtbot.waitUntil(lambda: bool(failures), timeout=20000)
    assert failures[0][0] == "advice" and "gone" in failures[0][1]


def test_pictures_that_nothing_can_learn_from_get_no_advice(
    qtbot: QtBot, session: Session, failures: list[Any]
) -> None:
    assert session.project is not None
    add_set(session.project, "Three", count=3)
    session.advise("three")
    qtbot.waitUntil(lambda: bool(failures), timeout=20000)
    assert failures[0][1].startswith("3 pictures are too little to learn from")


def test_what_can_be_learned_is_known_at_once(
    qtbot: QtBot, session: Session, failures: list[Any]
) -> None:
    assert session.project is not None
    add_set(session.project, "Three", count=3)
    with qtbot.waitSignal(session.done, timeout=20000) as done:
        session.check(TrainRequest(dataset="sprites"))
    assert done.args[0] == "check" and failures == []
    session.check(TrainRequest(dataset="three"))
    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0][0] == "check" and "at least" in failures[0][1]


def test_an_evaluation_has_a_lane_of_its_own(
    qtbot: QtBot, session: Session, tools: list[Any]
) -> None:
    with qtbot.waitSignal(session.done) as done:
        session.evaluate(run(3))
        assert session.title("evaluate") == "Evaluating run 3" and not session.title("train")
    assert done.args == ["evaluate", "a report"] and tools == [("evaluate", 3)]


def test_an_evaluation_waits_for_the_engine_and_can_be_stopped(
    qtbot: QtBot, session: Session, tools: list[Any]
) -> None:
    session.ready = False
    told: list[Any] = []
    session.events.connect(lambda lane, events: told.extend(events))
    session.evaluate(run(7))
    qtbot.waitUntil(lambda: any("Loading the engine" in e.text for e in told))
    session.ready = True
    qtbot.waitUntil(lambda: any(e.text == "Drawing" for e in told))
    session.stop("evaluate")
    qtbot.waitUntil(lambda: not session.title("evaluate"))


def test_another_project_ends_what_was_found_out_about_the_first(
    qtbot: QtBot, session: Session, tools: list[Any], tmp_path: Path
) -> None:
    ended: list[Any] = []
    session.done.connect(lambda lane, result: ended.append(lane))
    session.evaluate(run(7))
    session.evaluate(run(3))  # would follow the first
    session.new_project(tmp_path / "other")
    qtbot.waitUntil(lambda: not session.title("evaluate"))
    qtbot.wait(100)
    assert ended == [] and ("evaluate", 3) not in tools


def test_an_instant_run_is_a_training_of_its_own(
    qtbot: QtBot, session: Session, failures: list[Any], tools: list[Any]
) -> None:
    with qtbot.waitSignal(session.done) as done:
        session.make_instant(run(5))
        assert session.title("train") == "Making run 5 instant"
        session.make_instant(run(6))
    assert done.args == ["train", "a run"] and tools == [("start", "request of 5")]
    assert failures == [
        ("train", "A training is running already; stop it before you start another.")
    ]


def test_what_can_not_be_made_instant_says_why(
    qtbot: QtBot, session: Session, failures: list[Any], tools: list[Any]
) -> None:
    session.make_instant(run(8))
    qtbot.waitUntil(lambda: bool(failures))
    assert failures == [("train", "Run 8 is instant already.")] and tools == []


def test_every_verb_is_where_it_is_looked_for() -> None:
    found = {verb: getattr(importlib.import_module(at), verb) for verb, at in engine.VERBS.items()}
    assert all(callable(verb) for verb in found.values())
