"""Reading under a run: rows as in the file; changed, shortened or deleted files end no process."""

import hashlib
import os

import numpy as np
import pytest

from studio.core.data.packed import PICTURES, open_packed
from studio.core.data.reading import Reader
from studio.core.data.stored import Lost
from tests.core import toys


@pytest.fixture
def packed(tmp_path):
    return open_packed(toys.project(tmp_path, count=10, height=4, width=6).dataset("toy"))


def test_rows_are_those_of_the_file(packed):
    reader, places = Reader(packed), np.array([7, 0, 0, 9])
    assert np.array_equal(reader.take(places), packed.pictures[places])
    assert np.array_equal(reader.whole(), packed.pictures)


def test_pictures_in_memory_need_no_file(packed):
    kept = np.array(packed.pictures)
    reader = Reader(type(packed)(packed.folder, packed.manifest, kept))
    assert np.array_equal(reader.take(np.array([3])), kept[[3]])


def test_a_shortened_file_is_a_sentence_and_no_dead_process(packed):
    reader = Reader(packed)
    os.truncate(packed.folder / PICTURES, 200)
    with pytest.raises(Lost, match="toy were changed or taken away"):
        reader.take(np.array([9]))


def test_a_flipped_byte_is_found(packed):
    path, reader = packed.folder / PICTURES, Reader(packed)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(1, 1))
    with pytest.raises(Lost):
        reader.take(np.array([0]))


def test_a_touched_file_is_no_changed_one_if_its_hash_is_known(packed):
    path = packed.folder / PICTURES
    known = {PICTURES: hashlib.sha256(path.read_bytes()).hexdigest()}
    sealed = packed.manifest.model_copy(update={"sha256": known})
    reader = Reader(type(packed)(packed.folder, sealed, packed.pictures))
    os.utime(path, ns=(1, 1))
    assert np.array_equal(reader.take(np.array([2])), packed.pictures[[2]])


@pytest.mark.skipif(os.name != "posix", reason="Windows lets no open file go")
def test_a_deleted_or_replaced_file_is_read_on(packed):
    path, reader, kept = packed.folder / PICTURES, Reader(packed), np.array(packed.pictures)
    assert not reader.gone
    path.unlink()
    assert reader.gone
    path.write_bytes(b"something else")
    assert np.array_equal(reader.take(np.array([5])), kept[[5]])


def test_a_set_that_is_gone_before_is_said(packed):
    gone = packed.folder.rename(packed.folder.with_name("elsewhere"))
    assert gone.is_dir()
    with pytest.raises(Lost):
        Reader(packed)
