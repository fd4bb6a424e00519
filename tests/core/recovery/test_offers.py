"""Offers: windows, repairs and runs in one list; what can't go on is not in it."""

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.core import locking, project
from studio.core.events import Refused, finished
from studio.core.painting.painting import Painting
from studio.core.photographs.photograph import Photograph
from studio.core.project import Plan, Run, RunRecord
from studio.core.recovery import offers, shelf
from studio.core.recovery.shelf import Found, Held, Shelf
from studio.core.repair import journal
from tests.core.recovery.test_shelf import left


def run_that_trained(folder: Path, saved: int = 1200) -> Run:
    """Return a run whose process is gone."""
    made = project.create(folder)
    record = RunRecord(
        name="fluffy",
        created=0.0,
        dataset="d",
        family="vae",
        preset="quick",
        settings={},
        plan=Plan(),
    )
    run = made.new_run(record)
    started = {"event": "started", "step": 0, "pid": 2**22 + 5, "since": 1.0}
    (run.folder / "log.jsonl").write_text(json.dumps(started) + "\n")
    if saved:
        step = run.checkpoints / f"step-{saved:08d}"
        step.mkdir()
        (step / "MANIFEST.json").write_text("{}")
    return run


def held_run(recovery: Path, run: Run) -> None:
    """Leave a note that the run trained when its window crashed."""
    values = {"project": str(run.folder.parent.parent), "number": run.number}
    left(recovery).keep("run", "r", Held("fluffy", "", values))


def listed() -> tuple[Found, ...]:
    """Return what is offered."""
    return finished(offers.offers())


def test_a_run_that_trained_is_offered(recovery: Path, tmp_path: Path) -> None:
    held_run(recovery, run_that_trained(tmp_path / "p.atelier"))
    (one,) = listed()
    assert (one.workspace, one.title, one.about) == ("run", "fluffy", "saved up to step 1200")
    assert offers.run_of(one).number == 1


def test_a_run_that_ended_or_saved_nothing_is_not(recovery: Path, tmp_path: Path) -> None:
    run = run_that_trained(tmp_path / "p.atelier", saved=0)
    held_run(recovery, run)
    assert listed() == () and list(recovery.iterdir()) == []
    run = run_that_trained(tmp_path / "q.atelier")
    held_run(recovery, run)
    with (run.folder / "log.jsonl").open("a") as log:
        log.write(json.dumps({"event": "ended", "how": "stopped"}) + "\n")
    assert listed() == () and list(recovery.iterdir()) == []


def test_of_the_places_in_a_project_the_last_is_offered(recovery: Path, tmp_path: Path) -> None:
    for k, (page, name) in enumerate((("train", "p"), ("style", "q"), ("gallery", "p"))):
        values = {"project": str(tmp_path / name), "page": page}
        left(recovery, k).keep("place", f"{k}", Held(name, page, values))
        time.sleep(0.01)
    assert [(each.title, each.about) for each in listed()] == [("p", "gallery"), ("q", "style")]
    assert len(list(recovery.glob("*/place.held"))) == 2


def test_a_run_that_is_gone_is_a_sentence(recovery: Path, tmp_path: Path) -> None:
    run = run_that_trained(tmp_path / "p.atelier")
    held_run(recovery, run)
    (one,) = listed()
    run.folder.parent.parent.rename(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        offers.run_of(one)


def test_a_project_another_window_works_on_is_not_offered(
    recovery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_run(recovery, run_that_trained(tmp_path / "p.atelier"))
    monkeypatch.setattr(locking, "holder", lambda _: 7)
    assert listed() == () and len(list(recovery.glob("*/run.held"))) == 1, "it is kept for later"
    monkeypatch.setattr(locking, "holder", lambda _: os.getpid())
    monkeypatch.setattr(shelf, "_alive", lambda _: False)
    assert len(listed()) == 1


def repaired(monkeypatch: pytest.MonkeyPatch) -> journal.Journal:
    """Return the history of a repair with one stroke, whose window crashed."""
    monkeypatch.setattr(journal, "_alive", lambda *_: False)
    photograph = Photograph(np.zeros((40, 40, 3), np.uint8))
    kept, painting = journal.begin(photograph, "cat.png"), Painting(photograph.pixels)
    painting.begin("Stroke")
    painting.touch("mask", painting.box)
    painting.mask[3:9, 3:9] = 255
    painting.seal()
    edit = painting.finish()
    assert edit is not None
    kept.add(edit, 0)
    return kept


def test_a_repair_is_offered_once_with_what_its_window_held(
    recovery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = repaired(monkeypatch)
    (one,) = listed()
    assert (one.workspace, one.title, one.about) == ("repair", "cat.png", "1 step")
    shelves = left(recovery)
    values = {"journal": kept.folder.name, "settings": {"candidates": 2}}
    small = np.zeros((4, 4, 3), np.uint8)
    shelves.keep("repair", "k", Held("cat.png", "", values, look=lambda: small))
    (one,) = listed()
    assert one.values["settings"] == {"candidates": 2} and one.thumbnail is not None
    shelf.discard(one)
    assert kept.folder.exists(), "its journal is not the side files'"
    (again,) = listed()
    finished(offers.discard([again]))
    assert not kept.folder.exists() and listed() == ()


def test_what_is_held_of_a_repair_that_is_gone_is_forgotten(recovery: Path) -> None:
    left(recovery).keep("repair", "k", Held("cat.png", "", {"journal": "20260101-000000-aa"}))
    assert listed() == () and list(recovery.iterdir()) == []


@pytest.mark.parametrize(
    "values", [{}, {"journal": []}, {"journal": {}}, {"journal": None}, {"journal": 3}]
)
def test_a_repair_that_names_no_journal_hides_nothing(
    recovery: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, Any]
) -> None:
    kept = repaired(monkeypatch)
    shelves = left(recovery)
    shelves.keep("repair", "k", Held("cat.png", "", values))
    shelves.keep("style", "s", Held("cat", "", {"project": 5}))
    shelves.keep("train", "t", Held("dog", "", {}))
    assert {each.title for each in listed()} == {"cat.png", "dog"}
    assert kept.folder.is_dir()
    assert {f.name for f in recovery.glob("*/*.held")} == {
        *("repair.held", "style.held", "train.held")
    }


@pytest.mark.parametrize(
    "values", [{}, {"project": 7, "number": 1}, {"project": "a\0b", "number": 1}, {"number": 1}]
)
def test_a_run_that_names_no_project_hides_nothing(recovery: Path, values: dict[str, Any]) -> None:
    shelves = left(recovery)
    shelves.keep("run", "r", Held("fluffy", "", values))
    shelves.keep("train", "t", Held("dog", "", {}))
    assert [each.title for each in listed()] == ["dog"]
    assert len(list(recovery.glob("*/run.held"))) == 1


def test_what_is_held_of_a_damaged_repair_stays(
    recovery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = repaired(monkeypatch)
    left(recovery).keep("repair", "k", Held("cat.png", "", {"journal": kept.folder.name}))
    (kept.folder / journal.ABOUT).write_text("{")
    assert listed() == () and len(list(recovery.glob("*/repair.held"))) == 1
    assert kept.folder.is_dir()


def test_my_own_shelf_is_not_offered(recovery: Path) -> None:
    Shelf().keep("style", "k", Held("cat", "", {}))
    assert listed() == ()
