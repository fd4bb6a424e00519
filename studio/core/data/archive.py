"""Pictures in a zip, read in place: nothing is ever unpacked, so no name can lead anywhere."""

import re
import stat
import struct
import zlib
from pathlib import Path

from studio.core.data.decode import BYTES_AT_MOST, Unreadable
from studio.core.data.entries import COUNT_AT_MOST, Listing, is_picture
from studio.core.data.zip_directory import NotAZip, ZipEntry, entries
from studio.core.events import Job, Progress, Refused

TOTAL_AT_MOST = 20 << 30
RATIO_AT_MOST, RATIO_FROM = (
    200,
    8 << 20,
)  # flat pictures shrink a lot; only large ones are suspicious
LOCAL = struct.Struct("<4s5H3I2H")  # a zip's local file header (APPNOTE 4.3.7)
STORED, DEFLATED = 0, 8
UNUSUAL = re.compile(r"[:\0]|/\.|^[./]|__MACOSX/")  # worth a closer look, which most are not
OUTWARD = re.compile(r"^/|(^|/)\.\.(/|$)|^[^/]*:|\0")  # absolute, upwards, a drive
HIDDEN = re.compile(r"(^|/)(\.(?!\.?(/|$))|__MACOSX/)")


def is_zip(path: Path) -> bool:
    """Tell whether a file is a zip, by its name or its first bytes."""
    if path.suffix.lower() == ".zip":
        return True
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def list_zip(path: Path) -> Job[Listing]:
    """List the pictures of a zip by its directory; raise Refused if it is none or too large."""
    found, total = Listing(), 0
    try:
        for number, entry in enumerate(entries(path)):
            if number % 2000 == 0:
                yield Progress(len(found.entries), None, f"Looking through {path.name}")
            total += _enter(entry, found)
            if len(found.entries) > COUNT_AT_MOST or total > TOTAL_AT_MOST:
                limit = f"{COUNT_AT_MOST:,} pictures or 20 GB"
                raise Refused(f"{path.name} holds more than {limit}; split it into parts.")
    except OSError as error:
        raise Refused(f"{path.name} can't be opened: {error.strerror}.") from None
    except NotAZip:
        message = f"{path.name} is not a zip or is damaged; pack the pictures again."
        raise Refused(message) from None
    found.entries.sort(key=lambda entry: entry.name)
    return found


def _enter(entry: ZipEntry, found: Listing) -> int:
    """Enter one entry into `found`; return the bytes it will take."""
    name = entry.name.replace("\\", "/")
    if name.endswith("/"):
        return 0
    if UNUSUAL.search(name):
        if HIDDEN.search(name):
            return 0
        if OUTWARD.search(name):
            found.skip(name, "Its name leads out of the zip; such entries are never taken.")
            return 0
    if not is_picture(name):
        found.others += 1
        return 0
    reason = _reason(entry)
    if reason:
        found.skip(name, reason)
        return 0
    where = [entry.offset, entry.packed, entry.size, entry.method, entry.crc]
    found.add(name, entry.size, where)
    return entry.size


def _reason(entry: ZipEntry) -> str:
    """Return why a picture is not taken, '' if it is fine."""
    if stat.S_ISLNK(entry.mode):
        return "This is a link, not a picture; links in a zip are never followed."
    if entry.locked:
        return "It is locked with a password; unpack the zip first."
    if entry.method not in (STORED, DEFLATED):
        return "It is compressed in a way that is not read; pack the zip as deflate."
    if entry.size > BYTES_AT_MOST:
        return f"The file is too large: {entry.size >> 20} MB; at most 256 MB are read."
    if entry.size > RATIO_FROM and entry.size > RATIO_AT_MOST * max(1, entry.packed):
        return "It would unpack to more than 200 times its size, as only harmful files do."
    return ""


class ZipReader:
    """Reads entries of a zip by their place in the file."""

    def __init__(self, place: str):
        self.file = Path(place).open("rb")  # noqa: SIM115 (closed by close)
        self.length = self.file.seek(0, 2)

    def read(self, where: list) -> bytes:
        """Return the bytes of the entry `where`, as `list_zip` gave it; raise Unreadable."""
        offset, packed, size, method, crc = where
        if offset < 0 or offset + packed > self.length:  # else room would be made for what is said
            raise Unreadable("The zip is damaged at this picture.")
        try:
            self.file.seek(offset)
            block = self.file.read(LOCAL.size + packed + 512)
            header = LOCAL.unpack_from(block)
            start = LOCAL.size + header[9] + header[10]
            if header[0] != b"PK\x03\x04":
                raise Unreadable("The zip is damaged at this picture.")
            if len(block) < start + packed:  # a long name or extra field
                self.file.seek(offset)
                block = self.file.read(start + packed)
            return _unpacked(block[start : start + packed], size, method, crc)
        except OSError as error:
            raise Unreadable(f"The zip can't be read: {error.strerror}.") from None
        except (struct.error, zlib.error):
            raise Unreadable("The zip is damaged at this picture.") from None

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _unpacked(data: bytes, size: int, method: int, crc: int) -> bytes:
    if method == DEFLATED:
        data = zlib.decompressobj(-15).decompress(data, size + 1)
    if len(data) != size or zlib.crc32(data) != crc:
        raise Unreadable("The zip is damaged at this picture.")
    return data
