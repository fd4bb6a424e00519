"""Samples to point at: what has it, what has it not; a direction is made from that."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.image_grid import ImageGrid
from studio.gui.widgets.latent_canvas import LEVELS
from studio.gui.widgets.parts import label

NEEDED = 5  # of each kind; with fewer, core refuses
YES, NO, NONE = 1, -1, 0
SIGNS = {YES: ("✓", LEVELS["ok"]), NO: ("✗", theme.ERROR)}
BUTTONS = {Qt.MouseButton.LeftButton: YES, Qt.MouseButton.RightButton: NO}
KEYS = {Qt.Key.Key_Y: YES, Qt.Key.Key_N: NO}
NEXT = {NONE: YES, YES: NO, NO: NONE}  # by Space or Enter


class TagGrid(ImageGrid):
    """Left click: yes, right click: no, the same again: neither. `tagged()` after each."""

    tagged = Signal()

    def __init__(self, title: str = "", parent: QWidget | None = None):
        super().__init__(title, parent)
        self.tags: list[int] = []

    def show_tagged(self, pictures: np.ndarray | None, tags: Sequence[int] = ()) -> None:
        """Show pictures with their tags: YES, NO or NONE each; none at all means NONE."""
        count = 0 if pictures is None else len(pictures)
        self.tags = [*tags, *[NONE] * count][:count]
        self.show_pictures(pictures)
        self.tagged.emit()

    def tag(self, index: int, kind: int) -> None:
        """Give a picture a tag, or take it away when it has that one."""
        if 0 <= index < self.count:
            self.tags[index] = NONE if self.tags[index] == kind else kind
            self.update()
            self.tagged.emit()

    def with_tag(self, kind: int) -> list[int]:
        """Return which pictures have the tag."""
        return [k for k, tag in enumerate(self.tags) if tag == kind]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        for index, kind in enumerate(self.tags):
            if kind != NONE:
                self._paint_tag(painter, self.cell(index), *SIGNS[kind])

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in BUTTONS:
            self.tag(self.cell_at(event.position().toPoint()), BUTTONS[event.button()])

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick clicks are two clicks

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.set_current(self.cell_at(event.position().toPoint()))

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()  # the right button tags

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.current >= 0 and key in KEYS:
            self.tag(self.current, KEYS[Qt.Key(key)])
        elif self.current >= 0 and key in (
            Qt.Key.Key_Space,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        ):
            after = NEXT[self.tags[self.current]]
            self.tag(self.current, self.tags[self.current] if after == NONE else after)
        else:
            super().keyPressEvent(event)

    def _paint_tag(self, painter: QPainter, cell: QRect, sign: str, color: str) -> None:
        painter.setPen(QPen(QColor(color), 3))
        painter.drawRect(cell.adjusted(1, 1, -2, -2))
        corner = QRect(cell.right() - 19, cell.top(), 20, 20)
        painter.fillRect(corner, QColor(color))
        painter.setPen(QColor(theme.ON_ACCENT))
        painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, sign)


class TagSheet(QWidget):
    """Makes a direction from tagged samples.

    made(name, yes, no): the user is done; the lists hold numbers of pictures. more_asked(): other
    samples are wanted; those in `yes` and `no` are best shown again, with their tags.
    """

    made = Signal(str, list, list)
    more_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.grid = TagGrid(self.tr("Samples to tag"))
        self.counter = QLabel()
        self.name = QLineEdit()
        self.make = QPushButton(self.tr("Make the direction"))
        self.more = QPushButton(self.tr("Draw samples"))
        self.result = label()
        self._allowed = True
        self._lay_out()
        self.grid.tagged.connect(self._count)
        self.make.clicked.connect(self._make)
        self.name.returnPressed.connect(self._make)
        self.more.clicked.connect(self.more_asked)
        self.show_result("", True)
        self._count()

    @property
    def yes(self) -> list[int]:
        """The pictures that have it."""
        return self.grid.with_tag(YES)

    @property
    def no(self) -> list[int]:
        """The pictures that do not have it."""
        return self.grid.with_tag(NO)

    def show_pictures(
        self, pictures: np.ndarray | None, yes: Sequence[int] = (), no: Sequence[int] = ()
    ) -> None:
        """Show samples, uint8 [n, h, w, c], some of them tagged already; None clears."""
        count = 0 if pictures is None else len(pictures)
        tags = [YES if k in yes else NO if k in no else NONE for k in range(count)]
        self.grid.show_tagged(pictures, tags)

    def show_result(self, text: str, good: bool) -> None:
        """Say what came of it: how well the direction tells the samples apart, or why it failed."""
        sign, color = SIGNS[YES] if good else ("!", theme.WARNING)
        self.result.setText(f"{sign}  {text}" if text else "")
        self.result.setStyleSheet(f"color: {color};")
        self.result.setVisible(bool(text))

    def allow(self, on: bool) -> None:
        """Offer to make a direction, or not while one is being made."""
        self._allowed = on
        self.more.setEnabled(on)
        self._count()

    def _count(self) -> None:
        yes, no = len(self.yes), len(self.no)
        enough = min(yes, no) >= NEEDED
        text = self.tr("{yes} yes · {no} no") if enough else self._short()
        self.counter.setText(text.format(yes=yes, no=no, needed=NEEDED))
        self.make.setEnabled(enough and self._allowed)

    def _short(self) -> str:
        return self.tr("{yes} yes · {no} no ({needed} of each needed)")

    def _make(self) -> None:
        if self.make.isEnabled():
            name = self.name.text().strip() or self.tr("From tags")
            self.made.emit(name, self.yes, self.no)

    def _lay_out(self) -> None:
        self.name.setPlaceholderText(self.tr("Name, such as: has a hat"))
        self.name.setAccessibleName(self.tr("Name of the direction"))
        self.name.setMaxLength(60)
        self.make.setProperty("role", "primary")
        self.make.setToolTip(
            self.tr("Find what the yes pictures have and the no pictures have not")
        )
        self.more.setToolTip(self.tr("Draw samples to tag; those that are tagged stay"))
        self.grid.empty = self.tr("“Draw samples” shows pictures to point at")
        hint = self.tr("Click: has it. Right-click: has it not. Again: neither. Keys: Y, N, Space.")
        head, foot = QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (head, (label(hint, small=True), self.more)),
            (foot, (self.name, self.make)),
        ):
            row.setSpacing(theme.GAP)
            for widget in widgets:
                row.addWidget(widget, 1 if widget is widgets[0] else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        for widget in (self.counter, self.result):
            column.addWidget(widget)
        column.addLayout(foot)
