"""Stop ends everything the window can start: soon, without a trace, ready for a new start."""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication

from tests.faults.stop_cases import GROUPS
from tests.faults.stop_shop import Shop
from tests.faults.stopping import GOAL, Case, Watched, behind, now, tried

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
BRIEF = 0.3  # seconds of a job that are looked at where nothing is measured
PATIENT = 10.0  # seconds that a stop may take where nothing is measured


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Shop:
    """What all groups work on: models of real size take minutes to make."""
    return Shop(tmp_path_factory.mktemp("stop") / "shop", bool(pytestconfig.getoption("--faults")))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the program folders of its own, also for what is temporary."""
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        (tmp_path / "home" / name).mkdir(parents=True)
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


@pytest.fixture
def watched(home: Path, qapp: QCoreApplication) -> Iterator[Watched]:
    """A runner of jobs as the window has it."""
    found = Watched()
    yield found
    assert found.close()


@pytest.mark.alone
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("group", GROUPS)
def test_everything_that_can_be_started_can_be_stopped(
    group: str, shop: Shop, watched: Watched, promise: Any, amount: Any
) -> None:
    rng = np.random.default_rng(5)
    goal, times = amount(PATIENT, GOAL), amount(1, 3)
    with promise("The window", f"Stop ends {group} in {goal:g} s and leaves nothing") as kept:
        slowest, pulls, waits = (0.0, ""), [], []
        for case in GROUPS[group](shop):
            case = case if shop.full else replace(case, cap=BRIEF)
            found = tried(watched, case, rng, times)
            for wait in found.waits:
                kept.check(wait <= goal, f"{case.name}: {wait:.2f} s from stop to end")
            for wrong in found.wrong:
                kept.check(False, wrong)
            kept.count(not found.waits)
            waits += found.waits
            pulls += found.pulls
            slowest = max(slowest, (max(found.waits, default=0.0), case.name))
            report(case, found)
        worst = np.percentile(pulls, (50, 99))
        kept.say(f"median {np.median(waits or [0]):.2f} s, slowest {slowest[0]:.2f} s {slowest[1]}")
        kept.say(f"pulls {1000 * worst[0]:.0f} ms, p99 {1000 * worst[1]:.0f} ms")


def report(case: Case, found: Any) -> None:
    """Print a case's figures, for whoever reads along (`-s`)."""
    most, wait = max(found.pulls, default=0.0), max(found.waits, default=0.0)
    print(
        f"{case.name:<36} stops {len(found.waits)} slowest {wait:5.2f} s"
        f"  longest pull {most:6.2f} s  all {found.seconds:5.1f} s  {found.wrong[:2] or ''}",
        flush=True,
    )


def test_what_stops_late_breaks_or_leaves_something_is_noticed(watched: Watched) -> None:
    def slow() -> Iterator[str]:
        yield "begun"
        time.sleep(0.5)
        yield "late"
        time.sleep(60)

    def broken() -> Iterator[str]:
        yield "begun"
        raise RuntimeError("broke")

    def littering() -> Iterator[str]:
        with tempfile.NamedTemporaryFile(delete=False):
            yield from ("begun", "more")
        time.sleep(0.2)
        yield "end"

    rng = np.random.default_rng(0)
    late = watched.run(slow, 0.1)
    assert late.how == "stopped" and 0.2 < late.wait < 2 and max(late.pulls) > 0.4
    assert tried(watched, Case("b", broken), rng, 1).wrong
    before = now()
    watched.run(littering, 0.05)
    assert "temporary files" in behind(before)[0]


def test_every_verb_of_the_window_is_tried_or_ends_by_itself() -> None:
    from studio.gui import engine

    table = Path(__file__).with_name("stop_cases.py").read_text("utf-8")
    text = table + Path("studio/gui/engine.py").read_text("utf-8")
    unknown = {verb for verb in engine.VERBS if f"{verb}(" not in text} - AT_ONCE
    assert not unknown, f"add these to stop_cases.py: {sorted(unknown)}"


# Verbs that write or read one small thing, or that end a story told elsewhere in the table.
AT_ONCE: set[str] = {
    *("remember", "forget_route", "judged", "settle", "at_step", "as_published", "open_kept"),
    *("kept", "read_mask", "interrupted_repairs", "resume_repair", "discard_repair"),
    *("write_history", "share", "keep_preset", "rename_preset", "drop_preset", "as_image"),
    *("make_marks", "look_closely", "keep_all", "rename_board", "empty_trash", "files_for"),
    *("trace_shown", "resume", "treat"),
}
