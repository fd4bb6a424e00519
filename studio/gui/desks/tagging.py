"""The tagging desk: a direction made from a few samples that the user points at."""

from pathlib import Path
from secrets import randbelow
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Slot

from studio.gui.desks.stand import Stand
from studio.gui.widgets.tag_sheet import TagSheet

SAMPLES = 24


class TagDesk(QObject):
    """Samples to the sheet, tags to a study."""

    def __init__(self, stand: Stand, sheet: TagSheet, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.sheet, self.session = stand, sheet, stand.session
        self.places: list[Any] = []
        self.pictures: np.ndarray | None = None
        self.making = False
        self._coming: tuple[Path, list[Any], int] | None = None  # see `bring_back`
        sheet.more_asked.connect(self.draw)
        sheet.made.connect(self._make)
        self.session.done.connect(self._on_done)
        self.session.failed.connect(self._on_failed)
        self.session.busy_changed.connect(self._on_busy)

    def forget(self) -> None:
        """Have no samples, as another model is open."""
        self.places, self.pictures = [], None
        self.sheet.show_pictures(None)
        self._fetch()

    def _fetch(self) -> None:
        """Draw the places that are to be brought back, if their run is open."""
        opened = self.session.opened
        if self._coming is not None and opened is not None and opened.run.folder == self._coming[0]:
            places = self._coming[1]
            self.session.lay_out("tags", lambda _: places)

    def bring_back(self, folder: Path, yes: list[Any], no: list[Any], name: str) -> None:
        """Show places that were tagged before a crash, once the run in `folder` is open."""
        self._coming = folder, [*yes, *no], len(yes)
        self.sheet.name.setText(name)

    @Slot()
    def draw(self) -> None:
        """Show other samples, of the class that is chosen."""
        place, seed = self.stand.place, randbelow(100_000)
        label = place.label if place else None
        self.session.lay_out("tags", lambda e: [e.seed(seed, label, k) for k in range(SAMPLES)])

    @Slot(str, list, list)
    def _make(self, name: str, yes: list[int], no: list[int]) -> None:
        tagged = [[self.places[k] for k in some] for some in (yes, no)]
        self.session.study(self.tr("Making the direction"), "tag", *tagged, name)
        self.making = True

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "strip" and result[0] == "tags":
            self._show(*result[1:])
        elif lane == "strip":
            self._fetch()  # what was drawn instead has ended what was to be brought back
        elif lane == "study" and self.making:
            self.making = False
            made = result.directions[0]
            words = self.tr("“{name}” tells {share} % of the samples apart; see Directions.")
            share = round(100 * (made.accuracy or 0))
            self.sheet.show_result(words.format(name=made.name, share=share), True)

    def _show(self, places: list[Any], pictures: np.ndarray) -> None:
        """Show samples after those that are tagged, which stay."""
        yes, no = self.sheet.yes, self.sheet.no
        if self._coming is not None and places and places[0] is self._coming[1][0]:
            yes, no = list(range(self._coming[2])), list(range(self._coming[2], len(places)))
            self._coming = None
        elif self.pictures is not None:
            places = [*(self.places[k] for k in (*yes, *no)), *places]
            pictures = np.concatenate([self.pictures[[*yes, *no]], pictures])
        self.places, self.pictures = places, pictures
        between = len(yes), len(yes) + len(no)
        self.sheet.show_pictures(pictures, range(between[0]), range(*between))

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "study" and self.making:
            self.making = False
            self.sheet.show_result(sentence, False)

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "study":
            busy = bool(self.session.title(lane))
            self.making = self.making and busy
            self.sheet.allow(not busy)
