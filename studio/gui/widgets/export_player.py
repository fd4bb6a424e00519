"""Plays the frames of an export: play and pause, a scrubber, exact speed."""

from PySide6.QtCore import QElapsedTimer, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from studio.gui import theme
from studio.gui.widgets.parts import slider
from studio.gui.widgets.words import value

TICK = 8  # ms between looks at the clock while playing: finer than any frame


class Player(QWidget):
    """frame_changed(int): another frame is to be seen."""

    frame_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.count, self.fps = 0, 12.0
        self.timer = QTimer(self, interval=TICK)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._advance)
        self._clock, self._from = QElapsedTimer(), 0
        self.play = QToolButton(autoRaise=True)
        self.play.setCheckable(True)
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play.toggled.connect(self._on_play)
        self.track = slider(0)
        self.track.setAccessibleName(self.tr("Frame"))
        self.track.setToolTip(self.tr("Drag to see one frame"))
        self.track.valueChanged.connect(self._on_track)
        self.said = QLabel()
        self.said.setProperty("role", "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.play)
        row.addWidget(self.track, 1)
        row.addWidget(self.said)
        self._dress()

    def show_film(self, count: int, fps: float) -> None:
        """Play that many frames from now on, going on where the playhead is."""
        self.count, self.fps = count, fps
        with QSignalBlocker(self.track):
            self.track.setRange(0, max(count - 1, 0))
        if count < 2:
            self.play.setChecked(False)
        self.play.setEnabled(count > 1)
        self._restart()
        self._say()

    @property
    def frame(self) -> int:
        """The frame under the playhead."""
        return self.track.value()

    @Slot(bool)
    def _on_play(self, on: bool) -> None:
        self._dress()
        self._restart()
        self.timer.start() if on else self.timer.stop()

    def _restart(self) -> None:
        self._clock.restart()
        self._from = self.frame

    @Slot()
    def _advance(self) -> None:
        passed = int(self._clock.nsecsElapsed() * 1e-9 * self.fps)
        frame = (self._from + passed) % max(self.count, 1)
        if frame != self.frame:
            with QSignalBlocker(self.track):
                self.track.setValue(frame)
            self._say()
            self.frame_changed.emit(frame)

    @Slot(int)
    def _on_track(self, frame: int) -> None:
        self._restart()
        self._say()
        self.frame_changed.emit(frame)

    def _say(self) -> None:
        told = self.tr("{k} / {n} · {fps} fps")
        self.said.setText(told.format(k=self.frame + 1, n=self.count, fps=value(self.fps)))

    def _dress(self) -> None:
        on = self.play.isChecked()
        self.play.setIcon(theme.icon("pause" if on else "play", 18))
        name = self.tr("Pause") if on else self.tr("Play")
        self.play.setAccessibleName(name)
        self.play.setToolTip(self.tr("{name} (Space)").format(name=name))
