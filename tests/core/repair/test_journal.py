"""Journals: what was done is there again after a crash, up to the last whole edit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import paths
from studio.core.events import Refused, finished
from studio.core.painting.box import Box
from studio.core.painting.edit import Edit
from studio.core.painting.painting import Painting
from studio.core.photographs.photograph import Photograph, save_photograph
from studio.core.repair import journal
from studio.core.repair.journal import Journal

LAYERS = ("picture", "mask", "allowed")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Journals of a test stay in its own folder; their owner is gone."""
    monkeypatch.setattr(paths, "repairs", lambda: tmp_path / "repairs")
    monkeypatch.setattr(journal, "_alive", lambda *_: False)
    return tmp_path / "repairs"


def photograph(seed: int = 0) -> Photograph:
    """A picture of 300 x 280 pixels."""
    rng = np.random.default_rng(seed)
    return Photograph(rng.integers(0, 1 << 16, (300, 280, 4), np.uint16))


def paint(painting: Painting, seed: int) -> Edit:
    """Change a random part of a random layer."""
    rng = np.random.default_rng(seed)
    layer = LAYERS[rng.integers(0, 3)]
    top, left = (int(v) for v in rng.integers(0, 200, 2))
    box = Box(top, left, top + int(rng.integers(1, 80)), left + int(rng.integers(1, 80)))
    values = painting.layers[layer]
    new = rng.integers(0, np.iinfo(values.dtype).max, box.of(values).shape, values.dtype)
    edit = painting.replace(layer, box, new, f"edit {seed}")
    assert edit is not None
    return edit


def write(book: Journal, painting: Painting, seed: int) -> None:
    """Paint, and keep it as the window does."""
    edit = paint(painting, seed)
    book.add(edit, painting.dropped + painting.position - 1)


def same(a: Painting, b: Painting) -> bool:
    """Whether all layers are equal to the bit."""
    return all(np.array_equal(a.layers[name], b.layers[name]) for name in LAYERS)


def begun(seed: int = 0) -> tuple[Journal, Painting]:
    """A journal of a pasted picture, and its painting."""
    opened = photograph(seed)
    book = journal.begin(opened, "pasted")
    return book, Painting(opened.pixels.copy())


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(["paint", "paint", "undo", "redo"]), min_size=1, max_size=14))
def test_any_history_is_there_again(steps):
    book, painting = begun()
    for k, step in enumerate(steps):
        if step == "paint":
            write(book, painting, k)
        elif getattr(painting, step)() is not None:
            book.move(painting.dropped + painting.position)
    found = [each for each in journal.unfinished() if each.folder == book.folder]
    if not painting.edits:
        assert not found and not book.folder.exists()
        return
    again = finished(journal.replay(found[0]))
    assert again.lost == 0 and same(again.painting, painting)
    assert again.painting.position == painting.position
    while painting.redo() is not None:
        again.painting.redo()
    assert same(again.painting, painting)
    while painting.undo() is not None:
        again.painting.undo()
    assert same(again.painting, painting)
    again.journal.close()


def test_a_replayed_repair_goes_on_and_survives_the_next_crash():
    book, painting = begun()
    write(book, painting, 1)
    again = finished(journal.replay(journal.unfinished()[0]))
    for k in (2, 3):
        write(again.journal, again.painting, k)
    once_more = finished(journal.replay(journal.unfinished()[0]))
    assert same(once_more.painting, again.painting) and once_more.painting.position == 3


def test_what_was_exported_or_discarded_is_not_offered(home):
    book, painting = begun()
    write(book, painting, 1)
    book.close()
    assert journal.unfinished() == () and not list(home.iterdir())
    book.add(paint(painting, 2), 1)  # a straggler in the worker's queue
    assert not list(home.iterdir())
    book, painting = begun()
    write(book, painting, 1)
    journal.discard(journal.unfinished()[0])
    assert not list(home.iterdir())


def test_after_an_export_only_what_came_later_is_offered():
    book, painting = begun()
    for k in range(3):
        write(book, painting, k)
    book.exported(3)
    painting.undo()
    book.move(2)
    interrupted = journal.unfinished()[0]
    again = finished(journal.replay(interrupted))
    assert same(again.painting, painting) and again.journal.safe == 3
    again.journal.move(3)
    assert journal.unfinished() == () and not book.folder.exists()


