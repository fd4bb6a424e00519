"""What an evaluation found: every number beside that of real pictures, and the closest pairs."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from studio.gui.widgets.pair_sheet import PairSheet
from studio.gui.widgets.parts import label, scrolling
from studio.gui.widgets.words import count, duration

if TYPE_CHECKING:
    from studio.core.metrics.evaluation import Evaluation, Score

WIDE = 1180  # pixels from which on the pairs stand beside the numbers
PAIRS = 568  # pixels that they take there
QWIDGETSIZE_MAX = (1 << 24) - 1
KINDS = (  # of numbers, in the order they are asked about
    ("copies", "closer"),
    ("precision", "density", "auc", "sharpness"),
    ("recall", "coverage", "diversity", "bins", "twins"),
    ("frechet", "kid", "swd"),
    ("bits",),
)


class EvaluationView(QWidget):
    """Drawn pictures left of the nearest real ones, then a table to read from top to bottom."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.evaluation: Evaluation | None = None
        self.sheet: Path | None = None
        self.stale = False
        self.made, self.title = label(role="quiet"), label(role="heading")
        self.pairs, self.table = PairSheet(), ScoreTable()
        left = QVBoxLayout()
        left.setSpacing(8)
        for widget in (self.made, self.title, self.pairs):
            left.addWidget(widget)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.table)
        right.addStretch(1)
        inner = QWidget()
        self.columns = QBoxLayout(QBoxLayout.Direction.TopToBottom, inner)
        self.columns.setContentsMargins(0, 4, 0, 4)
        self.columns.setSpacing(24)
        self.columns.addLayout(left)
        self.columns.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inner))

    def show_evaluation(self, found: "Evaluation | None", picture: Path | None = None) -> None:
        """Show what was found, with the file of the closest pairs; None empties the page."""
        self.evaluation, self.sheet = found, picture
        if self.isVisible() or found is None:
            self._build()
        else:  # a run may be chosen for its pictures: its report costs nothing until it is read
            self.stale = True

    def _build(self) -> None:
        found, self.stale = self.evaluation, False
        self.pairs.show_pairs(found.closest if found else (), self.sheet)
        self.table.show_scores(found.scores if found else (), found.notes if found else ())
        self.made.setText(self._made(found) if found else "")
        title = self.tr("Drawn, and the nearest of your pictures")
        framed = self.tr("Drawn, and the nearest of your pictures; copies are framed")
        self.title.setText((framed if self.pairs.copies else title) if found else "")

    @override
    def showEvent(self, event: QShowEvent) -> None:
        if self.stale:
            self._build()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() >= WIDE
        way = QBoxLayout.Direction
        self.columns.setDirection(way.LeftToRight if wide else way.TopToBottom)
        self.pairs.setMaximumWidth(PAIRS if wide else QWIDGETSIZE_MAX)

    def _made(self, found: "Evaluation") -> str:
        text = self.tr("Step {step}  ·  {count} pictures drawn  ·  took {time}  ·  {when}")
        return text.format(
            step=count(found.step),
            count=count(found.count),
            time=duration(found.seconds),
            when=datetime.fromtimestamp(found.created).strftime("%d %b %Y %H:%M"),
        )


class ScoreTable(QWidget):
    """Numbers by the question they answer: this run's, that of real pictures, what it means."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.body = QWidget()
        self.grid = QGridLayout(self.body)
        self.column.addWidget(self.body)

    def show_scores(self, scores: "tuple[Score, ...]", notes: tuple[str, ...]) -> None:
        """Show these numbers, and what is to be kept in mind about them."""
        self.body.deleteLater()
        self.body = QWidget()
        self.grid = QGridLayout(self.body)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(24)
        self.grid.setVerticalSpacing(0)
        self.grid.setColumnStretch(0, 1)
        self.column.addWidget(self.body)
        asked = {kind: place for place, kinds in enumerate(KINDS) for kind in kinds}
        titles = (*self._questions(), self.tr("What else was measured?"))
        for place, title in enumerate(titles):
            found = [s for s in scores if asked.get(s.key.partition(".")[0], len(KINDS)) == place]
            if found:
                self._add_question(title)
            for score in found:
                self._add(score)
        for note in notes:
            self.grid.addWidget(_spaced(label(note, "help"), 8), self.grid.rowCount(), 0, 1, 3)

    def _questions(self) -> tuple[str, ...]:
        return (
            self.tr("Has it learned pictures by heart?"),
            self.tr("Do its pictures look like yours?"),
            self.tr("Does it draw all that is in your set?"),
            self.tr("How far is it from your pictures?"),
            self.tr("How well does it know your pictures?"),
        )

    def _add_question(self, title: str) -> None:
        row, first = self.grid.rowCount(), self.grid.count() == 0
        self.grid.addWidget(_spaced(label(title, "heading"), 8, 0 if first else 16), row, 0)
        for column, words in enumerate((self.tr("this run"), self.tr("real pictures")), 1):
            head = QLabel(words if first else "")
            head.setProperty("role", "quiet")
            self.grid.addWidget(head, row, column, Qt.AlignmentFlag.AlignRight)

    def _add(self, score: "Score") -> None:
        from studio.core.metrics.evaluation import shown

        row = self.grid.rowCount()
        value, floor = (
            QLabel(shown(score.value, score.error)),
            QLabel(shown(score.floor)),
        )
        font = value.font()
        font.setBold(True)
        value.setFont(font)
        floor.setProperty("role", "quiet")
        self.grid.addWidget(label(score.title, ""), row, 0)
        self.grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
        self.grid.addWidget(floor, row, 2, Qt.AlignmentFlag.AlignRight)
        self.grid.addWidget(_spaced(label(score.meaning, "help", small=True), 8), row + 1, 0)


def _spaced(made: QLabel, below: int, above: int = 0) -> QLabel:
    made.setContentsMargins(0, above, 0, below)
    return made
