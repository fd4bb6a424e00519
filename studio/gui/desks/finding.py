"""The finding desk: a picture of the user's own, looked for in the model."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.core.events import Drawn
from studio.gui.desks.stand import Stand
from studio.gui.widgets.own_picture import OwnPicture

SECONDS, LONGER = 8.0, 4


class OwnPictureDesk(QObject):
    """Looks for the user's picture in the model; what comes closest becomes a step."""

    def __init__(self, stand: Stand, widget: OwnPicture, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.widget, self.session = stand, widget, stand.session
        self.path: Path | None = None
        self.best: Any = None  # while it is looked for
        widget.asked.connect(self.find)
        widget.again.clicked.connect(self._again)
        self.session.events.connect(self._on_events)
        self.session.busy_changed.connect(self._on_busy)

    def forget(self) -> None:
        """Show nothing, as another model is open."""
        self.path, self.best = None, None
        self.widget.show_pair(None, None, "")
        self.widget.again.setEnabled(False)

    @Slot(str)
    def find(self, path: str) -> None:
        """Look for the picture in a file."""
        self._find(Path(path), SECONDS)

    @Slot()
    def _again(self) -> None:
        if self.path is not None:
            self._find(self.path, LONGER * SECONDS)

    def _find(self, path: Path, seconds: float) -> None:
        self.path, self.best = path, None
        self.widget.show_pair(None, None, self.tr("Looking for {name}…").format(name=path.name))
        words = self.tr("Looking for {name}").format(name=path.name)
        self.session.study(words, "find_picture", path, seconds, lane="invert")

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        shown = [event for event in events if isinstance(event, Drawn)]
        if lane == "invert" and shown:
            self.best = shown[-1].inverted  # type: ignore[attr-defined]  # this job yields Fitted
            self.widget.show_pair(self.best.aim, self.best.picture, self.best.text)
            self.stand.peeked.emit(self.best.picture)

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        """Keep the best when the search has ended, by itself or stopped."""
        if lane != "invert" or self.session.title(lane):
            return
        self.widget.again.setEnabled(self.path is not None)
        best, self.best = self.best, None
        if best is not None and self.path is not None:
            words = self.tr("My picture: {name}").format(name=self.path.stem)
            self.stand.rest(best.place, words)
