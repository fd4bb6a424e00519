"""Pictures of a packed set while a run learns from them: never others than when it began."""

import numpy as np

from studio.core.data.packed import PICTURES, PackedSet, verified
from studio.core.data.stored import Lost, Stored
from studio.core.events import Refused, finished


class Reader:
    """Reads rows of a set; a deleted file is read on from the handle that is still open."""

    def __init__(self, packed: PackedSet):
        """Note how the set's file stands. Raises Lost where it is gone by now."""
        self.packed = packed
        self._stored = packed.pictures if isinstance(packed.pictures, Stored) else None
        self._stamp = (0, 0) if self._stored is None else self._stored.stamp()
        if self.gone:
            raise Lost(packed.folder.name)

    @property
    def gone(self) -> bool:
        """Whether the set's file was deleted or moved; it may still be read on."""
        return self._stored is not None and not self._stored.path.exists()

    def take(self, places: np.ndarray) -> np.ndarray:
        """Return pictures uint8 [k, h, w, c] by their places; raise Lost if they are no more what
        they were.
        """
        self._check()
        return self.packed.pictures[places]

    def whole(self) -> np.ndarray:
        """Return all pictures; raise Lost like `take`."""
        self._check()
        return np.array(self.packed.pictures)

    def _check(self) -> None:
        """Compare the file with its hash if anybody wrote it; a mere touch is no harm."""
        if self._stored is None:
            return
        try:
            now = self._stored.stamp()
            if now == self._stamp:
                return
            if now[0] != self._stamp[0] or PICTURES not in self.packed.manifest.sha256:
                raise OSError
            finished(verified(self.packed))
        except (OSError, Refused):
            raise Lost(self.packed.folder.name) from None
        self._stamp = now
