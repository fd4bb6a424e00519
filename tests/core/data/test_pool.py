"""Worker processes that crash or hang cost one picture, not the import."""

import sys
import time

import pytest

from studio.core.data import pool, sources
from studio.core.data.fit import Target
from tests.core.data.made import encoded, folder, photo

SICK_WORKER = """
import sys; sys.path.insert(0, sys.argv[1])
import os, time
from studio.core.data import chunk, worker
make = chunk.make
def sick(reader, wheres, target):
    for where in wheres:
        if 'crash' in where[0]: os.abort()
        if 'hang' in where[0]: time.sleep(1000)
    return make(reader, wheres, target)
chunk.make = sick
worker.serve()
"""


def looked(place):
    job = sources.look(str(place))
    try:
        while True:
            next(job)
    except StopIteration as end:
        return end.value


@pytest.fixture
def source(tmp_path):
    files = {f"{k:02d}.jpg": encoded(photo(seed=k), "JPEG") for k in range(20)}
    files |= {"05-crash.jpg": files["05.jpg"], "11-hang.jpg": files["11.jpg"]}
    return looked(folder(tmp_path / "s", files))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(pool, "PICTURES", 4)


def gathered(source):
    chunks = [c for c in pool.decoded(source, Target(32, 32), 2) if c is not None]
    assert [first for first, _ in chunks] == sorted(first for first, _ in chunks)
    kept = [source.entries[first + k].name for first, chunk in chunks for k in chunk.kept]
    skipped = {source.entries[f + k].name: text for f, chunk in chunks for k, text in chunk.skipped}
    return kept, skipped


def test_sick_workers_cost_the_picture_at_fault(source, monkeypatch):
    monkeypatch.setattr(pool, "PROGRAM", SICK_WORKER)
    monkeypatch.setattr(pool, "SECONDS_AT_MOST", 3.0)
    kept, skipped = gathered(source)
    assert skipped == {"05-crash.jpg": pool.SICK, "11-hang.jpg": pool.SICK}
    assert kept == [e.name for e in source.entries if e.name not in skipped]


def test_without_workers_it_is_done_here(source, monkeypatch):
    monkeypatch.setattr(pool, "PROGRAM", "raise SystemExit")
    kept, skipped = gathered(source)
    assert len(kept) == 22 and not skipped


def test_stop_ends_hanging_workers_at_once(source, monkeypatch):
    monkeypatch.setattr(pool, "PROGRAM", SICK_WORKER.replace("'hang' in", "'' in"))
    job = pool.decoded(source, Target(32, 32), 2)
    assert next(job) is None
    start = time.monotonic()
    job.close()
    assert time.monotonic() - start < 5


def test_frozen_apps_have_no_workers(monkeypatch):
    assert pool.possible()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert not pool.possible()
