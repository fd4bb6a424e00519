"""One plain sentence about the run, with a colored dot and a word: never color alone."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from studio.core.health import Verdict

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
    """Says how the run is doing: 'Healthy', 'Watch' or 'Problem', and why, in one sentence.

    remedy_asked(Remedy): the user wants what is proposed beside it.
    """

    remedy_asked = Signal(object)

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
        self.verdict: Verdict | None = None
        self.allowed, self.acting = True, False
        self.button = QPushButton()
        self.button.setAccessibleDescription(self.tr("Applies what is proposed"))
        self.button.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(8)
        row.addWidget(self.dot)
        row.addWidget(self.word)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.show_verdict(None)

    def show_verdict(self, verdict: "Verdict | None") -> None:
        """Show a verdict and its remedy; None says that nothing can be said yet."""
        level = verdict.level if verdict else ""
        if verdict is None or self.verdict is None or verdict.sign != self.verdict.sign:
            self.acting = False
        self.verdict = verdict
        self.dot.show_color(COLORS[level])
        self.word.setText(self._word(level))
        self.text.setText(verdict.text if verdict else self.tr("Start a training or choose a run."))
        self.setAccessibleName(f"{self.word.text()}: {self.text.text()}")
        remedy = verdict.remedy if verdict else None
        self.button.setVisible(remedy is not None)
        self.button.setText(remedy.title if remedy else self.tr("No remedy"))
        self.button.setToolTip(remedy.effect if remedy else "")
        self.allow(self.allowed)

    def allow(self, on: bool) -> None:
        """Offer remedies, or not while none can be applied."""
        self.allowed = on
        self.button.setEnabled(on and not self.acting)

    def settle(self) -> None:
        """What was asked for has been done, or refused."""
        self.acting = False
        self.allow(self.allowed)

    def _ask(self) -> None:
        if self.verdict is not None and self.verdict.remedy is not None:
            self.acting = True
            self.allow(self.allowed)
            self.remedy_asked.emit(self.verdict.remedy)

    def _word(self, level: str) -> str:
        words = {
            "info": self.tr("Healthy"),
            "warning": self.tr("Watch"),
            "error": self.tr("Problem"),
        }
        return words.get(level, self.tr("Waiting"))
