"""Style mixing: which depths of the picture come from another one."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.own_picture import OneStill
from studio.gui.widgets.parts import label, switch

WELL = 96  # pixels


class DepthMix(QWidget):
    """Switches for the depths.

    changed(list): these depths, as bools coarse to fine, shall come from the second picture.

    other_asked(): make the present picture the second one. settled(): keep the mixture.
    """

    changed = Signal(list)
    other_asked = Signal()
    settled = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.depths: list[QToolButton] = []
        self.picture: np.ndarray | None = None
        self.other = OneStill(self.tr("Second picture"))
        self.other.setMinimumSize(WELL, WELL)
        self.other.setFixedSize(WELL, WELL)
        self.take = QPushButton(self.tr("Put this picture here"))
        self.take.setToolTip(
            self.tr("Wherever you go next, its shape, color or detail can be taken over")
        )
        self.take.clicked.connect(self.other_asked)
        self.hint = label()
        self.row = QHBoxLayout()
        self.row.setSpacing(theme.GAP // 2)
        column = QVBoxLayout()
        column.addWidget(self.take)
        column.addLayout(self.row)
        column.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(2 * theme.GAP)
        top.addWidget(self.other)
        top.addLayout(column, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, theme.GAP, 0, 0)
        whole.addLayout(top)
        whole.addWidget(self.hint)
        self.show_depths([])

    def show_depths(self, names: Sequence[str]) -> None:
        """Offer these depths, coarse to fine; none where the family has none."""
        for made in self.depths:
            made.hide()
            made.deleteLater()
        self.depths = [switch(name) for name in names]
        for made in self.depths:
            made.setToolTip(
                self.tr("Take the {name} from the second picture").format(name=made.text())
            )
            made.toggled.connect(self._change)
            self.row.addWidget(made)
        self.take.setEnabled(bool(names))
        self.hint.setText(
            self.tr("Put a picture here, go to another, then switch on what to take from this one.")
            if names
            else self.tr("This model has no depths that could be mixed; use the pad above.")
        )

    def show_other(self, picture: np.ndarray | None) -> None:
        """Show the second picture, nothing taken from it; None: there is none yet."""
        self.picture = picture
        self.other.show_picture(picture)
        for made in self.depths:
            made.setEnabled(picture is not None)
            made.blockSignals(True)
            made.setChecked(False)
            made.blockSignals(False)

    @Slot()
    def _change(self) -> None:
        self.changed.emit([made.isChecked() for made in self.depths])
