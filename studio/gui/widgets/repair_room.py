"""The Repair workspace's widgets in their places."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.brush_bar import BrushBar
from studio.gui.widgets.candidate_strip import CandidateStrip
from studio.gui.widgets.canvas import Canvas
from studio.gui.widgets.outlook_line import OutlookLine
from studio.gui.widgets.picture_bar import PictureBar
from studio.gui.widgets.picture_drop import PictureDrop
from studio.gui.widgets.repair_actions import RepairActions
from studio.gui.widgets.repair_options import RepairOptions
from studio.gui.widgets.run_view import HANDLE

DROP, PICTURE = 0, 1


class RepairRoom(QWidget):
    """The picture in the middle, its tools above, candidates below, how to fill on the right."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.canvas = Canvas()
        self.drop = self._drop()
        self.strip, self.options = CandidateStrip(), RepairOptions()
        self.brushes = BrushBar(self.canvas)
        self.actions_ = RepairActions(self, self.canvas)
        does = self.actions_
        self.bar = PictureBar(
            [
                *(does.undo, does.redo, does.compare),
                *(does.open, does.style, does.keep, does.export),
            ],
            worded=[does.export],
        )
        self.outlook, self.pointer = OutlookLine(), QLabel()
        self.pointer.setProperty("role", "quiet")
        self.pages = QStackedWidget()
        self._lay_out()

    def _drop(self) -> PictureDrop:
        words = self.tr(
            "Paint over scratches, stains, writing or whole things:\n"
            "they are filled from the rest of the picture, and nothing else changes.\n"
            "Your file stays as it is."
        )
        opening = self.tr("Choose a picture to repair (Ctrl+Shift+O)")
        pasting = self.tr("Repair the picture on the clipboard (Ctrl+V)")
        title = self.tr("Open, drop or paste a picture")
        return PictureDrop("repair", title, words, (opening, pasting))

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, theme.GAP, 12, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        line = QHBoxLayout()
        line.addWidget(self.outlook, 1)
        line.addWidget(self.pointer)
        column.addWidget(self.bar)
        column.addWidget(self.brushes)
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
        empty = QWidget()
        around = QVBoxLayout(empty)
        around.setContentsMargins(32, 32, 32, 32)
        around.addWidget(self.drop)
        self.pages.addWidget(empty)
        self.pages.addWidget(across)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)
