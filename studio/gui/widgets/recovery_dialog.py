"""What a crash left: one calm list of all that can be brought back, with pictures."""

import datetime
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.parts import label
from studio.gui.widgets.run_list import thumbnail
from studio.gui.widgets.words import short

if TYPE_CHECKING:
    from studio.core.recovery.shelf import Found

SIDE = 56  # pixels of a thumbnail
MOST = 6  # rows that are seen without scrolling
ICONS = {"run": "train", "place": "folder"}


class Row(QFrame):
    """One thing that can be recovered, to be ticked or not."""

    def __init__(self, found: "Found", kind: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.found = found
        self.setProperty("role", "card")
        self.box = QCheckBox()
        self.box.setAccessibleName(f"{kind}: {short(found.title)}")
        self.box.setChecked(True)
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(SIDE, SIDE)
        self.picture.setPixmap(self._pixmap())
        self.name, self.told = label(short(found.title), "heading"), label("", "quiet", small=True)
        self.told.setText(
            "  ·  ".join(part for part in (kind, short(found.about), when(found.when)) if part)
        )
        for each in (self.name, self.told):
            each.setTextFormat(Qt.TextFormat.PlainText)
            each.setWordWrap(False)
            each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # cut off
        self.name.setToolTip(f"<qt>{html.escape(self.name.text())}</qt>")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.name)
        words.addWidget(self.told)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.GAP, 2 * theme.GAP, theme.GAP)
        row.setSpacing(2 * theme.GAP)
        row.addWidget(self.box)
        row.addWidget(self.picture)
        row.addLayout(words, 1)

    def _pixmap(self) -> QPixmap:
        if self.found.thumbnail is None:
            name = ICONS.get(self.found.workspace, self.found.workspace)
            return theme.pixmap(name, 32, theme.QUIET)
        image = thumbnail(np.ascontiguousarray(self.found.thumbnail)).toImage()
        small = min(image.width(), image.height()) < SIDE // 2  # pixels of a sprite stay pixels
        how = Qt.TransformationMode
        way = how.FastTransformation if small else how.SmoothTransformation
        size, ratio = QSize(SIDE, SIDE), self.devicePixelRatioF()
        drawn = QPixmap.fromImage(
            image.scaled(size * ratio, Qt.AspectRatioMode.KeepAspectRatio, way)
        )
        drawn.setDevicePixelRatio(ratio)
        return drawn

    def mouseReleaseEvent(self, event: Any) -> None:  # noqa: N802 (Qt's name)
        self.box.click()


class RecoveryDialog(QDialog):
    """Asks what shall be recovered.

    recovered(list), discarded(list): these Found values; closed in any other way, all of it is
    offered again at the next start.
    """

    recovered = Signal(list)
    discarded = Signal(list)

    def __init__(self, found: "Sequence[Found]", parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(self.tr("Recover your work"))
        self.setMinimumWidth(560)
        self.rows = [Row(each, self._kind(each.workspace)) for each in found]
        self.recover = QPushButton(self.tr("Recover"), default=True)
        self.recover.setProperty("role", "primary")
        self.later = QPushButton(self.tr("Later"), autoDefault=False)
        self.later.setToolTip(self.tr("Keep all of it, and ask again at the next start"))
        self.discard = QPushButton(self.tr("Discard…"), autoDefault=False)
        self.discard.setToolTip(self.tr("Forget what is ticked"))
        self.note = label("", "quiet", small=True)
        self._lay_out()
        for row in self.rows:  # the newest first
            if row.box.isChecked():
                self._settle(row)
        for row in self.rows:
            row.box.toggled.connect(self._on_ticked)
        self._allow()
        self.recover.clicked.connect(self._recover)
        self.later.clicked.connect(self.reject)
        self.discard.clicked.connect(self._discard)
        self.recover.setFocus()

    def _lay_out(self) -> None:
        told = self.tr(
            "This was not saved when Atelier ended. Your own files were not touched; what you"
            " recover opens where it was."
        )
        inner = QWidget()
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.GAP)
        for row in self.rows:
            rows.addWidget(row)
        rows.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        each = self.rows[0].sizeHint().height() + theme.GAP if self.rows else 0
        area.setMinimumHeight(each * min(len(self.rows), MOST))
        buttons = QHBoxLayout()
        buttons.addWidget(self.discard)
        buttons.addStretch(1)
        buttons.addWidget(self.later)
        buttons.addWidget(self.recover)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GAP,) * 4)
        column.setSpacing(theme.GAP)
        column.addWidget(label(self.tr("Atelier ended unexpectedly"), "heading"))
        column.addWidget(label(told, "quiet"))
        column.addSpacing(theme.GAP)
        column.addWidget(area, 1)
        column.addWidget(self.note)
        column.addSpacing(theme.GAP)
        column.addLayout(buttons)

    def _kind(self, workspace: str) -> str:
        return {
            "library": self.tr("Pictures to keep"),
            "train": self.tr("Training form"),
            "run": self.tr("Goes on training"),
            "explore": self.tr("Explore"),
            "style": self.tr("Style"),
            "repair": self.tr("Repair"),
            "export": self.tr("Export"),
            "place": self.tr("Where you were"),
        }.get(workspace, workspace)

    @property
    def ticked(self) -> "list[Found]":
        """What is to be recovered, or discarded."""
        return [row.found for row in self.rows if row.box.isChecked()]

    @Slot(bool)
    def _on_ticked(self, on: bool) -> None:
        row = next((row for row in self.rows if row.box is self.sender()), None)
        if on and row is not None:
            self._settle(row)
        self._allow()

    def _settle(self, chosen: Row) -> None:
        """Untick what can't be open at the same time."""
        for row in self.rows:
            if row is not chosen and row.box.isChecked() and apart(row.found, chosen.found):
                row.box.setChecked(False)

    def _allow(self) -> None:
        count, several = len(self.ticked), any(not row.box.isChecked() for row in self.rows)
        self.recover.setEnabled(count > 0)
        self.discard.setEnabled(count > 0)
        self.note.setText(
            self.tr("What is not ticked stays, and is offered again at the next start.")
            if several
            else ""
        )

    @Slot()
    def _recover(self) -> None:
        wanted = self.ticked
        self.accept()
        self.recovered.emit(wanted)

    @Slot()
    def _discard(self) -> None:
        count, kinds = len(self.ticked), QMessageBox.StandardButton
        asked = self.tr("Discard what is ticked? It can't be brought back.")
        asked = self.tr("Discard it? It can't be brought back.") if count == 1 else asked
        both, title = kinds.Discard | kinds.Cancel, self.tr("Discard")
        if QMessageBox.question(self, title, asked, both, kinds.Cancel) == kinds.Discard:
            self.discarded.emit(self.ticked)
            self.accept()


def apart(one: "Found", other: "Found") -> bool:
    """Tell whether two things can't be open together: one workspace, or two projects."""
    projects = {f for each in (one, other) if (f := each.values.get("project"))}
    return one.workspace == other.workspace or len(projects) > 1


def when(moment: float) -> str:
    """Return day and time as a person says them."""
    then, today = datetime.datetime.fromtimestamp(moment), datetime.date.today()
    if then.date() == today:
        return f"{then:%H:%M}"
    return f"{then:%d %b %H:%M}" if then.year == today.year else f"{then:%d %b %Y}"
