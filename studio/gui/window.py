"""The main window: rail, pages, menus, status bar, drops and closing. Composition only."""

import logging
import os
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from studio import paths
from studio.gui import theme
from studio.gui.menus import Menus
from studio.gui.pages import Pages
from studio.gui.recovery import Recovery
from studio.gui.session import Session
from studio.gui.widgets.access_line import AccessLine
from studio.gui.widgets.leave_question import LeaveQuestion
from studio.gui.widgets.notice import Notice
from studio.gui.widgets.status_line import StatusLine

QUIET = (
    "advice",
    "check",
    "forecast",
    "outlook",
    "preview",
    "presets",
    "export preview",
    "export files",
    "gallery",
    "search",
    "wall",
    "closer",
)  # lanes nobody asked for: what fails there is said in its place
LATER = (
    "studio.gui.panels.train",
    "studio.gui.panels.library",
    "studio.gui.panels.explore",
    "studio.gui.panels.style",
    "studio.gui.panels.repair",
    "studio.gui.panels.export",
    "studio.gui.panels.gallery",
)  # 0.3 s of reading each that nobody need wait for
UNSAVED = ("save", "log")  # kinds of notes that tell of a disk that is full, or gone
SAID = 6000  # ms that a word of success stays
PATIENCE = 90.0  # seconds that a job may take to save before the program leaves without it

log = logging.getLogger("studio.window")


