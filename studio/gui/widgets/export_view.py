"""Shows what an export looks like: any zoom, on checkers, black, white or a color."""

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.canvas_view import View
from studio.gui.widgets.export_faces import Face
from studio.gui.widgets.image_grid import checkered

NOTCH, STEP = 120, 1.25  # of a mouse's wheel, and how much one of them enlarges
PRESSED = Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton
CURSORS = {True: Qt.CursorShape.ClosedHandCursor, False: Qt.CursorShape.OpenHandCursor}


class ExportView(QWidget):
    """Holds a face and shows it. Keys: 0 all of it, 1 its own size, + and - nearer and farther.

    zoomed(float): how many pixels of the screen one of the picture takes now.
    """

    zoomed = Signal(float)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.view, self.face = View(), None
        self.face: Face | None
        self.ground = QBrush(checkered(8))
        self._held = False  # the face follows the pointer, not the picture
        self._last = QPointF()
        self.setMinimumSize(200, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Preview of the export"))

    def show_face(self, face: Face | None) -> None:
        """Show another face; one of the same size is seen from the same place."""
        same = face and (face.width, face.height) == (self.view.width, self.view.height)
        self.face = face
        if face is not None and not same:
            self.view.show(face.width, face.height)
        self.setToolTip(face.tip if face else "")
        self._say()

    def set_ground(self, color: QColor | None) -> None:
        """Show a color under transparency; None = checkers."""
        self.ground = QBrush(checkered(8)) if color is None else QBrush(color)
        self.update()

    def fit(self) -> None:
        """Show all of it."""
        self.view.fit()
        self._say()

    def actual(self) -> None:
        """Show one of its pixels on one of the screen's."""
        self.zoom(1.0, QPointF(self.width() / 2, self.height() / 2))

    def zoom(self, scale: float, at: QPointF) -> None:
        """Show one of its pixels on so many of the screen's; what is at a point stays there."""
        self.view.zoom(scale / self.view.ratio, at)
        self._say()

    def _say(self) -> None:
        self.update()
        self.zoomed.emit(self.view.device_scale)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.face is None:
            return
        painter = QPainter(self)
        rect = QRectF(event.rect())
        if self.face.clear:
            painter.setBrushOrigin(self.view.target.topLeft())
            painter.fillRect(rect.intersected(self.view.target), self.ground)
        self.face.paint(painter, self.view, rect)
        painter.setPen(QColor(theme.EDGE))  # a page may be as dark as the window
        painter.drawRect(self.view.target.adjusted(-1, -1, 0, 0))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.resize(QSizeF(self.size()), self.devicePixelRatioF())
        self._say()

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, 400)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        pad = event.device().type() == QInputDevice.DeviceType.TouchPad
        if self.face is None:
            event.ignore()
        elif pad and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            way = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            self.view.pan(way.x(), way.y())
            self.update()
        else:
            notches = (event.angleDelta().y() or event.angleDelta().x()) / NOTCH
            self.zoom(self.view.device_scale * STEP**notches, event.position())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.face is None or not event.button() & PRESSED:
            event.ignore()
            return
        at = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        self._held, self._last = left and self.face.grab(self.view, at), at
        if self._held:
            self.face.drag(self.view, at, QPointF())
            self.update()
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        by, self._last = at - self._last, at
        if self.face is None or not event.buttons() & PRESSED:
            self._point(at)
            return
        if self._held:
            self.face.drag(self.view, at, by)
        else:
            self.view.pan(by.x(), by.y())
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False
        self._point(event.position())

    def _point(self, at: QPointF) -> None:
        grabs = self.face is not None and self.face.grab(self.view, at)
        shape = Qt.CursorShape.SizeAllCursor if grabs else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = QPointF(self.width() / 2, self.height() / 2)
        match event.text():
            case "0":
                self.fit()
            case "1":
                self.actual()
            case "+" | "=":
                self.zoom(self.view.device_scale * STEP, middle)
            case "-":
                self.zoom(self.view.device_scale / STEP, middle)
            case _:
                super().keyPressEvent(event)
