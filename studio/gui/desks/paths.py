"""The path desk: keys on the timeline become frames, and frames a film."""

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Slot

from studio.core.events import Drawn
from studio.core.explore.route import Route, places
from studio.gui.desks.stand import Stand
from studio.gui.widgets.route_bar import RouteBar

LOOP = 72  # frames of a circle or a noise loop
RADIUS = {"circle": 0.25, "noise": 0.3}


class PathDesk(QObject):
    """Holds the route of the open model; draws it, and writes it as a film."""

    def __init__(self, stand: Stand, bar: RouteBar, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.bar, self.session = stand, bar, stand.session
        self.route = Route()
        self.thumbnails: dict[Any, np.ndarray] = {}
        self.frames: np.ndarray | None = None
        self.places: list[Any] = []  # of the frames; none of a loop without keys
        bar.route_changed.connect(self._change)
        bar.key_asked.connect(self._add)
        bar.loop_asked.connect(self._loop)
        bar.scrubbed.connect(self._scrub)
        bar.export_asked.connect(self._export)
        self.session.events.connect(self._on_events)
        self.session.done.connect(self._on_done)

    def begin(self, route: Route | None) -> None:
        """Show the route that was left in this model, if there is one."""
        self.route, self.thumbnails = route or Route(), {}
        self._clear()
        if self.route.keys:
            self._draw()

    def _clear(self) -> None:
        self.session.stop("path")
        self.frames, self.places = None, []
        self.bar.show_route(self.route, self.thumbnails)
        self.bar.show_frames(None)

    @Slot()
    def _add(self) -> None:
        place, picture = self.stand.seen  # maybe a frame that is looked at
        if place is None or picture is None:
            place, picture = self.stand.place, self.stand.picture
        if place is None or picture is None:
            return
        if not self.route.keys:
            self.route = Route((), self.bar.route.closed, self.bar.route.fps)
        self.thumbnails[place] = picture
        self.route = self.route.added(place)
        self._draw()

    @Slot(object)
    def _change(self, route: Route) -> None:
        before, self.route = self.route, route
        if (route.keys, route.closed) == (before.keys, before.closed):
            return  # the same frames, only quicker
        if route.keys:
            self._draw()
        else:
            self._clear()
            words = self.tr("Forgetting the path")
            self.session.study(words, "forget_route", lane="path")

    def _draw(self) -> None:
        """Show the keys at once, and draw the frames between them."""
        self.places = places(self.route)
        self.bar.show_route(self.route, self.thumbnails)
        words = self.tr("Drawing the path")
        self.session.study(words, "draw_route", self.route, lane="path")

    @Slot(str)
    def _loop(self, kind: str) -> None:
        """Draw a loop that begins and ends at the present picture."""
        place = self.stand.place
        if place is not None:
            self.route, self.places = Route((), True, self.bar.route.fps), []
            self.bar.show_loop(True, self.route.fps)
            words = self.tr("Drawing the loop")
            asked = (kind, place, RADIUS[kind], LOOP, 0)
            self.session.study(words, "draw_loop", *asked, lane="path")

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        drawn = [event for event in events if isinstance(event, Drawn)]
        if lane == "path" and drawn:
            self.bar.show_frames(drawn[-1].pictures)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane != "path":
            return
        if isinstance(result, Path):
            words = self.tr("{name} is written.").format(name=result.name)
            self.session.said.emit(words)
            return
        if result is None:  # the path was forgotten
            return
        if isinstance(result, tuple):  # a loop
            self.places, result = result
        self.frames = result
        starts = self.route.starts
        for key, start in zip(self.route.keys, starts, strict=True):
            self.thumbnails.setdefault(key.place, result[min(start, len(result) - 1)])
        self.bar.show_route(self.route, self.thumbnails)
        self.bar.show_frames(result)

    @Slot(int)
    def _scrub(self, frame: int) -> None:
        """Show a drawn frame in the large picture; where one stands does not change."""
        picture = self.bar.picture
        if picture is None:
            return
        if frame < len(self.places):
            self.stand.glance(self.places[frame], picture)
        else:
            self.stand.peeked.emit(picture)

    @Slot()
    def _export(self) -> None:
        if self.frames is None or not len(self.frames):
            self.session.failed.emit(
                "path", self.tr("Add keys or a loop first; what is drawn can then be exported.")
            )
            return
        from studio.gui.widgets.film_dialog import FilmDialog

        dialog = FilmDialog(self.frames, self.bar.route.fps, self.route.closed, self.bar.window())
        dialog.asked.connect(self._write)
        dialog.open()

    @Slot(object, object)
    def _write(self, target: Path, settings: Any) -> None:
        words = self.tr("Writing {name}").format(name=target.name)
        self.session.study(words, "film", self.frames, target, settings, lane="path")
