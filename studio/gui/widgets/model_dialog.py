"""Asks how a trained model leaves: as a pack for another Atelier, or as ONNX for a game."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.assets.onnx_model import ENDING as ONNX
from studio.core.assets.onnx_model import OnnxSettings
from studio.core.assets.pack import ENDING as PACK
from studio.gui import theme
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.parts import label

WIDTH = 400  # pixels


class ModelDialog(QDialog):
    """asked(Path, OnnxSettings): the user wants the model there; its ending says as what."""

    asked = Signal(object, object)

    def __init__(self, title: str, name: str, parent: QWidget | None = None):
        """`title` is what is said of the run, `name` what a file of it may be called."""
        super().__init__(parent)
        self.finished.connect(self.deleteLater)
        self.name = name
        self.setWindowTitle(self.tr("Export the model"))
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Kind of file"))
        self.kind.addItem(self.tr("Pack, for another Atelier"), PACK)
        self.kind.addItem(self.tr("ONNX, for a game or another program"), ONNX)
        self.help = label("", "help")
        self.form = SettingsForm(OnnxSettings)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.write = QPushButton(self.tr("Export…"))
        self.write.setProperty("role", "primary")
        buttons.addButton(self.write, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        self.kind.currentIndexChanged.connect(self._show_kind)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(theme.GAP)
        for widget in (label(title), self.kind, self.help, self.form, buttons):
            column.addWidget(widget)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self.help.setFixedWidth(WIDTH)
        self.form.setFixedWidth(WIDTH)
        self._show_kind()

    @Slot()
    def _show_kind(self) -> None:
        onnx = self.kind.currentData() == ONNX
        self.help.setText(
            self.tr(
                "Draws at run time wherever ONNX does: the file takes a latent of standard-normal"
                " numbers, and a class where there are some. What it draws is compared with what"
                " the run draws."
            )
            if onnx
            else self.tr(
                "One file with the model, a look at it, and whose pictures it learned from; none"
                " of these. Dropped on an Atelier it draws there what it draws here."
            )
        )
        self.form.setVisible(onnx)

    @Slot()
    def _ask(self) -> None:
        ending = self.kind.currentData()
        kinds = f"*{ending} (*{ending})"
        path, _ = QFileDialog.getSaveFileName(self, self.windowTitle(), self.name + ending, kinds)
        if path:
            self._take(Path(path), ending)

    def _take(self, chosen: Path, ending: str) -> None:
        """Ask for the file; a name that had to be completed may be that of another file."""
        whole = chosen.suffix.lower() == ending
        target = chosen if whole else chosen.with_name(chosen.name + ending)
        words = self.tr("{name} is there already. Replace it?").format(name=target.name)
        if target == chosen or not target.exists() or self._sure(words):
            self.asked.emit(target, self.form.value)
            self.accept()

    def _sure(self, words: str) -> bool:
        answer = QMessageBox.question(self, self.windowTitle(), words)
        return answer == QMessageBox.StandardButton.Yes
