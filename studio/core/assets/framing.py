"""What a pack's file holds beside its parts: byte for byte what `pack.packed` writes there."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

HEADER, ENTRY, END = "<4sHHHHHLLLHH", "<4sBBBBHHHHLLLHHHHHLL", "<4sHHHHLLH"
DATE = (1980, 1, 1, 0, 0, 0)
DAY = 1 << 5 | 1  # that date as it is written
VERSION, UNIX, RIGHTS = 20, 3, 0o644 << 16  # zip 2.0 from a Unix
LARGE = 1 << 32  # bytes, from which on a zip is written another way


def sound(path: Path, entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell whether everything but the parts' own bytes is as it was written; those have hashes.

    Raises OSError.
    """
    size = path.stat().st_size
    if size >= LARGE:
        return True
    directory, at = b"", 0
    with path.open("rb") as file:
        for entry in entries:
            name = entry.filename.encode()
            known = (0, DAY, entry.CRC, entry.file_size, entry.file_size, len(name), 0)
            header = struct.pack(HEADER, b"PK\3\4", VERSION, 0, 0, *known) + name
            file.seek(at)
            if entry.header_offset != at or file.read(len(header)) != header:
                return False
            made = struct.pack(
                *(ENTRY, b"PK\1\2", VERSION, UNIX, VERSION, 0, 0, 0, *known, 0, 0, 0, RIGHTS, at)
            )
            directory += made + name
            at += len(header) + entry.file_size
        count, length = len(entries), len(directory)
        directory += struct.pack(END, b"PK\5\6", 0, 0, count, count, length, at, 0)
        file.seek(at)
        return file.read(len(directory) + 1) == directory
