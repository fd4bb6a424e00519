"""Whole or not at all; and what a crash leaves is found by the next start, nothing else."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from studio import paths
from studio.core import durable

GONE = ".atelier-4194303-1-abcdef00"


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "under_way", lambda: tmp_path / "under way")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_two_writers_never_share_a_temporary_name(tmp_path: Path):
    assert durable.hidden() != durable.hidden()


def test_only_what_belongs_to_nobody_is_swept(tmp_path: Path):
    begun = int(psutil.Process(os.getppid()).create_time())
    kept = [
        durable.hidden(),  # this process's
        f".atelier-{os.getppid()}-{begun}-abcdef00.tmp",  # another's that runs
        f".atelier-{os.getppid()}-{begun + 3600}-abcdef00.tmp",  # its clock was set back since
        ".atelier-1-1-abcdef00.txt",
        ".atelier-mine.tmp",
        "notes.tmp",
    ]
    for name in [*kept, f"{GONE}.tmp", f".atelier-{os.getppid()}-9-abcdef00.tmp"]:
        (tmp_path / name).write_text("x")
    (tmp_path / f"{GONE}.tmp.folder").mkdir()
    durable.sweep(tmp_path)
    assert names(tmp_path) == sorted(kept)


def test_what_was_moved_away_is_put_back_unless_there_is_a_new_one(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / f"{GONE}.was.{name}").mkdir()
    (tmp_path / "two").mkdir()
    durable.sweep(tmp_path)
    assert names(tmp_path) == ["one", "two"]


def test_a_project_is_swept_but_not_through_all_its_pictures(tmp_path: Path):
    for place in ("runs/001/checkpoints", "datasets/pets-1", "gallery"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / f"{GONE}.tmp").write_text("x")
    durable.sweep_project(tmp_path)
    assert [p.parent.name for p in tmp_path.rglob(".atelier-*")] == ["gallery"]


def test_a_folder_is_replaced_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("made", "goal"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    rename, calls = Path.rename, []

    def failing(path: Path, goal: Path):
        calls.append(goal)
        if len(calls) == 2:
            raise OSError("disk")
        return rename(path, goal)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="disk"):
        durable.replace_folder(tmp_path / "made", tmp_path / "goal")
    assert names(tmp_path) == ["goal", "made"] and names(tmp_path / "goal") == ["goal"]
    durable.replace_folder(tmp_path / "made", tmp_path / "goal")
    assert names(tmp_path) == ["goal"] and names(tmp_path / "goal") == ["made"]


def crashed(tmp_path: Path, goals: dict[str, tuple[str | None, str]], made: list[str]) -> Path:
    """Leave the note of a process that is gone."""
    note = tmp_path / "under way" / f"{GONE}.tmp"
    note.parent.mkdir()
    said = {"folders": [str(tmp_path / "out")], "goals": goals, "made": made}
    note.write_text(json.dumps(said))
    return note


def test_a_crash_between_two_files_is_taken_back(tmp_path: Path):
    out = tmp_path / "out"
    (out / "new").mkdir(parents=True)
    new = hashlib.sha256(b"new").hexdigest()
    for name in ("replaced", "fresh", "changed since"):
        (out / name).write_bytes(b"mine" if name == "changed since" else b"new")
    (out / f"{GONE}.was").write_bytes(b"old")
    (out / f"{GONE}.tmp").write_bytes(b"part")
    goals = {
        str(out / "replaced"): (str(out / f"{GONE}.was"), new),
        str(out / "fresh"): (None, new),
        str(out / "changed since"): (None, new),
    }
    crashed(tmp_path, goals, [str(out), str(out / "new")])
    durable.recover()
    assert names(out) == ["changed since", "replaced"]
    assert (out / "replaced").read_bytes() == b"old"
    assert names(tmp_path / "under way") == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"goals": 3}', '{"goals": {"a": 1}}'])
def test_a_torn_note_is_forgotten(tmp_path: Path, text: str):
    crashed(tmp_path, {}, []).write_text(text)
    durable.recover()
    assert names(tmp_path / "under way") == []


def test_a_killed_writer_leaves_nothing_after_the_next_start(tmp_path: Path):
    code = (
        "import os; from pathlib import Path; from studio import paths; from studio.core import"
        f" durable; top = Path({str(tmp_path)!r}); paths.under_way = lambda: top / 'under way';"
        " os.fsync = lambda _: os._exit(9); durable.write_whole(top / 'a', b'x')"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert len(names(tmp_path)) == 2 and len(names(tmp_path / "under way")) == 1
    durable.recover()
    assert names(tmp_path) == ["under way"] and names(tmp_path / "under way") == []


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")
def test_what_never_ends_is_found_wherever_it_lies(tmp_path: Path):
    inner = tmp_path / "runs" / "001"
    inner.mkdir(parents=True)
    (inner / "run.json").write_text("{}")
    (inner / "nowhere").symlink_to("nothing")
    (inner / "ring").symlink_to("ring")
    (inner / "passwd").symlink_to("/etc/passwd")
    (inner / "up").symlink_to("../..")
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git" / "pipe")
    assert durable.endless(tmp_path) is None and durable.endless(tmp_path / "gone") is None
    os.mkfifo(inner / "log.jsonl")
    assert durable.endless(tmp_path) == inner / "log.jsonl"
    (inner / "log.jsonl").unlink()
    (inner / "log.jsonl").symlink_to("/dev/zero")
    assert durable.endless(tmp_path) == inner / "log.jsonl"
