"""The way in: torch stays out, a missing screen or library is a sentence, signals save."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio import __main__ as entry
from tests.gui.conftest import python

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are Linux's")


@pytest.mark.parametrize(
    "module", ["studio.gui.app", "studio.gui.panels.library", "studio.gui.panels.train"]
)
def test_window_modules_leave_torch_out(module: str) -> None:
    code = f"import sys, {module}; print([m for m in sys.modules if m.startswith('torch')])"
    assert python(code) == (0, "[]\n", "")


def test_first_paint_waits_for_nothing_slow() -> None:
    slow = "('torch', 'numpy', 'pydantic', 'PIL', 'importlib.metadata')"
    code = f"""
import sys
from studio.gui.app import prepare
from studio.gui.session import Session
from studio.gui.window import Window
app = prepare(['atelier'])
window = Window(Session())
window.session.warm_up = lambda *later: None
window.show()
app.processEvents()
print([m for m in {slow} if m in sys.modules])
"""
    assert python(code)[:2] == (0, "[]\n")


@LINUX
def test_no_display_is_a_sentence_and_names_the_headless_command() -> None:
    code = "import sys; from studio.__main__ import main; sys.argv = ['atelier']; sys.exit(main())"
    nothing = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    status, out, said = python(code, **nothing)
    assert (status, out) == (2, "")
    assert said.startswith("atelier: No display was found") and "atelier train --help" in said
    assert said.count("\n") == 1
    status, _, said = python(code, **{**nothing, "DISPLAY": ":4711"})
    assert status == 2 and ":4711 does not answer" in said


def test_missing_library_is_named_with_the_install_line() -> None:
    said = entry.missing("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert "libEGL.so.1" in said
    if sys.platform.startswith("linux"):
        assert "apt-get install" in said and "libegl1" in said


def test_a_typo_is_no_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["atelier", "trian"])
    assert entry.main() == 2
    said = capsys.readouterr().err
    assert "'trian' is neither a project folder nor a command" in said and "train" in said


@pytest.mark.parametrize("text", ["x" * 9000, "a\0b", "\x1b[31mred", "a\u202eb", "", "\udcff"])
def test_odd_names_are_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["atelier", text])
    assert entry.main() == 2
    said = capsys.readouterr().err.removesuffix("\n")
    assert said.isprintable() and said.endswith(".") and len(said) < 500


def test_what_is_there_is_left_to_the_window(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "ring").symlink_to("ring")
    for path in (tmp_path, tmp_path / "a.txt", tmp_path / "ring"):
        assert entry.misread([str(path)]) == ""
    assert "not a command" in entry.misread([str(tmp_path), "train"])


def test_verbs_go_to_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import studio.cli

    asked: list[list[str]] = []
    monkeypatch.setattr(studio.cli, "app", lambda: asked.append(sys.argv[1:]))
    for arguments in (["train", "x"], ["--help"]):
        monkeypatch.setattr(sys, "argv", ["atelier", *arguments])
        assert entry.main() == 0
    assert asked == [["train", "x"], ["--help"]]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_close_the_window(number: signal.Signals, home: Path) -> None:
    code = "import sys; from studio.__main__ import main; sys.argv = ['atelier']; sys.exit(main())"
    program = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    written = home / "config" / "Atelier" / "window.json"
    time.sleep(2.5)
    program.send_signal(number)
    _, said = program.communicate(timeout=60)
    assert program.returncode == 0, said
    assert written.exists(), "the window's place was not kept"


def test_crash_is_logged_reported_and_told(qtbot: QtBot, home: Path) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QLabel, QMainWindow

    from studio.gui.crash import CrashReporter

    reporter, hooks = CrashReporter(home / "logs"), (sys.excepthook, None)
    told: list[str] = []
    reporter.caught.connect(told.append)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(100, 50, 1200, 700)
    window.show()
    window.setEnabled(False)
    try:
        reporter._open_log()
        reporter.report(ValueError, ValueError("boom in /home/Mallory"), None)
        reporter.report(ValueError, ValueError("boom in /home/Mallory"), None)
        reporter.show(told[0])
        dialog = reporter.dialog
        assert dialog and "ValueError" in dialog.text.toPlainText()
        assert "Mallory" not in dialog.text.toPlainText()
        labels = dialog.findChildren(QLabel)
        assert {each.textFormat() for each in labels} == {Qt.TextFormat.PlainText}, "it is dressed"
        assert dialog.isEnabled() and window.frameGeometry().contains(dialog.frameGeometry())
        assert dialog.windowHandle().transientParent() is window.windowHandle()
        reporter.show(told[0])
        assert reporter.dialog is dialog, "one dialog at a time"
        dialog.copy.click()
        assert QGuiApplication.clipboard().text() == dialog.text.toPlainText()
        assert "boom" in (home / "logs" / "atelier.log").read_text(encoding="utf-8")
        assert len(list((home / "logs" / "reports").iterdir())) == 1, "one error, one report"
        dialog.close()
        assert reporter.dialog is None
    finally:
        sys.excepthook = hooks[0]
        reporter.close()
