"""What suits the chosen pictures, in one sentence, and a button that takes it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio.gui.widgets.parts import label

if TYPE_CHECKING:
    from studio.core.advice import Advice


class Suggestion(QWidget):
    """Hidden until there is advice; taken(): the user wants it."""

    taken = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.text = label(role="help", small=True)
        self.button = QPushButton(self.tr("Use"))
        self.button.setToolTip(self.tr("Choose the family and aim that are suggested"))
        self.button.setAccessibleName(self.tr("Use what is suggested"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self.taken)
        self.hide()

    def show_advice(self, advice: "Advice", followed: bool, other_size: bool = False) -> None:
        """Say the advice; offer to take it unless it is `followed` already.

        `other_size`: the pictures were brought in at another size than is advised.
        """
        said = self.tr("Suggested: {reason}").format(reason=advice.reason)
        again = self.tr("For that size, import the pictures again.")
        self.text.setText(f"{said} {again}" if other_size else said)
        self.button.setVisible(not followed)
        self.show()
