"""Everything works where there is no network at all, and no socket is even asked for."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.page import Promise
from tests.faults.watched import sitecustomize

LONG = 600  # seconds
ALONE = ("unshare", "--net", "--map-root-user")
WINDOW = """
import sys, time
from pathlib import Path
from PySide6.QtTest import QTest
from studio.gui import app
from studio.gui.session import Session
from studio.gui.window import Window

def until(what, seconds=240):
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        QTest.qWait(50)
    assert what(), what.__doc__

application = app.prepare(["atelier"])
session, failed = Session(), []
session.failed.connect(lambda lane, text: failed.append(text))
window = Window(session)
window.show()
until(lambda: session.ready)
session.try_now("sprites")
until(lambda: session.title("train"))
until(lambda: session.project.runs() and session.project.run().history().step > 0)
window.leave()  # which saves: the first save of its own accord is minutes away
folder = session.project.folder
until(lambda: not window.isVisible())
assert not failed, failed
from studio.core import project
assert project.open(folder).run().history().saved > 0
print("saved", project.open(folder).run().history().saved)
"""


def alone() -> str:
    """Return why no process can be started without a network here, or nothing."""
    if shutil.which(ALONE[0]) is None:
        return "there is no unshare here"
    done = subprocess.run([*ALONE, "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no network namespace may be made here"


class Quiet:
    """Runs programs in a home of their own without a network, and counts their sockets."""

    def __init__(self, folder: Path, before: Sequence[str] = ALONE):
        self.folder, self.before = folder, before
        self.report = folder / "sockets"
        watched = str(Path(sitecustomize.__file__).parent)
        homes = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
        self.env = {
            **os.environ,
            **dict.fromkeys((*homes, "XDG_DOCUMENTS_DIR"), str(folder)),
            sitecustomize.REPORT: str(self.report),
            "PYTHONPATH": os.pathsep.join([watched, str(Path(__file__).parents[2])]),
            "QT_QPA_PLATFORM": "offscreen",
            "OMP_NUM_THREADS": "1",
        }

    def run(self, kept: Promise, *arguments: str) -> str:
        """Run Python with these arguments; enter whether it ended well."""
        done = subprocess.run(
            [*self.before, sys.executable, *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        kept.check(done.returncode == 0, f"{arguments[:4]}: {done.stderr[-600:]}")
        return done.stdout

    def sockets(self) -> list[str]:
        """Return what was noted."""
        return self.report.read_text().splitlines() if self.report.exists() else []


def everything(quiet: Quiet, kept: Promise, whole: bool) -> None:
    """Train, sample and export, each in a process of its own; as a `whole` the window too."""
    studio = ("-m", "studio")
    quiet.run(
        *(kept, *studio, "train", "starter:sprites:200", "--family", "vae"),
        *("--project", "a.atelier", "--steps", "3", "--device", "cpu", "--threads", "1"),
    )
    quiet.run(kept, *studio, "sample", "a.atelier", "--count", "4", "--out", "drawn/")
    drawn = sorted(str(path) for path in (quiet.folder / "drawn").glob("*.png"))
    kept.check(len(drawn) > 0, "nothing was drawn")
    quiet.run(kept, *studio, "export", "sheet", *drawn, "--out", "sheet.png")
    kept.check((quiet.folder / "sheet.png").exists(), "nothing was exported")
    if whole:
        quiet.run(kept, *studio, "evaluate", "a.atelier", "--count", "64")
        told = quiet.run(kept, "-c", WINDOW)
        kept.check("saved" in told, f"the window said {told!r}")


@pytest.mark.timeout(1800)
def test_everything_works_without_a_network(tmp_path, promise, untried, amount) -> None:
    words = "training, drawing, exporting where there is no network"
    if reason := alone():
        return untried("Offline", words, reason)
    with promise("Offline", words) as kept:
        quiet = Quiet(tmp_path)
        everything(quiet, kept, bool(amount(0, 1)))
        kept.check(not quiet.sockets(), "\n".join(quiet.sockets()[:2]))
        kept.say(f"{len(quiet.sockets())} sockets asked for")
    return None


@pytest.mark.timeout(3600)
def test_no_native_code_asks_for_a_socket(tmp_path, promise, untried, amount) -> None:
    words = "system calls for a socket while it trains, draws, exports"
    if shutil.which("strace") is None:
        return untried("Offline", words, "there is no strace here")
    if amount(0, 1) == 0:
        return untried("Offline", words, "the full set only")
    log = tmp_path / "calls"
    quiet = Quiet(tmp_path, ("strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(log)))
    with promise("Offline", words) as kept:
        everything(quiet, kept, whole=False)
        asked = [line for line in log.read_text().splitlines() if "AF_INET" in line]
        kept.check(not asked, "; ".join(asked[:3]))
        kept.say(f"{len(asked)} calls")
    return None


def test_a_socket_would_be_noted(tmp_path) -> None:
    page = Promise("Offline", "words")
    quiet = Quiet(tmp_path, ())
    quiet.run(page, "-c", "import socket; socket.socket()")
    assert len(quiet.sockets()) == 1 and page.held == 1


@pytest.mark.skipif(bool(alone()), reason="no process without a network can be started here")
def test_there_is_no_network_where_it_is_said(tmp_path) -> None:
    code = "import json, socket; print(json.dumps([n for _, n in socket.if_nameindex()]))"
    assert json.loads(Quiet(tmp_path).run(Promise("Offline", "words"), "-c", code)) == ["lo"]
