"""The last resort: what nobody caught is logged and told in a dialog; crashes leave a trace."""

import faulthandler
import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox

from studio import paths

LOG = "atelier.log"
LOG_AT_MOST = 1_000_000  # bytes; then the log becomes atelier.old and begins anew
log = logging.getLogger("studio.crash")


class CrashReporter(QObject):
    """Receives what nobody caught, in any thread, and shows one dialog at a time."""

    caught = Signal(str, str)

    def __init__(self, folder: Path | None = None):
        super().__init__()
        self.folder = folder or paths.logs()
        self.dialog: QMessageBox | None = None
        self._handler: logging.Handler | None = None
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
        file = self.folder / LOG
        if file.exists() and file.stat().st_size > LOG_AT_MOST:
            file.replace(file.with_suffix(".old"))
        handler = logging.FileHandler(file, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger().addHandler(handler)
        self._handler = handler
        logging.getLogger("studio").setLevel(logging.INFO)
        self._trace = (self.folder / "crash.log").open("a", encoding="utf-8")
        faulthandler.enable(self._trace)

    def close(self) -> None:
        """Close the log."""
        if self._handler:
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()
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
        text = "".join(traceback.format_exception(kind, error, trace))
        self.caught.emit(f"{kind.__name__}: {error}", text)

    def _report_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(str, str)
    def show(self, what: str, details: str) -> None:
        """Tell what broke; while a dialog is open, later errors only go to the log."""
        if self.dialog is not None:
            return
        self.dialog = QMessageBox(QMessageBox.Icon.Warning, self.tr("Something broke"), "")
        self.dialog.setText(self.tr("Something in Atelier broke; what was saved is safe."))
        where = self.tr("{what}\n\nThe details are in {file}. You can go on, or close and reopen.")
        self.dialog.setInformativeText(where.format(what=what, file=self.folder / LOG))
        self.dialog.setDetailedText(details)
        self.dialog.setStandardButtons(QMessageBox.StandardButton.Close)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    @Slot(int)
    def _closed(self, _result: int) -> None:
        self.dialog = None
