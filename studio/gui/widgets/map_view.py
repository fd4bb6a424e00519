"""A map of training pictures and samples: click anywhere to draw what would be there."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.map_pane import DRAWN, REAL, MapPane
from studio.gui.widgets.parts import label, switch


class MapView(QWidget):
    """The map with its legend, whose entries are switches, and a line of text below.

    asked(x, y): draw what is at this place, both in 0..1, while the pointer is down too.
    released(): the pointer is let go; now full quality.
    """

    asked = Signal(float, float)
    released = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.pane = MapPane()
        self.real = _entry(self.tr("Training pictures"), REAL)
        self.drawn = _entry(self.tr("Samples"), DRAWN)
        self.whole = QToolButton()
        self.whole.setText(self.tr("Whole map"))
        self.said = label()
        self._lay_out()
        self.real.toggled.connect(self._show_real)
        self.drawn.toggled.connect(self._show_drawn)
        self.whole.clicked.connect(self.pane.fit)
        self.pane.asked.connect(self.asked)
        self.pane.released.connect(self.released)

    def show_points(self, points: np.ndarray, real: np.ndarray, thumbnails: np.ndarray) -> None:
        """Show points, float [n, 2] in 0..1 (x to the right, y down); `real` bool [n] says which
        are training pictures; thumbnails uint8 [n, h, w, c]. None at all clears.
        """
        self.pane.show_points(points, real, thumbnails)

    def set_marker(self, x: float, y: float) -> None:
        """Mark where the present picture is; outside 0..1: nowhere."""
        self.pane.set_marker(x, y)

    def set_text(self, text: str) -> None:
        """Say something about the present place below the map."""
        self.said.setText(text)

    def _show_real(self, on: bool) -> None:
        self.pane.show_kind(True, on)

    def _show_drawn(self, on: bool) -> None:
        self.pane.show_kind(False, on)

    def _lay_out(self) -> None:
        self.real.setToolTip(self.tr("Show the pictures the model was trained on, or hide them"))
        self.drawn.setToolTip(self.tr("Show pictures the model drew, or hide them"))
        self.whole.setToolTip(
            self.tr("See everything (0). Wheel: zoom; Space and drag, or middle button: move")
        )
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        for widget in (self.real, self.drawn):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.whole)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addWidget(self.pane, 1)
        column.addWidget(self.said)
        self.setFocusProxy(self.pane)


def _entry(text: str, color: str) -> QToolButton:
    """Return a switch with a swatch of the color its pictures are framed in."""
    swatch = QPixmap(12, 12)
    swatch.fill(QColor(color))
    made = switch(text, on=True)
    made.setIcon(QIcon(swatch))
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return made
