"""Side files: whole or not at all, found once, never lost silently."""

import hashlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.core.events import Refused, finished
from studio.core.recovery import shelf
from studio.core.recovery.shelf import Change, Found, Held, Shelf

GONE = 2**22 + 5  # no process has that number


def pixels(seed: int, *shape: int, dtype: type = np.uint8) -> np.ndarray:
    """Return noise of that shape."""
    return np.random.default_rng(seed).integers(0, 256, shape or (5, 7, 3)).astype(dtype)


def held(title: str = "cat", **pictures: np.ndarray) -> Held:
    """Return what a workspace might hold."""
    return Held(title, "oil", {"amount": 0.5, "title": title}, pictures)


def left(place: Path, number: int = 0) -> Shelf:
    """Return a shelf of a process that is gone."""
    return Shelf(place / f"{GONE}-1.00-{number:08x}")


def found(*_: object) -> list[Found]:
    """Return what crashes left."""
    return shelf.held_in(shelf.trim(shelf.crashed()))


def test_what_a_crash_left_is_found_whole(recovery: Path) -> None:
    whole = {
        "one": pixels(1, 6, 4, 1),
        "three": pixels(2),
        "four": pixels(3, 8, 8, 4),
        "deep": (pixels(4, 5, 5, 4).astype(np.uint16) * 257),
    }
    shelves = left(recovery)
    small = pixels(9)
    shelves.keep("style", "k", Held("cat", "oil", {"a": [1]}, whole, lambda: small))
    (one,) = found()
    assert (one.workspace, one.title, one.about, one.values) == ("style", "cat", "oil", {"a": [1]})
    assert one.thumbnail is not None and np.array_equal(one.thumbnail, small)
    for name, array in whole.items():
        read = one.read(name)
        assert read is not None and read.dtype == array.dtype and np.array_equal(read, array), name
    assert one.read("other") is None


def test_a_window_that_lives_is_left_alone(recovery: Path) -> None:
    mine = Shelf()
    mine.keep("train", "k", held())
    assert found() == [] and (mine.folder / "train.held").exists()
    mine.close()
    assert not mine.folder.exists()


def test_a_picture_that_did_not_change_is_written_once(recovery: Path) -> None:
    mine, same = Shelf(), pixels(1)
    mine.keep("style", "k", held("a", content=same, mask=pixels(2)))
    first = {file.name: file.stat().st_mtime_ns for file in mine.folder.glob("*content*")}
    mine.keep("style", "k", held("b", content=same, mask=pixels(3)))
    assert {f.name: f.stat().st_mtime_ns for f in mine.folder.glob("*content*")} == first
    assert len(list(mine.folder.glob("style-mask-*"))) == 1, "the mask before is gone"
    mine.forget("style")
    assert list(mine.folder.iterdir()) == []


def test_found_twice_is_offered_once_and_the_newest(recovery: Path) -> None:
    left(recovery, 1).keep("style", "same", held("before"))
    left(recovery, 2).keep("style", "same", held("after"))
    left(recovery, 3).keep("style", "other", held("another"))
    assert [each.title for each in found()] == ["another", "after"]
    assert len(list(recovery.glob("*"))) == 2, "the older one is removed"


def test_it_stays_where_it_was_found_until_it_is_kept_again(recovery: Path) -> None:
    left(recovery).keep("style", "k", held("cat"))
    (one,) = found()
    mine = Shelf()
    finished(shelf.keep(mine, [Change("style", one.key, held("cat 2"), one)]))
    assert not one.folder.exists()
    assert [each.title for each in shelf.held_in([mine.folder])] == ["cat 2"]


