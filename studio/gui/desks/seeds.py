"""The seeds desk: many samples at once, of which one is gone to."""

from functools import partial
from secrets import randbelow
from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.walk import WalkDesk
from studio.gui.widgets.explore_bar import ROLLED
from studio.gui.widgets.seed_sheet import SeedSheet

SAMPLES = 20


class SeedDesk(QObject):
    """Draws samples of the chosen class, as typical as the present picture."""

    def __init__(self, walk: WalkDesk, sheet: SeedSheet, parent: QObject | None = None):
        super().__init__(parent)
        self.walk, self.sheet, self.session = walk, sheet, walk.stand.session
        self.seeds: range = range(0)
        sheet.more_asked.connect(self._draw)
        sheet.chosen.connect(walk.go_to)
        self.session.done.connect(self._on_done)

    def begin(self, opened: Any) -> None:
        """Show samples of another model; of one that draws symbol by symbol only when asked."""
        self.sheet.show_samples((), None)
        if opened.explorer.family.smooth:
            self._draw()

    @Slot()
    def _draw(self) -> None:
        first, place = randbelow(ROLLED - SAMPLES), self.walk.stand.place
        self.seeds = range(first, first + SAMPLES)
        psi = place.truncation if place else 1.0
        find = partial(_places, seeds=self.seeds, label=self.walk.bar.label, psi=psi)
        self.session.lay_out("seeds", find)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "strip" and result[0] == "seeds":
            self.sheet.show_samples(self.seeds, result[2])


def _places(explorer: Any, seeds: range, label: int | None, psi: float) -> list[Any]:
    from dataclasses import replace

    return [replace(explorer.seed(seed, label), truncation=psi) for seed in seeds]
