"""The application: QApplication, theme, crash net and system signals around the window."""

import logging
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, QTimer, Slot
from PySide6.QtWidgets import QApplication

from studio import __version__
from studio.gui import heap, theme
from studio.gui.crash import CrashReporter
from studio.gui.garbage import Garbage
from studio.gui.session import Session
from studio.gui.window import Window

log = logging.getLogger("studio.app")


def launch(project: Path | None = None) -> int:
    """Open the window, with `project` if given; return the exit code once it has closed."""
    app = prepare(sys.argv[:1])
    crash = CrashReporter()
    crash.install()
    session = Session()
    garbage = Garbage()
    session.busy_changed.connect(garbage.settle)
    window = Window(session)
    leaving = Signals(window)
    window.restore()
    window.show()
    if project is not None:
        window.first = Path(os.path.realpath(project))  # resolve() raises in a ring of links
    code = app.exec()
    leaving.close()
    garbage.end()
    return code


def prepare(arguments: list[str]) -> QApplication:
    """Make the QApplication with its name, icon and theme."""
    heap.share()
    QCoreApplication.setApplicationName("Atelier")
    QCoreApplication.setApplicationVersion(__version__)
    app = QApplication(arguments)
    app.setDesktopFileName("atelier")
    theme.dress(app)
    return app


class Signals(QObject):
    """Turns SIGTERM, SIGINT and SIGHUP into saving and leaving.

    Python runs a signal's handler only between two of its own instructions, and Qt's loop is none;
    so the wake-up bytes of the signals are watched like any file.
    """

    def __init__(self, window: Window):
        super().__init__(window)
        self.window = window
        self.ours, theirs = socket.socketpair()  # a pair inside this process, no network
        self.ours.setblocking(False)
        theirs.setblocking(False)
        self.theirs = theirs
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        hang_up = getattr(signal, "SIGHUP", signal.SIGTERM)
        kept = signal.getsignal(hang_up) is signal.SIG_IGN  # nohup's wish
        self.numbers = {signal.SIGINT, signal.SIGTERM} | (set() if kept else {hang_up})
        for number in self.numbers:
            signal.signal(number, self._handle)
        self.notifier = QSocketNotifier(self.ours.fileno(), QSocketNotifier.Type.Read, self)
        self.notifier.activated.connect(self._drain)

    def close(self) -> None:
        """Hear no signal any more: the program is about to end as it is."""
        self.notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for number in self.numbers:
            signal.signal(number, signal.SIG_IGN)
        self.ours.close()
        self.theirs.close()

    @Slot()
    def _drain(self) -> None:
        self.ours.recv(64)  # Python's own handler runs as soon as this slot is back in Python

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        log.info("leaving on signal %s", number)
        QTimer.singleShot(0, self.window.leave)
