"""Plain parts the widgets are made of: labels by role, scrolling columns, switches and sliders."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSlider, QToolButton, QWidget


def label(text: str = "", role: str = "quiet", small: bool = False) -> QLabel:
    """Return a wrapping label in a role of the theme: 'heading', 'quiet', 'help' or 'error'."""
    made = QLabel(text)
    made.setWordWrap(True)
    made.setProperty("role", role)
    if small:
        font = made.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        made.setFont(font)
    return made


def switch(text: str = "", on: bool = False) -> QToolButton:
    """Return a flat button that stays pressed."""
    made = QToolButton()
    made.setText(text)
    made.setCheckable(True)
    made.setChecked(on)
    made.setAutoRaise(True)
    return made


def slider(last: int, value: int = 0) -> QSlider:
    """Return a horizontal slider from 0 to `last`."""
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(0, last)
    made.setValue(value)
    return made


def scrolling(inner: QWidget) -> QScrollArea:
    """Return `inner` in a frame that scrolls up and down only."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setWidget(inner)
    return made
