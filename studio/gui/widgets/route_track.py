"""A route drawn along its time: keys to drag, the frames in between, and the playhead."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget
from typing_extensions import override

from studio.core.explore.place import Place
from studio.core.explore.route import EASINGS, Route
from studio.gui.widgets import route_drawing as drawing
from studio.gui.widgets.route_drawing import HIGH, LANE, Scale, image_of

ROOM = 1.12  # of the route's length is shown, so that its end can be drawn out


class RouteTrack(QWidget):
    """Keys are dragged in time and removed by a double-click or Delete; elsewhere one scrubs.

    changed(object Route) by the user. scrubbed(int): the playhead is on another frame.
    selected(int): another key is chosen, -1 for none.
    """

    changed = Signal(object)
    scrubbed = Signal(int)
    selected = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.route = Route()
        self.frames: np.ndarray | None = None
        self.frame, self.key = 0, -1
        self.fresh = False  # the frames are those of this route
        self._strip = QImage()
        self._thumbs: dict[Place, QImage] = {}
        self._held: int | None = None  # the key, or the end, under the pressed button
        self._span = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Path in time"))
        self.setToolTip(
            self.tr(
                "Drag a key to change when it is reached, double-click removes it, a right click"
                " eases it. Drag below to look through the frames"
            )
        )

    @property
    def count(self) -> int:
        """How many frames there are to look through: the route's, else those drawn."""
        return self.route.count or (0 if self.frames is None else len(self.frames))

    def show_route(self, route: Route, thumbnails: Mapping[Place, np.ndarray]) -> None:
        """Show another route; `thumbnails` are the pictures [h, w, c] of new keys' places."""
        self._thumbs |= {place: image_of(picture[None]) for place, picture in thumbnails.items()}
        known = {key.place for key in route.keys}
        self._thumbs = {place: image for place, image in self._thumbs.items() if place in known}
        self.route, self.fresh = route, False
        if self._held is None:
            self._fit()
        self.select(min(self.key, len(route.keys) - 1))
        self.go_to(self.frame)
        self.update()

    def show_frames(self, frames: np.ndarray | None) -> None:
        """Show drawn frames, uint8 [n, h, w, c], perhaps only the first of the route; None none."""
        self.frames, self.fresh = frames, frames is not None
        self._strip = QImage()
        if frames is not None and len(frames):
            self._strip = image_of(frames)
        self._fit()
        self.go_to(self.frame)
        self.update()

    def go_to(self, frame: int) -> None:
        """Put the playhead on a frame, as far as there are any; says so if it is another."""
        there = min(max(frame, 0), max(self.count - 1, 0))
        if there != self.frame:
            self.frame = there
            self.update()
            self.scrubbed.emit(there)

    def select(self, key: int) -> None:
        """Choose a key, -1 for none; says so if it is another."""
        if key != self.key:
            self.key = key
            self.update()
            self.selected.emit(key)

    @property
    def scale(self) -> Scale:
        """Where frames are in this widget now."""
        return Scale(self.width(), self._span)

    @property
    def marks(self) -> tuple[int, ...]:
        """The frames of all keys, and of the end of a loop, where its first key comes again."""
        ended = (self.route.count,) if self.route.closed and self.route.keys else ()
        return (*self.route.starts, *ended)

    def key_at(self, point: QPoint) -> int:
        """Return the key at a point, the chosen one first; -1 for none."""
        boxes = [self.scale.key(frame) for frame in self.marks]
        order = sorted(range(len(boxes)), key=lambda k: (k != self.key, -k))
        return next((k for k in order if boxes[k].contains(point)), -1)

    def _fit(self) -> None:
        last = self.count - (not self.route.closed)
        self._span = max(last * (ROOM if self.route.keys else 1.0), 1.0)

    @override
    def sizeHint(self) -> QSize:
        return QSize(600, LANE + HIGH + 4)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.count:
            return
        key = self.key_at(event.position().toPoint())
        if key < 0:
            self.go_to(self.scale.frame_at(event.position().x()))
            return
        self._held = key
        self.select(key if key < len(self.route.keys) else 0)
        if key < len(self.route.keys):
            self.go_to(self.route.starts[key])

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton or not self.count:
            return
        frame = self.scale.frame_at(event.position().x())
        if self._held is None:
            self.go_to(frame)
            return
        self._change(self.route.moved(self._held, frame))
        if 0 < self._held < len(self.route.keys):
            self.go_to(self.route.starts[self._held])

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held = None
            self._fit()
            self.update()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        key = self.key_at(event.position().toPoint())
        if 0 <= key < len(self.route.keys):
            self._held = None
            self.remove(key)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        keys = [k for k, start in enumerate(self.route.starts) if (start - self.frame) * way > 0]
        held = event.modifiers()
        if way and held & Qt.KeyboardModifier.ShiftModifier and self.key > 0:
            self._change(self.route.moved(self.key, self.route.starts[self.key] + way))
            self.go_to(self.route.starts[self.key])
        elif way and held & Qt.KeyboardModifier.ControlModifier and keys:
            self.select(keys[0] if way > 0 else keys[-1])
            self.go_to(self.route.starts[self.key])
        elif way:
            self.go_to(self.frame + way)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go_to(0 if event.key() == Qt.Key.Key_Home else self.count - 1)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.key >= 0:
            self.remove(self.key)
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        key = self.key_at(event.pos())
        if not 0 <= key < len(self.route.keys):
            return
        self.select(key)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = easing_names()
        for easing in EASINGS:
            action = menu.addAction(names[easing])
            action.setCheckable(True)
            action.setChecked(easing == self.route.keys[key].easing)
            action.setData((key, easing))
        menu.addSeparator()
        menu.addAction(self.tr("Remove key")).setData((key, ""))
        menu.triggered.connect(self._chosen)
        menu.popup(event.globalPos())

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        key, easing = action.data()
        if key < len(self.route.keys):  # the route may have changed under the menu
            self._change(self.route.eased(key, easing)) if easing else self.remove(key)

    def ease(self, easing: str) -> None:
        """Leave the chosen key in another way."""
        if 0 <= self.key < len(self.route.keys):
            self._change(self.route.eased(self.key, easing))

    def remove(self, key: int) -> None:
        """Take a key out; the frames before it last longer."""
        self._change(self.route.without(key))
        self._fit()
        self.go_to(self.frame)

    def _change(self, route: Route) -> None:
        if [(k.frames, k.easing) for k in route.keys] == [
            (k.frames, k.easing) for k in self.route.keys
        ]:
            return
        self.show_route(route, {})
        self.changed.emit(route)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.count:
            painter.setPen(self.palette().placeholderText().color())
            words = self.tr("No path yet: add the picture as a key, or make a loop")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        drawn = 0 if self.frames is None else len(self.frames)
        painter.setOpacity(1.0 if self.fresh else 0.35)
        drawing.frames(painter, self.scale, self._strip, drawn, self.count)
        painter.setOpacity(1.0)
        self._paint_keys(painter)
        drawing.playhead(painter, self.scale.x_of(self.frame + 0.5 * (not self.route.keys)))

    def _paint_keys(self, painter: QPainter) -> None:
        if not self.route.keys:
            painter.setPen(self.palette().placeholderText().color())
            words = self.tr("A loop without keys: Add key begins a path of your own")
            above = self.rect().adjusted(drawing.SIDE, 0, 0, LANE - self.height())
            painter.drawText(above, Qt.AlignmentFlag.AlignVCenter, words)
        boxes = [self.scale.key(frame) for frame in self.marks]
        for key, left, right in zip(self.route.keys, boxes, boxes[1:], strict=False):
            drawing.easing(painter, left, right, EASINGS[key.easing])
        for k in sorted(range(len(boxes)), key=lambda k: k == self.key):
            ends = k == len(self.route.keys)
            place = self.route.keys[0 if ends else k].place
            painter.setOpacity(0.5 if ends else 1.0)
            image = self._thumbs.get(place)
            drawing.key(painter, boxes[k], image, k == self.key, self.marks[k] + (not ends))
        painter.setOpacity(1.0)


def easing_names() -> dict[str, str]:
    """Return what each easing is called."""
    return {
        "linear": _tr("Even"),
        "ease": _tr("Ease in and out"),
        "ease-in": _tr("Ease in"),
        "ease-out": _tr("Ease out"),
        "hold": _tr("Hold, then jump"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("easing", text)
