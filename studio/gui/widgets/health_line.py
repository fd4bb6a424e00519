"""One plain sentence about the run, with a colored dot and a word: never color alone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from studio.core.events import Note

COLORS = {"info": "#2fb380", "warning": "#e69f00", "error": "#e4572e", "": "#7a7f87"}


class Dot(QWidget):
    """A small filled circle."""

    def __init__(self, color: str = COLORS[""], parent: QWidget | None = None):
        super().__init__(parent)
        self.color = QColor(color)

    def show_color(self, color: str) -> None:
        """Fill the circle with `color`."""
        self.color = QColor(color)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(10, 10)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.color)
        side = min(self.width(), self.height(), 10)
        painter.drawEllipse(
            QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        )


class HealthLine(QWidget):
    """Says how the run is doing: 'Healthy', 'Watch' or 'Problem', and why, in one sentence."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.dot = Dot()
        self.dot.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.word = QLabel()
        font = self.word.font()
        font.setBold(True)
        self.word.setFont(font)
        self.text = QLabel(wordWrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(8)
        row.addWidget(self.dot)
        row.addWidget(self.word)
        row.addWidget(self.text, 1)
        self.show_note(None)

    def show_note(self, note: Note | None) -> None:
        """Show a note; None says that nothing can be said yet."""
        level = note.level if note else ""
        self.dot.show_color(COLORS[level])
        self.word.setText(self._word(level))
        self.text.setText(note.text if note else self.tr("Start a training or choose a run."))
        self.setAccessibleName(f"{self.word.text()}: {self.text.text()}")

    def _word(self, level: str) -> str:
        words = {
            "info": self.tr("Healthy"),
            "warning": self.tr("Watch"),
            "error": self.tr("Problem"),
        }
        return words.get(level, self.tr("Waiting"))
