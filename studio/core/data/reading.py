"""Pictures of a packed set while a run learns from them: a file that goes bad ends no process.

A memmap of a file that shrinks, or of a disk that is unplugged, kills the process (SIGBUS).
"""

import os
import weakref
from threading import Lock

import numpy as np

from studio.core.data.packed import PICTURES, PackedSet, verified
from studio.core.events import Refused, finished

READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class Lost(Refused):
    """The pictures are not what they were when the run began; what was learned can be saved."""

    def __init__(self, name: str):
        super().__init__(
            f"The pictures of the set {name} were changed or taken away while a run learned from"
            " them; what it had learned is saved. Import the pictures again."
        )


class Reader:
    """Reads rows of a set; a deleted file is read on from the handle that is still open."""

    def __init__(self, packed: PackedSet):
        """Open the set's file. Raises Lost if that is impossible by now."""
        self.packed, pictures = packed, packed.pictures
        self._file: int | None = None
        if isinstance(pictures, np.memmap):
            try:
                self._file = os.open(str(pictures.filename), READ)
                self._stamp = self._now()
            except OSError:
                raise Lost(packed.folder.name) from None
            self._close = weakref.finalize(self, os.close, self._file)
            self._offset, self._turn = pictures.offset, Lock()
        self._shape = pictures.shape[1:]

    def take(self, places: np.ndarray) -> np.ndarray:
        """Return pictures uint8 [k, h, w, c] by their places; raise Lost if they are no more what
        they were.
        """
        if self._file is None:
            return self.packed.pictures[places]
        found = np.empty((len(places), *self._shape), np.uint8)
        try:
            self._check()
            for row, place in zip(found.reshape(len(places), -1), places, strict=True):
                self._read(row, self._offset + int(place) * row.nbytes)
        except OSError:
            raise Lost(self.packed.folder.name) from None
        return found

    def whole(self) -> np.ndarray:
        """Return all pictures and close the file."""
        found = self.take(np.arange(len(self.packed.pictures)))
        if self._file is not None:
            self._close()
        return found

    def _check(self) -> None:
        """Compare the file with its hash if anybody wrote it; a mere touch is no harm."""
        now = self._now()
        if now != self._stamp:
            try:
                if now[0] != self._stamp[0] or PICTURES not in self.packed.manifest.sha256:
                    raise OSError
                finished(verified(self.packed))
            except Refused:
                raise OSError from None
            self._stamp = now

    def _now(self) -> tuple[int, int]:
        assert self._file is not None
        stat = os.fstat(self._file)
        return stat.st_size, stat.st_mtime_ns

    def _read(self, row: np.ndarray, start: int) -> None:
        assert self._file is not None
        if hasattr(os, "preadv"):
            done = os.preadv(self._file, [row.data], start)
        else:
            with self._turn:
                os.lseek(self._file, start, os.SEEK_SET)
                data = os.read(self._file, row.nbytes)
            done, row[: len(data)] = len(data), np.frombuffer(data, np.uint8)
        if done != row.nbytes:
            raise OSError
