"""The directions desk: sliders that move the one place, and what each does to several samples."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.stand import Stand
from studio.gui.widgets.direction_list import DirectionList
from studio.gui.widgets.direction_row import Row

SAMPLES = 9  # shown at once, so that one sees whether a direction holds everywhere
ENDS = 3.0  # σ that a strip shows while its slider is at zero


class DirectionDesk(QObject):
    """Finding, sliding, naming and keeping directions."""

    def __init__(self, stand: Stand, widget: DirectionList, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.widget, self.session = stand, widget, stand.session
        self.selected = ""
        self.sliders: Any = {}  # as shown last
        self.session.done.connect(self._on_done)
        self.session.busy_changed.connect(self._on_busy)
        stand.viewed.connect(self._on_view)
        widget.moved.connect(self._move)
        widget.settled.connect(self._settle)
        widget.selected.connect(self._select)
        widget.renamed.connect(self._rename)
        widget.kept.connect(self._keep)
        widget.deleted.connect(self._delete)
        widget.find_asked.connect(self._find)
        widget.zero_asked.connect(self._zero)

    def show(self) -> None:
        """Show the open model's directions, and where the present place is along them."""
        opened, place = self.session.opened, self.stand.place
        self.sliders = sliders = place.sliders if place else {}
        known = opened.directions if opened else ()
        self.widget.show_directions([_row(d, sliders.get(d.id, 0.0)) for d in known])

    @Slot(object)
    def _on_view(self, view: Any) -> None:
        if view.place.sliders != self.sliders:  # dragging over the picture moves none of them
            self.show()

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "explore":
            self.show()
        elif lane == "study" and _is_opened(result):
            self._learn(result)
        elif lane == "strip" and result[0] == "direction":
            self.widget.show_strip(result[2], self._words())

    def _learn(self, result: Any) -> None:
        """Take the directions found, if the user has not gone to another run meanwhile."""
        opened = self.session.opened
        if opened is not None and opened.run.folder == result.run.folder:
            self.session.adopt(opened.knowing(result.directions))
            self.show()

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "study":
            self.widget.allow(not self.session.title(lane))

    @Slot()
    def _find(self) -> None:
        """Look in the class that was chosen; where the seed chose it, in all."""
        opened, place = self.session.opened, self.stand.place
        one = opened is not None and opened.explorer.family.nameless
        label = place.label if one and place else None
        self.session.study(self.tr("Finding directions"), "discover", label)

    @Slot(str, float)
    def _move(self, id: str, sigmas: float) -> None:
        if self.stand.place is not None:
            self.selected = id
            self.stand.show(self.stand.place.with_slider(id, sigmas))
            self._show_strip()

    @Slot(str)
    def _settle(self, id: str) -> None:
        place = self.stand.place
        if place is not None:
            value = place.sliders.get(id, 0.0)
            self.stand.rest(place, f"{self._name(id)} {value:+.1f} σ")

    @Slot()
    def _zero(self) -> None:
        from dataclasses import replace

        if self.stand.place is not None and self.stand.place.sliders:
            self.stand.rest(replace(self.stand.place, sliders={}), self.tr("All sliders to zero"))

    @Slot(str)
    def _select(self, id: str) -> None:
        self.selected = id
        self._show_strip()

    def _show_strip(self) -> None:
        """Draw the chosen direction on several samples: at its slider's value, or at both ends."""
        id, place = self.selected, self.stand.place
        if place is None or not id:
            return
        value, label, psi = place.sliders.get(id, 0.0), place.label, place.truncation
        self.session.lay_out("direction", lambda e: _samples(e, id, value, label, psi), draft=True)

    def _words(self) -> str:
        place = self.stand.place
        value = place.sliders.get(self.selected, 0.0) if place else 0.0
        name = self._name(self.selected)
        if value:
            return self.tr("{name} {value} σ on other samples").format(
                name=name, value=f"{value:+.1f}"
            )
        return self.tr("{name}: left −{ends:g} σ, right +{ends:g} σ").format(name=name, ends=ENDS)

    def _name(self, id: str) -> str:
        opened = self.session.opened
        return next((d.name for d in opened.directions if d.id == id), id) if opened else id

    @Slot(str, str)
    def _rename(self, id: str, name: str) -> None:
        self._change("renamed", id, name)

    @Slot(str, bool)
    def _keep(self, id: str, on: bool) -> None:
        self._change("kept", id, on)

    @Slot(str)
    def _delete(self, id: str) -> None:
        self._change("without", id)

    def _change(self, verb: str, *asked: Any) -> None:
        """Change the list at once, and save it."""
        from studio.core.explore import directions

        opened = self.session.opened
        if opened is not None:
            changed = getattr(directions, verb)(opened.directions, *asked)
            self.session.adopt(opened.knowing(changed))
            self.session.remember()
            self.show()


def _row(direction: Any, value: float) -> Row:
    found = "" if direction.accuracy is None else "from tags"
    return Row(direction.id, direction.name, value, direction.kept, direction.accuracy, found)


def _is_opened(result: Any) -> bool:
    from studio.core.explore.opening import Opened

    return isinstance(result, Opened)


def _samples(explorer: Any, id: str, value: float, label: int | None, psi: float) -> list[Any]:
    """Return nine samples with the direction at `value`; at 0, three at both ends and between."""
    from dataclasses import replace

    values = [value] if value else [-ENDS, 0.0, ENDS]
    seeds = range(SAMPLES // len(values))
    plain = [replace(explorer.seed(7, label, k), truncation=psi) for k in seeds]
    return [place.with_slider(id, each) for place in plain for each in values]
