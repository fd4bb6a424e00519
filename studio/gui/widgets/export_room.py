"""The export room's widgets in their places."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.export_actions import ExportActions
from studio.gui.widgets.export_kinds import KindList
from studio.gui.widgets.export_options import ExportOptions
from studio.gui.widgets.export_stage import ExportStage
from studio.gui.widgets.export_strip import ExportStrip
from studio.gui.widgets.parts import label
from studio.gui.widgets.picture_bar import PictureBar
from studio.gui.widgets.picture_drop import PictureDrop
from studio.gui.widgets.progress_row import ProgressRow
from studio.gui.widgets.run_view import HANDLE

EMPTY, PICTURES = 0, 1


class ExportRoom(QWidget):
    """Kinds on the left, the preview in the middle above the pictures, how and where on the right;
    a place to drop pictures while there are none.
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.actions_ = does = ExportActions(self)
        self.kinds, self.stage, self.strip = KindList(), ExportStage(), ExportStrip()
        self.options = ExportOptions()
        self.bar = PictureBar([does.add_pictures, does.command], worded=[does.add_pictures])
        self.back = QToolButton(autoRaise=True)
        self.back.setDefaultAction(does.back)
        self.back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.said, self.hint = QLabel(), label("", "help", small=True)
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.said.setProperty("role", "quiet")
        self.opening = ProgressRow(self.tr("Opening"), self.tr("Stop opening pictures"))
        self.drop = PictureDrop(
            "export",
            self.tr("Pictures"),
            self.tr("What is to be exported.\nYour files stay as they are."),
            (self.tr("Choose the pictures to export"), self.tr("Take them from the clipboard")),
        )
        self.pages = QStackedWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(12, theme.GAP, 12, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        for each in (self.stage, self.said, self.opening, self.strip):
            column.addWidget(each, 1 if each is self.stage else 0)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(HANDLE)
        across.addWidget(middle)
        across.addWidget(self.options)
        across.setSizes([1000, 320])
        across.setStretchFactor(0, 1)
        across.setChildrenCollapsible(False)
        self.pages.addWidget(self._empty())
        self.pages.addWidget(across)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.kinds)
        body.addWidget(_line(QFrame.Shape.VLine))
        body.addWidget(self.pages, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._head())
        whole.addWidget(_line(QFrame.Shape.HLine))
        whole.addLayout(body, 1)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(theme.GAP, theme.GAP // 2, 12, theme.GAP // 2)
        head.setSpacing(theme.GAP)
        head.addWidget(self.back)
        head.addWidget(self.bar, 1)
        return head

    def _empty(self) -> QWidget:
        empty = QWidget()
        around = QVBoxLayout(empty)
        around.setContentsMargins(32, 32, 32, 32)
        around.addWidget(self.drop)
        return empty

    def say(self, sentence: str) -> None:
        """Say below the preview what it shows."""
        self.said.setText(sentence)
        self.said.setToolTip(sentence)


def _line(shape: QFrame.Shape) -> QFrame:
    made = QFrame()
    made.setFrameShape(shape)
    made.setStyleSheet(f"color: {theme.EDGE};")
    return made