def test_an_exported_picture_that_an_undo_made_unreachable_is_not_called_safe():
    book, painting = begun()
    write(book, painting, 0)
    book.exported(1)
    painting.undo()
    book.move(0)
    write(book, painting, 9)  # one edit again, but another one
    assert same(finished(journal.replay(journal.unfinished()[0])).painting, painting)


def test_the_newest_comes_first():
    for k in range(3):
        book, painting = begun(k)
        write(book, painting, 1)
        for file in book.folder.iterdir():
            os.utime(file, (k, k))
    whens = [each.when for each in journal.unfinished()]
    assert whens == [2, 1, 0]


def test_a_journal_of_a_living_window_is_left_alone(home, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(paths, "repairs", lambda: home)
    book, painting = begun()
    write(book, painting, 1)
    assert journal.unfinished() == ()
    about = json.loads((book.folder / "journal.json").read_bytes())
    assert about["process"] == psutil.Process().pid
    about["started"] -= 100  # another process had this number then
    (book.folder / "journal.json").write_text(json.dumps(about))
    assert len(journal.unfinished()) == 1


def test_a_file_is_found_again_by_its_path_and_only_if_it_is_the_same(tmp_path):
    path = tmp_path / "a.png"
    save_photograph(photograph(), path)
    book = journal.begin(photograph(), "a.png", path)
    assert not (book.folder / "picture.png").exists()
    painting = Painting(photograph().pixels)
    write(book, painting, 1)
    interrupted = journal.unfinished()[0]
    assert (interrupted.name, interrupted.path, interrupted.edits) == ("a.png", path, 1)
    assert same(finished(journal.replay(interrupted)).painting, painting)
    save_photograph(photograph(9), path, overwrite=True)
    with pytest.raises(Refused, match="was changed since"):
        finished(journal.replay(interrupted))
    path.unlink()
    with pytest.raises(Refused, match="is gone"):
        finished(journal.replay(interrupted))
    assert len(journal.unfinished()) == 1  # kept: the file may come back


def test_a_picture_that_an_export_replaces_is_kept_for_what_comes_later(tmp_path):
    path = tmp_path / "a.png"
    save_photograph(photograph(), path)
    book, painting = journal.begin(photograph(), "a.png", path), Painting(photograph().pixels)
    write(book, painting, 1)
    book.keep_source(path)
    save_photograph(Photograph(painting.pixels), path, overwrite=True)
    book.exported(1)
    book.keep_source(path)  # exported again: what is kept stays that of the beginning
    write(book, painting, 2)
    interrupted = journal.unfinished()[0]
    assert interrupted.path == path
    assert same(finished(journal.replay(interrupted)).painting, painting)
    path.unlink()
    assert same(finished(journal.replay(interrupted)).painting, painting)


def test_a_picture_that_can_not_be_kept_is_said_once(tmp_path):
    path = tmp_path / "a.png"
    save_photograph(photograph(), path)
    book = journal.begin(photograph(), "a.png", path)
    path.unlink()
    with pytest.raises(Refused, match="history can't be kept"):
        book.keep_source(path)
    book.keep_source(path)
    assert not list(book.folder.glob("[!j]*"))


def test_what_was_done_while_it_was_exported_is_offered():
    book, painting = begun()
    write(book, painting, 0)
    write(book, painting, 1)
    book.exported(1, now=2)
    assert same(finished(journal.replay(journal.unfinished()[0])).painting, painting)


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "missing", "foreign"])
def test_damage_costs_only_what_follows(harm):
    book, painting = begun()
    for k in range(4):
        write(book, painting, k)
    file = book.folder / "000002.edit"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    if harm == "missing":
        file.unlink()
    elif harm == "foreign":
        file.write_bytes((book.folder / "000001.edit").read_bytes())
    else:
        file.write_bytes({"flip": bytes(data), "cut": bytes(data[:-5]), "empty": b""}[harm])
    for _ in range(2):
        painting.undo()
    again = finished(journal.replay(journal.unfinished()[0]))
    assert same(again.painting, painting) and again.lost == (1 if harm == "missing" else 2)
    write(again.journal, again.painting, 9)
    once_more = finished(journal.replay(journal.unfinished()[0]))
    assert same(once_more.painting, again.painting)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", '{"position": -3, "exported": 1}', '{"position": "x"}', "nul"),
        *('{"position": 9, "exported": 9}', '{"position": true, "exported": true}'),
        *('{"position": 2, "exported": 2.0}', "[" * 9999),
    ],
)
def test_a_damaged_position_means_that_all_is_done(text):
    book, painting = begun()
    for k in range(2):
        write(book, painting, k)
    (book.folder / "position.json").write_text(text)
    assert same(finished(journal.replay(journal.unfinished()[0])).painting, painting)


