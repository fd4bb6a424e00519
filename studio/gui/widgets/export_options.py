"""How an export is made and where it goes: the kind's controls, name and place, the button."""

import re
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.assets.kind import Kind
from studio.core.settings import Settings
from studio.gui import theme
from studio.gui.widgets.editors import ChoiceBox
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.parts import label, scrolling
from studio.gui.widgets.progress_row import ProgressRow

COLOR = re.compile("#[0-9a-fA-F]{6}")
NARROWEST = 272  # pixels, in which every control can be read


def patch(color: str) -> QIcon:
    """Return a small square of a color."""
    drawn = QPixmap(14, 14)
    drawn.fill(QColor(color))
    return QIcon(drawn)


class ExportOptions(QWidget):
    """Shows a kind's settings and a target; what the user changes is told, not done.

    changed(object): other settings, valid ones. retargeted(): another name or ending.
    file_asked(str): choose the file that a setting names. place_asked(): choose the folder.
    copies_chosen(str): do that about copies. export_asked(). stop_asked(). defaults_asked().
    """

    changed = Signal(object)
    retargeted = Signal()
    file_asked = Signal(str)
    place_asked = Signal()
    copies_chosen = Signal(str)
    export_asked = Signal()
    stop_asked = Signal()
    defaults_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.title, self.summary = label("", "heading"), label("", "help", small=True)
        self.form = SettingsForm(compact=True)
        self.form.changed.connect(self.changed)
        self.form.changed.connect(self._show_colors)
        self.defaults = QPushButton(self.tr("Defaults"))
        self.defaults.setProperty("role", "link")
        self.defaults.setToolTip(self.tr("Set every control back to how it comes"))
        self.defaults.clicked.connect(self.defaults_asked)
        self._make_target()
        self._make_foot()
        self._lay_out()

    def _make_target(self) -> None:
        self.name, self.ending = QLineEdit(), ChoiceBox()
        self.name.setAccessibleName(self.tr("Name of the file"))
        self.name.setToolTip(self.tr("What the main file is called; others are named after it"))
        self.name.textEdited.connect(self.retargeted)
        self.name.setMinimumWidth(80)
        self.ending.setAccessibleName(self.tr("Kind of file"))
        self.ending.setToolTip(self.tr("What kind of file is written"))
        self.ending.setMinimumContentsLength(4)
        self.ending.activated.connect(self.retargeted)
        self.only = QLabel()  # the ending where there is no other
        self.only.setProperty("role", "quiet")
        self.place = QToolButton(autoRaise=True)
        self.place.setIcon(theme.icon("folder", 18))
        self.place.setAccessibleName(self.tr("Choose where it goes"))
        self.place.setToolTip(self.tr("Choose where it goes"))
        self.place.clicked.connect(self.place_asked)
        self.folder = QLabel()
        self.folder.setProperty("role", "help")
        self.folder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.told = QCheckBox(self.tr("Write where it came from"))
        self.told.setChecked(True)
        self.told.setToolTip(
            self.tr(
                "Model, run, settings and rights go into PNGs and a file beside; never your name,"
                " your machine or a path"
            )
        )
        self.sealed = QCheckBox(self.tr("Content credentials"))
        self.sealed.setToolTip(
            self.tr(
                "Sign the files (C2PA) with a certificate made on this machine: readers see that"
                " nothing was changed since, not who you are. The bytes differ each time."
            )
        )
        self.told.toggled.connect(self.sealed.setEnabled)
        self.copies = ChoiceBox()
        self.copies.setAccessibleName(self.tr("Copies of training pictures"))
        self.copies.setToolTip(
            self.tr("What this project does where a picture is too close to one it learned from")
        )
        for choice, title in (
            ("warn", self.tr("Warn of copies of training pictures")),
            ("block", self.tr("Never export copies of training pictures")),
            ("off", self.tr("Don't look for copies of training pictures")),
        ):
            self.copies.addItem(title, choice)
        self.copies.activated.connect(self._on_copies)
        self.copies.hide()
        self.replace = QCheckBox(self.tr("Replace files that are there"))
        self.replace.setToolTip(
            self.tr("Write over an earlier export without asking; else you are asked first")
        )

    def _make_foot(self) -> None:
        self.fault = label("", "error")
        self.result = label("", "quiet")
        self.show_folder = QPushButton(theme.icon("folder", 16), self.tr("Show in folder"))
        self.show_folder.setProperty("role", "link")
        self.show_folder.setToolTip(self.tr("Open the folder in your file manager"))
        self.progress = ProgressRow(
            self.tr("Exporting"), self.tr("Stop; nothing of it is left"), counted=True
        )
        self.progress.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.progress.stop_asked.connect(self.stop_asked)
        self.export = QPushButton(self.tr("Export…"))
        self.export.setProperty("role", "primary")
        self.export.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.export.clicked.connect(self.export_asked)

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.defaults)
        column.addLayout(head)
        column.addWidget(self.summary)
        column.addWidget(self.form)
        column.addSpacing(theme.GAP)
        for each in (self.replace, self.told, self.sealed, self.copies):
            column.addWidget(each)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, theme.GAP, 12, 12)
        foot.setSpacing(theme.GAP)
        target = QHBoxLayout()
        target.setSpacing(4)
        target.addWidget(self.name, 1)
        target.addWidget(self.only)
        target.addWidget(self.ending)
        target.addWidget(self.place)
        foot.addLayout(target)
        foot.addWidget(self.folder)
        for each in (self.fault, self.progress, self.result, self.show_folder, self.export):
            foot.addWidget(each)
        for each in (self.fault, self.result, self.show_folder):
            each.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.setMinimumWidth(NARROWEST)
        whole.addWidget(scrolling(inner), 1)
        whole.addLayout(foot)

    def show_kind(self, kind: Kind, settings: Settings) -> None:
        """Show a kind's settings and the files it writes."""
        self.title.setText(self.tr(kind.title))
        self.summary.setText(self.tr(kind.summary))
        self.form.show_value(settings)
        self._offer()
        with QSignalBlocker(self.ending):
            self.ending.clear()
            for ending in kind.endings:
                self.ending.addItem(ending or self.tr("folder"), ending)
        self.ending.setVisible(len(kind.endings) > 1)
        self.only.setVisible(len(kind.endings) == 1)
        self.only.setText(kind.endings[0])

    def title_of(self, name: str) -> str:
        """Return what a setting is called."""
        return self.form.fields[name].label.title

    def _offer(self) -> None:
        """Give settings that are a file, by their name, or a color a button to choose one."""
        for name, each in self.form.fields.items():
            holder, value = each.editor.holder(), getattr(self.form.value, name)
            if not isinstance(holder, QLineEdit) or holder.actions():
                continue
            if name == "file":
                icon, tip, slot = (
                    theme.icon("folder", 16),
                    self.tr("Choose the file"),
                    self._on_file,
                )
            elif COLOR.fullmatch(str(value)):
                icon, tip, slot = patch(value), self.tr("Choose the color"), self._on_color
            else:
                continue
            choose = holder.addAction(icon, QLineEdit.ActionPosition.TrailingPosition)
            choose.setObjectName(name)
            choose.setToolTip(tip)
            choose.triggered.connect(slot)

    @Slot()
    def _on_file(self) -> None:
        self.file_asked.emit(self.sender().objectName())

    @Slot()
    def _on_color(self) -> None:
        name = self.sender().objectName()
        known = QColor(getattr(self.form.value, name))
        color = QColorDialog.getColor(known, self, self.title_of(name))
        if color.isValid():
            editor = self.form.fields[name].editor
            editor.show_value(color.name())
            editor.changed.emit(color.name())

    @Slot(object)
    def _show_colors(self, value: Settings) -> None:
        for name, each in self.form.fields.items():
            for action in each.editor.holder().actions() if name != "file" else ():
                action.setIcon(patch(getattr(value, name)))

    def show_target(self, name: str, ending: str, folder: Path | None) -> None:
        """Show the name without its ending, the ending, and the folder if one was chosen."""
        if self.name.text() != name:
            self.name.setText(name)
            self.name.setCursorPosition(0)
        with QSignalBlocker(self.ending):
            self.ending.setCurrentIndex(self.ending.findData(ending))
        said = self.tr("in {folder}").format(folder=folder) if folder else ""
        self.folder.setText(said)
        self.folder.setToolTip(str(folder or ""))
        self.folder.setVisible(folder is not None)
        self.export.setText(self.tr("Export") if folder else self.tr("Export…"))
        self.export.setToolTip(
            self.tr("Write it there (Enter)")
            if folder
            else self.tr("Choose where it goes, and write it (Enter)")
        )

    def complain(self, sentence: str) -> None:
        """Say what is wrong, or nothing."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))
        if sentence:
            self.tell("")

    @Slot(int)
    def _on_copies(self, index: int) -> None:
        self.copies_chosen.emit(self.copies.itemData(index))

    def show_copies(self, choice: str) -> None:
        """Show what is done about copies; "" where there is no project to look in."""
        self.copies.setVisible(bool(choice))
        self.copies.setCurrentIndex(self.copies.findData(choice))

    def tell(self, sentence: str, files: str = "", warns: bool = False) -> None:
        """Say what was written, "" for nothing; `files` are the names of all of it."""
        self.result.setProperty("role", "warning" if warns else "quiet")
        self.result.style().polish(self.result)
        self.result.setText(sentence)
        self.result.setToolTip(files)
        self.result.setVisible(bool(sentence))
        self.show_folder.setVisible(bool(sentence))

    @Slot(str)
    def work(self, title: str) -> None:
        """Show that an export is being written, "" that none is."""
        if title and self.progress.isHidden():
            self.progress.begin(title)
        self.progress.setVisible(bool(title))
        self.export.setVisible(not title)
