"""The map with the button that makes it."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.map_view import MapView
from studio.gui.widgets.parts import label


class MapSheet(QWidget):
    """make_asked(): draw the map of this model, or draw it anew."""

    make_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.map = MapView()
        self.button = QPushButton(self.tr("Make the map"))
        self.button.setToolTip(self.tr("Lay training pictures and samples out by likeness"))
        self.hint = label(
            self.tr(
                "What looks alike lies close together: your pictures and what the model draws."
                " Click anywhere to draw what belongs there; empty regions of samples are what the"
                " model has not learned."
            )
        )
        self.pages = QStackedWidget()
        blank = QWidget()
        column = QVBoxLayout(blank)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.hint)
        column.addStretch(1)
        self.pages.addWidget(blank)
        self.pages.addWidget(self.map)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.GAP)
        whole.addWidget(self.button)
        whole.addWidget(self.pages, 1)
        self.button.clicked.connect(self.make_asked)

    def show_atlas(self, atlas: Any) -> None:
        """Show a map (points, real, thumbnails); None: there is none yet."""
        self.pages.setCurrentIndex(0 if atlas is None else 1)
        self.button.setText(self.tr("Make the map") if atlas is None else self.tr("Make it anew"))
        if atlas is not None:
            self.map.show_points(atlas.points, atlas.real, atlas.thumbnails)
            self.map.set_marker(-1, -1)

    def allow(self, on: bool) -> None:
        """Offer to make the map, or not while something is studied."""
        self.button.setEnabled(on)