def test_damaged_journals_are_not_offered(home):
    book, painting = begun()
    write(book, painting, 1)
    (book.folder / "journal.json").write_text("{")
    (home / "stray").mkdir()
    assert journal.unfinished() == ()


@pytest.mark.parametrize(
    "said",
    [
        *({"name": 7}, {"name": None}, {"process": None}, {"process": "x"}, {"process": [1]}),
        *({"schema": "1"}, {"path": 5}, {"path": {"a": 1}}),
    ],
)
def test_a_damaged_journal_stays_and_hides_no_other(monkeypatch, said):
    others, (book, painting) = begun(), begun()
    write(*others, 1)
    write(book, painting, 2)
    monkeypatch.undo()
    monkeypatch.setattr(paths, "repairs", lambda: book.folder.parent)
    for about in book.folder.parent.glob("*/journal.json"):  # their process is gone
        gone = {"process": 2**22 + 5, "started": 1.0}
        about.write_text(json.dumps(json.loads(about.read_bytes()) | gone))
    about = book.folder / "journal.json"
    about.write_text(json.dumps(json.loads(about.read_bytes()) | said))
    assert len(journal.unfinished()) == 1
    assert book.folder.is_dir()


def test_a_full_disk_is_told_once_and_leaves_a_whole_journal(monkeypatch):
    book, painting = begun()
    write(book, painting, 1)
    before = [painting.layers[name].copy() for name in LAYERS]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(Refused, match="No space left"):
            write(book, painting, 2)
    write(book, painting, 3)  # nothing more is said, nothing is kept
    again = finished(journal.replay(journal.unfinished()[0]))
    assert again.lost == 0
    for name, layer in zip(LAYERS, before, strict=True):
        assert np.array_equal(again.painting.layers[name], layer)


def test_the_budget_holds():
    book, painting = begun()
    book.budget = 1000
    with pytest.raises(Refused, match="more room"):
        for k in range(100):
            write(book, painting, k)
    assert journal.unfinished()[0].edits < 100


WRITER = """
import sys
from pathlib import Path
from studio import paths
paths.repairs = lambda: Path(sys.argv[1])
from tests.core.repair import test_journal as t
book, painting = t.begun()
for k in range(10_000):
    t.write(book, painting, k)
    print(k, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process the way of POSIX")
@pytest.mark.parametrize("seconds", [0.0, 0.013, 0.031])
def test_a_process_killed_while_it_writes_loses_nothing_it_was_told_is_safe(home, seconds):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(5):
        process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    said = 4 + len(process.stdout.read().splitlines())
    process.stdout.close()
    process.wait()
    again = finished(journal.replay(journal.unfinished()[0]))
    expected = Painting(photograph().pixels)
    for k in range(again.painting.position):
        paint(expected, k)
    assert again.painting.position >= said + 1 and again.lost == 0
    assert same(again.painting, expected)


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", " /a/../../outside", "/dev", "\udcff", "~"])
def test_a_path_that_no_disk_can_hold_is_a_sentence(path):
    book, painting = begun()
    write(book, painting, 1)
    for stored in book.folder.glob("picture.*"):
        stored.unlink()
    about = json.loads((book.folder / "journal.json").read_bytes())
    (book.folder / "journal.json").write_text(json.dumps(about | {"path": path}))
    (repair,) = journal.unfinished()
    with pytest.raises(Refused, match=r"^The picture .* is gone; put it back") as said:
        finished(journal.replay(repair))
    assert len(str(said.value)) < 500
