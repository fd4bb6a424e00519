"""Paints the layers of a canvas: the picture, a candidate over it, masks as tints."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QTransform

from studio.core.painting.box import Box
from studio.core.painting.painting import Patch
from studio.core.painting.preview import MaskPreview, Preview, shown
from studio.gui.widgets.canvas_view import View
from studio.gui.widgets.image_grid import checkered

FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}
BEYOND = 2  # pixels of a level beside what is asked for, so that no edge of it is seen
NEAR = 64  # pixels around a patch that are copied with it, for the smaller levels
SIDE = 256  # of the tiles a layer is made of


class Sheet:
    """A picture ready to be painted at any zoom, without a copy of it."""

    def __init__(self, preview: Preview):
        self.preview = preview
        self._checker = QBrush(checkered(8))
        kind = QImage.Format.Format_ARGB32_Premultiplied
        if not preview.clear:
            kind = QImage.Format.Format_RGB32
        own = FORMATS[preview.levels[0].shape[-1]]
        kinds = [own, *(kind for _ in preview.levels[1:])]
        self.images = [_image(x, k) for x, k in zip(preview.levels, kinds, strict=True)]

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint what lies in a part of the widget, on checkers where it is transparent."""
        if self.preview.clear:
            painter.fillRect(rect.intersected(view.target), self._checker)
        _draw(painter, view, rect, self.images)


class Layer:
    """A candidate's patches, laid on what a sheet shows. The sheet is not changed."""

    def __init__(self, sheet: Sheet, patches: Sequence[Patch]):
        base = sheet.preview
        height, width = base.levels[0].shape[0], base.levels[0].shape[1]
        self.boxes = [_box(patch) for patch in patches]
        after = Preview(np.zeros(base.levels[0].shape, np.uint8))
        tiles = {
            tile for box in self.boxes for tile in _tiles(box.grown(NEAR).clipped(height, width))
        }
        for tile in tiles:
            tile.of(after.levels[0])[...] = tile.of(base.levels[0])
        for patch, box in zip(patches, self.boxes, strict=True):
            box.of(after.levels[0])[...] = shown(patch.pixels)
        for tile in tiles:
            after.refresh(after.levels[0], tile)
        self.sheet = Sheet(after)

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint the patches that lie in a part of the widget."""
        for box in self.boxes:
            corner = view.to_screen(box.left, box.top)
            far = view.to_screen(box.right, box.bottom)
            place = QRectF(corner, far).intersected(rect)
            if not place.isEmpty():
                painter.save()
                painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
                self.sheet.paint(painter, view, place)
                painter.restore()


class Tint:
    """A mask painted over a picture in one color."""

    def __init__(self, mask: np.ndarray, color: QColor):
        self.preview = MaskPreview(mask)
        self.images = []
        table = [_faded(color, level / 255).rgba() for level in range(256)]
        for level in self.preview.levels:
            image = _image(level, QImage.Format.Format_Indexed8)
            image.setColorTable(table)
            self.images.append(image)

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint what of the mask lies in a part of the widget."""
        _draw(painter, view, rect, self.images)


def _draw(painter: QPainter, view: View, rect: QRectF, images: Sequence[QImage]) -> None:
    level = min(view.level, len(images) - 1)
    scale = view.scale * 2**level
    box = view.box(rect)
    if box.empty:
        return
    step = 2**level
    left, top = box.left // step - BEYOND, box.top // step - BEYOND
    right, bottom = -(-box.right // step) + BEYOND, -(-box.bottom // step) + BEYOND
    source = QRectF(left, top, right - left, bottom - top).intersected(
        QRectF(0, 0, view.width / step, view.height / step)
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.smooth)
    painter.setTransform(QTransform(scale, 0, 0, scale, view.left, view.top), True)
    painter.drawImage(source, images[level], source)
    painter.restore()


def _image(pixels: np.ndarray, kind: QImage.Format) -> QImage:
    """Return an image over the pixels themselves."""
    return QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], kind)


def _faded(color: QColor, by: float) -> QColor:
    faded = QColor(color)
    faded.setAlphaF(color.alphaF() * by)
    return faded


def _box(patch: Patch) -> Box:
    h, w = patch.pixels.shape[:2]
    return Box(patch.top, patch.left, patch.top + h, patch.left + w)


def _tiles(box: Box) -> list[Box]:
    rows = range(box.top // SIDE * SIDE, box.bottom, SIDE)
    columns = range(box.left // SIDE * SIDE, box.right, SIDE)
    return [Box(y, x, y + SIDE, x + SIDE) for y in rows for x in columns]
