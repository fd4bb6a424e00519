"""Session: projects, queueing behind the engine, starters, and what was interrupted."""

import json
import sys
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from studio.core import project as projects
from studio.core.events import Note, Progress, Refused, Saved, Scalars
from studio.core.project import Plan, Run, RunRecord
from studio.core.request import TrainRequest
from studio.gui import engine
from studio.gui.session import Session


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    assert session.close(10)


@pytest.fixture
def failures(session: Session) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    session.failed.connect(lambda lane, text: heard.append((lane, text)))
    return heard


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """A training core without torch: counts steps until stopped, keeps its run in the project."""

    def start(project: Any, request: Any, known: Any = None) -> Any:
        core.known.append(known)
        run = project.new_run(record(request.dataset))
        yield Scalars(0, {"loss": 1.0}, 0.0)
        yield Saved(0, run.folder)
        for step in range(core.steps):
            time.sleep(0.002)
            yield Progress(step, core.steps, "Training")
        return run

    def resume(project: Any, number: int, plan: Any = None) -> Any:
        core.resumed.append((number, plan))
        yield Progress(0, 1, "Training")
        return project.run(number)

    def forecast(_project: Any, request: Any) -> Any:
        yield Progress(0, 1, "Measuring")
        return f"forecast of {request.name}"

    core = types.SimpleNamespace(steps=5, resumed=[], known=[])
    module = types.ModuleType("studio.core.training")
    module.__dict__.update(start=start, resume=resume, forecast=forecast)
    monkeypatch.setitem(sys.modules, "studio.core.training", module)
    return core


def record(dataset: str) -> RunRecord:
    return RunRecord(
        name="one",
        created=0.0,
        dataset=dataset,
        family="gan",
        preset="quick",
        settings={},
        plan=Plan(),
    )


