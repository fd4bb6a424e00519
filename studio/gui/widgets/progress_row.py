"""What a job is doing, how far it is, and a Stop button; hidden while nothing happens."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from studio.gui import theme
from studio.gui.widgets import words


class ProgressRow(QWidget):
    """Shows Progress events; `stop_asked` when the user has enough."""

    stop_asked = Signal()

    def __init__(self, name: str, tip: str, counted: bool = True, parent: QWidget | None = None):
        """`name` is what the bar is called, `tip` says what Stop does. What is `counted` is told in
        numbers, all else in percent.
        """
        super().__init__(parent)
        self.counted = counted
        self.text = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(6)
        self.bar.setMinimumWidth(48)
        self.bar.setAccessibleName(name)
        self.button = QPushButton(theme.icon("stop", 16), self.tr("Stop"))
        self.button.setToolTip(tip)
        self.button.clicked.connect(self._on_stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.GAP)
        row.addWidget(self.text)
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        self.hide()

    def begin(self, title: str) -> None:
        """Show `title`, progress unknown."""
        self.text.setText(title)
        self.bar.setRange(0, 0)
        self.button.setEnabled(True)
        self.show()

    def tell(self, event: Any) -> None:
        """Show one studio.core.events.Progress."""
        self.bar.setRange(0, event.total or 0)
        self.bar.setValue(event.done)
        if event.total and not self.counted:
            share = words.percent(event.done / event.total)
            self.text.setText(f"{event.text} · {share}")
        elif event.total:
            of = self.tr("{text} · {done} of {total}")
            done, total = words.count(event.done), words.count(event.total)
            self.text.setText(of.format(text=event.text, done=done, total=total))
        else:
            self.text.setText(event.text)

    def _on_stop(self) -> None:
        self.button.setEnabled(False)
        self.stop_asked.emit()
