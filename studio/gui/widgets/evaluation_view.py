"""What an evaluation found: every number beside that of real pictures, and the closest pairs."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from studio.gui.widgets.parts import label, scrolling
from studio.gui.widgets.words import count, duration

if TYPE_CHECKING:
    from studio.core.metrics.evaluation import Evaluation, Score


class EvaluationView(QWidget):
    """A table to read from top to bottom, then drawn pictures left of the nearest real ones."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.evaluation: Evaluation | None = None
        self.made = label(role="quiet")
        self.pairs, self.picture = label(role="heading"), QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.table = QGridLayout()
        self.table.setColumnStretch(3, 1)
        self.table.setHorizontalSpacing(16)
        self.table.setVerticalSpacing(6)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setSpacing(12)
        column.addWidget(self.made)
        column.addLayout(self.table)
        column.addWidget(self.pairs)
        column.addWidget(self.picture)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inner))

    def show_evaluation(self, found: "Evaluation | None", picture: Path | None = None) -> None:
        """Show what was found, with the file of the closest pairs; None empties the page."""
        self.evaluation = found
        while (item := self.table.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
        pixmap = QPixmap(str(picture)) if picture else QPixmap()
        self.picture.setPixmap(pixmap)
        if found is None:
            return
        self.made.setText(self._made(found))
        for column, words in enumerate((self.tr("This run"), self.tr("Real pictures"))):
            self.table.addWidget(label(words), 0, column + 1)
        for row, score in enumerate(found.scores, 1):
            self._add(row, score)
        for row, note in enumerate(found.notes, len(found.scores) + 1):
            self.table.addWidget(label(note, "help"), row, 0, 1, 4)
        title = self.tr("Closest pairs: drawn left, the nearest of your pictures right")
        self.pairs.setText(title)
        self.picture.setAccessibleName(title)

    def _add(self, row: int, score: "Score") -> None:
        from studio.core.metrics.evaluation import shown

        cells = (score.title, shown(score.value, score.error), shown(score.floor))
        for column, text in enumerate(cells):
            cell = QLabel(text)
            cell.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            if column == 1:
                font = cell.font()
                font.setBold(True)
                cell.setFont(font)
            self.table.addWidget(cell, row, column)
        self.table.addWidget(label(score.meaning, "help"), row, 3)

    def _made(self, found: "Evaluation") -> str:
        text = self.tr("Step {step}, {count} pictures drawn, {time}, {when}")
        when = datetime.fromtimestamp(found.created).strftime("%d %b %Y %H:%M")
        return text.format(
            step=count(found.step),
            count=count(found.count),
            time=duration(found.seconds),
            when=when,
        )
