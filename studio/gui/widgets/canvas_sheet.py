"""Paints the layers of a canvas: the picture, a candidate over it, masks as tints."""

from collections.abc import Generator, Sequence
from typing import Protocol

import cv2
import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QTransform

from studio.core.painting.box import Box
from studio.core.painting.masks import extent
from studio.core.painting.painting import Patch
from studio.core.painting.preview import MaskPreview, Preview, blank, premultiplied, shown
from studio.gui.widgets.canvas_view import View
from studio.gui.widgets.image_grid import checkered

CLEAR, OPAQUE = QImage.Format.Format_ARGB32_Premultiplied, QImage.Format.Format_RGB32
BEYOND = 2  # pixels of a level beside what is asked for, so that no edge of it is seen
NEAR = 64  # pixels around a patch that are copied with it, for the smaller levels
SIDE = 256  # of the tiles a layer is made of
AT_ONCE = 48  # of those tiles


class Sheet:
    """A picture ready to be painted at any zoom, without a copy of it."""

    def __init__(self, preview: Preview, ground: QBrush | None = None):
        """`ground` is under transparency; None = checkers."""
        self.preview = preview
        self.ground = QBrush(checkered(8)) if ground is None else ground

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint what lies in a part of the widget, on its ground where it is transparent."""
        if self.preview.clear:
            painter.fillRect(rect.intersected(view.target), self.ground)
        level = min(view.level, len(self.preview.levels) - 1)
        pixels = self.preview.levels[level]
        box = _needed(view, rect, level).clipped(pixels.shape[0], pixels.shape[1])
        if not box.empty:
            # Qt is three times slower where it has to turn other kinds of pixels into its own.
            ready = premultiplied(box.of(pixels)) if not level else pixels[box.top : box.bottom]
            corner = (box.top, box.left if not level else 0)
            _draw(painter, view, level, box, ready, corner, self.preview.clear)


class Face(Protocol):
    """What is shown in place of the picture."""

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint what lies in a part of the widget."""
        ...


class Layer:
    """A candidate's patches in `boxes`, on `sheet`, which is empty farther away from them."""

    def __init__(self, sheet: Sheet, boxes: Sequence[Box]):
        self.sheet, self.boxes = sheet, boxes

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


def laid(sheet: Sheet, patches: Sequence[Patch]) -> Generator[None, None, Layer]:
    """Make a layer of patches that lie on what a sheet shows, some tiles at a time."""
    base = sheet.preview
    height, width = base.levels[0].shape[0], base.levels[0].shape[1]
    boxes = [_box(patch) for patch in patches]
    after = Preview(blank(base.levels[0].shape))
    tiles = sorted({t for box in boxes for t in _tiles(box.grown(NEAR).clipped(height, width))})
    for count, tile in enumerate(tiles, 1):
        tile.of(after.levels[0])[...] = tile.of(base.levels[0])
        if count % AT_ONCE == 0:
            yield
    for patch, box in zip(patches, boxes, strict=True):
        box.of(after.levels[0])[...] = shown(patch.pixels)
        if len(tiles) >= AT_ONCE:
            yield
    for count, tile in enumerate(tiles, 1):
        after.refresh(after.levels[0], tile)
        if count % AT_ONCE == 0:
            yield
    return Layer(Sheet(after), boxes)


class Tint:
    """A mask painted over a picture in one color."""

    def __init__(self, mask: np.ndarray, color: QColor):
        self.preview = MaskPreview(mask)
        share = np.arange(256)[:, None] / 255 * color.alphaF()
        levels = np.array([color.blue(), color.green(), color.red(), 255])
        self._table = np.round(share * levels).astype(np.uint8).view(np.uint32)[:, 0]

    def begin(self) -> None:
        """Show what the mask holds from the start, which mostly is nothing."""
        if cv2.hasNonZero(self.preview.levels[0]):
            self.preview.refresh(Box(0, 0, *self.preview.levels[0].shape))

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint what of the mask lies in a part of the widget."""
        level = min(view.level, len(self.preview.levels) - 1)
        mask = self.preview.levels[level]
        box = _needed(view, rect, level).clipped(mask.shape[0], mask.shape[1])
        if box.empty:
            return
        held = extent(box.of(mask)).grown(BEYOND)
        box = held.shifted(box.top, box.left).common(box)
        if not held.empty:
            tinted = self._table.take(box.of(mask))
            _draw(painter, view, level, box, tinted, (box.top, box.left), True)


def _needed(view: View, rect: QRectF, level: int) -> Box:
    """Return what of a level is painted in a part of the widget, and what shines into it."""
    box = view.box(rect)
    if box.empty:
        return box
    step = 2**level
    low = Box(box.top // step, box.left // step, -(-box.bottom // step), -(-box.right // step))
    return low.grown(BEYOND)


def _draw(
    painter: QPainter,
    view: View,
    level: int,
    box: Box,
    pixels: np.ndarray,
    corner: tuple[int, int],
    clear: bool,
) -> None:
    """Draw a level's box from pixels whose corner is at row and column `corner` of the level.

    The pixels have four bytes each, blue, green, red, alpha, and lie row after row.
    """
    scale = view.scale * 2**level
    h, w = pixels.shape[0], pixels.shape[1]
    image = QImage(pixels.data, w, h, 4 * w, CLEAR if clear else OPAQUE)
    # A level's last row or column may reach beyond an odd edge of the picture.
    shown = QRectF(box.left, box.top, box.width, box.height).intersected(
        QRectF(0, 0, view.width / 2**level, view.height / 2**level)
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.smooth)
    painter.setTransform(QTransform(scale, 0, 0, scale, view.left, view.top), True)
    painter.drawImage(shown, image, shown.translated(-corner[1], -corner[0]))
    painter.restore()


def _box(patch: Patch) -> Box:
    h, w = patch.pixels.shape[:2]
    return Box(patch.top, patch.left, patch.top + h, patch.left + w)


def _tiles(box: Box) -> list[Box]:
    rows = range(box.top // SIDE * SIDE, box.bottom, SIDE)
    columns = range(box.left // SIDE * SIDE, box.right, SIDE)
    return [Box(y, x, y + SIDE, x + SIDE) for y in rows for x in columns]
