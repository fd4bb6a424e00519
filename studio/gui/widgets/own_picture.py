"""My own picture: what was dropped, beside what the model draws that comes closest to it."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect, QSize, Signal, Slot
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.parts import label
from studio.gui.widgets.still import Still

SIDE = 168  # pixels a picture is shown at


class OneStill(QWidget):
    """One picture, as large as fits; an empty frame without one."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.still: Still | None = None
        self._checker = QBrush(checkered())
        self.setAccessibleName(name)
        self.setMinimumSize(SIDE, SIDE)

    def show_picture(self, picture: np.ndarray | None) -> None:
        """Show a picture, uint8 [h, w, c] with straight alpha; None clears."""
        self.still = None if picture is None else Still(picture)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.still is not None:
            self.still.paint(painter, self.still.fitted(self.rect()), self._checker)
            return
        painter.setPen(self.palette().mid().color())
        painter.drawRect(QRect(0, 0, self.width() - 1, self.height() - 1))


class OwnPicture(QWidget):
    """asked(str): look for the picture in this file."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.mine, self.found = OneStill(self.tr("My picture")), OneStill(self.tr("As drawn"))
        self.choose = QPushButton(self.tr("Choose a picture…"))
        self.choose.clicked.connect(self._ask)
        self.again = QPushButton(self.tr("Search longer"))
        self.again.setToolTip(self.tr("Look again for four times as long"))
        self.again.setEnabled(False)
        hint = label(
            self.tr(
                "Drop a picture on the large one, or choose it here: the model looks for the place"
                " that draws it. Stop keeps the best so far."
            )
        )
        self.said = label(role="")
        self._lay_out(hint)

    def _lay_out(self, hint: QWidget) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.choose)
        buttons.addWidget(self.again)
        buttons.addStretch(1)
        both = QGridLayout()
        both.setSpacing(theme.GAP)
        for column, (text, still) in enumerate(
            ((self.tr("Mine"), self.mine), (self.tr("As the model draws it"), self.found))
        ):
            both.addWidget(label(text), 0, column)
            both.addWidget(still, 1, column)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GAP)
        column.addLayout(buttons)
        column.addWidget(hint)
        column.addLayout(both)
        column.addWidget(self.said)
        column.addStretch(1)

    def show_pair(self, mine: np.ndarray | None, found: np.ndarray | None, text: str) -> None:
        """Show what was asked for in the model's size, what comes closest, and how close."""
        self.mine.show_picture(mine)
        self.found.show_picture(found)
        self.said.setText(text)

    @Slot()
    def _ask(self) -> None:
        kinds = self.tr("Pictures (*.png *.jpg *.jpeg *.webp *.gif *.bmp *.tif *.tiff)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a picture"), "", kinds)
        if path and Path(path).is_file():
            self.asked.emit(path)
