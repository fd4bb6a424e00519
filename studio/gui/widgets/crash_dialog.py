"""A crash report as it may be shared: what is seen is all there is, and nothing is sent."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.parts import label


class CrashDialog(QDialog):
    """Shows the report in `file`, None where none could be written; copies it when asked to."""

    def __init__(self, file: Path | None, parent: QWidget | None = None, fresh: bool = True):
        super().__init__(parent)
        self.finished.connect(self.deleteLater)
        self.file = file
        self.setWindowTitle(self.tr("Something broke") if fresh else self.tr("Crash report"))
        self.setMinimumSize(640, 420)
        title = self.tr("Something in Atelier broke; what was saved is safe.")
        said = self.tr("You can go on, or close and reopen.") + " " if fresh else ""
        said += self.tr(
            "This report holds no paths, no names and no pictures. Nothing is sent: copy it if you"
            " want to tell someone."
        )
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.tr("Crash report"))
        self.text.setPlainText(self._read())
        self.copy = QPushButton(self.tr("Copy report"))
        self.folder = QPushButton(self.tr("Show in folder"), autoDefault=False)
        self.done_ = QPushButton(self.tr("Close"), default=True)
        self.copy.clicked.connect(self._copy)
        self.folder.clicked.connect(self._show_folder)
        self.folder.setEnabled(file is not None)
        self.done_.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        for button in (self.copy, self.folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.done_)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GAP,) * 4)
        column.setSpacing(theme.GAP)
        column.addWidget(label(title if fresh else self.tr("The last crash report"), "heading"))
        column.addWidget(label(said))
        column.addWidget(self.text, 1)
        column.addLayout(buttons)
        self.done_.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read(self) -> str:
        try:
            return self.file.read_text(encoding="utf-8") if self.file else self._none()
        except OSError:
            return self._none()

    def _none(self) -> str:
        return self.tr("The report could not be written; the disk may be full or read-only.")

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy.setText(self.tr("Copied"))

    @Slot()
    def _show_folder(self) -> None:
        if self.file is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.file.parent)))
