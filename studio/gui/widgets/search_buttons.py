"""The two buttons beside a search box: a color to find, and what can be asked for."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QToolButton, QWidget

from studio.gui import theme

SWATCHES = (
    *("#d94a3d", "#e58a3a", "#e9c84a", "#7fb04f", "#3f9e8f", "#4a90d9"),
    *("#5b5fc7", "#a45bc0", "#d96aa0", "#8a5a3b", "#f0f0f0", "#808080", "#202020"),
)


class MenuButton(QToolButton):
    """A flat button that opens a menu at once."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setIconSize(QSize(18, 18))
        self.setAutoRaise(True)
        self.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.offered = QMenu(self)
        self.setMenu(self.offered)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def name(self, tip: str) -> None:
        """Say what it does, to those who see and to those who hear."""
        self.setToolTip(tip)
        self.setAccessibleName(tip)


class ColorButton(MenuButton):
    """picked(str): a color, as #rrggbb, is to be found."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.name(self.tr("Find by color: pictures that show most of it come first"))
        self.setIcon(theme.icon("color", 18))
        for color in SWATCHES:
            self.offered.addAction(swatch(color), color, self._on_swatch).setData(color)
        self.offered.addSeparator()
        self.offered.addAction(self.tr("Another color…"), self._ask)

    @Slot()
    def _on_swatch(self) -> None:
        sent = self.sender()
        if isinstance(sent, QAction):
            self.picked.emit(str(sent.data()))

    @Slot()
    def _ask(self) -> None:
        color = QColorDialog.getColor(QColor(SWATCHES[1]), self, self.tr("Find by color"))
        if color.isValid():
            self.picked.emit(color.name())


class TermsButton(MenuButton):
    """asked(str): an example of what can be searched for is wanted in the box."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.name(self.tr("What can be searched for"))
        self.setText("?")
        for term, meaning in (
            ("dragon", self.tr("words of name, title, tags, boards, family and settings")),
            ("star", self.tr("with a star")),
            ("tag:boss", self.tr("with this tag")),
            ('board:"level one"', self.tr("on this board")),
            ("run:3", self.tr("drawn by this run")),
            ("step:4000-8000", self.tr("drawn at these steps")),
            ("seed:7", self.tr("drawn from this seed")),
            ("family:gan", self.tr("drawn by this kind of model")),
            ("from:style", self.tr("made in this workspace")),
            ("after:2026-11-01", self.tr("kept on this day or later")),
            ("#ff8800", self.tr("shows this color")),
            ("like:NAME", self.tr("looks like this picture")),
            ("trash", self.tr("in the gallery's trash")),
        ):
            self.offered.addAction(f"{term}\t{meaning}", self._on_term).setData(term)

    @Slot()
    def _on_term(self) -> None:
        sent = self.sender()
        if isinstance(sent, QAction):
            self.asked.emit(str(sent.data()))


def swatch(color: str) -> QIcon:
    """Return a small square of a color."""
    tile = QPixmap(14, 14)
    tile.fill(QColor(color))
    return QIcon(tile)
