"""Brushes on a canvas: strokes, lines, rectangles and lassos on a mask, and their circle."""

from typing import Literal

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.core.painting.painting import Painting
from studio.core.painting.preview import Preview
from studio.core.painting.strokes import Brush, Point
from studio.gui.widgets.canvas_marks import (
    brush_place,
    outline_place,
    paint_brush,
    paint_outline,
)
from studio.gui.widgets.canvas_surface import CanvasSurface
from studio.gui.widgets.canvas_tools import Freehand, Outlined, Stroke

Tool = Literal["brush", "eraser", "line", "rectangle", "lasso", "hand"]
LARGEST = 2048  # pixels across, of the brush
FINE, BROAD = 1 / 40, 1 / 4  # of a picture that is opened: what a brush may be across
LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
SHIFT = Qt.KeyboardModifier.ShiftModifier


class BrushCanvas(CanvasSurface):
    """Paints on a painting's mask, or on the region that texture may come from.

    painted(Edit): a stroke is finished. tool_changed(): tool, layer, brush or overlay is another.
    """

    painted = Signal(object)
    tool_changed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.tool: Tool = "brush"
        self.layer: str = "mask"
        self.brush_size, self.hardness = 40.0, 1.0  # across, in the picture's pixels; 0 to 1
        self._stroke: Stroke | None = None
        self._pointer: QPointF | None = None
        self._last: Point | None = None  # where the last stroke ended
        self._spaced = self._over_split = False
        self._show_cursor()

    def set_tool(self, tool: Tool) -> None:
        """Take another tool: 'brush', 'eraser', 'line', 'rectangle', 'lasso' or 'hand'."""
        self.cancel()
        self.tool = tool
        self._change()

    def set_layer(self, layer: str) -> None:
        """Paint on a layer of the painting: the 'mask', the 'allowed' region, 'style 1' …"""
        self.cancel()
        self.layer = layer
        self._change()

    def set_brush(self, size: float | None = None, hardness: float | None = None) -> None:
        """Make the brush `size` pixels of the picture across, 1 to 2048, and 0 to 1 hard."""
        self.brush_size = min(max(self.brush_size if size is None else size, 1.0), float(LARGEST))
        self.hardness = min(max(self.hardness if hardness is None else hardness, 0.0), 1.0)
        self._change()

    @override
    def set_overlay(self, on: bool) -> None:
        super().set_overlay(on)
        self.tool_changed.emit()

    def cancel(self) -> bool:
        """Take back a stroke in the making; return whether there was one."""
        if self._stroke is None or self.painting is None:
            return False
        self._stroke = None
        self.refresh(self.painting.cancel(), self.layer)
        self.update()
        return True

    @override
    def show_painting(self, painting: Painting | None, preview: Preview | None = None) -> None:
        self.cancel()
        self._last = None
        super().show_painting(painting, preview)
        self._show_cursor()
        if painting is not None:
            short = min(painting.box.height, painting.box.width)
            self.set_brush(round(min(max(self.brush_size, FINE * short), BROAD * short)))

    @property
    @override
    def tinted(self) -> bool:
        return super().tinted or (self._stroke is not None and self.overlay)

    @override
    def paint_over(self, painter: QPainter) -> None:
        stroke, radius = self._stroke, self.brush_size / 2 * self.view.scale
        if stroke is not None and stroke.outline:
            points = [self.view.to_screen(*point) for point in stroke.outline]
            paint_outline(painter, points, self.tool, stroke.brush.erase)
        if self._pointer is not None and self.circled:
            paint_brush(painter, self._pointer, radius, radius * self.hardness)

    @property
    def circled(self) -> bool:
        """Whether the pointer is the brush's circle."""
        round_tool = self.tool in ("brush", "eraser", "line")
        busy = self._spaced or self.panning or self._over_split
        return round_tool and self.painting is not None and not busy

    def hold_space(self, on: bool) -> None:
        """While it is held, dragging moves the picture."""
        self._spaced = on
        self._show_cursor()
        self.update()

    def hand_down(
        self,
        at: QPointF,
        button: Qt.MouseButton,
        keys: Qt.KeyboardModifier,
        erase: bool,
        pressure: float = 1.0,
    ) -> None:
        """Begin a stroke, or take hold of the picture or the slider; right buttons erase."""
        if self.painting is None or self._stroke is not None:
            return
        if button == MIDDLE or (button == LEFT and (self._spaced or self.tool == "hand")):
            self.start_pan(at)
        elif button == RIGHT or (button == LEFT and not self.takes(at)):
            self._begin(at, erase or self.tool == "eraser", bool(keys & SHIFT), pressure)
        self._show_cursor()

    def _begin(self, at: QPointF, erase: bool, joined: bool, pressure: float) -> None:
        if self.tool == "hand" or self.painting is None:
            return
        brush = Brush(self.brush_size / 2, self.hardness, erase)
        self.painting.begin(self._title("erase" if erase else self.tool))
        if self.tool in ("brush", "eraser"):
            start = self._last if joined else None
            self._stroke = Freehand(self.painting, self.layer, brush, start)
        else:
            self._stroke = Outlined(self.painting, self.layer, brush, self.tool)
        self._draw(at, pressure)

    def hand_moves(self, at: QPointF, pressure: float = 1.0) -> None:
        """Go on with what the hand holds; the circle follows it."""
        if self.follow(at):
            return
        if self._stroke is not None:
            self._draw(at, pressure)
        self.point_at(at)
        self.hover(at)
        over = self._stroke is None and self.near_split(at)
        if over != self._over_split:
            self._over_split = over
            self._show_cursor()
            self.update(brush_place(at, self.brush_size / 2 * self.view.scale))

    def _draw(self, at: QPointF, pressure: float) -> None:
        if self._stroke is None or self.painting is None or not self.painting.editing:
            self._stroke = None  # someone has undone it meanwhile
            return
        self._update_outline()
        self.refresh(self._stroke.move(self.view.to_picture(at), pressure), self.layer)
        self._update_outline()

    def hand_up(self, at: QPointF, button: Qt.MouseButton) -> None:
        """End the stroke: it becomes an edit that `painted` tells of."""
        self.end_pan()
        self._show_cursor()
        if self._stroke is None or self.painting is None or button not in (LEFT, RIGHT):
            return
        if not self.painting.editing:
            self._stroke = None
            return
        self._update_outline()
        self.refresh(self._stroke.end(), self.layer)
        self._stroke, self._last = None, self.view.to_picture(at)
        edit = self.painting.finish()
        if edit is not None:
            self.painted.emit(edit)

    def _update_outline(self) -> None:
        if self._stroke is not None and self._stroke.outline:
            points = [self.view.to_screen(*point) for point in self._stroke.outline]
            self.update(outline_place(points, 3))

    def point_at(self, at: QPointF | None) -> None:
        """Let the circle follow the pointer."""
        radius = self.brush_size / 2 * self.view.scale
        for place in (self._pointer, at):
            if place is not None and self.circled:
                self.update(brush_place(place, radius))
        self._pointer = at

    def _show_cursor(self) -> None:
        shapes = Qt.CursorShape
        shape = shapes.BlankCursor if self.circled else shapes.CrossCursor
        if self.painting is None:
            shape = shapes.ArrowCursor
        elif self.panning:
            shape = shapes.ClosedHandCursor
        elif self._spaced or self.tool == "hand":
            shape = shapes.OpenHandCursor
        elif self._over_split:
            shape = shapes.SplitHCursor
        self.setCursor(shape)

    def _title(self, what: str) -> str:
        """Return how an edit is called where it can be undone."""
        return {
            "brush": self.tr("Brush"),
            "erase": self.tr("Erase"),
            "line": self.tr("Line"),
            "rectangle": self.tr("Rectangle"),
            "lasso": self.tr("Lasso"),
            "grow": self.tr("Grow mask"),
            "shrink": self.tr("Shrink mask"),
            "feather": self.tr("Feather mask"),
            "invert": self.tr("Invert mask"),
            "clear": self.tr("Clear mask"),
            "threshold": self.tr("Harden mask"),
        }[what]

    def _change(self) -> None:
        self._show_cursor()
        self.update()
        self.tool_changed.emit()
