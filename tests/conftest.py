"""What all test runs have in common: no socket in any process, and a page of what was tried."""

import json
import os
import socket
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.faults import page
from tests.faults.watched import sitecustomize

PAGE = pytest.StashKey[page.Page]()
OWN = Path(tempfile.gettempdir()) / f"atelier-sockets-{os.getpid()}"
SOCKETS = Path(os.environ.get(sitecustomize.REPORT) or OWN)  # a worker tells the run it works for
WATCHED = Path(sitecustomize.__file__).parent

ran = 0  # tests so far


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the options for the full set, and for a page that a run before this one began."""
    parser.addoption("--faults", action="store_true", help="plant the full set of faults")
    parser.addoption("--page", type=Path, help="go on with the promises in this file, and keep all")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the page, and watch for sockets here and in every Python started from here."""
    config.stash[PAGE] = page.Page(bool(config.getoption("--faults")))
    before = config.getoption("--page")
    if before and before.exists() and not hasattr(config, "workerinput"):
        for promise in json.loads(before.read_text()):
            config.stash[PAGE].add(page.Promise(**promise))
    os.environ[sitecustomize.REPORT] = str(SOCKETS)
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(WATCHED), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    sitecustomize.watch()
    socket.has_ipv6 = (
        False  # urllib3, which the peers' libraries import, would try it with a socket
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin the full set with the files that may take longest: none is left for one core alone."""
    if config.getoption("--faults"):
        longest: dict[Path, float] = {}
        for item in items:
            limit = item.get_closest_marker("timeout")
            taken = float(limit.args[0]) if limit else 0.0
            longest[item.path] = max(longest.get(item.path, 0.0), taken)
        items.sort(key=lambda item: -longest[item.path])


@pytest.fixture
def promise(request: pytest.FixtureRequest):
    """Enter promises into the page: `with promise(section, words) as kept: …`."""
    return request.config.stash[PAGE].promise


@pytest.fixture
def untried(request: pytest.FixtureRequest):
    """Enter a promise that can't be tried here: `untried(section, words, reason)`."""
    return request.config.stash[PAGE].untried


@pytest.fixture
def amount(request: pytest.FixtureRequest):
    """How many trials there are to be: `amount(quick, full)`."""
    return request.config.stash[PAGE].amount


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the tests that ran, here or in a worker."""
    global ran
    ran += report.when == "call"


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker's tests promised."""
    told = getattr(node, "workeroutput", {}).get("promises", [])
    for promise in told:
        node.config.stash[PAGE].add(page.Promise(**promise))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if anything has touched the network; a worker hands its promises on."""
    found = session.config.stash[PAGE]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["promises"] = [asdict(promise) for promise in found.promises]
        return
    opened = SOCKETS.read_text().splitlines() if SOCKETS.exists() else []
    SOCKETS.unlink(missing_ok=True)
    words = "no socket is opened in any test or the processes it starts"
    found.add(page.Promise("Offline", words, max(ran, len(opened)), opened))
    if file := session.config.getoption("--page"):
        file.write_text(json.dumps([asdict(promise) for promise in found.promises]))
    if opened:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the page, whatever failed."""
    found = config.stash[PAGE]
    terminalreporter.section("promises")
    for line in found.lines():
        terminalreporter.line(line)
    for promise in found.promises:
        for trial in promise.broken[: page.SHOWN]:
            terminalreporter.line(f"BROKEN {promise.words}: {trial}")
