"""The window with a stranger's project in it: every page is shown, and looked over."""

import atexit
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.canary import sentence

HARMLESS = ("This plugin does not support", "propagateSizeHints")
MARK = "planted"
NAMES = {
    "a picture": f'<img src="file:///{MARK}.png">{MARK}',
    "a page": f"<html><b>{MARK}</b><a href='file:///etc/passwd'>{MARK}</a><style>*{{}}</style>",
    "a server's picture": f'<p><img src="//host/share/{MARK}.png"></p>',
    "colors of a terminal": f"\x1b[31m{MARK}\x1b]0;{MARK}\x07",
    "letters turned": f"{MARK}\u202egnp.exe\u2066\u200b",
    "60 kB": f"<b>{MARK}</b> " * 4000,
    "a long word": MARK * 3000,
    "a megabyte": f"<i>{MARK}</i> " * 70_000,
    "nothing": " ",
    "lines": f"{MARK}\n\n{MARK}\r\n<br>{MARK}\t\0",
    "a template": f"{{name}} {{0.__class__}} %s%n %1 &{MARK} {{n}}",
}
PATIENCE = 20.0  # seconds that all lanes may take to come to rest


class Shown:
    """The real window without a screen, and all that went wrong in it since it was asked last."""

    def __init__(self) -> None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from PySide6.QtCore import qInstallMessageHandler

        from studio.gui import app
        from studio.gui.session import Session
        from studio.gui.window import Window

        self.wrong: list[str] = []
        self.said = 0
        self.application = app.prepare(["atelier"])
        qInstallMessageHandler(self._on_qt)
        sys.excepthook = lambda _, error, trace: self.wrong.append(f"raises {error!r:.300}")
        logging.lastResort = None  # what is logged goes to a file, as in the program
        self.session = Session()
        self.session.failed.connect(self._on_failed)
        self.window = Window(self.session)
        self.window.resize(1200, 800)
        self.window.show()
        self.until(lambda: self.session.ready, 120)
        self.rest()
        atexit.register(self._end)

    def _end(self) -> None:
        """End all lanes, as a thread that is destroyed while it runs aborts the process."""
        ended = self.until(lambda: self.session.close(1), PATIENCE)
        os._exit(0 if ended else 1)

    def _on_qt(self, _kind: object, _where: object, text: str) -> None:
        if not any(each in text for each in HARMLESS):
            self.wrong.append(f"Qt says {text[:200]}")

    def _on_failed(self, lane: str, text: str) -> None:
        self.said += 1
        if told := sentence(ValueError(text)):
            self.wrong.append(f"{lane} {told}")

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Let the window work until something is true; tell whether it is."""
        end = time.monotonic() + seconds
        while not true() and time.monotonic() < end:
            self.application.processEvents()
            time.sleep(0.005)
        return true()

    def rest(self) -> None:
        """Wait until nothing is at work any more."""
        from studio.gui.jobs import LANES, LIVE

        lanes = {*LANES, *LIVE} - {"forecast"}  # which takes long, and gives way to all else
        idle = 0

        def still() -> bool:
            nonlocal idle
            busy = [each for each in lanes if self.session.title(each)]
            idle = 0 if busy else idle + 1
            return idle > 4

        if not self.until(still, PATIENCE):
            busy = [each for each in lanes if self.session.title(each)]
            self.wrong.append(f"still at work: {busy}")

    def opened(self, folder: Path) -> list[str]:
        """Open a project, show every page, and return what is wrong."""
        self.session.open_project(folder)
        self.rest()
        if self.session.project is None or self.session.project.folder != folder:
            return self.taken()
        for page in sorted(self.window.open_to()):
            self.window.show_page(page)
            self.rest()
            self.wrong += rich(self.application)
            self.window.grab()
        if self.session.title("train") or self.session.project.run().history().status == "running":
            self.wrong.append("it trains")
        return self.taken()

    def clicked(self, path: str, opens: bool) -> list[str]:
        """Open what was double-clicked, as the program does, and return what is wrong: what is not
        opened is refused in a sentence, on the terminal or in the window, which stays.
        """
        from studio.__main__ import misread

        self.said, before = 0, self.session.project
        if why_not := misread([path]):
            told = sentence(ValueError(why_not))
            return [f"the terminal {told}"] if told or opens else []
        found = Path(os.path.realpath(path))
        self.window.open_found(found)
        self.rest()
        project = self.session.project
        if opens and (project is None or project.folder != found):
            self.wrong.append("it does not open")
        elif not opens and (project is not before or not self.said):
            self.wrong.append("it opens, or no sentence says why not")
        if not self.window.isVisible():
            self.wrong.append("the window is gone")
        self.window.grab()
        return self.taken()

    def taken(self) -> list[str]:
        """Return what went wrong, and forget it."""
        found, self.wrong = list(dict.fromkeys(self.wrong)), []
        return found


def rich(application: Any) -> list[str]:
    """Return the labels that would show what was planted as anything but plain text."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLabel, QTextEdit

    found = []
    for each in application.allWidgets():
        if isinstance(each, QLabel) and MARK in each.text():
            plain = each.textFormat() == Qt.TextFormat.PlainText
            escaped = each.property("role") == "rich" and f"<b>{MARK}" not in each.text()
            if not plain and not escaped:
                found.append(f"{type(each.parent()).__name__} shows {each.text()[:60]!r} as HTML")
        elif isinstance(each, QTextEdit) and MARK in each.toHtml() and "<img" in each.toHtml():
            found.append(f"{type(each).__name__} shows HTML")
    return found


def renamed(folder: Path, name: str) -> None:
    """Give a project, its run, its set, its classes and what is kept in it a name."""
    for path in (folder / "project.json", *folder.glob("runs/*/run.json")):
        _changed(path, {"name": name})
    for path in folder.glob("datasets/*/manifest.json"):
        values = json.loads(path.read_bytes())
        classes = [f"{name}{k}" for k in range(len(values["classes"]))]
        report = values["report"] | {"skipped": [[name, name]], "converted": {name: 1}}
        report["classes"] = dict.fromkeys(classes, 3)
        _changed(path, {"name": name, "source": name, "classes": classes, "report": report})
    for path in folder.glob("datasets/*/rights.json"):
        _changed(path, {"author": name, "license": name})
    for path in folder.glob("runs/*/log.jsonl"):
        note = {"type": "Note", "text": name, "level": "warning", "kind": "health"}
        path.write_bytes(path.read_bytes() + json.dumps(note).encode() + b"\n")
    for path in folder.glob("runs/*/explore/*.json"):
        path.write_text(path.read_text().replace('"Seed"', json.dumps(name)))


def _changed(path: Path, changes: dict[str, Any]) -> None:
    values = json.loads(path.read_bytes())
    values |= {key: value for key, value in changes.items() if key in values}
    path.write_text(json.dumps(values))
