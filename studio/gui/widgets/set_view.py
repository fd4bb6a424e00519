"""A picture set on show: its sheet, what it consists of, and what can be done with it."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.core.provenance.record import Rights
from studio.gui import theme
from studio.gui.widgets import words
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.import_report import ImportReport
from studio.gui.widgets.picture_sheet import PictureSheet
from studio.gui.widgets.progress_row import ProgressRow

SIDE = 340
SETTLED = 400  # ms after the last key that rights are written


class SetView(QWidget):
    """Shows a draft, with the form that changes it, or an accepted set.

    used, discarded: what shall become of the draft. train_asked: train on the set that is shown.
    rights_changed(object): whose the pictures are, as studio.core.provenance.record.Rights.
    """

    used = Signal()
    discarded = Signal()
    train_asked = Signal()
    rights_changed = Signal(object)

    def __init__(self, form: QWidget, parent: QWidget | None = None):
        super().__init__(parent)
        self.title, self.state = QLabel(), QLabel(wordWrap=True)
        self.title.setProperty("role", "heading")
        self.state.setProperty("role", "quiet")
        self.sheet, self.report = PictureSheet(), ImportReport()
        self.progress = ProgressRow(
            self.tr("Progress of the import"), self.tr("End the import; nothing of it is kept")
        )
        self.sheet.setFrameShape(QFrame.Shape.NoFrame)
        self.form = form
        self.rights = SettingsForm(Rights)
        self.settled = QTimer(self, singleShot=True, interval=SETTLED)
        self.settled.timeout.connect(self._say_rights)
        self.rights.changed.connect(self.settled.start)
        self.use = self._button(self.tr("Use these pictures"), "primary", self.used)
        self.discard = self._button(self.tr("Discard"), "", self.discarded)
        self.train = self._button(self.tr("Train on these"), "primary", self.train_asked)
        left = QVBoxLayout()
        left.setSpacing(theme.GAP)
        for each in (self.title, self.state, self.progress):
            left.addWidget(each)
        left.addWidget(self.sheet, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.GAP)
        row.addLayout(left, 1)
        row.addLayout(self._side())

    def _side(self) -> QVBoxLayout:
        self.heading = QLabel(self.tr("How they come in"))
        inside, column = QWidget(), QVBoxLayout()
        column.setContentsMargins(0, 0, theme.GAP, 0)
        column.setSpacing(2 * theme.GAP)
        found, self.whose = QLabel(self.tr("What is in it")), QLabel(self.tr("Whose they are"))
        for each in (self.heading, found, self.whose):
            each.setProperty("role", "heading")
        self.whose.setToolTip(self.tr("Travels along in everything that is made of them"))
        for each in (self.heading, self.form, self.whose, self.rights, found, self.report):
            column.addWidget(each)
        column.addStretch(1)
        inside.setLayout(column)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setFixedWidth(SIDE)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for each in (self.discard, self.use, self.train):
            buttons.addWidget(each)
        side = QVBoxLayout()
        side.addWidget(area, 1)
        side.addLayout(buttons)
        return side

    def _button(self, text: str, role: str, signal: object) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", role)
        button.clicked.connect(signal)
        return button

    def show_import(self, title: str) -> None:
        """Show that pictures are being read; the draft on show stays until the new one comes."""
        self.title.setText(title)
        self.state.setText("")
        self.progress.begin(self.tr("Reading…"))
        self._allow(draft=True, busy=True)

    def show_draft(self, packed: Any) -> None:
        """Show a draft as studio.core.data.packed.PackedSet."""
        self.state.setText(
            self.tr("Not in the project yet. This is exactly what will be trained on.")
        )
        self._show(packed)
        self._allow(draft=True, busy=False)

    def show_set(self, packed: Any, rights: Any = None) -> None:
        """Show a set of the project, and whose pictures they are; None where that is damaged."""
        self.flush()
        self.rights.show_value(Rights() if rights is None else rights)
        self.state.setText(
            self.tr("From {source}").format(source=words.short(packed.manifest.source))
        )
        self._show(packed)
        self._allow(draft=False, busy=False)

    @Slot()
    def flush(self) -> None:
        """Say at once what was entered about rights, before another set is shown."""
        if self.settled.isActive():
            self.settled.stop()
            self._say_rights()

    @Slot()
    def _say_rights(self) -> None:
        self.rights_changed.emit(self.rights.value)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self.flush()

    def clear(self) -> None:
        """Show nothing; for the time until the first draft is there."""
        self.sheet.show_pictures(None)
        self.report.hide()

    def _show(self, packed: Any) -> None:
        manifest = packed.manifest
        self.title.setText(words.short(manifest.name))
        self.sheet.show_pictures(packed.pictures, partial(self._tip, packed))
        self.report.show_manifest(manifest)
        self.report.show()

    def _tip(self, packed: Any, k: int) -> str:
        packing, classes = packed.packings[k], packed.manifest.classes
        label = classes[packing.label] if packing.label >= 0 and classes else ""
        return "\n".join(part for part in (packing.name, label, packing.converted) if part)

    def _allow(self, draft: bool, busy: bool) -> None:
        self.progress.setVisible(busy)
        for each in (self.heading, self.form, self.use, self.discard):
            each.setVisible(draft)
        for each in (self.whose, self.rights):
            each.setVisible(not draft)
        self.use.setEnabled(not busy and self.sheet.count > 0)
        self.discard.setEnabled(not busy)
        self.train.setVisible(not draft)
