"""Many samples at once: the quickest way to find a picture to begin with."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.image_grid import ImageGrid
from studio.gui.widgets.parts import label


class SeedSheet(QWidget):
    """Shows samples by their seeds.

    chosen(int): go to this seed. more_asked(): show others.
    """

    chosen = Signal(int)
    more_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.seeds: tuple[int, ...] = ()
        self.grid = ImageGrid(self.tr("Samples"))
        self.more = QPushButton(self.tr("Show samples"))
        self.more.setToolTip(self.tr("Draw other pictures of the chosen class"))
        self.said = label(self.tr("Click the one you like; it becomes the large picture."))
        head = QHBoxLayout()
        head.addWidget(self.more)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        column.addWidget(self.said)
        self.more.clicked.connect(self.more_asked)
        self.grid.opened.connect(self._choose)

    def show_samples(self, seeds: Sequence[int], pictures: np.ndarray | None) -> None:
        """Show pictures, uint8 [n, h, w, c], of these seeds; None clears."""
        self.seeds = tuple(seeds)
        self.grid.show_pictures(pictures)
        more = self.tr("Other samples") if self.seeds else self.tr("Show samples")
        self.more.setText(more)

    @Slot(int)
    def _choose(self, index: int) -> None:
        if index < len(self.seeds):
            self.chosen.emit(self.seeds[index])
