"""Where a picture lies in a widget: zoom and pan."""

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF

from studio.core.painting.box import Box

MOST = 64.0  # device pixels that one of the picture may take
PIXEL_ART = 256  # pixels a side, up to which a picture is drawn by hand, pixel by pixel
SEEN = 48  # pixels of the picture that stay in sight
NEARLY = 1.25  # as large as that a picture rather stays as it is, sharp
MARGIN = 16  # around a picture that is fitted


class View:
    """`scale` is how many pixels of the widget one of the picture takes; `ratio` the screen's."""

    def __init__(self) -> None:
        self.width = self.height = 1  # of the picture
        self.room = QSizeF(1, 1)  # of the widget
        self.ratio = self.scale = 1.0
        self.left = self.top = 0.0  # of the picture in the widget
        self.fitted = True

    @property
    def device_scale(self) -> float:
        """Pixels of the screen that one of the picture takes: 1 is what is called 100 %."""
        return self.scale * self.ratio

    @property
    def sharp_from(self) -> float:
        """The device scale from which pixels are squares: for pixel art 1, for photographs 2.

        Between the two squares would differ in size, which in a photograph looks like damage.
        """
        return 1.0 if max(self.width, self.height) <= PIXEL_ART else 2.0

    @property
    def smooth(self) -> bool:
        """Whether pixels are mixed; whole multiples never need it."""
        scale = self.device_scale
        return scale < self.sharp_from - 1e-9 and abs(scale * 2**self.level - 1) > 1e-9

    @property
    def level(self) -> int:
        """Which copy of the picture is painted: one that is shown at half its size or larger."""
        return max(0, math.floor(-math.log2(self.device_scale) + 1e-9))

    @property
    def target(self) -> QRectF:
        """Where all of the picture lies."""
        return QRectF(self.left, self.top, self.width * self.scale, self.height * self.scale)

    def show(self, width: int, height: int) -> None:
        """Show another picture, as large as it fits."""
        self.width, self.height = width, height
        self.fit()

    def resize(self, room: QSizeF, ratio: float) -> None:
        """The widget has another size; what is in its middle stays there."""
        right, down = room.width() - self.room.width(), room.height() - self.room.height()
        self.room, self.ratio = room, ratio
        if self.fitted:
            self.fit()
        else:
            self.pan(right / 2, down / 2)

    def fit(self) -> None:
        """Show all of the picture; in whole multiples where pixels are sharp, or nearly 1."""
        wide = max(1.0, self.room.width() - 2 * MARGIN) / self.width
        high = max(1.0, self.room.height() - 2 * MARGIN) / self.height
        scale = min(wide, high, MOST / self.ratio)
        if scale * self.ratio >= self.sharp_from or 1 <= scale * self.ratio < NEARLY:
            scale = math.floor(scale * self.ratio) / self.ratio
        self.scale = scale
        self.left = (self.room.width() - self.width * scale) / 2
        self.top = (self.room.height() - self.height * scale) / 2
        self._settle()
        self.fitted = True

    def zoom(self, scale: float, at: QPointF) -> None:
        """Zoom to `scale`; the picture's point at `at` stays there."""
        smallest = min(1 / self.ratio, 32 / max(self.width, self.height))
        scale = min(max(scale, smallest), MOST / self.ratio)
        factor = scale / self.scale
        self.left = at.x() - (at.x() - self.left) * factor
        self.top = at.y() - (at.y() - self.top) * factor
        self.scale = scale
        self._settle()

    def pan(self, right: float, down: float) -> None:
        """Move the picture; some of it stays in sight."""
        self.left += right
        self.top += down
        self._settle()

    def to_picture(self, point: QPointF) -> tuple[float, float]:
        """Return which point x, y of the picture lies there."""
        return (point.x() - self.left) / self.scale, (point.y() - self.top) / self.scale

    def to_screen(self, x: float, y: float) -> QPointF:
        """Return where a point of the picture lies."""
        return QPointF(self.left + x * self.scale, self.top + y * self.scale)

    def place(self, box: Box) -> QRect:
        """Return the widget's pixels that show a box, and those beside it that it shines into."""
        by = 2 * max(1.0, self.scale, 1 / self.ratio)
        corner = self.to_screen(box.left, box.top)
        size = QSizeF(box.width * self.scale, box.height * self.scale)
        return QRectF(corner, size).adjusted(-by, -by, by, by).toAlignedRect()

    def box(self, rect: QRectF) -> Box:
        """Return the box of the picture's pixels that lie in a part of the widget."""
        left, top = self.to_picture(rect.topLeft())
        right, bottom = self.to_picture(rect.bottomRight())
        edges = math.floor(top), math.floor(left), math.ceil(bottom), math.ceil(right)
        return Box(*edges).clipped(self.height, self.width)

    def _settle(self) -> None:
        """Keep some of the picture in sight, and its corner on a pixel of the screen."""
        self.fitted = False
        wide, high = self.width * self.scale, self.height * self.scale
        near_x, near_y = min(SEEN, max(1.0, wide)), min(SEEN, max(1.0, high))
        self.left = min(max(self.left, near_x - wide), self.room.width() - near_x)
        self.top = min(max(self.top, near_y - high), self.room.height() - near_y)
        self.left = round(self.left * self.ratio) / self.ratio
        self.top = round(self.top * self.ratio) / self.ratio
