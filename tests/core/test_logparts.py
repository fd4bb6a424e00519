"""A log in numbers: what is kept says what the log says, and is made anew where it does not."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core import locking, logparts, runlog
from studio.core.events import Note, Scalars

NAMES = ("loss", "judge", "unseen")
numbers = st.none() | st.integers(-5, 5) | st.floats(-1e6, 1e6)
plotted = st.builds(
    lambda step, values: {"event": "scalars", "step": step, "seconds": step / 10, "values": values},
    st.integers(0, 40),
    st.dictionaries(st.sampled_from(NAMES), numbers, min_size=1),
)
begun = st.builds(
    lambda step: {"event": "started", "step": step, "pid": 1, "since": 0.0, "changes": {}},
    st.integers(0, 40),
)
back = st.builds(
    lambda step: {
        "event": "note",
        "text": "x",
        "level": "warning",
        "kind": "rollback",
        "step": step,
    },
    st.none() | st.integers(0, 40),
)
grid = st.builds(
    lambda step: {
        "event": "samples",
        "step": step,
        "kind": "ema",
        "file": f"{step}.png",
        "count": 1,
        "height": 1,
        "width": 1,
    },
    st.integers(0, 40),
)
damaged = st.sampled_from(
    [
        b'{"event": "scalars", "step": "1", "seconds": 1, "values": {}}',
        b'{"event": "scalars", "step": 1, "seconds": 1, "values": {"loss": "x"}}',
        b'{"event": "scalars", "step": 1, "seconds": 1, "values": {"loss": true}}',
        b'{"event": "samples", "step": 1}',
        b'{"event": "started", "step": null}',
        b'{"event": "ended", "how": "oddly"}',
        b"[1]",
        b"{} , {}",
        b'{"event": "sca\xff',
        b"",
    ]
)
logs = st.lists(st.one_of(plotted, plotted, begun, back, grid, damaged), max_size=60)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of lines is a part."""
    monkeypatch.setattr(logparts, "PART", 700)
    monkeypatch.setattr(logparts, "EDGE", 128)


def written(folder: Path, lines: list) -> Path:
    log = folder / "log.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    log.write_bytes(b"".join(text + b"\n" for text in texts))
    return log


def naive(lines: list[Any]) -> tuple[dict[str, list], list[Any]]:
    """Replay as a person would: line by line, dropping what was trained anew."""
    points: dict[str, list] = {}
    grids: list[Any] = []
    for line in (line for line in lines if isinstance(line, dict)):
        went_back = line["event"] == "started" or line.get("kind") == "rollback"
        if went_back and line["step"] is not None:
            points = {n: [p for p in ps if p[0] <= line["step"]] for n, ps in points.items()}
            grids = [step for step in grids if step <= line["step"]]
        elif line["event"] == "scalars":
            for name, value in line["values"].items():
                number = np.nan if value is None else float(value)
                points.setdefault(name, []).append((line["step"], number))
        elif line["event"] == "samples":
            grids.append(line["step"])
    return {name: found for name, found in points.items() if found}, grids


def said(history: runlog.History) -> tuple[dict[str, list], list[Any]]:
    series = {
        name: list(zip(steps.tolist(), values.tolist(), strict=True))
        for name, (steps, values) in history.series.items()
    }
    return series, [sample.step for sample in history.samples]


def alike(one: tuple, other: tuple) -> bool:
    return repr(sorted(one[0].items())) == repr(sorted(other[0].items())) and one[1] == other[1]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=logs)
def test_kept_or_not_it_says_what_the_log_says(
    tmp_path_factory: pytest.TempPathFactory, lines: list
) -> None:
    folder = tmp_path_factory.mktemp("run")
    written(folder, lines)
    for _ in range(2):  # parsed, then from what was kept
        assert alike(said(runlog.replay(folder)), naive(lines))


def story(count: int) -> list:
    return [
        {
            "event": "scalars",
            "step": k,
            "seconds": k / 10,
            "values": {"loss": 1 / (k + 1), "nan": None},
        }
        for k in range(count)
    ]


def test_whole_parts_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = written(tmp_path, story(100))
    first = runlog.replay(tmp_path)
    bytes_read: list[int] = []
    parse = logparts.parsed
    monkeypatch.setattr(
        logparts, "parsed", lambda text, end: (bytes_read.append(len(text)), parse(text, end))[1]
    )
    again = runlog.replay(tmp_path)
    assert sum(bytes_read) < 800 < log.stat().st_size
    assert np.array_equal(first.series["loss"][1], again.series["loss"][1])
    assert len(again.series["nan"][1]) == 100 and np.isnan(again.series["nan"][1]).all()