def crashed(folder: Path) -> Run:
    """A project with a run whose process is gone and that saved step 1200."""
    run = projects.open_or_create(folder).new_run(record("set"))
    lines = [
        {"event": "started", "step": 0, "pid": 2**22 + 1, "since": 1.0},
        {"event": "saved", "step": 1200, "path": "step-00001200"},
    ]
    (run.checkpoints / "step-00001200").mkdir()
    (run.checkpoints / "step-00001200" / "MANIFEST.json").write_text("{}")
    (run.folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


def test_projects_are_made_opened_and_remembered(
    qtbot: QtBot, session: Session, failures: list[Any], tmp_path: Path
) -> None:
    with qtbot.waitSignal(session.project_changed):
        session.new_project(tmp_path / "one")
    assert session.project and session.project.folder == tmp_path / "one.atelier"
    session.new_project(tmp_path / "two.atelier")
    assert session.memory.recent() == [tmp_path / "two.atelier", tmp_path / "one.atelier"]
    session.open_project(tmp_path / "nothing here")
    assert failures[0][0] == "project" and "is not an Atelier project" in failures[0][1]
    assert session.project.folder.name == "two.atelier"


def test_left_over_drafts_are_swept_on_open(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    folder = projects.create(tmp_path / "p.atelier").folder
    left = folder / "datasets" / f".import-{2**22 + 1}-1-abcdef00"
    left.mkdir()
    session.open_project(folder)
    qtbot.waitUntil(lambda: not left.exists())


def test_an_older_project_is_brought_up_to_date_behind_the_window(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    folder = projects.create(tmp_path / "p.atelier").folder
    path = folder / "project.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 1}))
    session.open_project(folder)
    qtbot.waitUntil(lambda: json.loads(path.read_text())["schema"] == 2)
    assert (folder / "project.json.schema-1").exists()


def test_what_was_measured_is_not_measured_again(
    qtbot: QtBot, session: Session, training: types.SimpleNamespace, tmp_path: Path
) -> None:
    session.ready = True
    session.new_project(tmp_path / "p")
    asked = TrainRequest(dataset="d")
    with qtbot.waitSignal(session.done, timeout=5000):
        session.forecast(asked)
    for request in (asked.updated({"name": "mine"}), asked.updated({"preset": "best"})):
        with qtbot.waitSignal(session.done, timeout=5000):
            session.train(request)
    assert training.known == ["forecast of ", None]


def test_training_waits_with_a_word_for_the_engine(
    qtbot: QtBot, session: Session, tmp_path: Path, training: Any
) -> None:
    told: list[Any] = []
    session.events.connect(lambda lane, events: told.extend(events))
    session.new_project(tmp_path / "p")
    session.train(TrainRequest(dataset="set"))
    qtbot.waitUntil(lambda: any("Loading the engine" in e.text for e in told))
    assert session.project and session.project.runs() == []
    with qtbot.waitSignal(session.done) as done:
        session.ready = True
    assert done.args[0] == "train" and done.args[1].number == 1
    assert session.title("train") == ""


def test_a_waiting_training_can_be_stopped_and_learns_that_the_engine_is_broken(
    qtbot: QtBot, session: Session, failures: list[Any], tmp_path: Path
) -> None:
    session.new_project(tmp_path / "p")
    session.train(TrainRequest(dataset="set"))
    with qtbot.waitSignal(session.busy_changed):
        session.stop("train")
    session.train(TrainRequest(dataset="set"))
    session.finish("engine", "failed", "torch is damaged.", last=True)
    qtbot.waitUntil(lambda: ("train", "torch is damaged.") in failures)


def test_the_new_run_is_announced_while_it_trains(
    qtbot: QtBot, session: Session, tmp_path: Path, training: Any
) -> None:
    session.ready, training.steps = True, 100_000
    session.new_project(tmp_path / "p")
    with qtbot.waitSignal(session.project_changed):
        session.train(TrainRequest(dataset="set"))
    assert session.project and len(session.project.runs()) == 1
    assert session.title("train") == "Training"
    with qtbot.waitSignal(session.project_changed):
        session.stop("train")
    assert session.title("train") == ""


def test_one_training_at_a_time_and_no_other_project_meanwhile(
    qtbot: QtBot, session: Session, failures: list[Any], tmp_path: Path, training: Any
) -> None:
    session.ready, training.steps = True, 100_000
    session.new_project(tmp_path / "p")
    session.train(TrainRequest(dataset="set"))
    session.train(TrainRequest(dataset="set"))
    session.new_project(tmp_path / "q")
    assert [lane for lane, _ in failures] == ["train", "project"]
    assert session.project and session.project.name == "p"


def test_only_the_newest_forecast_is_told(
    qtbot: QtBot, session: Session, tmp_path: Path, training: Any
) -> None:
    session.ready = True
    session.new_project(tmp_path / "p")
    told: list[Any] = []
    session.done.connect(lambda lane, result: told.append(result))
    for name in "abc":
        session.forecast(TrainRequest(dataset="set", name=name))
    qtbot.waitUntil(lambda: told == ["forecast of c"])
    qtbot.wait(100)
    assert told == ["forecast of c"]


@pytest.mark.parametrize("starter", sorted(engine.STARTERS))
def test_try_now_makes_a_project_and_trains(
    qtbot: QtBot, session: Session, training: Any, starter: str
) -> None:
    session.ready = True
    with qtbot.waitSignal(session.done, timeout=60000) as done:
        session.try_now(starter)
    assert done.args[0] == "train"
    assert session.project and session.project.name == engine.STARTERS[starter].name
    assert len(session.project.datasets()) == len(session.project.runs()) == 1


def test_try_now_stopped_leaves_nothing(qtbot: QtBot, session: Session) -> None:
    session.try_now("sprites")
    session.stop("import")
    qtbot.waitUntil(lambda: not session.title("import"), timeout=20000)
    from studio import paths

    assert not paths.projects().exists() or list(paths.projects().iterdir()) == []


def test_when_ready_refuses_with_the_engines_own_words() -> None:
    job = engine.when_ready(lambda: False, lambda: "It is broken.", "Loading", "start")
    with pytest.raises(Refused, match="It is broken"):
        next(job)


def test_names_of_new_projects_are_free(tmp_path: Path) -> None:
    assert engine.free(tmp_path, "cats").name == "cats.atelier"
    (tmp_path / "cats.atelier").mkdir()
    assert engine.free(tmp_path, "cats").name == "cats 2.atelier"
    assert engine.tells_of_run([Note("x")]) is False


def test_a_model_of_the_project_left_does_not_come_back(
    qtbot: QtBot, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pull in which a model is loaded is long: it may end after another project is open."""
    gate, begun = threading.Event(), threading.Event()

    def open_run(project: Any, number: int, step: int | None) -> Any:
        yield Progress(0, None, "Opening")
        begun.set()
        gate.wait(20)
        return types.SimpleNamespace(run=project.run(number))

    module = types.ModuleType("studio.core.explore.opening")
    module.__dict__.update(open_run=open_run)
    monkeypatch.setitem(sys.modules, "studio.core.explore.opening", module)
    session.ready = True
    session.new_project(tmp_path / "one")
    assert session.project
    session.explore(session.project.new_run(record("set")))
    assert begun.wait(20)
    session.new_project(tmp_path / "two")
    done: list[str] = []
    session.done.connect(lambda lane, _: done.append(lane))
    gate.set()
    qtbot.waitUntil(lambda: not session.title("explore"))
    assert session.opened is None and done == []
