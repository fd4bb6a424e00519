"""A picture with layers over it, to be looked at: zoomed, panned, compared."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QInputDevice,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from studio.core.painting.box import Box
from studio.core.painting.painting import Painting, Patch
from studio.core.painting.preview import Preview
from studio.gui import theme
from studio.gui.widgets import canvas_split
from studio.gui.widgets.canvas_layers import Layers
from studio.gui.widgets.canvas_marks import paint_grid
from studio.gui.widgets.canvas_view import View

NOTCH = 120  # eighths of a degree the wheel clicks by
STEP = 1.25  # a notch zooms by


class CanvasSurface(QWidget):
    """Shows a painting.

    hovered(x, y): the pointer is over that pixel of the picture, (-1, -1) over none.
    split_moved(float): the compare slider was dragged, 0 left to 1 right of the picture.
    """

    hovered = Signal(int, int)
    split_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.painting: Painting | None = None
        self.view = View()
        self.overlay, self.split = True, None
        self.bare = False  # nothing but the picture as it was at first is shown
        self.regional = True  # whether the region that texture may come from is tinted
        self._layers: Layers | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._catch_up)
        self._panned: QPointF | None = None
        self._splitting = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 160)
        self.setMouseTracking(True)
        self.installEventFilter(self)

    def show_painting(self, painting: Painting | None, preview: Preview | None = None) -> None:
        """Show a painting as large as it fits; None clears.

        `preview`, made by a worker with `preview.prepare`, spares the window the making of it: for
        64 million pixels a quarter of a second.
        """
        self.painting = painting
        self._layers = None
        if painting is not None:
            self._layers = Layers(painting, preview)
            self.view.show(painting.box.width, painting.box.height)
        self._look_back()

    def show_layer(self, patches: Sequence[Patch] | None) -> None:
        """Show a candidate's patches over the picture, which stays as it is; None takes them
        away. The tints make room for it. One of many megapixels appears a little later.
        """
        if self._layers is not None:
            self._layers.show_layer(patches)
            self._timer.start()
        self.update()

    @property
    def has_layer(self) -> bool:
        """Whether a candidate is shown, or about to be."""
        return self._layers is not None and self._layers.has_layer

    @property
    def tinted(self) -> bool:
        """Whether mask and region are tinted: a candidate is looked at without."""
        return self.overlay and not self.has_layer

    def set_split(self, split: float | None) -> None:
        """Show the picture as it was at first left of a line, as it is now, with the candidate,
        right of it; None takes the line away.
        """
        self.split = None if split is None else min(max(split, 0.0), 1.0)
        self._look_back()

    def set_overlay(self, on: bool) -> None:
        """Show or hide the tints of the mask and the region."""
        self.overlay = on
        self.update()

    def set_bare(self, on: bool) -> None:
        """Show nothing but the picture as it was at first, or all again."""
        self.bare = on
        self._look_back()

    def set_regional(self, on: bool) -> None:
        """Tint the region that texture may come from, or not, as it is of no use now."""
        self.regional = on
        self.update()

    def _look_back(self) -> None:
        """Have the picture ready as it was at first, as long as it is looked at."""
        if self._layers is not None:
            self._layers.first.looks = self.bare or self.split is not None
            self._layers.first.catch_up()
            if self._layers.behind:
                self._timer.start()
        self.update()

    def refresh(self, box: Box | None, *layers: str) -> None:
        """Show anew what changed in `box`, of all layers or of those that are named.

        What is small is shown at once, what is large strip by strip.
        """
        within = self.painting and box and box.clipped(*self.painting.mask.shape)
        if within and not within.empty and self._layers is not None:
            self.update(self.view.place(self._layers.refresh(within, layers)))
            if self._layers.behind:
                self._timer.start()

    def _catch_up(self) -> None:
        if self._layers is None or not self._layers.behind:
            self._timer.stop()
        else:
            self.update(self.view.place(self._layers.catch_up()))

    def undo(self) -> None:
        """Undo the painting's last edit and show it."""
        if self.painting is not None and self.painting.position:
            edit = self.painting.edits[self.painting.position - 1]
            self.refresh(self.painting.undo(), *edit.sizes)

    def redo(self) -> None:
        """Do again what was undone last and show it."""
        if self.painting is not None and self.painting.position < len(self.painting.edits):
            edit = self.painting.edits[self.painting.position]
            self.refresh(self.painting.redo(), *edit.sizes)

    def fit(self) -> None:
        """Show all of the picture."""
        self.view.fit()
        self.update()

    def zoom(self, scale: float, at: QPointF | None = None) -> None:
        """Let a pixel of the picture take `scale` of the screen's; the point `at` stays."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        self.view.zoom(scale / self.view.ratio, middle if at is None else at)
        self.update()

    @property
    def panning(self) -> bool:
        """Whether the picture is being moved."""
        return self._panned is not None

    def start_pan(self, at: QPointF) -> None:
        """Take hold of the picture."""
        self._panned = at

    def end_pan(self) -> None:
        """Let go of the picture, and of the slider."""
        self._panned, self._splitting = None, False

    def near_split(self, at: QPointF) -> bool:
        """Whether the slider is there."""
        split = self._split_at
        return split is not None and canvas_split.holds(self.view, split, at)

    def takes(self, at: QPointF) -> bool:
        """Take hold of the slider if it is there."""
        self._splitting = self.near_split(at)
        return self._splitting

    def follow(self, at: QPointF) -> bool:
        """Go on moving what was taken hold of; return whether anything was."""
        if self._panned is not None:
            self.view.pan(at.x() - self._panned.x(), at.y() - self._panned.y())
            self._panned = at
            self.update()
        elif self._splitting:
            self.set_split(self.view.to_picture(at)[0] / self.view.width)
            self.split_moved.emit(self.split)
        return self._panned is not None or self._splitting

    def hover(self, at: QPointF) -> None:
        """Say which pixel the pointer is over."""
        x, y = (int(v // 1) for v in self.view.to_picture(at))
        inside = (
            self.painting is not None and 0 <= x < self.view.width and 0 <= y < self.view.height
        )
        self.hovered.emit(*((x, y) if inside else (-1, -1)))

    @override
    def sizeHint(self) -> QSize:
        return QSize(900, 640)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.resize(QRectF(self.rect()).size(), self.devicePixelRatioF())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        pad = event.device().type() == QInputDevice.DeviceType.TouchPad
        keys = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if self.painting is None:
            event.ignore()
        elif pad and not keys:
            way = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            self.view.pan(way.x(), way.y())
        else:
            notches = (event.angleDelta().y() or event.angleDelta().x()) / NOTCH
            self.zoom(self.view.device_scale * STEP**notches, event.position())
        self.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # No override of event(): with one, PySide 6.12 crashes where a handler below it raises.
        pinch = isinstance(event, QNativeGestureEvent)
        if pinch and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(self.view.device_scale * (1 + event.value()), event.position())
            return True
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.view.ratio != self.devicePixelRatioF():  # the window is on another screen now
            self.view.resize(QRectF(self.rect()).size(), self.devicePixelRatioF())
        painter = QPainter(self)
        rect = QRectF(event.rect())
        painter.fillRect(rect, QColor(theme.GROUND))
        if self._layers is not None:
            edge = rect.right() if self.bare else rect.left()
            if self._split_at is not None:
                edge = canvas_split.line_x(self.view, self._split_at)
            self._layers.paint(painter, self.view, rect, edge, self._tinted)
            paint_grid(painter, self.view, rect)
        self.paint_over(painter)
        if self._split_at is not None:
            canvas_split.paint(painter, self.view, self._split_at)

    def paint_over(self, painter: QPainter) -> None:
        """Paint what a kind of canvas adds: nothing here."""

    @property
    def _split_at(self) -> float | None:
        """Where the slider stands, if it is shown: there has to be something to compare."""
        repainted = self.painting is not None and self.painting.repainted
        return self.split if (self.has_layer or repainted) and not self.bare else None

    @property
    def _tinted(self) -> list[str]:
        """The layers that are tinted."""
        if self.bare or not self.tinted:
            return []
        return ["mask", "allowed"] if self.regional else ["mask"]
