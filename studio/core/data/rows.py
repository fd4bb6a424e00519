"""The growing `pictures.npy`: rows are appended, channels grow, the header comes last."""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from studio.core.data.fit import widened

HEADER = 128  # bytes; numpy's format 1.0 pads its header to a multiple of 64
BLOCK = 4 << 20


class Rows:
    """Packed pictures uint8 [n, height, width, channels] on their way to a file."""

    def __init__(self, path: Path, height: int, width: int):
        self.path, self.height, self.width = path, height, width
        self.channels, self.count = 1, 0
        self.file = path.open("w+b")
        self.file.write(bytes(HEADER))

    @property
    def size(self) -> int:
        """Bytes of one row."""
        return self.height * self.width * self.channels

    def append(self, rows: np.ndarray) -> None:
        """Write rows [k, height, width, c] at the end; c is at most `channels` (see `widen`)."""
        self.file.write(widened(rows, self.channels).tobytes())
        self.count += len(rows)

    def widen(self, channels: int) -> Iterator[None]:
        """Bring the rows written so far to more channels, back to front, in place."""
        if not self.count:
            self.channels = channels
            return
        old, self.channels = self.size, channels
        step = max(1, BLOCK // self.size)
        for start in range((self.count - 1) // step * step, -1, -step):
            have = min(step, self.count - start)
            block = self._read(start * old, have * old, have, old)
            self.file.seek(HEADER + start * self.size)
            self.file.write(widened(block, channels).tobytes())
            yield
        self.file.seek(0, 2)

    def keep(self, numbers: Sequence[int]) -> Iterator[None]:
        """Keep only the rows `numbers` (ascending), in place."""
        step = max(1, BLOCK // self.size)
        for start in range(0, len(numbers), step):
            block = [
                self._read(k * self.size, self.size, 1, self.size)
                for k in numbers[start : start + step]
            ]
            self.file.seek(HEADER + start * self.size)
            self.file.write(np.concatenate(block).tobytes())
            yield
        self.count = len(numbers)
        self.file.truncate(HEADER + self.count * self.size)
        self.file.seek(0, 2)

    def view(self) -> np.ndarray:
        """Return the rows written so far as a read-only memmap; let go of it before `finish`."""
        self.file.flush()
        shape = (self.count, self.height, self.width, self.channels)
        return np.memmap(self.path, np.uint8, "r", HEADER, shape)

    def finish(self) -> None:
        """Write the header and close the file; it is a complete .npy now."""
        shape = (self.count, self.height, self.width, self.channels)
        text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"
        body = text.ljust(HEADER - 11) + "\n"
        self.file.seek(0)
        self.file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", HEADER - 10) + body.encode())
        self.file.close()

    def close(self) -> None:
        """Close the file as it is."""
        self.file.close()

    def _read(self, start: int, length: int, count: int, row: int) -> np.ndarray:
        self.file.seek(HEADER + start)
        block = np.frombuffer(self.file.read(length), np.uint8)
        channels = row // (self.height * self.width)
        return block.reshape(count, self.height, self.width, channels)
