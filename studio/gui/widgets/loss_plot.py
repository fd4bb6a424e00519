"""The run's curves: raw faint, smoothed bold, with a cursor that is the timeline's."""

from collections.abc import Iterable, Mapping

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from studio.core.events import Note
from studio.gui.widgets.curve import Curve
from studio.gui.widgets.health_line import COLORS
from studio.gui.widgets.plot_key import PlotKey
from studio.gui.widgets.plot_view import Line, Mark, PlotView

PACE = 120  # ms between redraws that the user asked for, at least
GROWING = 300  # ms between redraws of what grows: each costs what trains 3 ms of a core
WIDEST = 0.1  # of the run: the standard deviation of the strongest smoothing
BUCKETS = 400  # of a curve on screen, at most
PADDING = 0.06  # of the height, above and below
MARKED = {"remedy": COLORS["info"], "rollback": COLORS["warning"]}  # kinds of notes


class LossPlot(QWidget):
    """Draws curves over steps, at most every `PACE` ms and only while visible; rarer as they grow.

    step_picked(int): the user clicked the plot at this step.
    """

    step_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.curves: Mapping[str, Curve] = {}
        self.cursor_step: int | None = None
        self.fitted = True
        self.timer = QTimer(self, singleShot=True)
        self.view, self.key = PlotView(), PlotKey()
        self.key.setFixedWidth(230)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(self.view, 1)
        row.addWidget(self.key)
        self.setMinimumHeight(150)
        self.timer.timeout.connect(self._redraw)
        self.key.changed.connect(self.refresh)
        self.key.fit_asked.connect(self.fit)
        self.view.fit_asked.connect(self.fit)
        self.view.zoomed.connect(self._zoomed)
        self.view.hovered.connect(self._hovered)
        self.view.picked.connect(self.step_picked)

    def show_curves(self, curves: Mapping[str, Curve], main: tuple[str, ...] = ()) -> None:
        """Show these curves, at first only the `main` ones; call `grew` when they have grown."""
        self.curves, self.key.main = curves, main
        self.fit()

    def show_marks(self, notes: Iterable[Note]) -> None:
        """Mark where training went back and where a remedy was applied."""
        self.view.show_marks(
            tuple(Mark(n.step or 0, n.text, MARKED[n.kind]) for n in notes if n.kind in MARKED)
        )

    def refresh(self) -> None:
        """Draw what has changed, soon."""
        self._redraw_within(PACE)

    def grew(self) -> None:
        """Draw what the curves have grown by, at their pace."""
        self._redraw_within(GROWING)

    def _redraw_within(self, ms: int) -> None:
        late = not self.timer.isActive() or self.timer.interval() > ms
        if self.isVisible() and late:
            self.timer.start(ms)

    def set_cursor(self, step: int | None) -> None:
        """Put the cursor line at `step` and read out the values there."""
        self.cursor_step = step
        self.view.set_cursor(step)
        self._read_out(step)

    @Slot()
    def fit(self) -> None:
        """Show the whole run."""
        self.fitted = True
        self.refresh()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.refresh()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self.timer.stop()

    @Slot()
    def _redraw(self) -> None:
        self.key.show_names(list(self.curves))
        low, high = self._range() if self.fitted else self.view.steps
        shown = {name: c for name, c in self.curves.items() if self.key.is_on(name) and c.length}
        lines = {name: self._line(name, curve, low, high) for name, curve in shown.items()}
        self.view.show_lines(lines, (low, high), extent(lines.values()), self.key.log.isChecked())
        self._read_out(self.cursor_step if self.view.hover_step is None else self.view.hover_step)

    def _line(self, name: str, curve: Curve, low: float, high: float) -> Line:
        buckets = min(BUCKETS, max(50, self.view.width() // 2))
        steps, values = curve.outline(low, high, buckets)
        width = self.key.strength**2 * WIDEST * max(curve.steps[-1] - curve.steps[0], 1.0)
        middle, means = curve.smoothed(low, high, buckets, width)
        raw, smooth = (steps, self._scaled(values)), (middle, self._scaled(means))
        return Line(self.key.colors[name], raw, smooth)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        if not self.key.log.isChecked():
            return values
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(values > 0, np.log10(values), np.nan)

    def _range(self) -> tuple[float, float]:
        ends = [(c.steps[0], c.steps[-1]) for c in self.curves.values() if c.length]
        low = float(min((first for first, _ in ends), default=0))
        return low, max(float(max((last for _, last in ends), default=1)), low + 1)

    @Slot()
    def _zoomed(self) -> None:
        self.fitted = False
        self.refresh()

    @Slot(object)
    def _hovered(self, step: int | None) -> None:
        self._read_out(self.cursor_step if step is None else step)

    def _read_out(self, step: float | None) -> None:
        known = {name: c for name, c in self.curves.items() if c.length}
        if step is None:
            step = max((c.steps[-1] for c in known.values()), default=None)
        at = None if step is None else round(step)
        self.key.show_values(
            at, {n: c.near(at) for n, c in known.items()} if at is not None else {}
        )


def extent(lines: Iterable[Line]) -> tuple[float, float]:
    """Return the values to have in view: all that is smooth, the raw but for the wildest."""
    ends: list[float] = []
    for line in lines:
        raw, smooth = (v[np.isfinite(v)] for v in (line.raw[1], line.smooth[1]))
        if len(raw):
            ends += [*np.percentile(raw, (2, 98)), *smooth]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    room = PADDING * (high - low) or 0.5
    return low - room, high + room
