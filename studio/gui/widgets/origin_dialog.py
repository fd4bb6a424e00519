"""Where did this come from? A picture, its history in words, and what the model had seen."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.own_picture import OneStill
from studio.gui.widgets.parts import label, scrolling

LARGE, SMALL = 264, 84
COLUMNS = 3
MARKS = {"good": "✓", "plain": "•", "warning": "!"}
INDENT = 20


class OriginDialog(QDialog):
    """Shows a studio.core.provenance.chain.Chain.

    explore_asked(): open the picture at its place in Explore.
    """

    explore_asked = Signal()

    def __init__(self, chain: Any, parent: QWidget | None = None):
        super().__init__(parent)
        self.finished.connect(self.deleteLater)
        self.chain = chain
        self.setWindowTitle(self.tr("Where did this come from?"))
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GAP)
        row.addLayout(self._pictures())
        row.addWidget(scrolling(self._steps()), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(theme.GAP)
        column.addLayout(row, 1)
        column.addLayout(self._buttons())
        self.resize(900, 620)

    def _pictures(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.GAP)
        if self.chain.picture is not None:
            self.picture = OneStill(self.chain.name)
            self.picture.setFixedSize(LARGE, LARGE)
            self.picture.show_picture(self.chain.picture)
            column.addWidget(self.picture)
        if self.chain.verdict is not None:
            column.addWidget(self._badge())
            column.addLayout(self._neighbors())
        column.addStretch(1)
        return column

    def _badge(self) -> QWidget:
        copy = self.chain.verdict.copy
        self.badge = label(
            self.tr("Too close to a training picture") if copy else self.tr("Not a copy"),
            "warning" if copy else "heading",
        )
        self.badge.setToolTip(self.chain.verdict.text)
        embolden(self.badge)
        return self.badge

    def _neighbors(self) -> QGridLayout:
        """Lay the nearest training pictures out with their distances."""
        grid = QGridLayout()
        grid.setSpacing(theme.GAP)
        told = label(self.tr("Nearest training pictures, and how many levels away"), small=True)
        grid.addWidget(told, 0, 0, 1, COLUMNS)
        for k, each in enumerate(self.chain.neighbors[: 2 * COLUMNS]):
            still = OneStill(self.tr("Training picture {name}").format(name=each.name))
            still.setFixedSize(SMALL, SMALL)
            still.show_picture(each.picture)
            still.setToolTip(
                self.tr("Training picture {n}: {name}").format(n=each.place + 1, name=each.name)
            )
            line = label(f"{each.distance:.1f}", small=True)
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            at = 1 + 2 * (k // COLUMNS)
            grid.addWidget(still, at, k % COLUMNS)
            grid.addWidget(line, at + 1, k % COLUMNS)
        return grid

    def _steps(self) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.GAP, 0)
        column.setSpacing(theme.GAP)
        name = label(self.chain.name, "title")
        name.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(name)
        for step in self.chain.steps:
            column.addLayout(self._step(step))
        column.addStretch(1)
        return inner

    def _step(self, step: Any) -> QVBoxLayout:
        """Return a link of the chain: its title, and beneath it the words."""
        made = QVBoxLayout()
        made.setContentsMargins(INDENT * step.depth, 0, 0, 0)
        made.setSpacing(2)
        role = "warning" if step.level == "warning" else "heading"
        title = label(f"{MARKS[step.level]}  {step.title}", role)
        embolden(title)
        words = label(step.words)
        for each in (title, words):
            each.setTextFormat(Qt.TextFormat.PlainText)  # what foreign files say stays text
            each.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            made.addWidget(each)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setContentsMargins(INDENT, 0, 0, 0)
        if not step.words:
            words.hide()
        return made

    def _buttons(self) -> QHBoxLayout:
        self.explore = QPushButton(self.tr("Open in Explore"))
        self.explore.setToolTip(self.tr("Go to the place in the model where it was drawn"))
        self.explore.setVisible(self.chain.place)
        self.explore.clicked.connect(self._explore)
        self.copy = QPushButton(self.tr("Copy as text"))
        self.copy.setToolTip(self.tr("Put the whole history on the clipboard"))
        self.copy.clicked.connect(self._copy)
        close = QPushButton(self.tr("Close"))
        close.setProperty("role", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addWidget(self.explore)
        row.addStretch(1)
        row.addWidget(close)
        return row

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.chain.text())

    @Slot()
    def _explore(self) -> None:
        self.accept()
        self.explore_asked.emit()


def embolden(made: QLabel) -> None:
    """Give a label the weight of a heading, whatever its color says."""
    font = made.font()
    font.setBold(True)
    made.setFont(font)
