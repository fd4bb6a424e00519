"""The plot's key: each series' switch, color and value; smoothing and scale below."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui.widgets.parts import scrolling, slider
from studio.gui.widgets.words import count, value

# Okabe & Ito's colors, told apart by every kind of color vision; the darkest are lightened.
COLORS = ("#56b4e9", "#e69f00", "#1fbf8f", "#f0e442", "#e8703a", "#d692b8", "#7a9bff", "#b0b0b0")


class Swatch(QWidget):
    """A short line in a series' color."""

    def __init__(self, color: str):
        super().__init__()
        self.color = QColor(color)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    @override
    def sizeHint(self) -> QSize:
        return QSize(14, 14)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self.color, 3))
        middle = self.height() // 2
        painter.drawLine(1, middle, self.width() - 2, middle)


class PlotKey(QWidget):
    """Chooses what the plot shows and how.

    changed(): a series was switched, or smoothing or scale changed.
    fit_asked(): the user wants to see the whole run again.
    """

    changed = Signal()
    fit_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.switches: dict[str, QCheckBox] = {}
        self.numbers: dict[str, QLabel] = {}
        self.colors: dict[str, str] = {}
        self.main: tuple[str, ...] = ()  # the series that are on at first; none: all
        self.step = QLabel()
        self.rows = QGridLayout()
        self.smoothing = slider(100, 40)
        self.log = QCheckBox(self.tr("Log axis"))
        self.fit = QPushButton(self.tr("Fit"), flat=True)
        self._lay_out()
        self.smoothing.valueChanged.connect(self._say)
        self.log.toggled.connect(self._say)
        self.fit.clicked.connect(self.fit_asked)

    @property
    def strength(self) -> float:
        """How much to smooth, 0 to 1."""
        return self.smoothing.value() / 100

    def is_on(self, name: str) -> bool:
        """Whether the series `name` is shown."""
        return name in self.switches and self.switches[name].isChecked()

    def show_names(self, names: list[str]) -> None:
        """Have one row per series; rows that stay keep their switch and color."""
        if list(self.switches) == names:
            return
        was = {name: switch.isChecked() for name, switch in self.switches.items()}
        while (item := self.rows.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.switches, self.numbers, self.colors = {}, {}, {}
        for row, name in enumerate(names):
            self._add_row(row, name, was.get(name, name in self.main or not self.main))

    def show_values(self, step: int | None, values: Mapping[str, float]) -> None:
        """Read out every series' value at `step`."""
        text = self.tr("Step {step}").format(step=count(step)) if step is not None else ""
        self.step.setText(text)
        for name, label in self.numbers.items():
            label.setText(value(values[name]) if name in values else "")

    def _add_row(self, row: int, name: str, on: bool) -> None:
        self.colors[name] = COLORS[row % len(COLORS)]
        switch = QCheckBox(name.replace("_", " "))
        switch.setChecked(on)
        switch.setToolTip(self.tr("Show or hide this curve"))
        switch.toggled.connect(self._say)
        number = QLabel()
        number.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        number.setMinimumWidth(number.fontMetrics().horizontalAdvance("-0.00000"))
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.switches[name], self.numbers[name] = switch, number
        for column, widget in enumerate((Swatch(self.colors[name]), switch, number)):
            self.rows.addWidget(widget, row, column)

    def _lay_out(self) -> None:
        self.rows.setColumnStretch(1, 1)
        self.rows.setContentsMargins(0, 0, 6, 0)
        self.rows.setVerticalSpacing(2)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.rows)
        column.addStretch(1)
        label = QLabel(self.tr("Smoothing"))
        label.setBuddy(self.smoothing)
        self.smoothing.setToolTip(
            self.tr("How far each curve is averaged; the raw values stay, faint")
        )
        self.smoothing.setAccessibleName(label.text())
        self.log.setToolTip(
            self.tr("Small values get as much room as large ones; values of 0 and below are gaps")
        )
        self.fit.setToolTip(self.tr("Show the whole run again (double-click the plot)"))
        smooth, last = QHBoxLayout(), QHBoxLayout()
        smooth.addWidget(label)
        smooth.addWidget(self.smoothing, 1)
        last.addWidget(self.log, 1)
        last.addWidget(self.fit)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self.step)
        whole.addWidget(scrolling(inner), 1)
        whole.addLayout(smooth)
        whole.addLayout(last)

    def _say(self) -> None:
        self.changed.emit()
