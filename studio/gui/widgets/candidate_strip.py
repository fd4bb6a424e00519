"""The candidates of a fill, side by side: flip through them, keep one or none."""

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.parts import label
from studio.gui.widgets.progress_row import ProgressRow
from studio.gui.widgets.still import Still

SIDE = 84  # pixels a thumbnail is high
WIDE = (52, 132)  # and wide, at least and at most
CAPTION = 18  # pixels below it


class CandidateButton(QAbstractButton):
    """A thumbnail, uint8 [h, w, c] with straight alpha, and what was done, below it."""

    def __init__(self, title: str, tip: str, picture: np.ndarray, parent: QWidget | None = None):
        super().__init__(parent)
        self.still = Still(picture)
        self._checker = QBrush(checkered())
        self.setText(title)
        self.setAccessibleName(tip)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setMinimumWidth(WIDE[0])
        self.setMaximumWidth(WIDE[1])
        self.setFixedHeight(SIDE + CAPTION)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the canvas

    @override
    def sizeHint(self) -> QSize:
        return QSize(WIDE[1], SIDE + CAPTION)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        frame = QRect(0, 0, self.width(), SIDE)
        painter.fillRect(frame, QColor(theme.SURFACE))
        target = self.still.fitted(frame.adjusted(3, 3, -3, -3))
        self.still.paint(painter, target, self._checker)
        chosen = self.isChecked()
        if chosen or self.hasFocus() or self.underMouse():
            painter.setPen(QPen(QColor(theme.ACCENT if chosen else theme.QUIET), 2))
            painter.drawRect(frame.adjusted(1, 1, -1, -1))
        painter.setPen(QColor(theme.TEXT if chosen else theme.QUIET))
        below = QRect(0, SIDE, self.width(), CAPTION)
        room = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(self.text(), room, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)


class CandidateStrip(QWidget):
    """Shows candidates and how far the others are.

    chosen(int): look at that one. kept(): keep the one looked at. dismissed(): keep none.
    """

    chosen = Signal(int)
    kept = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.cells: list[CandidateButton] = []
        self._facts: list[tuple[str, float]] = []  # of each: what was done, in how many seconds
        self.said = label(role="quiet")
        self.said.setWordWrap(False)
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.progress = ProgressRow(
            self.tr("Filling"), self.tr("Stop filling (Esc); what was offered stays"), counted=False
        )
        self.keep = QPushButton(self.tr("Use"))  # Keep is the gallery's word
        self.keep.setProperty("role", "primary")
        self.keep.setToolTip(self.tr("Make this candidate part of the picture (Enter)"))
        self.discard = QPushButton(self.tr("Discard"))
        self.discard.setToolTip(self.tr("Leave the picture as it is; the mask stays (Esc)"))
        for each in (self.keep, self.discard, self.progress.button):
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.keep.clicked.connect(self.kept)
        self.discard.clicked.connect(self.dismissed)
        self._lay_out()
        self.clear()

    def _lay_out(self) -> None:
        self.row = QHBoxLayout()
        self.row.setSpacing(theme.GAP)
        self.row.addStretch(1)
        self.hint = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.hint.setProperty("role", "quiet")
        buttons = QVBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addWidget(self.keep)
        buttons.addWidget(self.discard)
        buttons.addStretch(1)
        self.below = below = QHBoxLayout()
        below.setSpacing(2 * theme.GAP)
        below.addLayout(self.row)
        below.addWidget(self.hint)
        below.addLayout(buttons)
        self.said.setMinimumHeight(self.progress.sizeHint().height())  # whether it is there or not
        above = QHBoxLayout()
        above.addWidget(self.said, 1)
        above.addWidget(self.progress, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        column.addLayout(above)
        column.addLayout(below)
        self.setFixedHeight(SIDE + CAPTION + 44)  # whatever is shown: the picture must not move

    def clear(self, hint: str = "") -> None:
        """Show no candidate, but what may be done next."""
        for cell in self.cells:
            self.row.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self.cells, self._facts = [], []
        self.hint.setText(hint)
        self._show(False)
        self.say("")

    def add(self, title: str, seconds: float, picture: np.ndarray) -> None:
        """Offer one more candidate: what was done, in how many seconds, and its thumbnail."""
        number = len(self.cells) + 1
        tip = self.tr("{n}: {title}, {s:.1f} s").format(n=number, title=title, s=seconds)
        cell = CandidateButton(f"{number}  {title}", tip, picture)
        cell.clicked.connect(self._on_clicked)
        self.cells.append(cell)
        self._facts.append((title, seconds))
        self.row.insertWidget(number - 1, cell, 10)
        self._show(True)

    def choose(self, index: int, stopped: bool = False) -> None:
        """Mark the candidate that is looked at and say what it is; `stopped`: no more will come."""
        for k, cell in enumerate(self.cells):
            cell.setChecked(k == index)
        title, seconds = self._facts[index]
        proof = self.tr("Outside the mask nothing changed (checked).")
        text = self.tr("{n} of {count}: {title}, {s:.1f} s. {proof}")
        shown = {"n": index + 1, "count": len(self.cells), "title": title}
        said = text.format(**shown, s=seconds, proof=proof)
        self.say(self.tr("Stopped. {said}").format(said=said) if stopped else said)

    def say(self, sentence: str) -> None:
        """Say something of the candidate that is looked at."""
        self.said.setText(sentence)
        self.said.setToolTip(sentence)

    def _show(self, offered: bool) -> None:
        for each in (self.keep, self.discard):
            each.setVisible(offered)
        self.hint.setVisible(not offered)
        self.below.setStretch(0, int(offered))
        self.below.setStretch(1, int(not offered))

    @Slot()
    def _on_clicked(self) -> None:
        index = next(k for k, cell in enumerate(self.cells) if cell is self.sender())
        self.choose(index)
        self.chosen.emit(index)
