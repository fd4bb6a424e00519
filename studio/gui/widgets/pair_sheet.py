"""Drawn pictures, each beside the training picture nearest to it; copies are framed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from studio.gui import theme

if TYPE_CHECKING:
    from studio.core.metrics.evaluation import Pair

COLUMNS, GAP = 4, 8  # of the sheet that core.tools.evaluate keeps
COPY = 1 / 3  # core.metrics.evaluation.Pair says so
MOST = 256  # pixels that a pair takes across
INSIDE = 4  # pixels between a pair and its card's edge


class PairSheet(QWidget):
    """Cards as many across as there is room for, closest first."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.pairs: Sequence[Pair] = ()
        self.sheet = QPixmap()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_pairs(self, pairs: "Sequence[Pair]", file: Path | None) -> None:
        """Show the pairs that stand in the sheet `file`; nothing if it can't be read."""
        self.sheet = QPixmap(str(file)) if file else QPixmap()
        self.pairs = () if self.sheet.isNull() else pairs
        name = self.tr("{n} pairs of a drawn and a training picture, {copies} of them copies")
        self.setAccessibleName(name.format(n=len(self.pairs), copies=self.copies))
        self.updateGeometry()
        self.update()

    @property
    def copies(self) -> int:
        """How many of the pairs are copies."""
        return sum(pair.ratio < COPY for pair in self.pairs)

    def card(self, number: int) -> QRect:
        """Return where pair `number` lies."""
        size, columns = self._card_size(), self._columns(self.width())
        row, column = divmod(number, columns)
        corner = QPoint(column * (size.width() + GAP), row * (size.height() + GAP))
        return QRect(corner, size)

    def tip(self, number: int) -> str:
        """Say how close pair `number` is."""
        pair = self.pairs[number]
        text = self.tr("Nearest to picture {n} of your set; the next one is {x} times as far.")
        times = f"{1 / max(pair.ratio, 1e-3):.1f}"
        said = text.format(n=pair.place + 1, x=times)
        return self.tr("A copy. {text}").format(text=said) if pair.ratio < COPY else said

    @override
    def sizeHint(self) -> QSize:
        width = COLUMNS * (self._card_size().width() + GAP) - GAP
        return QSize(width, self.heightForWidth(width))

    @override
    def minimumSizeHint(self) -> QSize:
        return self._card_size()

    @override
    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self.pairs) // self._columns(width))
        return max(0, rows * (self._card_size().height() + GAP) - GAP)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, pair in enumerate(self.pairs):
            card, copy = self.card(number), pair.ratio < COPY
            painter.setPen(QPen(QColor(theme.WARNING if copy else theme.EDGE), 2 if copy else 1))
            painter.setBrush(QColor(theme.SURFACE))
            painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), 6, 6)
            inside = card.adjusted(INSIDE, INSIDE, -INSIDE, -INSIDE)
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform,
                inside.width() < self._source(number).width(),
            )
            painter.drawPixmap(inside, self.sheet, self._source(number))

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = [k for k in range(len(self.pairs)) if self.card(k).contains(event.pos())]
            QToolTip.showText(event.globalPos(), self.tip(found[0]) if found else "", self)
            return True
        return super().event(event)

    def _columns(self, width: int) -> int:
        most = max(1, (width + GAP) // (self._card_size().width() + GAP))
        rows = max(1, -(-len(self.pairs) // most))
        return max(1, -(-len(self.pairs) // rows))  # so that no card is left alone

    def _source(self, number: int) -> QRect:
        row, column = divmod(number, COLUMNS)
        size = self._pair_size()
        return QRect(QPoint(column * (size.width() + GAP), row * (size.height() + GAP)), size)

    def _pair_size(self) -> QSize:
        rows = max(1, -(-len(self.pairs) // COLUMNS))
        width = (self.sheet.width() + GAP) // COLUMNS - GAP
        return QSize(max(0, width), max(0, (self.sheet.height() + GAP) // rows - GAP))

    def _card_size(self) -> QSize:
        pair = self._pair_size()
        scale = min(1.0, MOST / max(1, pair.width()))
        return QSize(
            round(scale * pair.width()) + 2 * INSIDE, round(scale * pair.height()) + 2 * INSIDE
        )
