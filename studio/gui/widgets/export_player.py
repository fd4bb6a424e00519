"""Plays the frames of an export: play and pause, a scrubber, exact speed."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QElapsedTimer, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from studio.gui import theme
from studio.gui.widgets.editors import ChoiceBox
from studio.gui.widgets.parts import slider
from studio.gui.widgets.words import value

TICK = 8  # ms between looks at the clock while playing: finer than any frame


class Player(QWidget):
    """Plays all frames, or one of the animations among them, again and again.

    frame_changed(int): another frame is to be seen.
    """

    frame_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.order: Sequence[int] = ()  # the frames that are played
        self.fps = 12.0
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
        self.loops = ChoiceBox()
        self.loops.setAccessibleName(self.tr("Animation"))
        self.loops.setToolTip(self.tr("Play all frames, or one of the animations by its name"))
        self.loops.activated.connect(self._on_loop)
        self._known: list[Sequence[int]] = []
        self.said = QLabel()
        self.said.setProperty("role", "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.play)
        row.addWidget(self.loops)
        row.addWidget(self.track, 1)
        row.addWidget(self.said)
        self._dress()

    def show_film(
        self, count: int, fps: float, loops: Mapping[str, Sequence[int]] | None = None
    ) -> None:
        """Play that many frames from now on, going on where the playhead is.

        `loops` are the frames of each animation by its name.
        """
        self.fps = fps
        chosen, named = self.loops.currentText(), loops or {}
        self._known = [range(count), *named.values()]
        self.loops.clear()
        self.loops.addItems([self.tr("All frames"), *named])
        self.loops.setCurrentIndex(max(self.loops.findText(chosen), 0))
        self.loops.setVisible(bool(named))
        self._take()

    def _take(self) -> None:
        self.order = self._known[self.loops.currentIndex()]
        with QSignalBlocker(self.track):
            self.track.setRange(0, max(len(self.order) - 1, 0))
        if len(self.order) < 2:
            self.play.setChecked(False)
        self.play.setEnabled(len(self.order) > 1)
        self._restart()
        self._say()

    @property
    def frame(self) -> int:
        """The frame under the playhead."""
        return self.order[self.track.value()] if self.order else 0

    @Slot()
    def _on_loop(self) -> None:
        self._take()
        self.frame_changed.emit(self.frame)

    @Slot(bool)
    def _on_play(self, on: bool) -> None:
        self._dress()
        self._restart()
        self.timer.start() if on else self.timer.stop()

    def _restart(self) -> None:
        self._clock.restart()
        self._from = self.track.value()

    @Slot()
    def _advance(self) -> None:
        passed = int(self._clock.nsecsElapsed() * 1e-9 * self.fps)
        place = (self._from + passed) % max(len(self.order), 1)
        if place != self.track.value():
            with QSignalBlocker(self.track):
                self.track.setValue(place)
            self._say()
            self.frame_changed.emit(self.frame)

    @Slot()
    def _on_track(self) -> None:
        self._restart()
        self._say()
        self.frame_changed.emit(self.frame)

    def _say(self) -> None:
        told = self.tr("{k} / {n} · {fps} fps")
        self.said.setText(
            told.format(k=self.track.value() + 1, n=len(self.order), fps=value(self.fps))
        )

    def _dress(self) -> None:
        on = self.play.isChecked()
        self.play.setIcon(theme.icon("pause" if on else "play", 18))
        name = self.tr("Pause") if on else self.tr("Play")
        self.play.setAccessibleName(name)
        self.play.setToolTip(self.tr("{name} (Space)").format(name=name))
