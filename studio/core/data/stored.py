"""Pictures in a .npy file, read when they are asked for: a file that goes bad is a sentence.

A memmap of a file that shrinks, or of a disk that is unplugged, kills the process (SIGBUS).
"""

import math
import operator
import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from studio.core.events import Refused

READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class Lost(Refused):
    """The pictures are not what they were when their set was opened."""

    def __init__(self, name: str, use: str = "they were in use"):
        super().__init__(
            f"The pictures of the set {name} were changed or taken away while {use}. Import the"
            " pictures again."
        )
        self.name = name


class Stored:
    """The rows uint8 [n, ...] of a file, indexed like an array by a number, a slice or places.

    A deleted file is read on from the handle that is still open. What can't be read raises Lost.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, path: Path):
        """Open the file. Raises OSError, or ValueError where it holds no such rows."""
        self.path, self._turn = path, Lock()
        self._file = os.open(path, READ)
        weakref.finalize(self, os.close, self._file)
        self.shape, self._offset = self._head()
        self.nbytes = math.prod(self.shape)
        if min(self.shape, default=-1) < 0 or self.stamp()[0] < self._offset + self.nbytes:
            raise ValueError(path)

    def _head(self) -> tuple[tuple[int, ...], int]:
        with open(self._file, "rb", closefd=False) as file:
            version = np.lib.format.read_magic(file)
            shape, turned, kind = np.lib.format.read_array_header_1_0(file)
            if version != (1, 0) or turned or kind != self.dtype:
                raise ValueError(self.path)
            return shape, file.tell()

    def stamp(self) -> tuple[int, int]:
        """Return the size and the time of the last change of the open file; raises OSError."""
        stat = os.fstat(self._file)
        return stat.st_size, stat.st_mtime_ns

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[k] for k in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return all rows, for numpy."""
        return self[:] if dtype is None else self[:].astype(dtype)

    def __getitem__(self, which: Any) -> np.ndarray:
        """Return the row of a number, or the rows of a slice or of places, as a new array."""
        if isinstance(which, slice):
            chosen = range(*which.indices(len(self)))
            if chosen.step == 1:
                return self._rows(chosen.start, max(0, len(chosen)))
            which = np.array(chosen, int)
        places = np.arange(len(self))[which]  # numpy's own rules, and its errors
        if places.ndim == 0:
            return self._rows(operator.index(places), 1)[0]
        found = np.empty((*places.shape, *self.shape[1:]), np.uint8)
        size = math.prod(self.shape[1:])
        rows = found.reshape(places.size, size)
        for row, place in zip(rows, places.ravel().tolist(), strict=True):
            self._fill(row, place * size)
        return found

    def _rows(self, first: int, count: int) -> np.ndarray:
        found = np.empty((count, *self.shape[1:]), np.uint8)
        self._fill(found.reshape(-1), first * math.prod(self.shape[1:]))
        return found

    def _fill(self, flat: np.ndarray, start: int) -> None:
        """Read the bytes from `start` on into all of `flat`."""
        done = 0
        try:
            while done < len(flat):
                done += self._read(flat[done:], self._offset + start + done)
        except OSError:
            raise Lost(self.path.parent.name) from None

    def _read(self, flat: np.ndarray, start: int) -> int:
        """Read some bytes, one at least; return how many."""
        if hasattr(os, "preadv"):
            done = os.preadv(self._file, [flat.data], start)
        else:
            with self._turn:
                os.lseek(self._file, start, os.SEEK_SET)
                data = os.read(self._file, len(flat))
            done, flat[: len(data)] = len(data), np.frombuffer(data, np.uint8)
        if not done:
            raise OSError
        return done
