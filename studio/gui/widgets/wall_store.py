"""The pictures of a wall that were seen last, small: as many as a bounded memory holds."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtGui import QImage

ROOM = 96 * 2**20  # bytes: 1500 thumbnails of 128 px


class Hung(NamedTuple):
    """A picture on the wall: its core.gallery.entry.Entry, and itself small (null: unreadable)."""

    entry: object
    image: QImage


class WallStore:
    """Holds pictures by id; those looked at longest ago make room for others."""

    def __init__(self, room: int = ROOM):
        self.room, self.used = room, 0
        self._known: OrderedDict[int, Hung] = OrderedDict()

    def __contains__(self, id: int) -> bool:
        return id in self._known

    def __len__(self) -> int:
        return len(self._known)

    def see(self, id: int) -> Hung | None:
        """Return a picture that is looked at now."""
        found = self._known.get(id)
        if found is not None:
            self._known.move_to_end(id)
        return found

    def get(self, id: int) -> Hung | None:
        """Return a picture without looking at it."""
        return self._known.get(id)

    def put(self, id: int, hung: Hung) -> None:
        """Hold a picture; the oldest go."""
        self._drop(id)
        self._known[id] = hung
        self.used += _size(hung)
        while self.used > self.room and len(self._known) > 1:
            _, old = self._known.popitem(last=False)
            self.used -= _size(old)

    def forget(self, ids: Iterable[int]) -> None:
        """Hold these no longer."""
        for id in ids:
            self._drop(id)

    def clear(self) -> None:
        """Hold nothing."""
        self._known.clear()
        self.used = 0

    def _drop(self, id: int) -> None:
        old = self._known.pop(id, None)
        if old is not None:
            self.used -= _size(old)


def _size(hung: Hung) -> int:
    return hung.image.sizeInBytes() + 512
