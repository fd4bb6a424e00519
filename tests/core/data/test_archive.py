"""Zips: the directory agrees with zipfile's, entries are read in place."""

import io
import zipfile
from pathlib import Path

import pytest

from studio.core.data import archive, zip_directory
from tests.core.data.made import encoded, photo

SHARED = Path(__file__).parents[4] / "shared/data"


def listed(path: Path):
    job = archive.list_zip(path)
    try:
        while True:
            next(job)
    except StopIteration as end:
        return end.value


def agrees(path: Path) -> int:
    with zipfile.ZipFile(path) as file:
        theirs = [
            (i.filename, i.compress_type, i.CRC, i.compress_size, i.file_size, i.header_offset)
            for i in file.infolist()
        ]
    ours = [
        (e.name, e.method, e.crc, e.packed, e.size, e.offset) for e in zip_directory.entries(path)
    ]
    assert ours == theirs
    return len(ours)


def test_entries_are_read_in_place(tmp_path):
    path = tmp_path / "a.zip"
    files = {f"k/{n}.png": encoded(photo(seed=n)) for n in range(6)} | {"ü漢.jpg": b"x" * 999}
    with zipfile.ZipFile(path, "w") as file:
        file.comment = b"a comment of some length; " * 30
        for number, (name, data) in enumerate(files.items()):
            kind = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            file.writestr(name, data, kind)
    assert agrees(path) == 7
    reader = archive.ZipReader(str(path))
    assert {e.name: reader.read(e.where) for e in listed(path).entries} == files
    reader.close()


def test_bytes_in_front_and_streamed_entries(tmp_path):
    class Stream(io.RawIOBase):
        def __init__(self):
            self.data = bytearray(b"#!/bin/sh a self-extractor\n")

        def writable(self):
            return True

        def write(self, data):  # pyright: ignore  (the buffer's type is wide)
            self.data += bytes(data)
            return len(data)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:  # can't seek: sizes come after
        file.writestr("a.png", encoded(photo()))
    path = tmp_path / "s.zip"
    path.write_bytes(bytes(stream.data))
    reader = archive.ZipReader(str(path))
    assert [reader.read(e.where) for e in listed(path).entries] == [encoded(photo())]
    reader.close()


def test_zip64(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 9)
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as file:
        with file.open("a.png", "w", force_zip64=True) as entry:
            entry.write(encoded(photo()))
        for k in range(20):
            file.writestr(f"{k}/", b"")
    assert agrees(path) == 21
    assert len(listed(path).entries) == 1


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")
@pytest.mark.parametrize("name", ["crawl-tiles-32.zip", "noto-emoji-72.zip"])
def test_real_zips_agree(name):
    assert agrees(SHARED / name) > 3000
