"""Stars, tags and boards: the last word counts, damaged lines are passed over."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.events import Refused
from studio.core.gallery import marks


def test_the_last_word_counts(tmp_path: Path):
    for on in (True, False, True):
        marks.say(tmp_path, {"names": ["a.png", "b.png"], "star": True, "on": on})
    marks.say(tmp_path, {"names": ["a.png"], "star": True, "on": False})
    marks.say(tmp_path, {"names": ["a.png"], "tag": "boss", "on": True})
    marks.say(tmp_path, {"names": ["a.png", "b.png"], "board": "Old", "on": True})
    marks.say(tmp_path, {"rename": "Old", "to": "New"})
    found = marks.replay(tmp_path).of
    assert found["a.png"] == marks.Mark(False, {"boss"}, {"New"})
    assert found["b.png"] == marks.Mark(True, set(), {"New"})


def test_a_picture_takes_its_marks_along(tmp_path: Path):
    marks.say(tmp_path, {"names": ["a.png"], "star": True, "on": True})
    marks.say(tmp_path, {"moved": "a.png", "to": "a-0001.png"})
    assert marks.replay(tmp_path).of == {"a-0001.png": marks.Mark(True)}


def test_damaged_lines_are_passed_over_and_counted(tmp_path: Path):
    marks.say(tmp_path, {"names": ["a.png"], "star": True, "on": True})
    with (tmp_path / marks.FILE).open("ab") as file:
        file.write(b'[]\n\xff\xfe\n{"names": "a.png", "star": 1, "on": 0}\n{"names": ["a.p')
    marks.say(tmp_path, {"names": ["b.png"], "star": True, "on": True})
    found = marks.replay(tmp_path)
    assert found.damaged == 3
    assert found.of["a.png"].star
    assert found.of["b.png"].star  # the line that a crash cut off does not swallow the next


def test_the_stamp_changes_with_every_word(tmp_path: Path):
    stamps = {marks.stamp(tmp_path)}
    for _ in range(3):
        marks.say(tmp_path, {"names": ["a.png"], "star": True, "on": True})
        stamps.add(marks.stamp(tmp_path))
    assert len(stamps) == 4


def test_what_can_not_be_written_is_told(tmp_path: Path):
    (tmp_path / marks.FILE).mkdir()
    with pytest.raises(Refused, match="can't be written"):
        marks.say(tmp_path, {"names": ["a.png"], "star": True, "on": True})


@pytest.mark.parametrize("word", ["", "  ", "x" * 101, "a\0b"])
def test_names_that_are_none(word: str):
    with pytest.raises(Refused):
        marks.checked(word, "tag")


def test_names_are_trimmed():
    assert marks.checked("  old   boss ", "tag") == "old boss"


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["names", "star", "tag", "on", "rename", "to", "moved"]), x
            )
        ),
    )
)
def test_any_line_is_read_or_counted(tmp_path_factory: pytest.TempPathFactory, value: object):
    folder = tmp_path_factory.mktemp("marks")
    (folder / marks.FILE).write_text(json.dumps(value) + "\n")
    assert marks.replay(folder).damaged in (0, 1)


def test_a_line_that_could_not_be_written_leaves_no_part(tmp_path: Path, monkeypatch):
    marks.say(tmp_path, {"names": ["a.png"], "star": True, "on": True})
    before = (tmp_path / marks.FILE).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(marks.os, "fsync", full)
        with pytest.raises(Refused, match="No space"):
            marks.say(tmp_path, {"names": ["b.png"], "star": True, "on": True})
    assert (tmp_path / marks.FILE).read_bytes() == before


def test_what_a_crash_cut_off_was_never_said(tmp_path: Path):
    marks.say(tmp_path, {"names": ["a.png"], "star": True, "on": True})
    with (tmp_path / marks.FILE).open("ab") as file:
        file.write(b'{"names": ["b.png"], "star": true, "on": true}')
    assert set(marks.replay(tmp_path).of) == {"a.png"} and not marks.replay(tmp_path).damaged
    marks.say(tmp_path, {"names": ["c.png"], "star": True, "on": True})
    assert set(marks.replay(tmp_path).of) == {"a.png", "c.png"}
