"""The status bar: what runs, how far it is, how fast, how long still, and on which device."""

import time
from collections import deque
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from studio.gui import theme

FIRST = (
    "train",
    "evaluate",
    "model",
    "pack",
    "import",
    "study",
    "invert",
    "path",
    "picture",
    "content",
    "repair",
    "restyle",
    "export",
    "export files",
    "gallery",
    "take in",
    "forecast",
)  # of several lanes at work, the first is shown
IN_PARTS = ("evaluate",)  # whose progress is that of one part, so that no end can be told
SHARES = ("picture", "content", "repair", "restyle")  # whose share is told: steps are no one's
WINDOW = 20.0  # seconds over which speed is measured
ENOUGH = 2.0  # seconds of progress before a speed is told


class Pace:
    """How fast a lane's progress moved lately."""

    def __init__(self) -> None:
        self.marks: deque[tuple[float, int]] = deque()
        self.total: int | None = None
        self.text = ""

    def mark(self, done: int, total: int | None, text: str, now: float) -> None:
        """Take note that `done` of `total` are finished at `now` (seconds)."""
        # a total alone may change: that of a run with a given time is guessed anew as it goes
        if text != self.text or (self.marks and done < self.marks[-1][1]):
            self.marks.clear()
        self.total, self.text = total, text
        self.marks.append((now, done))
        while self.marks[0][0] < now - WINDOW:
            self.marks.popleft()

    @property
    def done(self) -> int:
        """The units finished so far."""
        return self.marks[-1][1] if self.marks else 0

    @property
    def rate(self) -> float:
        """Units a second, 0 while unknown."""
        if not self.marks:
            return 0.0
        (start, low), (end, high) = self.marks[0], self.marks[-1]
        return (high - low) / (end - start) if end - start >= ENOUGH else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to go, None while unknown."""
        return (self.total - self.done) / self.rate if self.total and self.rate else None


class StatusLine(QStatusBar):
    """Always true: tells lane, progress, speed and device; redrawn at most four times a second."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.lanes: dict[str, tuple[str, bool]] = {}
        self.paces: dict[str, Pace] = {}
        self.ready = False
        self.what = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedSize(180, 6)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.speed, self.eta, self.device, self.engine = QLabel(), QLabel(), QLabel(), QLabel()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(theme.GAP, 2, theme.GAP, 2)
        self.addWidget(self.what, 1)
        for widget in (self.bar, self.speed, self.eta, self.device, self.engine):
            self.addPermanentWidget(widget)
            widget.setProperty("role", "quiet")
            widget.setContentsMargins(theme.GAP, 0, theme.GAP, 0)
        self.timer = QTimer(self, interval=250, singleShot=True)
        self.timer.timeout.connect(self.refresh)
        self.refresh()

    def shows(self, lane: str) -> bool:
        """Tell whether the lane was at work when last heard of."""
        return lane in self.lanes

    def show_lane(self, lane: str, title: str, paused: bool) -> None:
        """Take note that the lane runs `title`, or is idle when that is empty."""
        if not title:
            self.lanes.pop(lane, None)
            self.paces.pop(lane, None)
        elif lane in FIRST:
            self.lanes[lane] = (title, paused)
            if paused and lane in self.paces:
                self.paces[lane].marks.clear()
        self.refresh()

    def show_engine(self, ready: bool) -> None:
        """Tell whether the engine is loaded."""
        self.ready = ready
        self.refresh()

    def say(self, text: str) -> None:
        """Show one sentence instead, until something else changes."""
        self.what.setText(text)

    @Slot(str, list)
    def tell(self, lane: str, events: list[Any]) -> None:
        """Take progress and the device's name from a lane's events."""
        from studio.core.events import Note, Progress

        for event in events:
            if isinstance(event, Progress):
                pace = self.paces.setdefault(lane, Pace())
                pace.mark(event.done, event.total, event.text, time.monotonic())
            elif isinstance(event, Note) and event.kind == "device":
                self.device.setText(event.text.removesuffix("."))
        if not self.timer.isActive():
            self.timer.start()

    @Slot()
    def refresh(self) -> None:
        """Write the widgets anew."""
        self.engine.setText("" if self.ready else self.tr("Loading the engine…"))
        self.engine.setVisible(not self.ready)
        self.device.setVisible("train" in self.lanes)  # "Training on …" is untrue afterwards
        lane = next((each for each in FIRST if each in self.lanes), "")
        for widget in (self.bar, self.speed, self.eta):
            widget.setVisible(bool(lane))
        if not lane:
            self.what.setText(self.tr("Ready") if self.ready else "")
            return
        title, paused = self.lanes[lane]
        self._show_pace(title, paused, self.paces.get(lane, Pace()), lane)

    def _show_pace(self, title: str, paused: bool, pace: Pace, lane: str) -> None:
        from studio.gui.widgets import words

        parts = [title] + [self.tr("paused")] * paused
        if lane in IN_PARTS and pace.text:
            parts.append(pace.text)
        if pace.total and lane in SHARES:
            parts.append(words.percent(pace.done / pace.total))
        elif pace.total:
            of = self.tr("{done} of {total}")
            parts.append(of.format(done=words.count(pace.done), total=words.count(pace.total)))
        elif pace.text and lane not in IN_PARTS:
            parts.append(pace.text)
        self.what.setText(" · ".join(parts))
        self.bar.setRange(0, pace.total or (1 if paused else 0))
        self.bar.setValue(pace.done)
        rate = self.tr("{n} steps/s") if lane == "train" else self.tr("{n} pictures/s")
        shown = pace.rate and lane in ("train", "import") and not paused
        self.speed.setText(rate.format(n=f"{pace.rate:.3g}") if shown else "")
        left = self.tr("{time} left").format(time=words.duration(pace.left)) if pace.left else ""
        silent = paused or lane in IN_PARTS
        self.eta.setText("" if silent else left or self.tr("estimating…"))
        for label in (self.speed, self.eta):
            label.setVisible(bool(label.text()))
