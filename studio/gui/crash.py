"""The last resort: what nobody caught is logged, reported without names, and told in a dialog."""

import faulthandler
import logging
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QMainWindow

from studio import paths
from studio.core.recovery import reports
from studio.gui import theme
from studio.gui.widgets.crash_dialog import CrashDialog

LOG_AT_MOST = 1_000_000  # bytes; then the log becomes atelier.old and begins anew
log = logging.getLogger("studio.crash")


class Broken(logging.Handler):
    """Writes a report of every error that is logged with its traceback, once each."""

    def __init__(self, folder: Path):
        super().__init__(logging.ERROR)
        self.folder, self.newest = folder, ""
        self._known: set[tuple[object, ...]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a report unless the same error came from the same place before."""
        if not record.exc_info or record.exc_info[1] is None:
            return
        error, deepest = record.exc_info[1], record.exc_info[2]
        while deepest is not None and deepest.tb_next is not None:
            deepest = deepest.tb_next
        code = deepest.tb_frame.f_code if deepest is not None else None
        key = (type(error), code, deepest.tb_lineno if deepest is not None else 0)
        if key not in self._known:
            self._known.add(key)
            found = reports.report(error, "An error that nobody foresaw", self.folder)
            self.newest = str(found or "")


class CrashReporter(QObject):
    """Receives what nobody caught, in any thread, and shows one dialog at a time."""

    caught = Signal(str)

    def __init__(self, folder: Path | None = None):
        super().__init__()
        self.folder = folder or paths.logs()
        self.dialog: CrashDialog | None = None
        self._handlers: list[logging.Handler] = []
        self._broken = Broken(self.folder)
        self._trace: IO[str] | None = None
        self.caught.connect(self.show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over the hooks of this process and open the log."""
        try:
            self._open_log()
        except OSError:  # a read-only home must not keep the window shut
            logging.basicConfig(level=logging.INFO)
        sys.excepthook = self.report
        threading.excepthook = self._report_thread

    def _open_log(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / reports.LOG
        if file.exists() and file.stat().st_size > LOG_AT_MOST:
            file.replace(file.with_suffix(".old"))
        handler = logging.FileHandler(file, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        for each in (handler, self._broken):
            logging.getLogger().addHandler(each)
            self._handlers.append(each)
        logging.getLogger("studio").setLevel(logging.INFO)
        reports.report_fault(self.folder)
        self._trace = (self.folder / reports.FAULTS).open("a", encoding="utf-8")
        faulthandler.enable(self._trace)

    def close(self) -> None:
        """Close the log."""
        for each in self._handlers:
            logging.getLogger().removeHandler(each)
            each.close()
        self._handlers.clear()
        if self._trace:
            faulthandler.disable()
            self._trace.close()

    def report(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log the error and have it told; a Ctrl-C is left to end the program."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("nobody caught this", exc_info=(kind, error, trace))
        self.caught.emit(self._broken.newest)

    def _report_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(str)
    def show(self, file: str) -> None:
        """Tell what broke; while a dialog is open, later errors only become reports."""
        if self.dialog is not None:
            return
        self.dialog = CrashDialog(Path(file) if file else None)
        theme.cover(self.dialog)
        _put_over_the_window(self.dialog)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    @Slot(int)
    def _closed(self, _result: int) -> None:
        self.dialog = None


def _put_over_the_window(dialog: CrashDialog) -> None:
    """Keep a dialog above the window, and amid it; as its child it could be disabled with it."""
    every = QApplication.topLevelWidgets()
    window = next((w for w in every if isinstance(w, QMainWindow) and w.isVisible()), None)
    if window is not None:
        dialog.adjustSize()
        dialog.winId()  # makes the handle
        dialog.windowHandle().setTransientParent(window.windowHandle())
        dialog.move(window.frameGeometry().center() - dialog.rect().center())
