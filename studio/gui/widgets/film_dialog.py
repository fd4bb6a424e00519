"""Asks how frames become a film: the kind of file, its settings, and where to."""

from pathlib import Path

import numpy as np
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

from studio.core.assets.video import VideoSettings
from studio.gui import theme
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.parts import label

MOVING = {"fps", "scale", "loop"}
USED = {  # by the writer of each kind; the other settings are not shown
    ".mp4": {"fps", "scale", "ground"},
    ".gif": MOVING,
    ".webp": MOVING,
    ".apng": MOVING,
    ".png": {"scale", "columns"},
    "": {"scale"},
}


class FilmDialog(QDialog):
    """asked(Path, VideoSettings): the user wants this film there."""

    asked = Signal(object, object)

    def __init__(self, frames: np.ndarray, fps: float, loop: bool, parent: QWidget | None = None):
        super().__init__(parent)
        self.finished.connect(self.deleteLater)
        self.setWindowTitle(self.tr("Export the path"))
        count, height, width = frames.shape[:3]
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Kind of file"))
        for title, suffix in self._kinds(frames.shape[3] == 4):
            self.kind.addItem(title, suffix)
        self.form = SettingsForm(VideoSettings)
        self.form.show_value(VideoSettings(fps=fps, loop=loop, scale=_scale(width, height)))
        self.form.faulted.connect(self._allow)
        self.kind.currentIndexChanged.connect(self._show_fields)
        self._show_fields()
        words = self.tr("{n} frames of {w} × {h} pixels, {s:.1f} s")
        said = label(words.format(n=count, w=width, h=height, s=count / fps))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.write = QPushButton(self.tr("Export…"))
        self.write.setProperty("role", "primary")
        buttons.addButton(self.write, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(theme.GAP)
        for widget in (said, self.kind, self.form, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(380)

    def _kinds(self, clear: bool) -> list[tuple[str, str]]:
        alpha = self.tr(", keeps transparency") if clear else ""
        return [
            (self.tr("MP4 film"), ".mp4"),
            (self.tr("GIF"), ".gif"),
            (self.tr("WebP") + alpha, ".webp"),
            (self.tr("Animated PNG") + alpha, ".apng"),
            (self.tr("Sprite strip, one PNG") + alpha, ".png"),
            (self.tr("Folder of numbered PNGs") + alpha, ""),
        ]

    @Slot()
    def _show_fields(self) -> None:
        """Show what matters to this kind of file; a field that holds a mistake stays in sight."""
        for name, each in self.form.fields.items():
            each.setVisible(name in USED[self.kind.currentData()] | self.form.wrong)
        self.adjustSize()

    @Slot()
    def _ask(self) -> None:
        suffix = self.kind.currentData()
        name = "frames" if not suffix else f"path{suffix}"
        kinds = f"*{suffix} (*{suffix})" if suffix else self.tr("Folder (*)")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export the path"), name, kinds)
        if path:
            self._take(Path(path), suffix)

    def _take(self, chosen: Path, suffix: str) -> None:
        """Ask for the film; a name that had to be completed may be that of another file."""
        known = {self.kind.itemData(k) for k in range(self.kind.count())} - {""}
        stem = chosen.stem if chosen.suffix.lower() in known else chosen.name
        target = chosen.with_name(stem + suffix) if suffix else chosen
        words = self.tr("{name} is there already. Replace it?").format(name=target.name)
        if target == chosen or not target.exists() or self._sure(words):
            self.asked.emit(target, self.form.value)
            self.accept()

    def _sure(self, words: str) -> bool:
        answer = QMessageBox.question(self, self.windowTitle(), words)
        return answer == QMessageBox.StandardButton.Yes

    @Slot(str)
    def _allow(self, fault: str) -> None:
        self.write.setEnabled(not fault)


def _scale(width: int, height: int) -> int:
    """Return how far to enlarge a small picture so that it can be seen: up to 512 pixels."""
    return max(1, 512 // max(width, height)) if max(width, height) < 256 else 1
