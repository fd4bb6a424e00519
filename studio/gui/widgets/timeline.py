"""One slider through every recorded step, with play; it can follow the newest."""

from bisect import bisect_left

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from typing_extensions import override

from studio.gui.widgets.parts import slider, switch
from studio.gui.widgets.words import count

WHOLE_PLAY = 6000  # ms a time-lapse takes, within what a person can follow
FRAME = (40, 250)  # ms


class Timeline(QWidget):
    """Chooses one of the recorded steps.

    step_changed(int): another step is chosen, by the user, by play or by following the newest.
    """

    step_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.steps: list[int] = []
        self.play = switch()
        self.slider = slider(0)
        self.live = switch(self.tr("Newest"), on=True)
        self.label = QLabel()
        self.timer = QTimer(self)
        self._said: int | None = None
        self._name_parts()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget, stretch in ((self.play, 0), (self.slider, 1), (self.label, 0), (self.live, 0)):
            row.addWidget(widget, stretch)
        self.play.toggled.connect(self._play)
        self.live.toggled.connect(self._follow)
        self.slider.valueChanged.connect(self._moved)
        self.timer.timeout.connect(self._advance)
        self.show_steps([])

    @property
    def step(self) -> int | None:
        """The chosen step; None while nothing is recorded."""
        return self.steps[self.slider.value()] if self.steps else None

    def show_steps(self, steps: list[int]) -> None:
        """Offer other recorded steps, ascending; keeps the chosen one, or the newest when live."""
        chosen = self.step
        self.steps = steps
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(steps) - 1, 0))
        if steps:
            self.slider.setValue(self._index(chosen))
        self.slider.blockSignals(False)
        self.setEnabled(bool(steps))
        self._say()

    def go_to(self, step: int) -> None:
        """Choose the recorded step nearest to `step`."""
        if not self.steps:
            return
        right = min(bisect_left(self.steps, step), len(self.steps) - 1)
        near = min((right, max(right - 1, 0)), key=lambda k: abs(self.steps[k] - step))
        self.slider.setValue(near)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.play.toggle()
        else:
            super().keyPressEvent(event)

    def _index(self, chosen: int | None) -> int:
        if self.live.isChecked() or chosen is None:
            return len(self.steps) - 1
        return min(bisect_left(self.steps, chosen), len(self.steps) - 1)

    def _moved(self, index: int) -> None:
        at_end = index == self.slider.maximum()
        if not at_end:
            self.live.setChecked(False)
        self._say()

    def _follow(self, on: bool) -> None:
        if on:
            self.play.setChecked(False)
            self.slider.setValue(self.slider.maximum())

    def _play(self, on: bool) -> None:
        self._show_icon(on)
        if not on:
            self.timer.stop()
            return
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(0)
        shortest, longest = FRAME
        self.timer.start(min(max(WHOLE_PLAY // max(len(self.steps), 1), shortest), longest))

    def _advance(self) -> None:
        if self.slider.value() == self.slider.maximum():
            self.play.setChecked(False)
        else:
            self.slider.setValue(self.slider.value() + 1)

    def _say(self) -> None:
        step = self.step
        at, of = self.slider.value() + 1, len(self.steps)
        text = self.tr("Step {step}  ·  {at} of {of}").format(step=count(step or 0), at=at, of=of)
        self.label.setText(text if step is not None else self.tr("No samples yet"))
        if step != self._said:
            self._said = step
            if step is not None:
                self.step_changed.emit(step)

    def _show_icon(self, playing: bool) -> None:
        self.play.setIcon(_icon(playing, self.palette().text().color()))
        word = (
            self.tr("Pause the time-lapse (Space)")
            if playing
            else self.tr("Play the time-lapse (Space)")
        )
        self.play.setToolTip(word)
        self.play.setAccessibleName(word)

    def _name_parts(self) -> None:
        self._show_icon(False)
        self.slider.setAccessibleName(self.tr("Recorded step"))
        self.slider.setToolTip(
            self.tr("Every recorded step: Left and Right move by one, Home and End to the ends")
        )
        self.live.setToolTip(self.tr("Follow the newest step while training"))
        self.play.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusProxy(self.slider)


def _icon(playing: bool, color: QColor) -> QIcon:
    """Return a pause or play sign in `color`, drawn large enough for dense screens."""
    drawn = QPixmap(64, 64)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if playing:
        painter.drawRoundedRect(QRectF(14, 10, 13, 44), 3, 3)
        painter.drawRoundedRect(QRectF(37, 10, 13, 44), 3, 3)
    else:
        painter.drawPolygon(QPolygonF([QPointF(16, 8), QPointF(54, 32), QPointF(16, 56)]))
    painter.end()
    return QIcon(drawn)
