"""The run's curves: raw faint, smoothed bold, with a cursor that is the timeline's."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from studio.gui.widgets.curve import Curve
from studio.gui.widgets.plot_key import PlotKey

PACE = 120  # ms between redraws, at least
WIDEST = 0.1  # of the run: the standard deviation of the strongest smoothing
FAINT = 75  # alpha of the raw curve
BUCKETS = 600  # of a curve on screen, at most


class LossPlot(QWidget):
    """Draws curves over steps, at most every `PACE` ms and only while visible.

    step_picked(int): the user clicked the plot at this step.
    """

    step_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.curves: Mapping[str, Curve] = {}
        self.cursor_step: int | None = None
        self.lines: dict[str, tuple[Any, Any]] = {}
        self.plot: Any = None  # pyqtgraph's, made when first shown: importing it takes 0.2 s
        self.marker: Any = None
        self.hover: Any = None
        self.fitted = True
        self.timer = QTimer(self, singleShot=True, interval=PACE)
        self.timer.timeout.connect(self._redraw)
        self.key = PlotKey()
        self.key.setFixedWidth(230)
        self.key.changed.connect(self.refresh)
        self.key.fit_asked.connect(self.fit)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.addStretch(1)
        self.row.addWidget(self.key)
        self.setMinimumHeight(150)

    def show_curves(self, curves: Mapping[str, Curve]) -> None:
        """Show these curves; call `refresh` when they have grown."""
        self.curves = curves
        self.fitted = True
        self.refresh()

    def refresh(self) -> None:
        """Draw what has changed, soon."""
        if self.isVisible() and not self.timer.isActive():
            self.timer.start()

    def set_cursor(self, step: int | None) -> None:
        """Put the cursor line at `step` and read out the values there."""
        self.cursor_step = step
        if self.plot is not None:
            self.marker.setVisible(step is not None)
            self.marker.setValue(step or 0)
        self._read_out(step)

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

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.hover.hide()
            self._read_out(self.cursor_step)
        return False

    def _build(self) -> None:
        import pyqtgraph

        palette = self.palette()
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName(self.tr("Curves over training steps"))
        self.plot.setBackground(None)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.showGrid(x=False, y=True, alpha=0.12)
        item.getViewBox().setMouseEnabled(x=True, y=False)
        item.getViewBox().sigRangeChangedManually.connect(self._zoomed)
        for side in ("left", "bottom"):
            item.getAxis(side).setTextPen(palette.placeholderText().color())
            item.getAxis(side).setPen(palette.mid().color())
            item.getAxis(side).enableAutoSIPrefix(False)
        item.getAxis("left").setWidth(52)
        self.hover = pyqtgraph.InfiniteLine(pen=_pen(pyqtgraph, palette.mid().color()))
        self.marker = pyqtgraph.InfiniteLine(pen=_pen(pyqtgraph, palette.highlight().color()))
        for line in (self.hover, self.marker):
            line.hide()
            item.addItem(line, ignoreBounds=True)
        self.plot.scene().sigMouseMoved.connect(self._hovered)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.plot.installEventFilter(self)
        self.row.takeAt(0)
        self.row.insertWidget(0, self.plot, 1)

    def _redraw(self) -> None:
        if not self.isVisible():
            return
        if self.plot is None:
            self._build()
            self.set_cursor(self.cursor_step)
        self.key.show_names(list(self.curves))
        self._drop_lines()
        low, high = self._view()
        extents = [
            extent
            for name, curve in self.curves.items()
            if (extent := self._draw(name, curve, low, high)) is not None
        ]
        self._set_range(low, high, extents)
        self._read_out(self.cursor_step)

    def _draw(self, name: str, curve: Curve, low: float, high: float) -> tuple[float, float] | None:
        """Draw one curve; return the lowest and highest value worth seeing, if it is shown."""
        raw, smooth = self._line(name)
        shown = self.key.is_on(name) and curve.length > 0
        raw.setVisible(shown)
        smooth.setVisible(shown)
        if not shown:
            return None
        buckets = min(BUCKETS, max(50, self.plot.width() // 2))
        steps, values = curve.outline(low, high, buckets)
        raw.setData(steps, self._scaled(values), connect="finite")
        width = self.key.strength**2 * WIDEST * max(curve.steps[-1] - curve.steps[0], 1.0)
        mean_steps, means = curve.smoothed(low, high, buckets, width)
        smooth.setData(mean_steps, self._scaled(means), connect="finite")
        return _extent(self._scaled(values), self._scaled(means))

    def _line(self, name: str) -> tuple[Any, Any]:
        import pyqtgraph

        if name not in self.lines:
            color = QColor(self.key.colors[name])
            faint = QColor(color)
            faint.setAlpha(FAINT)
            raw = pyqtgraph.PlotCurveItem(pen=_pen(pyqtgraph, faint))
            bold = pyqtgraph.PlotCurveItem(pen=_pen(pyqtgraph, color), antialias=True)
            bold.setZValue(1)
            for line in (raw, bold):
                self.plot.addItem(line, ignoreBounds=True)
            self.lines[name] = (raw, bold)
        return self.lines[name]

    def _drop_lines(self) -> None:
        gone = [n for n in self.lines if n not in self.curves]
        for name in list(self.lines) if gone else []:
            for line in self.lines.pop(name):
                self.plot.removeItem(line)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        if not self.key.log.isChecked():
            return values
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(values > 0, np.log10(values), np.nan)

    def _view(self) -> tuple[float, float]:
        if not self.fitted:
            low, high = self.plot.getPlotItem().getViewBox().viewRange()[0]
            return low, high
        ends = [(c.steps[0], c.steps[-1]) for c in self.curves.values() if c.length]
        low = min((first for first, _ in ends), default=0.0)
        high = max((last for _, last in ends), default=1.0)
        return min(low, high - 1), high

    def _set_range(self, low: float, high: float, extents: list[tuple[float, float]]) -> None:
        box = self.plot.getPlotItem().getViewBox()
        self.plot.getPlotItem().getAxis("left").setLogMode(self.key.log.isChecked())
        bottom = min((e[0] for e in extents), default=0.0)
        top = max((e[1] for e in extents), default=1.0)
        if top - bottom < 1e-9:
            bottom, top = bottom - 0.5, top + 0.5
        box.setYRange(bottom, top, padding=0.06)
        if self.fitted:
            box.setXRange(low, high, padding=0.01)

    def _zoomed(self) -> None:
        self.fitted = False
        self.refresh()

    def _step_at(self, at: QPointF) -> int | None:
        box = self.plot.getPlotItem().getViewBox()
        if not box.sceneBoundingRect().contains(at):
            return None
        return max(0, round(box.mapSceneToView(at).x()))

    def _hovered(self, at: QPointF) -> None:
        step = self._step_at(at)
        self.hover.setVisible(step is not None)
        if step is not None:
            self.hover.setValue(step)
            self._read_out(step)

    def _clicked(self, event: Any) -> None:
        step = self._step_at(event.scenePos())
        if event.double():
            self.fit()
        elif step is not None and event.button() == Qt.MouseButton.LeftButton:
            self.step_picked.emit(step)

    def _read_out(self, step: int | None) -> None:
        at = step if step is not None else 1 << 62
        values = {n: c.near(at) for n, c in self.curves.items() if c.length}
        if step is None and values:
            step = int(max(c.steps[-1] for c in self.curves.values() if c.length))
        self.key.show_values(step, values)


def _pen(pyqtgraph: Any, color: QColor) -> Any:
    return pyqtgraph.mkPen(color, width=1)  # wider pens leave Qt's fast path: 25x slower


def _extent(raw: np.ndarray, smooth: np.ndarray) -> tuple[float, float] | None:
    raw, smooth = raw[np.isfinite(raw)], smooth[np.isfinite(smooth)]
    if not len(raw):
        return None
    low, high = np.percentile(raw, (2, 98))
    if len(smooth):
        low, high = min(low, smooth.min()), max(high, smooth.max())
    return float(low), float(high)
