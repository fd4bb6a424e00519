"""The Gallery workspace's widgets in their places."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.gallery_actions import GalleryActions
from studio.gui.widgets.gallery_facts import WIDTH, GalleryFacts
from studio.gui.widgets.gallery_sidebar import GallerySidebar
from studio.gui.widgets.parts import label
from studio.gui.widgets.picture_bar import PictureBar
from studio.gui.widgets.picture_drop import PictureDrop
from studio.gui.widgets.picture_stage import PictureStage
from studio.gui.widgets.picture_wall import PictureWall
from studio.gui.widgets.run_view import HANDLE
from studio.gui.widgets.search_bar import SearchBar
from studio.gui.widgets.stage_bar import StageBar

WALL, STAGE, EMPTY = 0, 1, 2


class GalleryRoom(QWidget):
    """The wall in the middle, what the gallery holds at the left, the current picture at the right,
    and below what can be done with those that are chosen.
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.actions_ = does = GalleryActions(self)
        self.sidebar, self.search, self.wall = GallerySidebar(), SearchBar(), PictureWall()
        self.stage = PictureStage()
        self.stage_bar = StageBar(self.stage)
        self.facts = GalleryFacts([does.recall, does.origin, does.like])
        self.bar = PictureBar(
            [
                *(does.star, does.board, does.tag, does.compare),
                *(does.explore, does.style, does.repair),
                *(does.remove, does.restore, does.empty, does.undo, does.export),
            ],
            worded=[does.export],
        )
        self.drop = PictureDrop(
            "gallery",
            self.tr("Nothing is kept yet"),
            self.tr(
                "Press Ctrl+K in Explore, Style, Repair or Train to keep what you see.\n"
                "Pictures dropped here are copied; your files stay as they are."
            ),
            (self.tr("Choose a picture to keep"), self.tr("Keep the picture on the clipboard")),
        )
        self.said = label("", "error")
        self.said.hide()
        self.pages = QStackedWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        wall, stage = QWidget(), QWidget()
        for page, above, parts in (
            (wall, (self.search, self.said), self.wall),
            (stage, (self.stage_bar,), self.stage),
        ):
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(theme.GAP // 2)
            for each in above:
                column.addWidget(each)
            column.addWidget(parts, 1)
        around = QWidget()
        margin = QVBoxLayout(around)
        margin.setContentsMargins(24, 16, 24, 16)
        margin.addWidget(self.drop)
        for page in (wall, stage, around):
            self.pages.addWidget(page)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(12, theme.GAP, 12, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        column.addWidget(self.pages, 1)
        column.addWidget(self.bar)
        self._across(middle)

    def _across(self, middle: QWidget) -> None:
        left = QWidget()
        beside = QVBoxLayout(left)
        beside.setContentsMargins(theme.GAP, theme.GAP, 0, theme.GAP)
        beside.addWidget(self.sidebar)
        left.setMinimumWidth(150)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(HANDLE)
        for each in (left, middle, self.facts):
            across.addWidget(each)
        across.setSizes([200, 800, WIDTH])
        across.setStretchFactor(0, 0)
        across.setStretchFactor(1, 1)
        across.setStretchFactor(2, 0)
        across.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(across)

    def show_trash(self, on: bool) -> None:
        """Offer to put back what lies in the trash, instead of moving it there."""
        does = self.actions_
        for button in self.bar.findChildren(QToolButton):
            if button.defaultAction() in (does.remove, does.restore, does.empty):
                button.setVisible((button.defaultAction() is not does.remove) == on)

    def refuse(self, sentence: str) -> None:
        """Say above the wall why a search finds nothing; "" takes it back."""
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
