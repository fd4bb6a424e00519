"""The Train workspace's widgets in their places."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.widgets.empty_page import EmptyPage
from studio.gui.widgets.forecast_line import ForecastLine
from studio.gui.widgets.parts import label
from studio.gui.widgets.run_list import RunList
from studio.gui.widgets.run_rows import RunRows
from studio.gui.widgets.run_view import HANDLE, RunView
from studio.gui.widgets.train_buttons import TrainButtons
from studio.gui.widgets.train_setup import TrainSetup


class TrainRoom(QWidget):
    """Form on the left, run in the middle, runs on the right.

    library_asked: the user wants to add pictures.
    """

    library_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setup, self.forecast, self.buttons = TrainSetup(), ForecastLine(), TrainButtons()
        self.view, self.list, self.rows = RunView(), RunList(), RunRows()
        self._lay_out()

    def _lay_out(self) -> None:
        self.empty = EmptyPage(
            self.tr("Add pictures in the Library first"),
            self.tr("A folder, a zip or a starter set becomes what the model learns from."),
            self.tr("Open the Library"),
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        left = _column(self.setup, self.forecast, self.buttons)
        right = _column(label(self.tr("Runs"), "heading"), self.list)
        self.pages.addWidget(_columns(left, self.view, right))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)


def _columns(left: QWidget, middle: QWidget, right: QWidget) -> QSplitter:
    made = QSplitter(Qt.Orientation.Horizontal)
    made.setHandleWidth(HANDLE)
    for widget in (left, middle, right):
        made.addWidget(widget)
    made.setSizes([320, 850, 260])
    made.setStretchFactor(1, 1)
    made.setChildrenCollapsible(False)
    return made


def _column(*widgets: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(12, 12, 12, 12)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget, int(isinstance(widget, TrainSetup | RunList)))
    return box
