"""What is seen of a wall of pictures: only that is painted, asked for and kept in memory."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.image_grid import PIXEL_ART, checkered
from studio.gui.widgets.wall_choice import WallChoice
from studio.gui.widgets.wall_layout import LARGEST, MARGIN, SMALLEST, WallLayout, hung
from studio.gui.widgets.wall_store import Hung, WallStore

ASK = 30  # ms between two wishes for thumbnails while scrolling
BESIDE = 1  # pages above and below that are fetched, too
BLANK = QColor("#2a2b30")  # a picture that has not arrived
TINT = QColor(142, 166, 247, 30)  # over one that is chosen


class WallView(QAbstractScrollArea):
    """Shows pictures by their ids; what they look like is asked for when they come into sight.

    wanted(list): thumbnails of these ids are wanted; the newest wish replaces the others.
    current_changed(int): the keyboard is on another picture (its id; -1: none).
    chosen_changed(): others are chosen. side_changed(int): the cells are so large now.
    """

    wanted = Signal(list)
    current_changed = Signal(int)
    chosen_changed = Signal()
    side_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.choice, self.store = WallChoice(), WallStore()
        self.side = 128
        self.empty = ""
        self._checker, self._star = QBrush(checkered()), theme.pixmap("starred", 16, theme.WARNING)
        self._ask = QTimer(self, interval=ASK, singleShot=True)
        self._ask.timeout.connect(self._ask_for_more)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # or columns jump
        unseen = "QScrollBar::handle:vertical:disabled { background: transparent; }"
        self.verticalScrollBar().setStyleSheet(unseen)
        self.setAccessibleName(self.tr("Pictures"))
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    @property
    def top(self) -> int:
        """How far the wall is scrolled."""
        return self.verticalScrollBar().value()

    @property
    def layout_(self) -> WallLayout:
        """Where the pictures hang now."""
        room = self.viewport()
        return WallLayout(len(self.choice.ids), room.width(), room.height(), self.side)

    def show_ids(self, ids: np.ndarray, stay: bool = False) -> None:
        """Hang other pictures, int32 [n]; `stay`: they are the same search, looked up again."""
        before = (self.choice.id, set(self.choice.chosen))
        self.choice.show(ids, stay)
        self._fit()
        if not stay:
            self.verticalScrollBar().setValue(0)
        self.refresh()
        if self.choice.chosen != before[1]:
            self.chosen_changed.emit()
        if self.choice.id != before[0]:
            self.current_changed.emit(self.choice.id)

    def give(self, pictures: Iterable[tuple[int, Hung]]) -> None:
        """Take thumbnails that were wanted, and paint them."""
        found = list(pictures)
        for id, picture in found:
            self.store.put(id, picture)
        self._repaint(id for id, _ in found)

    def renew(self) -> None:
        """Ask anew for what is in sight, as it may have changed."""
        plan = self.layout_
        ids = [int(self.choice.ids[k]) for k in plan.seen(self.top, self.top + plan.high)]
        if ids:
            self.wanted.emit(ids)

    def refresh(self) -> None:
        """Paint what is in sight anew, and ask for what of it is missing."""
        self.viewport().update()
        if not self._ask.isActive():
            self._ask.start()

    def set_side(self, side: int, at: QPoint | None = None) -> None:
        """Make the cells so large; what is at a point of the window, or current, stays there."""
        side = min(max(side, SMALLEST), LARGEST)
        if side == self.side:
            return
        index, y = self._fixed(at)
        self.side = side
        self._fit()
        if index >= 0:
            self.verticalScrollBar().setValue(self.layout_.cell(index).center().y() - y)
        self.refresh()
        self.side_changed.emit(side)

    def _fixed(self, at: QPoint | None) -> tuple[int, int]:
        """Return a picture, and the height in sight that it shall stay at."""
        plan, high = self.layout_, self.viewport().height()
        current = self.choice.current
        index = plan.at(at.x(), at.y() + self.top) if at is not None else current
        if index < 0 or not -plan.pitch < plan.cell(index).top() - self.top < high:
            found = plan.seen(self.top, self.top + high)
            index = found[0] if found else -1
        return index, (plan.cell(index).center().y() - self.top if index >= 0 else 0)

    def go(self, index: int, extend: bool = False, add: bool = False) -> None:
        """Go to a picture with the keyboard's or the mouse's meaning, and scroll to it."""
        before = self.choice.id
        self.choice.go(index, extend, add)
        self._scroll_to(self.choice.current)
        self.viewport().update()
        self.chosen_changed.emit()
        if self.choice.id != before:
            self.current_changed.emit(self.choice.id)

    def choose_all(self) -> None:
        """Choose every picture."""
        self.choice.all()
        self.viewport().update()
        self.chosen_changed.emit()

    def choose_none(self) -> None:
        """Choose nothing."""
        self.choice.none()
        self.viewport().update()
        self.chosen_changed.emit()

    def _scroll_to(self, index: int) -> None:
        if index < 0:
            return
        cell, bar, high = self.layout_.cell(index), self.verticalScrollBar(), self.viewport()
        if cell.top() < self.top:
            bar.setValue(cell.top() - MARGIN)
        elif cell.bottom() > self.top + high.height():
            bar.setValue(cell.bottom() + 1 + MARGIN - high.height())

    def _fit(self) -> None:
        plan, bar = self.layout_, self.verticalScrollBar()
        bar.setRange(0, max(0, plan.height - plan.high))
        bar.setEnabled(bar.maximum() > 0)
        bar.setPageStep(max(1, plan.high - plan.pitch // 2))
        bar.setSingleStep(max(16, plan.pitch // 3))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        old = event.oldSize().width()
        plan = WallLayout(len(self.choice.ids), old, self.viewport().height(), self.side)
        seen = plan.seen(self.top + plan.pitch // 2, self.top + plan.high) if old > 0 else range(0)
        self._fit()
        if seen and old != event.size().width() and self.top > 0:
            self.verticalScrollBar().setValue(self.layout_.cell(seen[0]).top() - MARGIN)
        self.refresh()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(0, dy)  # what stays in sight is moved, not painted again

    @Slot()
    def _on_scrolled(self) -> None:
        if not self._ask.isActive():
            self._ask.start()

    @Slot()
    def _ask_for_more(self) -> None:
        """Ask for what is in sight and missing, then for what is near."""
        plan, high = self.layout_, self.viewport().height()
        seen = plan.seen(self.top, self.top + high)
        below = plan.seen(self.top + high, self.top + (1 + BESIDE) * high)
        above = plan.seen(self.top - BESIDE * high, self.top)
        ids = [int(self.choice.ids[k]) for part in (seen, below, above) for k in part]
        missing = [id for id in dict.fromkeys(ids) if id not in self.store]
        if missing:
            self.wanted.emit(missing)

    def _repaint(self, ids: Iterable[int]) -> None:
        """Paint again those of these pictures that are in sight."""
        plan, wanted = self.layout_, set(ids)
        for index in plan.seen(self.top, self.top + plan.high):
            if int(self.choice.ids[index]) in wanted:
                self.viewport().update(plan.cell(index).translated(0, -self.top))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, plan = QPainter(self.viewport()), self.layout_
        dirty = event.rect()
        painter.fillRect(dirty, QColor(theme.GROUND))
        if not plan.count:
            painter.setPen(QColor(theme.QUIET))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(48, 24, -48, -24), flags, self.empty)
            return
        for index in plan.seen(self.top + dirty.top(), self.top + dirty.bottom()):
            cell = plan.cell(index).translated(0, -self.top)
            if cell.intersects(dirty):
                self._paint_cell(painter, index, cell)

    def _paint_cell(self, painter: QPainter, index: int, cell: QRect) -> None:
        id = int(self.choice.ids[index])
        found = self.store.see(id)
        if found is None or found.image.isNull():
            painter.fillRect(cell, BLANK)
            self._paint_damage(painter, cell) if found is not None else None
        else:
            self._paint_picture(painter, found, cell)
        if id in self.choice.chosen:
            painter.fillRect(cell, TINT)
            painter.setPen(QPen(QColor(theme.ACCENT), 2))
            painter.drawRect(cell.adjusted(1, 1, -1, -1))
        if index == self.choice.current and self.hasFocus():
            painter.setPen(QPen(QColor(theme.TEXT), 1))
            painter.drawRect(cell.adjusted(-2, -2, 1, 1))

    def _paint_damage(self, painter: QPainter, cell: QRect) -> None:
        """Say that a picture has come, but can't be read."""
        painter.setPen(QColor(theme.QUIET))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(cell.adjusted(4, 4, -4, -4), flags, self.tr("damaged"))

    def _paint_picture(self, painter: QPainter, found: Hung, cell: QRect) -> None:
        entry: Any = found.entry
        original = max(entry.width, entry.height)
        place = hung(found.image.size(), original, cell)
        if found.image.hasAlphaChannel():
            painter.setBrushOrigin(place.topLeft())
            painter.fillRect(place, self._checker)
        smooth = original > PIXEL_ART or place.width() < found.image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(place, found.image)
        if entry.star:
            painter.drawPixmap(cell.right() - 19, cell.top() + 4, self._star)

    @override
    def focusInEvent(self, event: Any) -> None:
        self.viewport().update()

    @override
    def focusOutEvent(self, event: Any) -> None:
        self.viewport().update()
