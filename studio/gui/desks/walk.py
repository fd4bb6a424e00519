"""The walk desk: the live picture and the lines above it move the one place."""

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.stand import Stand
from studio.gui.widgets.explore_bar import PlaceBar
from studio.gui.widgets.latent_canvas import LatentCanvas

if TYPE_CHECKING:
    from studio.core.explore.place import Place

SEEDS_ACROSS = 3.0  # seeds that a drag over the whole picture passes
STRANGE = 3.0  # deviations from the typical set that deserve a word


class WalkDesk(QObject):
    """Dragging, seeds, classes and ψ."""

    def __init__(
        self, stand: Stand, canvas: LatentCanvas, bar: PlaceBar, parent: QObject | None = None
    ):
        super().__init__(parent)
        self.stand, self.canvas, self.bar = stand, canvas, bar
        self.base: Place | None = None  # where the present drag began
        self.spot = (0.0, 0.0)  # on the seed plane
        self.plane = 0
        self.nudges = (0.0, 0.0)
        self._last: Any = None  # what the present drag leads to
        self.walked = False  # until then it is said that one can
        stand.viewed.connect(self._show)
        stand.returned.connect(self._show_seed)
        stand.awaited.connect(canvas.set_busy)
        stand.peeked.connect(canvas.show_picture)
        canvas.dragged.connect(self._drag)
        canvas.nudged.connect(self._nudge)
        canvas.released.connect(self._rest)
        canvas.turned.connect(self._turn)
        bar.seed_asked.connect(self._seed)
        bar.label_chosen.connect(self._label)
        bar.truncated.connect(self._truncate)
        bar.settled.connect(self._rest_truncated)
        bar.plane_asked.connect(self._other_plane)

    def begin(self) -> None:
        """Go to the first picture of a model in which nothing was found yet."""
        self._seed(self.bar.seed.value())

    def forget(self) -> None:
        """End a drag that began in another model."""
        self.base, self._last, self.nudges = None, None, (0.0, 0.0)

    @Slot(object)
    def _show(self, view: Any) -> None:
        self.canvas.show_picture(view.picture)
        strange = abs(view.typical) > STRANGE
        self.canvas.set_level("warning" if strange else "")
        hint = "" if self.walked else self.tr("Drag to wander · R: random")
        self.canvas.set_caption(self.tr("Far from what was learned") if strange else hint)
        self.bar.show_place(view.place.label, view.place.truncation)

    @Slot(float, float)
    def _drag(self, dx: float, dy: float) -> None:
        from studio.core.explore import moves

        if self.stand.place is None:
            return
        if self.base is None:
            self.base = self.stand.place
        if self.bar.walks_seeds:
            x, y = self.spot[0] - dx * SEEDS_ACROSS, self.spot[1] - dy * SEEDS_ACROSS
            self._last = partial(_seeded, x=x, y=y, like=self.base)
            self._goal = (x, y)
        else:
            base, plane = self.base, self.plane
            self._last = lambda _: moves.dragged(base, dx, dy, plane)
        self.stand.look(self._last)

    @Slot(float, float)
    def _nudge(self, dx: float, dy: float) -> None:
        self.nudges = (self.nudges[0] + dx, self.nudges[1] + dy)
        self._drag(*self.nudges)

    @Slot()
    def _rest(self) -> None:
        if self._last is not None:
            self.walked = True
            if self.bar.walks_seeds:
                self.spot = self._goal
            words = self.tr("Between seeds") if self.bar.walks_seeds else self.tr("Drag")
            self.stand.settle(self._last, words)
        self.forget()

    @Slot(int)
    def _turn(self, notches: int) -> None:
        self.plane += notches
        if self.base is None:
            return
        self.canvas.set_caption(self.tr("Plane {n}").format(n=self.plane))

    @Slot(int)
    def _seed(self, seed: int) -> None:
        label, like = self.bar.label, self.stand.place
        self.spot = (float(seed), 0.0)
        words = self._seed_words().format(n=seed)
        self.stand.settle(partial(_of_seed, seed=seed, label=label, like=like), words)

    @Slot(int)
    def go_to(self, seed: int) -> None:
        """Go to a seed that was chosen elsewhere."""
        self.bar.show_seed(seed)
        self._seed(seed)

    def _seed_words(self) -> str:
        return self.tr("Seed {n}")

    @Slot()
    def _show_seed(self) -> None:
        """Show the last seed on the way to where one is again."""
        tree = self.stand.exploration
        if tree is None:
            return
        step = tree.current
        words = re.escape(self._seed_words()).replace(re.escape("{n}"), r"(\d+)")
        while step is not None:
            if found := re.fullmatch(words, step.title):
                self.bar.show_seed(int(found[1]))
                self.spot = (float(found[1]), 0.0)
                return
            step = tree.steps.get(step.parents[0]) if step.parents else None

    @Slot(object)
    def _label(self, label: int | None) -> None:
        """Draw another class; where none can't be drawn, "any" only frees the next seeds."""
        place, opened = self.stand.place, self.stand.session.opened
        drawn = label is not None or (opened is not None and opened.explorer.family.nameless)
        if place is not None and drawn:
            words = self.tr("Class {name}").format(name=self.bar.labels.currentText())
            self.stand.settle(lambda explorer: explorer.relabeled(place, label), words)

    @Slot(float)
    def _truncate(self, truncation: float) -> None:
        from dataclasses import replace

        if self.stand.place is not None:
            self.stand.show(replace(self.stand.place, truncation=truncation))

    @Slot()
    def _rest_truncated(self) -> None:
        if self.stand.place is not None:
            self.stand.rest(self.stand.place, self.bar.psi_text.text())

    @Slot()
    def _other_plane(self) -> None:
        self.plane += 1


def _of_seed(explorer: Any, seed: int, label: int | None, like: "Place | None") -> "Place":
    """Return a seed's place, with the ψ of the present one."""
    from dataclasses import replace

    place = explorer.seed(seed, label)
    return place if like is None else replace(place, truncation=like.truncation)


def _seeded(explorer: Any, x: float, y: float, like: "Place") -> "Place":
    """Return the place at (x, y) of the seed plane, with all else as at the present one."""
    from dataclasses import replace

    from studio.core.explore import moves

    place = moves.on_seed_plane(explorer, x, y, like.label)
    return replace(place, truncation=like.truncation, sliders=like.sliders)
