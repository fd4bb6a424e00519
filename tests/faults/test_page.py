"""The page itself: it counts, it fails what did not hold, and it notices any process' socket."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.page import Page, Promise
from tests.faults.watched import sitecustomize

A_TEST = "test_a_trial_that_did_not_hold_fails_its_test"


def test_a_trial_that_did_not_hold_fails_its_test() -> None:
    page = Page(full=False)
    with (
        pytest.raises(AssertionError, match="1 of 2 held\nthe second"),
        page.promise("Saving", "words") as kept,
    ):
        kept.check(True)
        kept.check(False, "the second")
    assert (page.promises[0].tried, page.promises[0].held) == (2, 1)


def test_a_promise_that_nothing_was_tried_for_fails() -> None:
    with (
        pytest.raises(AssertionError, match="nothing was tried"),
        Page(False).promise("Saving", "w"),
    ):
        pass


def test_the_page_names_date_machine_promise_and_figures() -> None:
    page = Page(full=True)
    with page.promise("Saving", "killed") as kept:
        kept.count(200)
        kept.say("slowest 1.2 s")
    page.untried("The window", "pause", "no GPU")
    text = "\n".join(page.lines())
    assert "200 tried" in text and "200 held   slowest 1.2 s" in text
    assert "not tried: no GPU" in text and "cores" in text and "the full set" in text


def test_what_other_processes_tried_is_entered_once() -> None:
    page = Page(full=True)
    for held in (True, False):
        page.add(Promise("Offline", "no socket", tried=3, broken=[] if held else ["one"]))
    assert [(p.tried, p.held) for p in page.promises] == [(6, 5)]


def test_a_page_goes_on_where_a_run_before_it_ended(tmp_path: Path) -> None:
    file = tmp_path / "page.json"
    known = Promise("Saving", "tried by a run before", tried=7)
    file.write_text(json.dumps([asdict(known)]))
    command = [sys.executable, "-m", "pytest", "--page", str(file), f"{__file__}::{A_TEST}"]
    env = {**os.environ, sitecustomize.REPORT: str(tmp_path / "sockets")}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "tried by a run before" in done.stdout and "no socket" in done.stdout
    assert [p["tried"] for p in json.loads(file.read_text())] == [7, 1]


def test_a_socket_in_a_started_python_is_noted(tmp_path: Path) -> None:
    report = tmp_path / "sockets"
    code = "import socket; a, b = socket.socketpair(); s = socket.socket(); s.close()"
    env = {**os.environ, sitecustomize.REPORT: str(report)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert len(report.read_text().splitlines()) == 1
    assert f"family {int(socket.AF_INET)}" in report.read_text().replace(
        "AddressFamily.AF_INET", "2"
    )
