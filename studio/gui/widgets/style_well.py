"""Wells that pictures of a style are put into: dropped, chosen or pasted; one row for each."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, QTemporaryDir, Signal, Slot
from PySide6.QtGui import (
    QBrush,
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QEnterEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets import canvas_files
from studio.gui.widgets.canvas_layers import TINTS
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.parts import slider
from studio.gui.widgets.still import Still

SIDE = 60  # pixels of a well
FULL = 100  # the weight of a style that counts as much as any other


class Well(QAbstractButton):
    """A picture, or a dashed frame with a plus that waits for one; clicked to choose.

    dropped(list of Path), paste_asked(), kept_asked(), removed().
    """

    dropped = Signal(list)
    paste_asked = Signal()
    kept_asked = Signal()
    removed = Signal()

    def __init__(self, name: str, tip: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.still: Still | None = None
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self._checker = QBrush(checkered())
        self._over = False
        self.setFixedSize(SIDE, SIDE)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def show_picture(self, picture: np.ndarray | None) -> None:
        """Show a picture, uint8 [h, w, c] with straight alpha; None = empty."""
        self.still = None if picture is None else Still(picture)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self._over or self.hasFocus() or self.underMouse()
        edge = QColor(theme.ACCENT if lit else theme.EDGE)
        frame = QRect(1, 1, self.width() - 3, self.height() - 3)
        painter.setBrush(QColor(theme.SURFACE))
        if self.still is None:
            painter.setPen(QPen(edge, 1.5, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(frame, 6, 6)
            middle = frame.center()
            painter.setPen(QPen(QColor(theme.TEXT if lit else theme.QUIET), 1.6))
            painter.drawLine(middle.x() - 7, middle.y(), middle.x() + 7, middle.y())
            painter.drawLine(middle.x(), middle.y() - 7, middle.x(), middle.y() + 7)
            return
        painter.setPen(QPen(edge, 1.5))
        painter.drawRoundedRect(frame, 6, 6)
        self.still.paint(painter, self.still.fitted(frame.adjusted(3, 3, -3, -3)), self._checker)

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.still is not None:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Choose a picture…"), self.click)
        menu.addAction(self.tr("Paste picture"), self.paste_asked.emit)
        menu.addAction(self.tr("A kept picture of the project…"), self.kept_asked.emit)
        if self.still is not None:
            menu.addSeparator()
            menu.addAction(self.tr("Take it away"), self.removed.emit)
        menu.popup(event.globalPos())

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if canvas_files.given(event.mimeData()):
            event.acceptProposedAction()
            self._light(True)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        found: list[Path] = canvas_files.paths(event.mimeData(), self._drawer)
        if found:
            event.acceptProposedAction()
            self.dropped.emit(found)

    def _light(self, on: bool) -> None:
        self._over = on
        self.update()


class StyleRow(QWidget):
    """One style: its well, its name, how much it counts, and where it goes.

    weighed(): its weight is another. painting_asked(bool): paint where it goes, or end that.
    """

    weighed = Signal()
    painting_asked = Signal(bool)

    def __init__(self, number: int, parent: QWidget | None = None):
        super().__init__(parent)
        self.number = number
        name = self.tr("Style {n}").format(n=number)
        tip = self.tr("The style is taken from this picture. Drop another here, or click to choose")
        self.well = Well(name, tip)
        self.title = QLabel()
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.weight = slider(FULL, FULL)
        self.weight.setMinimum(5)
        self.weight.setAccessibleName(self.tr("Weight of style {n}").format(n=number))
        self.weight.setToolTip(self.tr("How much this style counts beside the others"))
        self.weight.valueChanged.connect(self.weighed)
        self.paint = QToolButton()
        self.paint.setCheckable(True)
        color = TINTS[f"style {number}"].name()
        self.paint.setIcon(theme.pixmap("brush", 18, color))
        self.paint.setIconSize(QSize(18, 18))
        self.paint.setAccessibleName(self.tr("Paint where style {n} goes").format(n=number))
        self.paint.setToolTip(
            self.tr("Paint where this style goes; unpainted, it goes where no other is painted")
        )
        self.paint.clicked.connect(self.painting_asked)
        self.remove = QToolButton()
        self.remove.setIcon(theme.icon("close", 16))
        self.remove.setAccessibleName(self.tr("Take style {n} away").format(n=number))
        self.remove.setToolTip(self.tr("Take this style away"))
        self.remove.clicked.connect(self._on_remove)
        self._lay_out()

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(2)
        above.addWidget(self.title, 1)
        above.addWidget(self.paint)
        above.addWidget(self.remove)
        side = QVBoxLayout()
        side.setSpacing(0)
        side.addLayout(above)
        side.addWidget(self.weight)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.well)
        row.addLayout(side, 1)

    def show_style(self, name: str, picture: np.ndarray | None, alone: bool) -> None:
        """Show a style's name and small picture, or, None, an empty well; one that is `alone`
        has no weight.
        """
        filled = picture is not None
        self.well.show_picture(picture)
        self.title.setText(name)
        self.title.setToolTip(name)
        self.title.setProperty("role", "" if filled else "quiet")
        self.title.style().polish(self.title)
        self.title.setWordWrap(not filled)
        self.weight.setVisible(filled and not alone)
        self.paint.setVisible(filled)
        self.remove.setVisible(filled)

    @Slot()
    def _on_remove(self) -> None:
        self.well.removed.emit()
