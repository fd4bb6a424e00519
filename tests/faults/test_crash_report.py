"""Crash reports: one is left by whatever breaks, and nothing that was planted is in it."""

import os
import random
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from studio.core.recovery import reports
from tests.core.recovery.test_scrubbing import PLANTED, SHAPES, left, planted

SECTION = "Crash report"
HEAD = "import sys; from studio.gui.crash import CrashReporter; r = CrashReporter(); r.install()\n"
BREAKS = {
    "a segmentation fault": "import faulthandler; faulthandler._sigsegv()",
    "an exception that nobody caught": "raise ValueError({words!r})",
    "an exception in a thread": """
        import threading
        def broken(): raise OSError(2, "No such file", {words!r})
        t = threading.Thread(target=broken, name={words!r}); t.start(); t.join()
    """,
    "an exception in a slot": """
        from PySide6.QtCore import QCoreApplication, QTimer
        app = QCoreApplication([])
        def broken(): raise KeyError({words!r})
        QTimer.singleShot(0, broken); QTimer.singleShot(200, app.quit); app.exec()
    """,
    "an exception in a job": """
        import logging
        from studio.gui.jobs import sentence
        try: raise RuntimeError({words!r})
        except RuntimeError as error: sentence(error, "train")
    """,
    "an exception of the command line": """
        import typer
        from studio.options import guarded
        @guarded
        def verb(): raise RuntimeError({words!r})
        try: verb()
        except typer.Exit: pass
    """,
}


def broken(home: Path, code: str, words: str) -> str:
    """Break a process of its own; return its newest report, of the next start if need be."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "s"),
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(home / "c"),
        "XDG_DATA_HOME": str(home / "d"),
    }
    text = HEAD + textwrap.dedent(code).strip().format(words=words)
    command = [sys.executable, "-c", text]
    env = {**os.environ, **environment}
    subprocess.run(command, env=env, capture_output=True, timeout=60, check=False)
    logs = next(home.glob("s/*/log"), home / "s" / "Atelier" / "log")
    reports.report_fault(logs)
    found = reports.newest(logs)
    return found.read_text(encoding="utf-8") if found else ""


def test_whatever_breaks_leaves_a_report(tmp_path: Path, promise: Any) -> None:
    words = "/home/Mallory Zoltan/tabby wolkenkratzer.png"
    with promise(SECTION, "whatever breaks leaves a report with no path and no name") as kept:
        for number, (what, code) in enumerate(BREAKS.items()):
            text = broken(tmp_path / f"Zoltan{number}", code, words)
            kept.check("Atelier crash report" in text, f"{what} left no report")
            kept.check(not left(text, ("Mallory", "Zoltan", "tabby", "wolken")), f"{what}: {text}")
            kept.check(str(Path.home()) not in text, f"{what} told where one is")


def test_nothing_planted_is_ever_told(tmp_path: Path, promise: Any, amount: Any) -> None:
    rng = random.Random(0)
    with promise(SECTION, "paths and names planted in messages and log: none is in it") as kept:
        for seed in range(amount(100, 2000)):
            message, some = planted(rng.randrange(10**6))
            log = tmp_path / reports.LOG
            log.write_text(f"2026-11-22 08:00:00,123 ERROR studio.jobs: {message}\n{message}\n")
            file = reports.report(raised(message), "It broke", tmp_path)
            assert file is not None
            found = left(file.read_text(encoding="utf-8"), some)
            kept.check(not found, f"{seed}: {found} of {message}")
        kept.say(f"{len(SHAPES)} shapes of paths and names, {len(PLANTED)} words")
    assert len(list((tmp_path / reports.FOLDER).iterdir())) == reports.MOST


def raised(message: str) -> RuntimeError:
    """Return an error with a cause, raised here."""
    try:
        try:
            raise FileNotFoundError(2, "No such file or directory", message)
        except OSError as cause:
            raise RuntimeError(message) from cause
    except RuntimeError as error:
        return error


def test_the_test_can_fail() -> None:
    message, some = planted(3)
    assert left(f"RuntimeError: {message}", some), "a report that told all would be noticed"
