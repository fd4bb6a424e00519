"""Where pictures hang on a wall of equal cells: plain numbers, so that 50,000 cost nothing."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt

from studio.gui.widgets.image_grid import PIXEL_ART

GAP = 6  # pixels between cells
MARGIN = 4  # above and below all of them, for the frame of the current one
SMALLEST, LARGEST = 48, 256  # pixels a cell may be wide at least

Key = Qt.Key


@dataclass(frozen=True)
class WallLayout:
    """`count` cells of `side` pixels or a little more, as fills a room `width` wide; `high` is the
    height in sight.
    """

    count: int = 0
    width: int = 1
    high: int = 1
    side: int = 128

    @property
    def columns(self) -> int:
        """Cells in a row."""
        return max(1, (self.width + GAP) // (self.side + GAP))

    @property
    def cell_side(self) -> int:
        """Pixels a cell is wide: as many as fill the row."""
        return max(self.side, (self.width - (self.columns - 1) * GAP) // self.columns)

    @property
    def pitch(self) -> int:
        """Pixels from one cell to the next."""
        return self.cell_side + GAP

    @property
    def rows(self) -> int:
        """Rows of cells."""
        return -(-self.count // self.columns)

    @property
    def height(self) -> int:
        """Pixels that all rows take."""
        return 2 * MARGIN + self.rows * self.pitch - GAP if self.count else 0

    def cell(self, index: int) -> QRect:
        """Return where a picture hangs, on the whole wall."""
        row, column = divmod(index, self.columns)
        side = self.cell_side
        return QRect(column * self.pitch, MARGIN + row * self.pitch, side, side)

    def at(self, x: int, y: int) -> int:
        """Return the picture at a point of the wall, or -1."""
        column, row = x // self.pitch, (y - MARGIN) // self.pitch
        index = row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0 and index < self.count
        return index if inside and self.cell(index).contains(x, y) else -1

    def seen(self, top: int, bottom: int) -> range:
        """Return the pictures of the rows that lie between two heights of the wall."""
        first = max(0, (top - MARGIN) // self.pitch)
        last = max(0, (bottom - MARGIN) // self.pitch + 1)
        return range(min(first * self.columns, self.count), min(last * self.columns, self.count))

    def moved(self, index: int, key: int) -> int:
        """Return the picture that a key leads to from another; the same where there is none."""
        page = max(1, self.high // self.pitch) * self.columns
        ends = {Key.Key_Home: 0, Key.Key_End: self.count - 1}
        if index < 0 or key in ends:
            return ends.get(Key(key), 0) if self.count else -1
        by = {
            Key.Key_Left: -1,
            Key.Key_Right: 1,
            Key.Key_Up: -self.columns,
            Key.Key_Down: self.columns,
            Key.Key_PageUp: -page,
            Key.Key_PageDown: page,
        }[Key(key)]
        if abs(by) == 1:
            return min(max(index + by, 0), self.count - 1)
        return self._down(index, by) if by > 0 else max(index + by, index % self.columns)

    def _down(self, index: int, by: int) -> int:
        """Go down in a column; into a short last row, to its end."""
        last = self.count - 1
        if index + by <= last:
            return index + by
        if index // self.columns == last // self.columns:
            return index
        lowest = index + (last - index) // self.columns * self.columns
        return lowest if lowest // self.columns == last // self.columns else last


def hung(size: QSize, original: int, cell: QRect) -> QRect:
    """Return where in its cell an image of `size` hangs: as large as it fits, in whole multiples
    where the picture, `original` pixels at its longer side, is pixel art.
    """
    zoom = min(cell.width() / size.width(), cell.height() / size.height())
    if original <= PIXEL_ART and zoom >= 1:
        zoom = int(zoom)
    wide, high = max(1, round(size.width() * zoom)), max(1, round(size.height() * zoom))
    return QRect(
        cell.left() + (cell.width() - wide) // 2,
        cell.top() + (cell.height() - high) // 2,
        wide,
        high,
    )
