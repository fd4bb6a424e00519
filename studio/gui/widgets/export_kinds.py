"""The kinds of export to choose from, each with what comes out of it."""

from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from studio.core.assets.kinds import kinds
from studio.gui import theme

KINDS = tuple(kinds().values())  # read with this module, which a worker does
WIDTH = 184
INSIDE = 10  # pixels between a card's edge and its words
WRAP = Qt.TextFlag.TextWordWrap
SUMMARY = Qt.ItemDataRole.UserRole
AT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class Card(QStyledItemDelegate):
    """Draws a kind: its title, and below it what comes out."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        chosen: Any = option
        state, rect = chosen.state, chosen.rect.adjusted(2, 2, -2, -2)
        on = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if on or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.RAISED))
            painter.drawRoundedRect(rect, 6, 6)
        if on and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.ACCENT), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, 6, 6)
        inside = rect.adjusted(INSIDE, 7, -INSIDE, 0)
        painter.setFont(chosen.font)
        painter.setPen(QColor(theme.ACCENT if on else theme.TEXT))
        painter.drawText(inside, AT, index.data())
        painter.setFont(_small(chosen))
        painter.setPen(QColor(theme.QUIET))
        below = inside.adjusted(0, chosen.fontMetrics.height() + 2, 0, 0)
        painter.drawText(below, AT | WRAP, index.data(SUMMARY))
        painter.restore()

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        chosen: Any = option
        width = WIDTH - 2 * INSIDE - 14
        words = QFontMetrics(_small(chosen)).boundingRect(
            QRect(0, 0, width, 400), WRAP, index.data(SUMMARY)
        )
        return QSize(width, chosen.fontMetrics.height() + words.height() + 20)


def _small(option: Any) -> QFont:
    font = QFont(option.font)
    font.setPointSizeF(font.pointSizeF() * 0.88)
    return font


class KindList(QListWidget):
    """chosen(str): the user wants this kind of export."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setItemDelegate(Card(self))
        self.setAccessibleName(self.tr("Kind of export"))
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QListWidget { background: transparent; border: none; padding: 4px; }")
        self.setMouseTracking(True)
        for kind in KINDS:
            item = QListWidgetItem(self.tr(kind.title))
            item.setData(SUMMARY, self.tr(kind.summary))
            item.setToolTip(self.tr(kind.summary))
            self.addItem(item)
        self.currentRowChanged.connect(self._on_row)

    def choose(self, id: str) -> None:
        """Mark a kind without saying that the user chose it."""
        self.blockSignals(True)
        self.setCurrentRow(next(k for k, kind in enumerate(KINDS) if kind.id == id))
        self.blockSignals(False)

    def _on_row(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(KINDS[row].id)
