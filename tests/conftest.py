"""What all test runs have in common: no socket in any process, and a page of what was tried."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.faults import page
from tests.faults.watched import sitecustomize

PAGE = pytest.StashKey[page.Page]()
SOCKETS = Path(tempfile.gettempdir()) / f"atelier-sockets-{os.getpid()}"
WATCHED = Path(sitecustomize.__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the option for the full set."""
    parser.addoption("--faults", action="store_true", help="plant the full set of faults")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the page, and watch for sockets here and in every Python started from here."""
    config.stash[PAGE] = page.Page(bool(config.getoption("--faults")))
    os.environ[sitecustomize.REPORT] = str(SOCKETS)
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(WATCHED), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    sitecustomize.watch()


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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if anything has touched the network."""
    opened = SOCKETS.read_text().splitlines() if SOCKETS.exists() else []
    SOCKETS.unlink(missing_ok=True)
    kept = page.Promise(
        "Offline", f"sockets in {session.testscollected:,} tests and their processes"
    )
    kept.tried, kept.broken = session.testscollected, opened
    session.config.stash[PAGE].promises.append(kept)
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
