"""Which pictures of a wall are chosen, and which of them the keyboard is on."""

from collections.abc import Iterable

import numpy as np

NOTHING = np.empty(0, np.int32)


class WallChoice:
    """Chosen are pictures, by id, so that they stay chosen when others are found; `current` and
    the `anchor` that a range begins at are places on the wall, -1 for none.
    """

    def __init__(self) -> None:
        self.ids = NOTHING
        self.chosen: set[int] = set()
        self.current = self.anchor = -1

    def show(self, ids: np.ndarray, stay: bool = False) -> None:
        """Hang other pictures, int32 [n]; what is chosen and still there stays so. `stay`: they are
        the same but for some that came or went; in the place of one that went stands the next.
        """
        here, place = self.id, self.current
        self.ids = ids
        if self.chosen:
            self.chosen &= set(ids.tolist())
        self.current = self.anchor = self.index(here)
        if stay and here >= 0 and self.current < 0 and len(ids):
            self.current = self.anchor = min(place, len(ids) - 1)
            self.chosen = self.chosen or {self.id}

    @property
    def id(self) -> int:
        """The picture the keyboard is on, or -1."""
        return int(self.ids[self.current]) if 0 <= self.current < len(self.ids) else -1

    def index(self, id: int) -> int:
        """Return where a picture hangs, or -1."""
        found = np.flatnonzero(self.ids == id)
        return int(found[0]) if len(found) else -1

    def go(self, index: int, extend: bool = False, add: bool = False) -> None:
        """Go to a picture and choose it alone; `extend`: all from the anchor to it; `add`: turn
        it over, and leave the others as they are.
        """
        if not 0 <= index < len(self.ids):
            return
        self.current = index
        if extend and self.anchor >= 0:
            low, high = sorted((self.anchor, index))
            span = set(self.ids[low : high + 1].tolist())
            self.chosen = self.chosen | span if add else span
            return
        self.anchor = index
        self.chosen = self.chosen ^ {self.id} if add else {self.id}

    def all(self) -> None:
        """Choose every picture."""
        self.chosen = set(self.ids.tolist())

    def none(self) -> None:
        """Choose nothing."""
        self.chosen = set()

    def put(self, ids: Iterable[int]) -> None:
        """Choose exactly these, those of them that hang here; the keyboard goes to the first."""
        there = set(self.ids.tolist())
        found = [id for id in ids if id in there]
        self.chosen = set(found)
        if found:
            self.current = self.anchor = self.index(found[0])

    def in_order(self) -> list[int]:
        """Return the chosen pictures as they hang."""
        if len(self.chosen) < 64:
            return sorted(self.chosen, key=self.index)
        return [id for id in self.ids.tolist() if id in self.chosen]
