"""What a run will take on this machine, in two lines above Start: never a promise made up."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.core.request import Forecast
from studio.gui.widgets.words import count, duration, size, value


class ForecastLine(QWidget):
    """Shows a forecast, that one is being measured, or why there is none."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.first = QLabel(wordWrap=True)
        self.second = QLabel(wordWrap=True)
        font = self.first.font()
        font.setBold(True)
        self.first.setFont(font)
        self.second.setProperty("role", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.first)
        column.addWidget(self.second)
        self.setMinimumHeight(3 * self.fontMetrics().height() + 4)  # so that Start never jumps

    def show_forecast(self, forecast: Forecast) -> None:
        """Say time, steps, memory and disk, and on what they were measured."""
        about = self.tr("About {time}  ·  {steps} steps").format(
            time=duration(forecast.seconds), steps=count(forecast.steps)
        )
        text = self.tr("{pace} ms a step  ·  {memory} memory  ·  {disk} disk\n{device}, {numerics}")
        measured = text.format(
            pace=value(float(f"{forecast.seconds_per_step * 1000:.3g}")),
            memory=size(forecast.memory),
            disk=size(forecast.disk),
            device=forecast.device,
            numerics=forecast.numerics,
        )
        self._say(about, measured)

    def show_measuring(self) -> None:
        """Say that real steps are being timed."""
        self._say(self.tr("Measuring…"), self.tr("A few real steps tell what this will take."))

    def show_reason(self, sentence: str, refused: bool = False) -> None:
        """Say in one sentence why there is no forecast; `refused`: the run can't be begun."""
        self._say("", sentence, "warning" if refused else "quiet")

    def _say(self, first: str, second: str, role: str = "quiet") -> None:
        self.first.setText(first)
        self.first.setVisible(bool(first))
        self.second.setText(second)
        if self.second.property("role") != role:
            self.second.setProperty("role", role)
            self.second.style().polish(self.second)
