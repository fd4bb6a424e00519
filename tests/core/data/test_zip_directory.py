"""The directory of a zip is read to its end, or it is no zip."""

import zipfile

import pytest

from studio.core.data import zip_directory
from studio.core.data.zip_directory import NotAZip


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.png", b"x" * 50)
    return path


def test_damaged_directories_are_no_zips(path):
    data = path.read_bytes()
    for at in range(len(data) - 80, len(data) - 22):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        try:
            assert len(list(zip_directory.entries(path))) == 1
        except NotAZip:
            continue
    path.write_bytes(b"")
    with pytest.raises(NotAZip):
        list(zip_directory.entries(path))


def test_a_cut_off_zip_is_none(path):
    data = path.read_bytes()
    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(NotAZip):
            list(zip_directory.entries(path))


def test_bytes_in_front_move_the_offsets(path):
    (before,) = zip_directory.entries(path)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    (after,) = zip_directory.entries(path)
    assert after == before._replace(offset=before.offset + 10)
    assert (after.name, after.size, after.locked) == ("a.png", 50, False)


def test_a_wide_field_that_is_cut_is_no_zip(path):
    """A zip64 field says that it is longer than what is there of it."""
    data = path.read_bytes()
    at = data.index(b"PK\x01\x02")
    entry = bytearray(data[at : at + 46 + 5]) + b"\1\0\x10\0\0\0\0"
    entry[20:28], entry[30:32] = b"\xff" * 8, b"\7\0"
    end = bytearray(data[data.index(b"PK\5\6") :])
    end[12:16] = len(entry).to_bytes(4, "little")
    path.write_bytes(data[:at] + entry + end)
    with pytest.raises(NotAZip):
        list(zip_directory.entries(path))
