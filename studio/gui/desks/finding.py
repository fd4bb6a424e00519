"""The finding desks: a picture of the user's own, and the map of all there is."""

from pathlib import Path
from secrets import randbelow
from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.stand import Stand
from studio.gui.widgets.map_sheet import MapSheet
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
        self.session.done.connect(self._on_done)
        self.session.busy_changed.connect(self._on_busy)
        self.session.failed.connect(self._on_failed)

    def forget(self) -> None:
        """Show nothing, as another model is open; what is looked for in the last one ends."""
        self.session.stop("invert")
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
        asked = (path, seconds, self.session.project)
        self.session.study(words, "find_picture", *asked, lane="invert")

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane != "invert" or self.path is None:
            return
        from studio.core.explore.inverting import Fitted

        shown = [event for event in events if isinstance(event, Fitted)]
        if shown:
            self.best = shown[-1].inverted
            self.widget.show_pair(self.best.aim, self.best.picture, self.best.text)
            self.stand.peeked.emit(self.best.picture)

    @Slot(str, object)
    def _on_done(self, lane: str, found: Any) -> None:
        """Say at last also how well training pictures fit."""
        if lane == "invert" and self.path is not None:
            self.best = found
            self.widget.show_pair(found.aim, found.picture, found.text)

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "invert":
            self.path, self.best = None, None
            self.widget.show_pair(None, None, sentence)

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


class MapDesk(QObject):
    """The map: where training pictures and samples lie, and what is drawn between them."""

    def __init__(self, stand: Stand, sheet: MapSheet, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.sheet, self.session = stand, sheet, stand.session
        self.atlas: Any = None
        self.run: Any = None  # the folder of the run that is mapped
        self._goal: Any = None
        sheet.map.asked.connect(self._look)
        sheet.map.released.connect(self._settle)
        sheet.make_asked.connect(self._make)
        stand.viewed.connect(self._on_view)
        self.session.done.connect(self._on_done)
        self.session.busy_changed.connect(self._on_busy)

    def begin(self, atlas: Any) -> None:
        """Show the map that was made of this model before, if there is one."""
        self.atlas, self._goal = atlas, None
        self.sheet.show_atlas(atlas)

    @Slot()
    def _make(self) -> None:
        opened = self.session.opened
        if opened is not None:
            self.run = opened.run.folder
            seed = 0 if self.atlas is None else randbelow(2**31)
            words = self.tr("Making the map")
            self.session.study(words, "chart", self.session.project, seed)

    @Slot(float, float)
    def _look(self, x: float, y: float) -> None:
        from studio.core.explore.atlas import place_at

        if self.atlas is not None:
            atlas = self.atlas
            self._goal = lambda _: place_at(atlas, x, y)
            self.sheet.map.set_marker(x, y)
            self.stand.look(self._goal)

    @Slot()
    def _settle(self) -> None:
        if self._goal is not None:
            self.stand.settle(self._goal, self.tr("From the map"))
            self._goal = None

    @Slot(object)
    def _on_view(self, view: Any) -> None:
        """Say how typical the place is and how close to a training picture, once it rests."""
        if self.atlas is not None and not view.moving and self.sheet.isVisible():
            asked = (self.atlas, view.place, view.picture)
            self.session.study("judge", "judged", *asked, lane="judge")

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        opened = self.session.opened
        if lane == "study" and _is_atlas(result):
            if opened is not None and opened.run.folder == self.run:
                self.begin(result)
        elif lane == "judge":
            self.sheet.map.set_text(result.text)

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "study":
            self.sheet.allow(not self.session.title(lane))


def _is_atlas(result: Any) -> bool:
    from studio.core.explore.atlas import Atlas

    return isinstance(result, Atlas)