def test_a_changed_bit_is_noticed(recovery: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(100):
        shelves = left(recovery, number)
        shelves.keep("style", "k", held(content=pixels(1)))
        file = sorted(shelves.folder.iterdir())[number % 2]
        content = bytearray(file.read_bytes())
        at = int(rng.integers(8 * len(content)))
        content[at // 8] ^= 1 << at % 8
        file.write_bytes(content)
        read = shelf.held_in([shelves.folder])
        assert read == [] or (not read[0].pictures and file.suffix == ".png"), at


@pytest.mark.parametrize("junk", [b"", b"\n", b"x" * 64 + b"\n{}", b"[" * 9999])
def test_junk_is_passed_over(recovery: Path, junk: bytes) -> None:
    folder = recovery / f"{GONE}-1.00-00000000"
    folder.mkdir(parents=True)
    (folder / "style.held").write_bytes(junk)
    assert found() == []


def lie(file: Path, **said: Any) -> None:
    """Let a file say something else, its seal right."""
    values = json.loads(file.read_bytes().partition(b"\n")[2]) | said
    data = json.dumps(values).encode()
    file.write_bytes(hashlib.sha256(data).hexdigest().encode() + b"\n" + data)


@pytest.mark.parametrize(
    "said",
    [
        *(
            {"key": []},
            {"key": None},
            {"turn": "1"},
            {"turn": -1},
            {"when": "now"},
            {"when": 1e300},
        ),
        *({"when": float("nan")}, {"when": None}, {"title": 7}, {"about": {}}, {"values": []}),
        *({"pictures": []}, {"pictures": {"a": 1}}, {"schema": 2}, {"schema": "1"}, {"schema": 0}),
    ],
)
def test_a_file_that_says_what_none_says_hides_no_other(
    recovery: Path, said: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    shelves = left(recovery)
    for workspace in ("train", "style", "export"):
        shelves.keep(workspace, workspace, held(workspace))
    lie(shelves.folder / "style.held", **said)
    with caplog.at_level(logging.WARNING):
        listed = found()
    assert {each.workspace for each in listed} == {"train", "export"}
    assert "style.held" in caplog.text, "it is named"
    for each in listed:
        shelf.discard(each)
    assert len(list(recovery.glob("*/style.held"))) == 1, "it stays on the disk"


@pytest.mark.skipif(os.name != "posix", reason="links and pipes as POSIX has them")
def test_what_is_no_file_hides_no_other(recovery: Path) -> None:
    shelves = left(recovery)
    shelves.keep("style", "s", held("style"))
    (shelves.folder / "train.held").symlink_to("nowhere")
    (shelves.folder / "export.held").mkdir()
    os.mkfifo(shelves.folder / "place.held")
    assert [each.workspace for each in found()] == ["style"]


def test_pictures_are_read_beside_it_only(recovery: Path, tmp_path: Path) -> None:
    shelves = left(recovery)
    shelves.keep("style", "s", held("style", mask=pixels(1)))
    own = next(shelves.folder.glob("*.png"))
    outside = tmp_path / "outside.png"
    outside.write_bytes(own.read_bytes())
    mark = hashlib.sha256(own.read_bytes()).hexdigest()
    names = (str(outside), "../../outside.png", "", ".", "a\0b", "x" * 300)
    pictures = {str(k): [name, mark] for k, name in enumerate(names)} | {"mask": [own.name, mark]}
    lie(shelves.folder / "style.held", pictures=pictures)
    (one,) = found()
    assert set(one.pictures) == {"mask"}


def test_a_full_disk_is_a_sentence(recovery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    mine = Shelf()
    mine.keep("style", "k", held("before"))
    monkeypatch.setattr(shelf, "write_whole", full)
    with pytest.raises(Refused, match=r"can't be kept for recovery: No space left on device\."):
        mine.keep("style", "k", held("after"))
    assert [each.title for each in shelf.held_in([mine.folder])] == ["before"]


def test_too_large_is_a_sentence(recovery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "BUDGET", 100)
    with pytest.raises(Refused, match="more room than it may"):
        Shelf().keep("style", "k", held(content=pixels(1, 50, 50, 3)))


def test_only_what_was_offered_is_ever_removed(recovery: Path) -> None:
    for number in range(6):
        left(recovery, number).keep("style", str(number), held(str(number)))
    folders = shelf.crashed()
    assert len(shelf.trim(folders, most=2)) == 6, "nobody has seen them"
    shelf.mark_offered(folders)
    assert len(shelf.trim(folders, most=2)) == 2
    assert len(list(recovery.iterdir())) == 2


def test_discarding_one_leaves_the_other(recovery: Path) -> None:
    shelves = left(recovery)
    shelves.keep("style", "a", held(content=pixels(1)))
    shelves.keep("train", "b", held())
    first, second = found()
    shelf.discard(first)
    assert [each.key for each in shelf.held_in([second.folder])] == [second.key]
    shelf.discard(second)
    assert list(recovery.iterdir()) == []


def test_of_two_windows_one_gets_it(recovery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left(recovery).keep("style", "a", held())
    rename: Callable[..., Path] = Path.rename
    taken = []

    def raced(path: Path, target: Path) -> Path:
        taken.append(rename(path, target.with_name(f"{target.name}1")))  # another is quicker
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", raced)
    assert shelf.crashed() == [] and len(taken) == 1


def test_sameness_is_of_values_and_of_pictures_by_identity() -> None:
    one = pixels(1)
    assert held(a=one).same(held(a=one))
    assert not held(a=one).same(held(a=one.copy()))
    assert not held(a=one).same(held())
    assert not held("x").same(held("y")) and not held().same(None)


def test_a_thumbnail_is_made_now_and_then(recovery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[np.ndarray] = []

    def look() -> np.ndarray:
        looks.append(pixels(len(looks)))
        return looks[-1]

    mine = Shelf()
    for k in range(3):
        mine.keep("style", "k", Held("cat", "", {"k": k}, {}, look))
    (one,) = shelf.held_in([mine.folder])
    assert len(looks) == 1 and one.thumbnail is not None and one.values == {"k": 2}
    monkeypatch.setattr(shelf, "LOOK", 0.0)
    mine.keep("style", "k", Held("cat", "", {"k": 3}, {}, look))
    assert len(looks) == 2 and len(list(mine.folder.glob("*.png"))) == 1
