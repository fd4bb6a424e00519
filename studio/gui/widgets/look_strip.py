"""Looks side by side, by their small pictures: the presets, and the history."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.candidate_strip import CAPTION, SIDE, WIDE, CandidateButton
from studio.gui.widgets.parts import switch
from studio.gui.widgets.progress_row import ProgressRow

BAR = 14  # pixels of a scroll bar below
PRESETS, HISTORY = 0, 1


class LookRow(QScrollArea):
    """Small pictures in a row that scrolls; each has a key.

    chosen(key): one was clicked. menu_asked(key, QPoint): its menu, there on the screen.
    """

    chosen = Signal(object)
    menu_asked = Signal(object, QPoint)

    def __init__(self, empty: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.cells: dict[Any, CandidateButton] = {}
        self.empty = QLabel(empty, alignment=Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "quiet")
        inner = QWidget()
        self.row = QHBoxLayout(inner)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(theme.GAP)
        self.row.addWidget(self.empty, 100)
        self.row.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(SIDE + CAPTION + BAR)

    def put(self, key: Any, title: str, tip: str, picture: np.ndarray, first: bool = False) -> None:
        """Show a look by its small picture, uint8 [h, w, c], in place of one with its key."""
        cell = CandidateButton(title, tip, picture)
        h, w = picture.shape[:2]
        cell.setFixedWidth(min(max(SIDE * w // h, 76), WIDE[1]))
        cell.clicked.connect(self._on_clicked)
        cell.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        cell.customContextMenuRequested.connect(self._on_menu)
        at = 0 if first else len(self.cells)
        if key in self.cells:
            at = self.row.indexOf(self.cells[key])
            cell.setChecked(self.cells[key].isChecked())
            self.drop(key)
        self.cells[key] = cell
        self.row.insertWidget(at, cell)
        self.empty.hide()

    def drop(self, key: Any) -> None:
        """Show that look no more."""
        cell = self.cells.pop(key)
        self.row.removeWidget(cell)
        cell.hide()
        cell.deleteLater()
        self.empty.setVisible(not self.cells)

    def clear(self) -> None:
        """Show no look."""
        for key in list(self.cells):
            self.drop(key)

    def choose(self, key: Any) -> None:
        """Mark one as the look that is shown, and show it; None marks none."""
        for each, cell in self.cells.items():
            cell.setChecked(each == key)
        if key in self.cells:
            self.ensureWidgetVisible(self.cells[key])

    def _key(self) -> Any:
        return next(key for key, cell in self.cells.items() if cell is self.sender())

    @Slot()
    def _on_clicked(self) -> None:
        key = self._key()
        self.choose(key)
        self.chosen.emit(key)

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        key = self._key()
        self.menu_asked.emit(key, self.cells[key].mapToGlobal(at))


class LookStrip(QWidget):
    """Presets and history, one of them on show; above them how far the whole picture is.

    save_asked(): keep the setting as a preset of the user's own.
    """

    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.presets = LookRow(self.tr("Presets are drawn on your picture here."))
        self.history = LookRow(
            self.tr("What you restyle in full size is kept here, and settings that you star (.).")
        )
        self.tabs = [switch(self.tr("Presets"), on=True), switch(self.tr("History"))]
        self.tabs[PRESETS].setToolTip(self.tr("Looks to begin with, drawn on your own picture"))
        self.tabs[HISTORY].setToolTip(self.tr("What you made of this picture, to come back to"))
        self.save = QPushButton(self.tr("Save preset…"))
        self.save.setProperty("role", "link")
        self.save.setToolTip(self.tr("Keep these settings as a preset of your own"))
        self.save.clicked.connect(self.save_asked)
        self.progress = ProgressRow(
            self.tr("Restyling"),
            self.tr("Stop restyling (Esc); the preview stays"),
            counted=False,
        )
        for each in (*self.tabs, self.save, self.progress.button):
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        above = QHBoxLayout()
        above.setSpacing(2)
        for number, tab in enumerate(self.tabs):
            group.addButton(tab, number)
            above.addWidget(tab)
        above.addWidget(self.save)
        above.addSpacing(theme.GAP)
        above.addStretch(1)
        above.addWidget(self.progress, 100)
        self.rows = QStackedWidget()
        self.rows.addWidget(self.presets)
        self.rows.addWidget(self.history)
        group.idClicked.connect(self.show_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        column.addLayout(above)
        column.addWidget(self.rows)
        self.setFixedHeight(SIDE + CAPTION + BAR + 36 + theme.GAP // 2)

    @Slot(int)
    def show_row(self, which: int) -> None:
        """Show the presets (0) or the history (1)."""
        self.tabs[which].setChecked(True)
        self.rows.setCurrentIndex(which)
        self.save.setVisible(which == PRESETS)
