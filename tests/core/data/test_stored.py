"""Stored rows: indexed as numpy would; files that are no such rows, or shrink, are sentences."""

import os
import threading

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.data.packed import PICTURES, open_packed
from studio.core.data.stored import Lost, Stored
from studio.core.events import Refused
from tests.core import toys

ROWS = toys.pictures(7, 5, 6, 3)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "set" / "rows.npy"
    file.parent.mkdir()
    np.save(file, ROWS)
    return file


numbers = st.integers(-7, 6)
ends = st.none() | st.integers(-9, 9)
slices = st.builds(slice, ends, ends, st.sampled_from([None, 1, 2, -1, -3]))
places = st.lists(numbers, max_size=9).map(lambda k: np.array(k, np.int64))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    file = tmp_path_factory.mktemp("set") / "rows.npy"
    np.save(file, ROWS)
    return Stored(file)


@given(which=numbers | slices | places | st.just(np.arange(7) % 2 == 0) | st.just([[0, 3], [6, 1]]))
def test_it_is_indexed_like_an_array(stored, which):
    assert np.array_equal(stored[which], ROWS[which])


def test_it_looks_like_an_array(stored):
    assert stored.shape == ROWS.shape and len(stored) == 7 and stored.nbytes == ROWS.nbytes
    assert np.array_equal(stored, ROWS) and np.array_equal(list(stored), ROWS)
    assert np.asarray(stored, np.float32).dtype == np.float32
    for wrong in (7, -8, np.array([0, 7])):
        with pytest.raises(IndexError):
            stored[wrong]


def test_what_it_returns_is_not_the_file(path):
    rows = Stored(path)
    rows[2][:] = 9
    assert np.array_equal(rows[2], ROWS[2])


@pytest.mark.parametrize("which", [6, slice(5, 7), np.array([1, 6]), slice(None)])
def test_a_shortened_file_is_a_sentence_and_no_dead_process(path, which):
    rows = Stored(path)
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(Lost, match="set set were changed or taken away while they were in use"):
        rows[which]
    assert np.array_equal(rows[5], ROWS[5])


@pytest.mark.parametrize(
    "rows", [ROWS.astype(np.int16), np.asfortranarray(ROWS), np.array([b"x"], object)]
)
def test_other_rows_are_refused(path, rows):
    np.save(path, rows, allow_pickle=True)
    with pytest.raises(ValueError, match=r"rows\.npy"):
        Stored(path)


def test_a_file_that_is_too_short_is_refused(path):
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(ValueError, match=r"rows\.npy"):
        Stored(path)


@pytest.mark.skipif(os.name != "posix", reason="open files are counted otherwise on Windows")
def test_its_file_is_closed_with_it(path):
    process = psutil.Process()
    before = process.num_fds()
    rows = Stored(path)
    assert process.num_fds() == before + 1
    del rows
    assert process.num_fds() == before


@pytest.mark.parametrize("preadv", [True, False])
def test_threads_may_read_at_once(path, monkeypatch, preadv):
    if not preadv:
        monkeypatch.delattr(os, "preadv", raising=False)
    rows, wrong = Stored(path), []

    def read(k):
        for _ in range(200):
            if not np.array_equal(rows[k], ROWS[k]):
                wrong.append(k)

    threads = [threading.Thread(target=read, args=(k,)) for k in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []


def test_tools_refuse_a_set_that_shrinks_after_it_was_opened(tmp_path):
    from studio.core.advice import facts
    from studio.core.explore.judging import refer
    from studio.core.probe import all_equal

    packed = open_packed(toys.project(tmp_path).dataset("toy"))
    os.truncate(packed.folder / PICTURES, 300)
    uses = (
        lambda: facts(packed),
        lambda: list(refer(packed, np.arange(40))),
        lambda: all_equal(packed.pictures),
    )
    for use in uses:
        with pytest.raises(Refused, match="Import the pictures again"):
            use()
