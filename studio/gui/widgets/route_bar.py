"""The path through the latent space as a timeline: keys, loops, speed, play, export."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QElapsedTimer, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.core.explore.place import Place
from studio.core.explore.route import FPS, Route
from studio.gui import theme
from studio.gui.widgets.parts import switch
from studio.gui.widgets.route_track import RouteTrack, easing_names
from studio.gui.widgets.words import count

TICK = 8  # ms between looks at the clock while playing: finer than any frame


class RouteBar(QWidget):
    """Edits a route and plays the frames drawn from it; drawing them is another's work.

    route_changed(object Route): by the user. scrubbed(int): another frame is to be seen.
    key_asked(): the present picture shall be a key. loop_asked(str): "circle" or "noise" around
    it. export_asked(): the frames shall be written to a file.
    """

    route_changed = Signal(object)
    scrubbed = Signal(int)
    key_asked = Signal()
    loop_asked = Signal(str)
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.track = RouteTrack()
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock, self._from, self._due = QElapsedTimer(), 0, -1
        self._make_buttons()
        self._make_choices()
        self._lay_out()
        self._connect()
        self._say()

    @property
    def route(self) -> Route:
        """The route as it is now; without keys while frames of a loop are shown."""
        return self.track.route

    @property
    def frame(self) -> int:
        """The frame under the playhead."""
        return self.track.frame

    @property
    def picture(self) -> np.ndarray | None:
        """The drawn frame under the playhead, uint8 [h, w, c]; None while there is none."""
        frames = self.track.frames
        return None if frames is None or self.frame >= len(frames) else frames[self.frame]

    def show_route(self, route: Route, thumbnails: Mapping[Place, np.ndarray]) -> None:
        """Show a route without saying that the user changed it; its frames are no longer its own.

        `thumbnails` are pictures uint8 [h, w, c] by their key's place; those known need not come
        again.
        """
        self.track.show_route(route, thumbnails)
        self._say()

    def show_frames(self, frames: np.ndarray | None) -> None:
        """Show the frames drawn, uint8 [n, h, w, c]: as many as there are yet; None for none."""
        self.track.show_frames(frames)
        if not self._playable:
            self.play.setChecked(False)
        self._say()

    def show_loop(self, closed: bool, fps: float) -> None:
        """Show a path that has no keys: a circle, a noise loop; its frames follow."""
        self.show_route(Route((), closed, fps), {})

    def go_to(self, frame: int) -> None:
        """Put the playhead on a frame."""
        self.track.go_to(frame)

    @property
    def _playable(self) -> bool:
        return self.track.frames is not None and len(self.track.frames) > 1

    def _make_buttons(self) -> None:
        self.play = QToolButton()
        self.play.setCheckable(True)
        self.play.setAutoRaise(True)
        self.play.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add = QPushButton(self.tr("Add key"))
        self.add.setToolTip(
            self.tr("The path goes through this picture: at the playhead, or after the last key")
        )
        self.loops = {
            "circle": QPushButton(self.tr("Circle")),
            "noise": QPushButton(self.tr("Noise loop")),
        }
        self.loops["circle"].setToolTip(
            self.tr("A loop from this picture in a wide circle and back, without a seam")
        )
        self.loops["noise"].setToolTip(
            self.tr("A loop that wanders around this picture and comes back, without a seam")
        )
        self.export = QPushButton(self.tr("Export…"))
        self.export.setProperty("role", "primary")
        self.export.setToolTip(
            self.tr("Write all frames as MP4, GIF, WebP, numbered pictures or a sprite strip")
        )

    def _make_choices(self) -> None:
        self.easing = QComboBox()
        for easing, name in easing_names().items():
            self.easing.addItem(name, easing)
        shrinks = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.easing.setSizeAdjustPolicy(shrinks)
        self.easing.setMinimumContentsLength(9)
        self.easing.setAccessibleName(self.tr("Easing"))
        self.easing.setToolTip(self.tr("How the path leaves the chosen key"))
        self.closed = switch(self.tr("Closed"))
        self.closed.setToolTip(self.tr("The path goes on from the last key to the first: a loop"))
        self.fps = QSpinBox()
        self.fps.setRange(*(int(end) for end in FPS))
        self.fps.setSuffix(self.tr(" fps"))
        self.fps.setKeyboardTracking(False)
        self.fps.setAccessibleName(self.tr("Frames in a second"))
        self.fps.setToolTip(self.tr("More is quicker: the number of frames stays"))
        self.length = QLabel()
        self.length.setProperty("role", "quiet")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self.play)
        row.addWidget(self.length)
        row.addStretch(1)
        chosen = (self.add, *self.loops.values(), self.easing, self.closed, self.fps, self.export)
        for widget in chosen:
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(row)
        column.addWidget(self.track)
        self.setFocusProxy(self.track)

    def _connect(self) -> None:
        self.track.changed.connect(self._edited)
        self.track.scrubbed.connect(self._scrub)
        self.track.selected.connect(self._say)
        self.play.toggled.connect(self._play)
        self.add.clicked.connect(self.key_asked)
        self.loops["circle"].clicked.connect(self._circle)
        self.loops["noise"].clicked.connect(self._noise)
        self.export.clicked.connect(self.export_asked)
        self.easing.activated.connect(self._ease)
        self.closed.toggled.connect(self._close)
        self.fps.valueChanged.connect(self._pace)
        self.timer.timeout.connect(self._advance)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.play.isEnabled():
            self.play.toggle()
        else:
            super().keyPressEvent(event)

    @Slot(object)
    def _edited(self, route: Route) -> None:
        self._say()
        self.route_changed.emit(route)

    @Slot(int)
    def _scrub(self, frame: int) -> None:
        self._say_length()
        if self.play.isChecked() and frame != self._due:  # the user has moved the playhead
            self._restart()
        self.scrubbed.emit(frame)

    @Slot()
    def _circle(self) -> None:
        self.loop_asked.emit("circle")

    @Slot()
    def _noise(self) -> None:
        self.loop_asked.emit("noise")

    @Slot(int)
    def _ease(self, index: int) -> None:
        self.track.ease(self.easing.itemData(index))

    @Slot(bool)
    def _close(self, on: bool) -> None:
        self._set(replace(self.route, closed=on))

    @Slot(int)
    def _pace(self, fps: int) -> None:
        fresh = self.track.fresh
        self._set(replace(self.route, fps=float(fps)))
        self.track.fresh = fresh  # the frames are the same, only quicker
        self._restart()

    def _set(self, route: Route) -> None:
        self.track.show_route(route, {})
        self._edited(route)

    @Slot(bool)
    def _play(self, on: bool) -> None:
        self._show_icon()
        if not on:
            self.timer.stop()
            return
        if self.frame >= len(self.track.frames if self.track.frames is not None else ()) - 1:
            self.track.go_to(0)
        self._restart()
        self.timer.start(TICK)

    def _restart(self) -> None:
        self._from = self.frame
        self._clock.start()

    @Slot()
    def _advance(self) -> None:
        """Show the frame that is due by the clock: a busy window skips frames, never slows."""
        due = self._from + int(self._clock.elapsed() * self.route.fps / 1000)
        count = len(self.track.frames if self.track.frames is not None else ())
        self._due = due % count if self.route.closed else min(due, count - 1)
        self.track.go_to(self._due)
        if not self.route.closed and due >= count - 1:
            self.play.setChecked(False)

    @Slot()
    def _say(self) -> None:
        route, key = self.route, self.track.key
        with QSignalBlocker(self.closed), QSignalBlocker(self.fps):
            self.closed.setChecked(route.closed)
            self.fps.setValue(round(route.fps))
        self.closed.setEnabled(len(route.keys) > 1)
        self.easing.setEnabled(0 <= key < len(route.keys))
        if self.easing.isEnabled():
            self.easing.setCurrentIndex(self.easing.findData(route.keys[key].easing))
        self.play.setEnabled(self._playable)
        self.export.setEnabled(self._playable)
        self._show_icon()
        self._say_length()

    def _say_length(self) -> None:
        frames = self.track.count
        text = self.tr("Frame {at} of {count}  ·  {seconds} s").format(
            at=self.frame + 1, count=count(frames), seconds=f"{frames / self.route.fps:.1f}"
        )
        self.length.setText(text if frames else "")

    def _show_icon(self) -> None:
        playing = self.play.isChecked()
        self.play.setIcon(theme.icon("pause" if playing else "play", 18))
        word = self.tr("Pause (Space)") if playing else self.tr("Play the frames (Space)")
        self.play.setToolTip(word)
        self.play.setAccessibleName(word)
