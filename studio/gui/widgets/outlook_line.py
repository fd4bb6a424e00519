"""A line that says how much is painted, and what filling it would do."""

from typing import Any

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.gui.widgets import words


class OutlookLine(QLabel):
    """Tells a `studio.core.repair.live.Outlook` in words."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("role", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def tell(self, outlook: Any, method: str) -> None:
        """Say what becomes of the mask when it is filled by `method`."""
        self.setText(self._words(outlook, method))

    def _words(self, outlook: Any, method: str) -> str:
        if not outlook.masked:
            return self.tr("Nothing is painted yet.")
        if not outlook.thin + outlook.thick:
            return self.tr("Everything is masked; leave some of the picture to repair it from.")
        text = self.tr("{n} pixels masked: {how}")
        return text.format(n=words.count(outlook.masked), how=self._how(outlook, method))

    def _how(self, outlook: Any, method: str) -> str:
        across = words.count(max(1, round(outlook.across)))
        if method != "auto":
            return self.tr("up to {a} px thick, filled by {m}").format(a=across, m=method)
        if not outlook.thick:
            text = self.tr("thin damage of {a} px, filled from what lies beside it")
        elif outlook.thick == 1:
            text = self.tr("a thick hole of {a} px, filled with texture")
        else:
            text = self.tr("{k} thick holes, up to {a} px, filled with texture")
        if outlook.thick and outlook.thin:
            text += self.tr("; thin damage too")
        return text.format(a=across, k=outlook.thick)
