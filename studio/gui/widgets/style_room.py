"""The Style workspace's widgets in their places."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.brush_bar import BrushBar
from studio.gui.widgets.look_strip import LookStrip
from studio.gui.widgets.picture_bar import PictureBar
from studio.gui.widgets.picture_drop import PictureDrop
from studio.gui.widgets.run_view import HANDLE
from studio.gui.widgets.style_actions import StyleActions
from studio.gui.widgets.style_canvas import StyleCanvas
from studio.gui.widgets.style_options import StyleOptions

WELLS, PICTURE = 0, 1


class StyleRoom(QWidget):
    """The picture in the middle, looks to choose from below, how it is restyled on the right; two
    wells before there is a picture.
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.actions_ = does = StyleActions(self)
        self.canvas, self.strip = StyleCanvas(), LookStrip()
        self.options = StyleOptions(does.both)
        self.brushes = BrushBar(self.canvas)
        self.brushes.hide()
        self.bar = PictureBar(
            [
                *(does.undo, does.redo, does.compare, does.pin),
                *(does.open, does.repair, does.keep, does.export),
            ],
            worded=[does.export],
        )
        self.said, self.pointer = QLabel(), QLabel()
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for each in (self.said, self.pointer):
            each.setProperty("role", "quiet")
        self.content_drop = PictureDrop(
            "pictures",
            self.tr("Picture"),
            self.tr("What is to be restyled.\nYour file stays as it is."),
            (self.tr("Choose the picture to restyle"), self.tr("Take it from the clipboard")),
        )
        self.style_drop = PictureDrop(
            "style",
            self.tr("Style"),
            self.tr(
                "A painting whose hand it takes on.\n"
                "Not needed for oil, watercolor, ink and pencil."
            ),
            (self.tr("Choose a painting"), self.tr("Take it from the clipboard")),
        )
        self.pages = QStackedWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, theme.GAP, 12, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        line = QHBoxLayout()
        line.addWidget(self.said, 1)
        line.addWidget(self.pointer)
        for each in (self.bar, self.brushes):
            column.addWidget(each)
        column.addWidget(self.canvas, 1)
        column.addLayout(line)
        column.addWidget(self.strip)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(HANDLE)
        across.addWidget(left)
        across.addWidget(self.options)
        across.setSizes([1000, 320])
        across.setStretchFactor(0, 1)
        across.setChildrenCollapsible(False)
        self.pages.addWidget(self._wells())
        self.pages.addWidget(across)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)

    def say(self, sentence: str) -> None:
        """Say below the picture what it shows, what is missing, or what the brush does."""
        self.said.setText(sentence)
        self.said.setToolTip(sentence)

    def _wells(self) -> QWidget:
        empty = QWidget()
        told = QLabel(
            self.tr("Give any picture the hand of another, or of oil, watercolor, ink or pencil."),
            alignment=Qt.AlignmentFlag.AlignCenter,
        )
        told.setProperty("role", "quiet")
        wells = QHBoxLayout()
        wells.setSpacing(2 * theme.GAP)
        wells.addWidget(self.content_drop, 1)
        wells.addWidget(self.style_drop, 1)
        around = QVBoxLayout(empty)
        around.setContentsMargins(32, 24, 32, 32)
        around.setSpacing(2 * theme.GAP)
        around.addWidget(told)
        around.addLayout(wells, 1)
        return empty
