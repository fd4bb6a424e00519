"""A file of lines that only grows: a full disk delays its lines and never ends what writes them."""

import os
from collections import deque
from pathlib import Path

OWED = 20_000  # lines that are kept until there is room: an hour of a run's log


class Appender:
    """Appends whole lines to a file, each handed to the system at once.

    `trouble` is why lines could not be written yet, None where all are. They are owed: each later
    line tries them first, in order, so that what is written never has a gap or half a line, except
    where more than 20,000 are owed; then the oldest are lost.
    """

    def __init__(self, path: Path):
        """Open the file, made if need be; a torn last line is ended. Raises OSError."""
        self.path = path
        self.trouble: OSError | None = None
        self._owed: deque[bytes] = deque(maxlen=OWED)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self.size = os.fstat(self._file).st_size  # bytes by now
        if self.size and self._last() != b"\n":
            self._owed.append(b"\n")

    def write(self, line: str) -> None:
        """Append a line; it is kept in memory where that is impossible at present."""
        self._owed.append(line.encode() + b"\n")
        self._pay()

    def close(self) -> None:
        """Try what is owed once more, and close the file."""
        self._pay()
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _pay(self) -> None:
        try:
            while self._owed:
                self._put(self._owed[0])
                self._owed.popleft()
        except OSError as error:
            self.trouble = error
        else:
            self.trouble = None

    def _put(self, data: bytes) -> None:
        """Write all of it or nothing: half a line is taken back."""
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, data[done:])
        except OSError:
            if done:
                os.ftruncate(self._file, self.size)
            raise
        self.size += done

    def _last(self) -> bytes:
        os.lseek(self._file, -1, os.SEEK_END)
        return os.read(self._file, 1)