class Window(Pages):
    """Everything the user sees. Pages are made when first shown; torch loads after the paint."""

    def __init__(self, session: Session):
        super().__init__(session)
        self._noticed = ""  # the lane that the notice is about
        self._unsaved = False  # it is about a training that could not be saved
        self.asked = True  # whether the user is, before the window closes
        self.first: Path | None = None  # what is opened once the window was painted
        self.leaving = 0.0  # since when (monotonic) the window waits for a job to save
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self._build()
        self._connect()
        self._retitle()
        self._warm = False

    def _build(self) -> None:
        self.notice, self.access = Notice(), AccessLine()
        self.recovery = Recovery(self)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.access)
        column.addWidget(self.notice)
        column.addWidget(self.stack, 1)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        self.setCentralWidget(body)
        self.status = StatusLine()
        self.setStatusBar(self.status)
        self.menus = Menus(self, self.session, list(self.workspaces.values()))

    def _connect(self) -> None:
        self.welcome.pictures_asked.connect(self.ask_pictures)
        self.welcome.project_asked.connect(self.ask_project)
        self.session.project_changed.connect(self._on_project)
        self.session.busy_changed.connect(self._on_busy)
        self.session.events.connect(self.status.tell)
        self.session.events.connect(self._on_events)
        self.session.failed.connect(self._on_failed)
        self.session.said.connect(self._say)
        self.session.access_changed.connect(self._on_access)
        self.access.tried.connect(self.session.try_again)

    # what is opened

    @Slot()
    def ask_pictures(self) -> None:
        """Let the user choose a folder of pictures, and import it."""
        folder = QFileDialog.getExistingDirectory(self, self.tr("Open a folder of pictures"))
        if folder:
            self.import_paths([Path(folder)])

    @Slot()
    def ask_project(self) -> None:
        """Let the user choose a project folder, and open it."""
        start = str(paths.projects()) if paths.projects().is_dir() else str(Path.home())
        folder = QFileDialog.getExistingDirectory(self, self.tr("Open a project folder"), start)
        if folder:
            self.session.open_project(Path(folder))

    @Slot()
    def ask_new_project(self) -> None:
        """Let the user name a new project, and open it."""
        start = str(paths.projects() / self.tr("New project"))
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Make a new project"), start)
        if name:
            self.session.new_project(Path(name))

    @Slot()
    def ask_pack(self) -> None:
        """Let the user choose a packed model, and take it in."""
        title, kinds = self.tr("Open a packed model"), self.tr("Packed models (*.atelierpack)")
        path, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        if path:
            self._take([Path(path)])

    def import_paths(self, found: list[Path]) -> None:
        """Take a folder, a zip, an idx file or loose pictures into the library as a draft."""
        self.session.import_paths(found, None)
        if self.session.project:
            self.show_page("library")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name; override costs 16 ms)
        if event.source() is None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name; override costs 16 ms)
        found = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        event.acceptProposedAction()
        self._take(found)

    def _take(self, found: list[Path]) -> None:
        if self.session.explorable(found):
            self.show_page("explore")  # first, or its first look would open the newest run instead
        page = self.session.take(found) if found else ""
        if page and self.session.project:
            self.show_page(page)

    # what the session says

    @Slot()
    def _on_project(self) -> None:
        self._retitle()
        self.menus.refresh()
        self.rail.allow(self.open_to())
        # later, as a trial starts training right after it opened its project
        QTimer.singleShot(0, self._leave_welcome)

    @Slot()
    def _on_access(self) -> None:
        if self.session.project is not None and self.access.isVisible() and not self.session.shut:
            self._say(self.tr("This project can be changed here again."))
        self.access.say(self.session.shut)

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        title = self.session.title(lane)
        was = self.status.shows(lane)
        self.status.show_lane(lane, title, self.session.paused(lane))
        self.status.show_engine(self.session.ready)
        if title and not was and lane in ("train", self._noticed):  # it is tried again
            self.notice.hide()
        if lane == "train" and title and not was:
            self.show_page("train")
        if self.leaving and not self.session.title("train"):
            QTimer.singleShot(0, self.close)
        self.welcome.refresh_busy()

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        """Say above the page that a training can't be saved or recorded, until it is again."""
        for event in events if lane == "train" else ():
            kind = getattr(event, "kind", "")
            if kind in UNSAVED and event.level != "info":
                self._unsaved = True
                self.notice.say(event.text, event.level)
            elif self._unsaved and (kind == "log" or type(event).__name__ == "Saved"):
                self._unsaved = False
                self.notice.hide()

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "train" and self.leaving and self.asked:
            self.leaving = 0.0  # the user is to read what could not be saved
            self.setEnabled(True)
        if lane not in QUIET:
            self._noticed = lane
            self.notice.say(sentence, "error" if lane in ("train", "engine") else "warning")

    @Slot(str)
    def _say(self, sentence: str) -> None:
        self.status.showMessage(sentence, SAID)

    def _retitle(self) -> None:
        project = self.session.project
        self.setWindowTitle(
            self.tr("{name} – Atelier").format(name=project.name) if project else "Atelier"
        )

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._warm:
            self._warm = True
            QTimer.singleShot(0, self._after_first_paint)
        return handled

    @Slot()
    def _after_first_paint(self) -> None:
        self.setWindowIcon(theme.app_icon())
        self.session.warm_up(*LATER)
        self.recovery.begin()
        if self.first is not None:
            self.open_found(self.first)

    def open_found(self, found: Path) -> None:
        """Open a project, or take a pack in; of anything else a sentence says that it is none."""
        if self.session.is_pack(found):
            self._take([found])
        else:
            self.session.open_project(found)

    def restore(self) -> None:
        """Take the size and place of last time, or a size that suits the screen."""
        stored = self.session.memory.geometry()
        if stored is None or not self.restoreGeometry(stored):
            room = self.screen().availableSize()
            self.resize(min(1440, room.width()), min(900, room.height()))

    @Slot()
    def leave(self) -> None:
        """Save what runs and close, without asking; what is not exported is offered next time."""
        self.asked = False
        self.leaving = self.leaving or time.monotonic()
        self._close_dialogs()
        self._close_again()

    def _close_dialogs(self) -> None:
        """Reject what waits for an answer: its own loop would keep the program."""
        if popup := QApplication.activePopupWidget():
            popup.close()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name; override costs 16 ms)
        if self.session.title("train"):
            event.ignore()
            if self.leaving or LeaveQuestion(self.session.title("train"), self).stop():
                self._save_first()
            return
        if not self.leaving and not self.leave_pictures(self._close_again):
            event.ignore()
            return
        self.leaving = self.leaving or time.monotonic()
        if not self.session.close(2):
            event.ignore()
            self._give_up_or_retry()
            return
        self.recovery.end(self.asked)
        self.end_repair()
        self.session.memory.keep_geometry(self.saveGeometry())
        event.accept()

    def _close_again(self) -> None:
        """Close once more, for the next question or for good: Qt knows no close within another."""
        QTimer.singleShot(0, self.close)

    def _save_first(self) -> None:
        """Stop the training; the window closes once it is saved."""
        self.leaving = self.leaving or time.monotonic()
        self.status.say(self.tr("Saving the training…"))
        self.setEnabled(False)
        self.session.stop("train")
        QTimer.singleShot(int(1000 * PATIENCE), self._give_up_or_retry)

    @Slot()
    def _give_up_or_retry(self) -> None:
        if self.leaving and time.monotonic() - self.leaving > PATIENCE:
            log.critical("a job did not end within %s s; leaving without it", PATIENCE)
            logging.shutdown()
            os._exit(1)  # a destroyed running thread would abort anyway
        if self.leaving and not self.session.title("train"):  # else the user stays
            QTimer.singleShot(200, self.close)
