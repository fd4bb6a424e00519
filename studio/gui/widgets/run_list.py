"""The project's runs: picture, name, what was trained, how it stands; rename, continue, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QImage,
    QKeySequence,
    QPainter,
    QPixmap,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMessageBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui.widgets.health_line import COLORS
from studio.gui.widgets.image_grid import bgra
from studio.gui.widgets.words import count

THUMBNAIL = 52
PAD = 8
ROW = Qt.ItemDataRole.UserRole
PICTURE = Qt.ItemDataRole.UserRole + 1
DOTS = {
    "running": COLORS["info"],
    "paused": COLORS["warning"],
    "finished": "#56b4e9",
    "stopped": COLORS[""],
    "interrupted": COLORS["warning"],
    "failed": COLORS["error"],
}


@dataclass(frozen=True)
class RunRow:
    """What the list shows of one run; `status` is a key of `DOTS`."""

    number: int
    name: str
    trained: str
    status: str
    step: int
    created: float
    folder: Path


class RunDelegate(QStyledItemDelegate):
    """Paints a run on three lines beside its newest grid; editing changes its name."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        lines = 3 * option.fontMetrics.lineSpacing()  # type: ignore[attr-defined]  # missing in the stubs
        return QSize(160, max(THUMBNAIL, lines) + 2 * PAD)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: RunRow = index.data(ROW)
        area: QRect = option.rect  # type: ignore[attr-defined]  # missing in the stubs
        painter.save()
        palette = option.palette  # type: ignore[attr-defined]  # missing in the stubs
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]  # as above
            tint = QColor(palette.highlight().color())
            tint.setAlpha(60)
            painter.fillRect(area, tint)
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), palette.highlight())
        box = QRect(area.left() + PAD, area.center().y() - THUMBNAIL // 2, THUMBNAIL, THUMBNAIL)
        self._paint_picture(painter, box, index.data(PICTURE), palette.mid().color())
        text = area.adjusted(THUMBNAIL + 2 * PAD, PAD, -PAD, -PAD)
        self._paint_text(painter, text, row, option)
        painter.restore()

    @override
    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(120)
        return editor

    @override
    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(index.data(ROW).name)

    @override
    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        area: QRect = option.rect  # type: ignore[attr-defined]  # missing in the stubs
        left = THUMBNAIL + 2 * PAD - 4
        editor.setGeometry(area.left() + left, area.top() + 4, area.width() - left - 4, 26)

    def _paint_picture(
        self, painter: QPainter, box: QRect, pixmap: QPixmap | None, empty: QColor
    ) -> None:
        if pixmap is None:
            painter.setPen(empty)
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(box, pixmap)

    def _paint_text(
        self, painter: QPainter, area: QRect, row: RunRow, option: QStyleOptionViewItem
    ) -> None:
        palette, metrics = option.palette, option.fontMetrics  # type: ignore[attr-defined]  # as above
        high, right = metrics.lineSpacing(), Qt.TextElideMode.ElideRight
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(palette.text().color())
        title = painter.fontMetrics().elidedText(f"{row.number}  {row.name}", right, area.width())
        painter.drawText(QRect(area.left(), area.top(), area.width(), high), 0, title)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(palette.placeholderText().color())
        second = metrics.elidedText(row.trained, right, area.width())
        painter.drawText(QRect(area.left(), area.top() + high, area.width(), high), 0, second)
        third = QRect(area.left(), area.top() + 2 * high, area.width(), high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(DOTS.get(row.status, COLORS[""])))
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QRect(third.left(), third.center().y() - 3, 8, 8))
        painter.restore()
        room = area.width() - 14
        line, short = self._third(row), self._third(row, dated=False)
        line = line if metrics.horizontalAdvance(line) <= room else short
        line = metrics.elidedText(line, right, room)
        painter.drawText(third.adjusted(14, 0, 0, 0), 0, line)

    def _third(self, row: RunRow, dated: bool = True) -> str:
        made = datetime.fromtimestamp(row.created)
        today = made.date() == datetime.now().date()
        when = made.strftime("%H:%M" if today else "%d %b %Y")
        steps = self.tr("{n} steps").format(n=count(row.step))
        told = [self.word(row.status), steps] if row.status else []
        return "  ·  ".join([*told, when] if dated or not told else told)

    def word(self, status: str) -> str:
        """Say a status in one word."""
        words = {
            "running": self.tr("Training"),
            "paused": self.tr("Paused"),
            "finished": self.tr("Finished"),
            "stopped": self.tr("Stopped"),
            "interrupted": self.tr("Interrupted"),
            "failed": self.tr("Failed"),
        }
        return words.get(status, status)


