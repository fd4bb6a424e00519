"""The Explore workspace's widgets in their places."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.breed_sheet import BreedSheet
from studio.gui.widgets.corner_pad import CornerPad
from studio.gui.widgets.depth_mix import DepthMix
from studio.gui.widgets.direction_list import DirectionList
from studio.gui.widgets.empty_page import EmptyPage
from studio.gui.widgets.explore_bar import ExploreBar
from studio.gui.widgets.history_tree import HistoryTree
from studio.gui.widgets.latent_canvas import LatentCanvas
from studio.gui.widgets.map_sheet import MapSheet
from studio.gui.widgets.own_picture import OwnPicture
from studio.gui.widgets.parts import label, scrolling
from studio.gui.widgets.progress_row import ProgressRow
from studio.gui.widgets.route_bar import RouteBar
from studio.gui.widgets.run_view import HANDLE
from studio.gui.widgets.seed_sheet import SeedSheet
from studio.gui.widgets.tag_sheet import TagSheet

TAGS, OWN = 5, 6  # tabs that are led to


class ExploreRoom(QWidget):
    """The picture in the middle, tools on the right, what was found below.

    train_asked: the user wants a model first.
    """

    train_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.bar, self.canvas = ExploreBar(), LatentCanvas()
        self.jumps = label(
            self.tr(
                "This kind of model puts pictures together from parts: nearby places may draw"
                " quite different pictures, so moving jumps instead of gliding."
            ),
            "help",
            True,
        )
        self.progress = ProgressRow(self.tr("Study"), self.tr("Stop; what was found before stays"))
        self.directions, self.pad, self.breed = DirectionList(), CornerPad(), BreedSheet()
        self.depths = DepthMix()
        self.map, self.tags, self.own = MapSheet(), TagSheet(), OwnPicture()
        self.history, self.path = HistoryTree(), RouteBar()
        self.seeds = SeedSheet()
        self.tools = _tabs(
            (self.seeds, self.tr("Samples")),
            (self.directions, self.tr("Directions")),
            (scrolling(_stacked(self.pad, self.depths)), self.tr("Mix")),
            (self.breed, self.tr("Breed")),
            (self.map, self.tr("Map")),
            (self.tags, self.tr("Tags")),
            (self.own, self.tr("Mine")),
        )
        self.found = _tabs((self.history, self.tr("History")), (self.path, self.tr("Path")))
        self.directions.tags_asked.connect(self._show_tags)
        self._lay_out()

    def _lay_out(self) -> None:
        self.empty = EmptyPage(
            self.tr("Train a model first"),
            self.tr("What it learned from your pictures can then be walked through here."),
            self.tr("Open Train"),
        )
        self.empty.asked.connect(self.train_asked)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 12, 12, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.jumps)
        column.addWidget(self.progress)
        across = _split(Qt.Orientation.Horizontal, left, self.tools, [870, 430])
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(_split(Qt.Orientation.Vertical, across, self.found, [590, 250]))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)
        self.jumps.hide()
        self.progress.hide()

    @Slot()
    def _show_tags(self) -> None:
        self.tools.setCurrentIndex(TAGS)


def _tabs(*pages: tuple[QWidget, str]) -> QTabWidget:
    made = QTabWidget()
    made.setDocumentMode(True)
    for page, title in pages:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(page)
        made.addTab(box, title)
    return made


def _stacked(*parts: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        column.addWidget(part, int(isinstance(part, CornerPad)))
    return box


def _split(way: Qt.Orientation, first: QWidget, second: QWidget, sizes: list[int]) -> QSplitter:
    made = QSplitter(way)
    made.setHandleWidth(HANDLE)
    made.addWidget(first)
    made.addWidget(second)
    made.setSizes(sizes)
    made.setStretchFactor(0, 1)
    made.setChildrenCollapsible(False)
    return made
