"""A tree of thumbnails: only what is visible is painted, so ten thousand steps stay quick."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLine, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.still import Still
from studio.gui.widgets.tree_layout import placed

THUMB = 64  # pixels a step takes
PITCH = (THUMB + 22, THUMB + 14)  # from one column, and one row, to the next
EDGE = 10  # around the tree
LINE = "#565963"
HELD = 1000  # thumbnails kept ready for painting


@dataclass(frozen=True, eq=False)
class Step:
    """One step: `picture` uint8 [h, w, c], small, or None; `parent` is another step's id."""

    id: Hashable
    parent: Hashable | None = None
    picture: np.ndarray | None = None
    title: str = ""
    star: bool = False
    note: str = ""
    current: bool = False


class TreeView(QAbstractScrollArea):
    """Shows steps and knows where each of them is; speaks of them by their number."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.steps: tuple[Step, ...] = ()
        self.current = -1
        self.parents = self.columns = self.rows = np.zeros(0, int)
        self._way: set[int] = set()  # from the beginning to the current step
        self._stills: dict[Hashable, Still] = {}
        self._checker = QBrush(checkered())
        self.setAccessibleName(self.tr("History of this exploration"))
        self.setMinimumHeight(PITCH[1] + 2 * EDGE)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show other steps; the view follows only when another one is current."""
        before = self.steps[self.current].id if self.current >= 0 else None
        self.steps = tuple(steps)
        number = {step.id: k for k, step in enumerate(self.steps)}
        self.parents = np.array([number.get(step.parent, -1) for step in self.steps], int)
        self.columns, self.rows = placed(self.parents.tolist())
        self._lay_out()
        current = next((k for k, step in enumerate(self.steps) if step.current), -1)
        self.mark(current, follow=current >= 0 and self.steps[current].id != before)

    def mark(self, k: int, follow: bool = True) -> None:
        """Frame step `k` and its way from the beginning (-1: none); `follow` scrolls to it."""
        self.current, self._way = k, set()
        while k >= 0:
            self._way.add(k)
            k = int(self.parents[k])
        self.setAccessibleDescription(self.tip(self.current) if self.current >= 0 else "")
        if follow and self.current >= 0:
            self._keep_visible()
        self.viewport().update()

    def place(self, k: int) -> QRect:
        """Return where step `k` is in the viewport."""
        x = EDGE + int(self.columns[k]) * PITCH[0] - self.horizontalScrollBar().value()
        y = EDGE + int(self.rows[k]) * PITCH[1] - self.verticalScrollBar().value()
        return QRect(x, y, THUMB, THUMB)

    def at(self, point: QPoint) -> int:
        """Return the step at `point` of the viewport, or -1."""
        near = self.visible(QRect(point, QSize(1, 1))).tolist()
        return next((k for k in near if self.place(k).contains(point)), -1)

    def visible(self, area: QRect) -> np.ndarray:
        """Return the numbers of the steps that `area` of the viewport touches."""
        left, right, top, bottom = self._cells(area)
        across = (self.columns >= left) & (self.columns <= right)
        return np.flatnonzero(across & (self.rows >= top) & (self.rows <= bottom))

    def tip(self, k: int) -> str:
        """Say what step `k` is."""
        step = self.steps[k]
        return "\n".join(filter(None, ("★ " * step.star + step.title, step.note)))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(theme.SURFACE))
        if not self.steps:
            painter.setPen(QColor(theme.QUIET))
            text = self.tr("Nothing explored yet")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, text)
            return
        self._paint_lines(painter, event.rect())
        for k in self.visible(event.rect()).tolist():
            self._paint_step(painter, k)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.verticalScrollBar().maximum() == 0 and not event.angleDelta().x():
            bar = self.horizontalScrollBar()  # a tree of one row: the wheel goes along it
            bar.setValue(bar.value() - event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.at(event.pos())
            QToolTip.showText(event.globalPos(), self.tip(k) if k >= 0 else "", self.viewport())
            return True
        return super().viewportEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        if self.current >= 0:
            self._keep_visible()

    def _cells(self, area: QRect) -> tuple[int, int, int, int]:
        """Return the first and last column, the first and last row that `area` touches."""
        x, y = self.horizontalScrollBar().value() - EDGE, self.verticalScrollBar().value() - EDGE
        across = (area.left() + x) // PITCH[0], (area.right() + x) // PITCH[0]
        return *across, (area.top() + y) // PITCH[1], (area.bottom() + y) // PITCH[1]

    def _paint_lines(self, painter: QPainter, area: QRect) -> None:
        """Paint the lines to the parents; a line that only passes through is painted once."""
        left, right, top, bottom = self._cells(area)
        parents, above = self.parents, self.rows[self.parents] if len(self.parents) else self.rows
        near = (self.columns >= left) & (self.columns <= right + 1) & (parents >= 0)
        shown = np.flatnonzero(near & (self.rows >= top) & (self.rows <= bottom))
        passing = np.flatnonzero(near & (self.rows > bottom) & (above <= bottom))
        _, once = np.unique(parents[passing], return_index=True)
        plain, way = [], []
        for k in [*shown.tolist(), *passing[once].tolist()]:
            (way if k in self._way else plain).extend(self._lines(k))
        for lines, color, width in ((plain, LINE, 2), (way, theme.ACCENT, 2)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLines(lines)

    def _lines(self, k: int) -> list[QLine]:
        here, there = self.place(k), self.place(int(self.parents[k]))
        turn = here.left() - (PITCH[0] - THUMB) // 2
        start, end = QPoint(there.right() + 1, there.center().y()), here.center()
        bend, arrive = QPoint(turn, start.y()), QPoint(turn, end.y())
        return [
            QLine(start, bend),
            QLine(bend, arrive),
            QLine(arrive, QPoint(here.left(), end.y())),
        ]

    def _paint_step(self, painter: QPainter, k: int) -> None:
        step, place = self.steps[k], self.place(k)
        painter.fillRect(place, QColor(theme.GROUND))
        if step.picture is not None:
            still = self._still(step.id, step.picture)
            still.paint(painter, still.fitted(place), self._checker)
        else:
            painter.setPen(QColor(theme.QUIET))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "·")
        if k in self._way:
            painter.setPen(QPen(QColor(theme.ACCENT), 3 if k == self.current else 1))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
        if step.star:
            _paint_tag(painter, QRect(place.right() - 17, place.top(), 18, 18), "★", theme.WARNING)
        if step.note:
            _paint_tag(
                painter, QRect(place.right() - 17, place.bottom() - 17, 18, 18), "✎", theme.TEXT
            )

    def _still(self, id: Hashable, picture: np.ndarray) -> Still:
        found = self._stills.get(id)
        if found is None or found.picture is not picture:
            if len(self._stills) >= HELD:
                self._stills.clear()
            found = self._stills[id] = Still(picture)
        return found

    def _keep_visible(self) -> None:
        place, room = (
            self.place(self.current).adjusted(-24, -EDGE, 24, EDGE),
            self.viewport().rect(),
        )
        across = max(place.right() - room.right(), 0) or min(place.left(), 0)
        down = max(place.bottom() - room.bottom(), 0) or min(place.top(), 0)
        for bar, way in ((self.horizontalScrollBar(), across), (self.verticalScrollBar(), down)):
            bar.setValue(bar.value() + way)

    def _lay_out(self) -> None:
        room = self.viewport().size()
        columns, rows = int(self.columns.max(initial=-1)) + 1, int(self.rows.max(initial=-1)) + 1
        for bar, cells, seen, pitch in (
            (self.horizontalScrollBar(), columns, room.width(), PITCH[0]),
            (self.verticalScrollBar(), rows, room.height(), PITCH[1]),
        ):
            bar.setRange(0, max(0, 2 * EDGE + cells * pitch - (pitch - THUMB) - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(pitch // 2)


def _paint_tag(painter: QPainter, where: QRect, sign: str, color: str) -> None:
    painter.fillRect(where, QColor(20, 21, 24, 200))
    painter.setPen(QColor(color))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, sign)