class RunList(QWidget):
    """Lists runs, newest first.

    selected(int): the run of this number is to be shown. renamed(int, str): it gets this name.
    resume_asked, duplicate_asked(int): train it on; fill the form with its settings.
    delete_asked(int): to the trash; the user has confirmed.
    """

    selected = Signal(int)
    renamed = Signal(int, str)
    resume_asked = Signal(int)
    duplicate_asked = Signal(int)
    delete_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.list = QListWidget()
        self.list.viewport()  # PySide makes the class' enums at its first use: 30 ms, here and now
        self.list.setItemDelegate(RunDelegate(self.list))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setAccessibleName(self.tr("Runs"))
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.currentItemChanged.connect(self._chosen)
        self.list.itemChanged.connect(self._edited)
        delete = QShortcut(QKeySequence.StandardKey.Delete, self.list, self.ask_delete)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.resumable = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)

    @property
    def current(self) -> int | None:
        """The number of the chosen run."""
        row = self._row(self.list.currentItem())
        return row.number if row else None

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these runs; the chosen one and the thumbnails of known ones stay."""
        chosen = self.current
        pictures = {r.number: i.data(PICTURE) for i in self._items() if (r := self._row(i))}
        self.list.blockSignals(True)
        self.list.clear()
        for row in sorted(rows, key=lambda r: -r.number):
            item = QListWidgetItem()
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(PICTURE, pictures.get(row.number))
            self._fill(item, row)
            self.list.addItem(item)
            if row.number == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)

    def update_row(self, row: RunRow) -> None:
        """Show a run anew."""
        for item in self._items():
            if (old := self._row(item)) and old.number == row.number and old != row:
                self.list.blockSignals(True)
                self._fill(item, row)
                self.list.blockSignals(False)
                self.list.viewport().update()

    def show_picture(self, number: int, picture: np.ndarray | None) -> None:
        """Show a picture, uint8 [h, w, c], beside the run `number`."""
        for item in self._items():
            if (row := self._row(item)) and row.number == number and picture is not None:
                self.list.blockSignals(True)
                item.setData(PICTURE, thumbnail(picture))
                self.list.blockSignals(False)
                self.list.viewport().update()

    def choose(self, number: int) -> None:
        """Choose the run `number`, as if the user had."""
        for item in self._items():
            if (row := self._row(item)) and row.number == number:
                self.list.setCurrentItem(item)

    def rename(self) -> None:
        """Let the user edit the chosen run's name in place."""
        if item := self.list.currentItem():
            self.list.editItem(item)

    def ask_delete(self) -> None:
        """Ask whether the chosen run goes to the trash."""
        row = self._row(self.list.currentItem())
        if row is None:
            return
        title = self.tr("Delete run {number}?").format(number=row.number)
        text = self.tr("“{name}” goes to the trash with its model and pictures.").format(
            name=row.name
        )
        if QMessageBox.question(self, title, text) == QMessageBox.StandardButton.Yes:
            self.delete_asked.emit(row.number)

    def reveal(self) -> None:
        """Open the chosen run's folder in the file manager."""
        if row := self._row(self.list.currentItem()):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.folder)))

    def menu(self) -> QMenu | None:
        """Return the menu for the chosen run; None when none is chosen."""
        row = self._row(self.list.currentItem())
        if row is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        idle = row.status not in ("running", "paused")
        menu.addAction(self.tr("Continue training"), self._resume).setEnabled(
            idle and self.resumable
        )
        menu.addAction(self.tr("Use these settings again"), self._duplicate)
        menu.addAction(self.tr("Rename"), self.rename).setShortcut(QKeySequence(Qt.Key.Key_F2))
        menu.addAction(self.tr("Show in file manager"), self.reveal)
        menu.addSeparator()
        menu.addAction(self.tr("Delete…"), self.ask_delete).setEnabled(idle)
        return menu

    def _menu(self, at: QPoint) -> None:
        if menu := self.menu():
            menu.popup(self.list.viewport().mapToGlobal(at))

    def _resume(self) -> None:
        if self.current is not None:
            self.resume_asked.emit(self.current)

    def _duplicate(self) -> None:
        if self.current is not None:
            self.duplicate_asked.emit(self.current)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if row := self._row(item):
            self.selected.emit(row.number)

    def _edited(self, item: QListWidgetItem) -> None:
        row, name = self._row(item), item.text().strip()
        if row and name and name != row.name:
            self.renamed.emit(row.number, name)

    def _fill(self, item: QListWidgetItem, row: RunRow) -> None:
        item.setData(ROW, row)
        item.setText(row.name)
        item.setToolTip(f"{row.number}  {row.name}\n{row.trained}")

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(k) for k in range(self.list.count())]

    def _row(self, item: QListWidgetItem | None) -> RunRow | None:
        return item.data(ROW) if item is not None else None


def thumbnail(picture: np.ndarray) -> QPixmap:
    """Return a small pixmap of a picture, uint8 [h, w, c]."""
    pixels = bgra(picture[None])
    h, w = pixels.shape[:2]
    image = QImage(pixels.data, w, h, 4 * w, QImage.Format.Format_ARGB32_Premultiplied)
    side = 2 * THUMBNAIL  # sharp on screens of twice the density
    fill = Qt.AspectRatioMode.KeepAspectRatio
    smooth = Qt.TransformationMode.SmoothTransformation
    small = image.scaled(
        side, side, fill, smooth if max(h, w) > side else Qt.TransformationMode.FastTransformation
    )
    square = QPixmap(side, side)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawImage((side - small.width()) // 2, (side - small.height()) // 2, small)
    painter.end()
    return square
