"""The export room: pictures become sheets, tiles, palettes, films; seen before they are written."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTemporaryDir, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QWidget
from typing_extensions import override

from studio.gui.desks.exporting import ExportDesk
from studio.gui.desks.exporting_files import TargetDesk
from studio.gui.session import Session
from studio.gui.widgets import canvas_files
from studio.gui.widgets.export_room import ExportRoom


class ExportPanel(ExportRoom):
    """Session to widgets, and what the user does to requests.

    closed(): the user wants back to where they were.
    """

    closed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self.exporting = ExportDesk(session, self, self)
        self.target = TargetDesk(session, self, self.exporting, self)
        self.setAcceptDrops(True)
        does = self.actions_
        session.project_changed.connect(self._ask_copies)
        does.back.triggered.connect(self.closed)
        does.escape.triggered.connect(self._escape)
        does.export.triggered.connect(self._enter)
        does.outlines.triggered.connect(self.stage.outlines.toggle)
        self.exporting.choose(self.exporting.kind.id)
        does.allow(False)
        self.setFocusProxy(self.stage.view)

    def take(self, found: list[Path]) -> None:
        """Export these pictures."""
        self.exporting.take(found)

    @Slot()
    def _ask_copies(self) -> None:
        """Show what the project that is open does about copies of its training pictures."""
        self.options.show_copies("")
        if self.isVisible():
            self.session.ask_copies()

    @Slot()
    def _enter(self) -> None:
        if isinstance(QApplication.focusWidget(), QAbstractSpinBox):
            self.stage.setFocus()  # a number was typed: that is all Enter ends
        else:
            self.target.export()

    @Slot()
    def _escape(self) -> None:
        if self.session.title("export files"):
            self.session.stop("export files")
        else:
            self.closed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:  # no action: it would take the key from buttons
            self.stage.toggle()
        else:
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_copies()
        self.options.told.setChecked(self.session.memory.tells())
        if self.exporting.picks and not event.spontaneous():
            self.exporting.refresh()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.exporting.rest()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data: Any = event.mimeData()
        if canvas_files.given(data):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.exporting.add(canvas_files.paths(event.mimeData(), self._drawer))
