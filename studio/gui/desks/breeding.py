"""The breeding desks: four corners mixed on a pad, and children of one or two parents."""

from functools import partial
from pathlib import Path
from secrets import randbelow
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Slot

from studio.gui.desks.stand import Stand
from studio.gui.widgets.breed_sheet import BreedSheet
from studio.gui.widgets.corner_pad import CornerPad

CHILDREN = 9
Parent = tuple[Any, np.ndarray, int | None]  # place, picture, step
Corners = list[tuple[int, Any, np.ndarray]]  # corner, place, picture
DISTANCE = 0.35


class PadDesk(QObject):
    """The pad mixes what was put into its corners."""

    def __init__(self, stand: Stand, pad: CornerPad, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.pad = stand, pad
        self.corners: list[Any] = [None] * 4
        self._goal: Any = None
        self._coming: tuple[Path, Corners, tuple[float, float]] | None = None  # see `bring_back`
        pad.corner_asked.connect(self._fill)
        pad.moved.connect(self._move)
        pad.settled.connect(self._settle)

    def forget(self) -> None:
        """Empty the corners, as another model is open."""
        self.corners, self._goal = [None] * 4, None
        for corner in range(4):
            self.pad.show_corner(corner, None)
        self._fill_again()

    @property
    def filled(self) -> Corners:
        """What the corners hold that are not empty: each one's number, place and picture."""
        return [
            (corner, self.corners[corner], still.picture)
            for corner, still in enumerate(self.pad.corners)
            if still is not None
        ]

    def bring_back(self, folder: Path, corners: Corners, dot: tuple[float, float]) -> None:
        """Fill corners as they were before a crash, once the run in `folder` is open."""
        self._coming = folder, corners, dot
        self._fill_again()

    def _fill_again(self) -> None:
        opened = self.stand.session.opened
        if self._coming is None or opened is None or opened.run.folder != self._coming[0]:
            return
        _, corners, dot = self._coming
        self._coming = None
        for corner, place, picture in corners:
            self.corners[corner] = place
            self.pad.show_corner(corner, picture)
        self.pad.set_dot(*dot)

    @Slot(int)
    def _fill(self, corner: int) -> None:
        if self.stand.place is not None:
            self.corners[corner] = self.stand.place
            self.pad.show_corner(corner, self.stand.picture)

    @Slot(float, float)
    def _move(self, u: float, v: float) -> None:
        from studio.core.explore import moves

        if self.pad.ready:
            corners = list(self.corners)
            self._goal = lambda _: moves.on_pad(corners, u, v)
            self.stand.look(self._goal)

    @Slot()
    def _settle(self) -> None:
        if self._goal is not None:
            self.stand.settle(self._goal, self.tr("Mixture of four"))
            self._goal = None


class BreedDesk(QObject):
    """Children around the present picture; a chosen one becomes the parent of the next brood."""

    def __init__(self, stand: Stand, sheet: BreedSheet, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.sheet, self.session = stand, sheet, stand.session
        self.distance, self.seed = DISTANCE, 0
        self.parents: list[Parent] = []  # of the brood that is shown
        self.mates: list[Parent] = []  # one at most, beside the present picture
        self.above: list[int] = []  # the steps of the brood's parents
        self.brood: list[Any] = []
        self.pictures: np.ndarray | None = None
        sheet.set_distance(self.distance)
        sheet.distance_changed.connect(self._vary)
        sheet.again_asked.connect(self._again)
        sheet.chosen.connect(self._choose)
        sheet.mate_chosen.connect(self._mate)
        self.session.done.connect(self._on_done)
        stand.viewed.connect(self._on_view)

    def forget(self) -> None:
        """Have no parents, as another model is open."""
        self.parents, self.mates, self.above = [], [], []
        self.brood, self.pictures = [], None
        self.sheet.show_parents([])
        self.sheet.show_children(None)

    @Slot(float)
    def _vary(self, distance: float) -> None:
        self.distance = distance
        self._breed()

    @Slot()
    def _again(self) -> None:
        """Breed anew, from the present picture and the mate if there is one."""
        self.seed = randbelow(2**31)
        self._breed()

    def _present(self) -> list[Parent]:
        place, picture, tree = self.stand.place, self.stand.picture, self.stand.exploration
        if place is None or picture is None or tree is None:
            return []
        return [(place, picture, tree.at)]

    def _breed(self) -> None:
        from studio.core.explore import moves

        present = self._present()
        if not present:
            return
        self.parents = [*present, *self.mates]
        self.above = [step for *_, step in self.parents if step is not None]
        self.sheet.show_parents([picture for _, picture, _ in self.parents])
        parents = [place for place, *_ in self.parents]
        make = partial(moves.children, parents, CHILDREN, distance=self.distance, seed=self.seed)
        self.session.lay_out("breed", lambda _: make())

    @Slot(object)
    def _on_view(self, view: Any) -> None:
        """Show whose children the next brood will be: those of what is on show."""
        if not view.moving:
            self.sheet.show_parents([view.picture, *(picture for _, picture, _ in self.mates)])

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "strip" and result[0] == "breed":
            _, self.brood, self.pictures = result
            self.sheet.show_children(self.pictures)

    @Slot(int)
    def _choose(self, index: int) -> None:
        """Go to a child: a step below its parents, to which the tree leads back."""
        if index < len(self.brood) and self.pictures is not None:
            place, picture = self.brood[index], self.pictures[index]
            self.stand.picture = picture
            self.stand.place = place
            self.mates = []
            self.stand.settle(lambda _: place, self.tr("Child"), self.above)

    @Slot(int)
    def _mate(self, index: int) -> None:
        """Breed with a child as the second parent; -1 stands for none."""
        if index < len(self.brood) and self.pictures is not None:
            self.mates = [] if index < 0 else [(self.brood[index], self.pictures[index], None)]
            self._breed()
