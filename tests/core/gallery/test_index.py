"""The index: only our own is read, a damaged one is made anew, one that can't be written works."""

import sqlite3
import struct
from pathlib import Path

import pytest

from studio import paths
from studio.core.gallery import index


def test_only_an_index_made_here_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    index.opened(tmp_path).close()
    assert index.ours(tmp_path / index.FILE)
    monkeypatch.setattr(paths, "settings", lambda: tmp_path / "another machine")
    index.number_of_this_machine.cache_clear()
    assert not index.ours(tmp_path / index.FILE)


def test_another_version_is_not_ours(tmp_path: Path):
    index.opened(tmp_path).close()
    data = bytearray((tmp_path / index.FILE).read_bytes())
    struct.pack_into(">I", data, index.USER_VERSION, index.SCHEMA + 1)
    (tmp_path / index.FILE).write_bytes(data)
    connection = index.opened(tmp_path)
    assert connection.execute("pragma user_version").fetchone() == (index.SCHEMA,)
    connection.close()


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0" + bytes(200), b"x" * 5000])
def test_what_is_no_index_is_replaced(tmp_path: Path, data: bytes):
    (tmp_path / index.FILE).write_bytes(data)
    connection = index.opened(tmp_path)
    assert connection.execute("select count(*) from pictures").fetchone() == (0,)
    connection.close()


def test_a_damaged_index_is_made_anew(tmp_path: Path):
    index.opened(tmp_path).close()
    data = (tmp_path / index.FILE).read_bytes()
    (tmp_path / index.FILE).write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    connection = index.opened(tmp_path)
    assert connection.execute("select count(*) from pictures").fetchone() == (0,)
    connection.close()


def test_where_nothing_can_be_written_the_index_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    connection = index.opened(tmp_path)
    index.note(connection, "a", "b")
    connection.close()
    real = index._connected

    def refusing(name: str) -> sqlite3.Connection:
        if name != ":memory:":
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return real(name)

    monkeypatch.setattr(index, "_connected", refusing)
    connection = index.opened(tmp_path)
    assert index.fact(connection, "a") == "b"  # what is known is used
    index.note(connection, "a", "c")
    assert index.ours(tmp_path / index.FILE)


def test_what_is_half_written_is_taken_back(tmp_path: Path):
    connection = index.opened(tmp_path)
    with pytest.raises(KeyError), index.written(connection):
        index.note(connection, "a", "b")
        raise KeyError
    assert index.fact(connection, "a") == ""
    connection.close()


def test_two_machines_have_two_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = index.number_of_this_machine()
    assert index.number_of_this_machine() == first
    monkeypatch.setattr(paths, "settings", lambda: tmp_path / "other")
    index.number_of_this_machine.cache_clear()
    assert index.number_of_this_machine() != first
