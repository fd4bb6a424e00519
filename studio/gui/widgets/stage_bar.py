"""The line above pictures that are seen large: back to the wall, their zoom, and the line."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from studio.gui import theme
from studio.gui.widgets.parts import switch
from studio.gui.widgets.picture_stage import PictureStage


class StageBar(QWidget):
    """Buttons for a stage, whose zoom it tells."""

    def __init__(self, stage: PictureStage, parent: QWidget | None = None):
        super().__init__(parent)
        self.stage = stage
        self.back = self._button(self.tr("Back"), self.tr("Back to the wall (Esc)"))
        self.back.clicked.connect(stage.left)
        self.fit = self._button(self.tr("Fit"), self.tr("Show all of it (0)"))
        self.fit.clicked.connect(stage.fit)
        self.actual = self._button(self.tr("1:1"), self.tr("Pixel by pixel (1)"))
        self.actual.clicked.connect(stage.actual)
        self.line = switch(self.tr("Line"))
        self.line.setToolTip(self.tr("One over the other, with a line to drag (S)"))
        self.line.clicked.connect(stage.slide)
        self.name, self.zoom = QLabel(), QLabel()
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.zoom.setProperty("role", "quiet")
        stage.zoomed.connect(self._show_zoom)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP // 2)
        row.addWidget(self.back)
        row.addWidget(self.name, 1)
        for each in (self.zoom, self.fit, self.actual, self.line):
            row.addWidget(each)

    def _button(self, text: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setText(text)
        made.setToolTip(tip)
        made.setAutoRaise(True)
        return made

    @Slot()
    def _show_zoom(self) -> None:
        panes = self.stage.panes
        self.zoom.setText(f"{self.stage.percent} %" if panes else "")
        self.line.setVisible(len(panes) == 2)
        self.line.setChecked(self.stage.split is not None)
        self.name.setText(",  ".join(pane.shown.name for pane in panes))