@pytest.mark.parametrize("where", [0, -1])
def test_another_log_in_its_place_is_read_anew(tmp_path: Path, where: int) -> None:
    log = written(tmp_path, story(100))
    runlog.replay(tmp_path)
    with log.open("rb") as file:
        row = range(len(logparts._made(file, log, 0).steps))[where]
    written(tmp_path, [*story(100)[:row], story(200)[row + 1], *story(100)[row + 1 :]])
    assert runlog.replay(tmp_path).series["loss"][0][row] == row + 1


def test_a_log_cut_short_is_read_as_it_is(tmp_path: Path) -> None:
    log = written(tmp_path, story(100))
    runlog.replay(tmp_path)
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:9]))
    assert len(runlog.replay(tmp_path).series["loss"][0]) == 9


def test_every_bit_of_what_is_kept_is_watched(tmp_path: Path) -> None:
    written(tmp_path, story(12))
    right = said(runlog.replay(tmp_path))
    path = next((tmp_path / logparts.FOLDER).iterdir())
    sound = path.read_bytes()
    for bit in np.random.default_rng(0).integers(0, 8 * len(sound), 200):
        flipped = bytearray(sound)
        flipped[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(bytes(flipped))
        assert alike(said(runlog.replay(tmp_path)), right), bit
        assert path.read_bytes() == sound  # and made anew


@pytest.mark.parametrize("size", [0, 1, 5, 300])
def test_a_torn_part_is_made_anew(tmp_path: Path, size: int) -> None:
    written(tmp_path, story(12))
    right = said(runlog.replay(tmp_path))
    path = next((tmp_path / logparts.FOLDER).iterdir())
    path.write_bytes(path.read_bytes()[:size])
    assert alike(said(runlog.replay(tmp_path)), right)


def test_what_can_not_be_kept_is_read_all_the_same(tmp_path: Path) -> None:
    written(tmp_path, story(100))
    (tmp_path / logparts.FOLDER).write_text("a file in the folder's place")
    assert len(runlog.replay(tmp_path).series["loss"][0]) == 100


def test_a_project_that_is_only_looked_at_is_not_written_into(tmp_path: Path) -> None:
    written(tmp_path, story(100))
    locking.shut(tmp_path, "Open in another Atelier.")
    try:
        assert len(runlog.replay(tmp_path).series["loss"][0]) == 100
        assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]
    finally:
        locking.shut(tmp_path, "")
    runlog.replay(tmp_path)
    assert (tmp_path / logparts.FOLDER).exists()


def test_a_training_keeps_its_log_in_numbers_as_it_goes(tmp_path: Path) -> None:
    log = runlog.RunLog(tmp_path)
    log.started(0)
    for step in range(100):
        log.record(Scalars(step, {"loss": 1.0}, step / 10))
    kept = len(list((tmp_path / logparts.FOLDER).iterdir()))
    assert kept == (tmp_path / "log.jsonl").stat().st_size // 700 - 1 or kept >= 5
    log.record(Note("back", "warning", "rollback", 50))
    assert runlog.replay(tmp_path).series["loss"][0].tolist() == list(range(51))


def test_how_a_run_stands_is_read_from_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = {"count": 1, "height": 1, "width": 1}
    grids = [
        {"event": "samples", "step": 10 * k, "kind": "ema", "file": f"{k}.png", **shape}
        for k in range(100)
    ]
    lines = [line for k in range(100) for line in (*story(1000)[10 * k : 10 * k + 10], grids[k])]
    written(tmp_path, [*lines, {"event": "ended", "how": "finished"}])
    last = tmp_path / "checkpoints" / "step-00000999"
    last.mkdir(parents=True)
    (last / "MANIFEST.json").write_text("{}")
    monkeypatch.setattr(runlog, "TAIL", 2000)
    monkeypatch.setattr(logparts, "parts", lambda log: pytest.fail("all was read"))
    found = runlog.standing(tmp_path)
    assert (found.status, found.step, found.samples[-1].step) == ("finished", 999, 990)


def test_an_end_that_does_not_tell_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runlog, "TAIL", 2000)
    written(tmp_path, [*story(200), {"event": "ended", "how": "stopped"}])  # no grid in sight
    assert (runlog.standing(tmp_path).status, runlog.standing(tmp_path).step) == ("stopped", 199)
    written(tmp_path, story(200))  # killed: it was never said how it ended
    assert runlog.standing(tmp_path).status == "interrupted"


def test_a_hostile_number_of_returns_costs_little(tmp_path: Path) -> None:
    begun = {"event": "started", "step": 10**9, "pid": 1, "since": 0.0}
    written(tmp_path, [*story(2000), *[begun] * 5000])
    start = time.process_time()
    assert len(runlog.replay(tmp_path).series["loss"][0]) == 2000
    assert time.process_time() - start < 20
