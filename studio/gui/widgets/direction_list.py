"""Directions as sliders, and what the chosen one does to several samples at once."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.direction_row import DirectionRow, Row
from studio.gui.widgets.image_grid import ImageGrid
from studio.gui.widgets.parts import label, scrolling

STRIP, LEAST = 200, 100  # pixels the strip is high, and where the window is low


class DirectionList(QWidget):
    """A slider for each direction, by its id.

    moved(id, sigmas) while it is dragged, settled(id) when it is let go, renamed(id, name),
    kept(id, bool), deleted(id), selected(id): its strip is wanted. find_asked(), tags_asked(),
    zero_asked(): the buttons above. These are the rows' six signals passed on and three buttons;
    one signal for all would only hide which in a word.
    """

    moved = Signal(str, float)
    settled = Signal(str)
    renamed = Signal(str, str)
    kept = Signal(str, bool)
    deleted = Signal(str)
    selected = Signal(str)
    find_asked = Signal()
    tags_asked = Signal()
    zero_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.rows: dict[str, DirectionRow] = {}
        self.current = ""
        self.find_button = QPushButton(self.tr("Find directions"))
        self.tags_button = QPushButton(self.tr("From tags…"))
        self.zero_button = QPushButton(self.tr("All to zero"))
        self.empty = label(
            self.tr(
                "No directions yet. “Find directions” looks for what can be changed by itself;"
                " “From tags…” makes one from a few pictures that you point at."
            )
        )
        self.said = label(small=True)
        self.strip = ImageGrid(self.tr("The direction on several samples"))
        self.strip.setFixedHeight(STRIP)
        for each in (self.said, self.strip):  # else the slider that shows them slides away
            policy = each.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            each.setSizePolicy(policy)
        self._column = QVBoxLayout()
        self._lay_out()
        self.find_button.clicked.connect(self.find_asked)
        self.tags_button.clicked.connect(self.tags_asked)
        self.zero_button.clicked.connect(self.zero_asked)
        self.show_directions([])
        self.show_strip(None)

    def show_directions(self, rows: Sequence[Row]) -> None:
        """Show directions in this order; a slider that is being dragged stays in the hand."""
        if [row.id for row in rows] != list(self.rows):
            self._rebuild(rows)
        for row in rows:
            self.rows[row.id].show_row(row)
        self.empty.setVisible(not rows)
        self.zero_button.setEnabled(any(row.value for row in rows))
        self.select(self.current if self.current in self.rows else "")

    def select(self, id: str) -> None:
        """Mark the direction whose strip is shown, '' for none, without saying so."""
        self.current = id
        for each, row in self.rows.items():
            row.set_chosen(each == id)

    def show_strip(self, pictures: np.ndarray | None, text: str = "") -> None:
        """Show the chosen direction at work on samples, uint8 [n, h, w, c]; None hides them."""
        self.strip.show_pictures(pictures)
        self.strip.setVisible(pictures is not None)
        self.said.setText(text)
        self.said.setVisible(pictures is not None and bool(text))

    def allow(self, find: bool) -> None:
        """Offer to look for directions, or not while something is looked for already."""
        self.find_button.setEnabled(find)
        self.tags_button.setEnabled(find)

    def _rebuild(self, rows: Sequence[Row]) -> None:
        for row in self.rows.values():
            self._column.removeWidget(row)
            row.hide()  # it lives on until the event loop; it must not be seen
            row.deleteLater()
        self.rows = {row.id: self._made(row) for row in rows}
        for place, row in enumerate(self.rows.values()):
            self._column.insertWidget(place, row)

    def _made(self, row: Row) -> DirectionRow:
        made = DirectionRow(row)
        made.moved.connect(self._on_moved)
        made.settled.connect(self.settled)
        made.renamed.connect(self.renamed)
        made.kept.connect(self.kept)
        made.deleted.connect(self.deleted)
        made.selected.connect(self._on_selected)
        return made

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.strip.setFixedHeight(min(max(LEAST, event.size().height() // 3), STRIP))

    def _on_moved(self, id: str, sigmas: float) -> None:
        self.zero_button.setEnabled(any(row.slider.value() for row in self.rows.values()))
        self.moved.emit(id, sigmas)

    def _on_selected(self, id: str) -> None:
        self.select(id)
        self.selected.emit(id)

    def _lay_out(self) -> None:
        self.find_button.setToolTip(
            self.tr("Look for what this model can change, without any labels")
        )
        self.tags_button.setToolTip(
            self.tr("Point at pictures that have something and that have it not")
        )
        self.zero_button.setToolTip(self.tr("Put every slider back to zero"))
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        for button in (self.find_button, self.tags_button, self.zero_button):
            head.addWidget(button)
        head.addStretch(1)
        inner = QWidget()
        inner.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addWidget(self.empty)
        column.addWidget(scrolling(inner), 1)
        column.addWidget(self.said)
        column.addWidget(self.strip)
