"""One picture of a grid, large, over the whole window: Esc closes, arrows go to its neighbors."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.gui.widgets.image_grid import MOVES, PIXEL_ART, ImageGrid, checkered, keeps, neighbor

MARGIN = 56  # around the picture; the caption stands in it
SHADE = QColor(12, 13, 15, 235)


class Lightbox(QWidget):
    """Covers `window` and shows one cell of a grid; follows the grid when its pictures change."""

    def __init__(self, window: QWidget):
        super().__init__(window)
        self.cover = window
        self.grid: ImageGrid | None = None
        self.index = 0
        self._checker = QBrush(checkered(12))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Enlarged picture"))
        window.installEventFilter(self)
        self.hide()

    def open(self, grid: ImageGrid, index: int) -> None:
        """Show the picture `index` of `grid`."""
        self._leave()
        self.grid, self.index = grid, index
        grid.pictures_changed.connect(self.update)
        self.setGeometry(self.cover.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def shut(self) -> None:
        """Close, with the keyboard back on the grid."""
        grid = self.grid
        self._leave()
        self.hide()
        if grid is not None:
            grid.setFocus()
            grid.set_current(self.index)

    def target(self) -> QRect:
        """Return where the picture is painted: centered, at a whole zoom for pixel art."""
        assert self.grid is not None and self.grid.pictures is not None
        h, w = self.grid.pictures.shape[1:3]
        zoom = min((self.width() - 2 * MARGIN) / w, (self.height() - 2 * MARGIN) / h)
        if max(h, w) <= PIXEL_ART and zoom >= 1:
            zoom = int(zoom)
        wide, high = max(1, int(w * zoom)), max(1, int(h * zoom))
        return QRect((self.width() - wide) // 2, (self.height() - high) // 2, wide, high)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), SHADE)
        grid = self.grid
        if grid is None or grid.pictures is None or self.index >= grid.count:
            return
        image, target = grid.image(self.index), self.target()
        smooth = max(image.width(), image.height()) > PIXEL_ART
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setBrushOrigin(target.topLeft())
        if grid.pictures.shape[3] == 4:
            painter.fillRect(target, self._checker)
        painter.drawImage(target, image)
        painter.setPen(QColor(220, 222, 226))
        below = QRect(0, target.bottom() + 8, self.width(), MARGIN - 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._caption(grid))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (
            Qt.Key.Key_Escape,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
            Qt.Key.Key_Space,
        ):
            self.shut()
        elif keeps(event) and self.grid is not None:
            self.grid.set_current(self.index)
            self.grid.keep_picture()
        elif event.key() in MOVES and self.grid is not None:
            move = MOVES[Qt.Key(event.key())]
            self.index = neighbor(self.index, move, self.grid.columns, self.grid.count)
            self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.shut()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.cover.rect())
        return False

    def _caption(self, grid: ImageGrid) -> str:
        text = self.tr("{title}  ·  picture {number} of {count}  ·  arrows: neighbors, Esc: close")
        kept = self.tr(", Ctrl+K: keep in the gallery") if grid.keeps else ""
        return text.format(title=grid.title, number=self.index + 1, count=grid.count) + kept

    def _leave(self) -> None:
        if self.grid is not None:
            self.grid.pictures_changed.disconnect(self.update)
        self.grid = None
