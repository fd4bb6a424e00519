"""The document: made, opened, refused, and never written outside."""

import json
import os
import shutil

import pytest

from studio.core import project as projects
from studio.core.events import NAMED, Refused
from studio.core.project import Plan, RunRecord


def record(name="run") -> RunRecord:
    return RunRecord(
        name=name, created=1.0, dataset="d", family="gan", preset="quick", settings={}, plan=Plan()
    )


def test_made_and_opened_again(tmp_path):
    made = projects.create(tmp_path / "My Sprites.atelier")
    assert made.name == "My Sprites" and projects.open(made.folder) == made
    assert projects.open_or_create(made.folder) == made
    assert made.runs() == [] and made.datasets() == []


def test_runs_are_numbered_and_read_back(tmp_path):
    made = projects.create(tmp_path / "p")
    first, second = made.new_run(record("a")), made.new_run(record("b"))
    assert [r.number for r in made.runs()] == [1, 2] and made.run().record.name == "b"
    assert made.run(1) == first and second.checkpoints.is_dir()
    projects.rename(first, "  better  ")
    assert made.run(1).record.name == "better"
    with pytest.raises(Refused, match="no run 9"):
        made.run(9)


def test_a_damaged_run_is_left_out_and_its_number_not_reused(tmp_path):
    made = projects.create(tmp_path / "p")
    (made.new_run(record()).folder / "run.json").write_text("{")
    assert made.runs() == [] and made.new_run(record()).number == 2


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "[" * 100_000, '{"schema": "x", "name": 1}']
)
def test_damaged_projects_are_refused_unchanged(tmp_path, text):
    (tmp_path / "project.json").write_text(text)
    with pytest.raises(Refused, match="damaged"):
        projects.open(tmp_path)
    assert (tmp_path / "project.json").read_text() == text


def test_a_newer_project_is_refused(tmp_path):
    (tmp_path / "project.json").write_text(json.dumps({"schema": 99, "name": "x"}))
    with pytest.raises(Refused, match="newer"):
        projects.open(tmp_path)


def test_no_project_and_occupied_places_are_refused(tmp_path):
    with pytest.raises(Refused, match="not an Atelier project"):
        projects.open(tmp_path)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        projects.create(tmp_path)
    with pytest.raises(Refused, match="exists already"):
        projects.create(tmp_path / "mine.txt")
    with pytest.raises(Refused, match="can't be made"):
        projects.create(tmp_path / "mine.txt" / "p")
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["a\0b", "", ".", "..", "../x", "/etc", "a/../../b"])
def test_names_that_leave_the_project_are_refused(tmp_path, name):
    made = projects.create(tmp_path / "p")
    with pytest.raises(Refused, match="not a name inside"):
        made.dataset(name)


def test_delete_goes_to_the_trash(tmp_path, monkeypatch):
    made = projects.create(tmp_path / "p")
    run = made.new_run(record())
    trashed = []
    monkeypatch.setattr(projects, "send2trash", trashed.append)
    projects.delete(run)
    assert trashed == [run.folder]


def test_json_is_replaced_whole(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    projects.write_json(path, {"a": 1})
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(OSError, match="disk"):
        projects.write_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 1}


def test_slugs_are_file_names_everywhere():
    assert projects.slug("Grüße: CON/../x") == "gr-e-con-x" and projects.slug("???") == "pictures"


def test_folders_with_odd_names_are_no_runs_and_in_nobodys_way(tmp_path):
    project = projects.create(tmp_path / "a.atelier")
    project.new_run(record())
    for name in ("9x", "1.5", "²", "9" * 30, "0x10"):
        shutil.copytree(project.folder / "runs" / "001", project.folder / "runs" / name)
    assert [run.number for run in project.runs()] == [1]
    assert project.new_run(record()).number == 2


def test_a_record_that_could_not_be_written_again_is_no_run(tmp_path):
    project = projects.create(tmp_path / "a.atelier")
    file = project.new_run(record()).folder / "run.json"
    file.write_text(file.read_text().replace('"settings": {', '"settings": {"a": 1e999, '))
    assert "1e999" in file.read_text() and project.runs() == []


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_a_pipe_in_a_project_is_named_and_nothing_is_read(tmp_path):
    made = projects.create(tmp_path / "p.atelier")
    os.mkfifo(made.folder / "runs" / "run.json")
    for read in (projects.open, projects.look):
        with pytest.raises(Refused, match=r"runs/run\.json .* is a pipe"):
            read(made.folder)


def test_a_huge_project_file_is_not_read_whole(tmp_path):
    made = projects.create(tmp_path / "p.atelier")
    with (made.folder / "project.json").open("ab") as file:
        file.truncate(1 << 33)
    with pytest.raises(Refused, match="damaged"):
        projects.look(made.folder)


def test_names_of_a_megabyte_are_cut_where_they_are_read_and_stay_in_their_files(tmp_path):
    made = projects.create(tmp_path / "p.atelier", "n" * 1_000_000)
    words = dict.fromkeys(("name", "family", "preset"), "x" * 1_000_000)
    record = RunRecord(created=0.0, dataset="d", settings={}, plan=Plan(), **words)
    file = made.new_run(record).folder / "run.json"
    found = projects.look(made.folder)
    (run,) = found.runs()
    assert len(found.name) == NAMED and found.name.endswith("n…")
    for word in words:
        assert len(getattr(run.record, word)) == NAMED
    assert json.loads(file.read_bytes())["name"] == words["name"]
