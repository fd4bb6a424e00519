"""Write a record into a picture file and beside it, and read it back.

A PNG holds it as iTXt, other pictures in their XMP; every export has a sidecar.
"""

import json
import mmap
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from studio.core.events import Job, Refused, finished
from studio.core.photographs.photograph import Photograph, saving
from studio.core.project import write_whole
from studio.core.provenance.record import TEXT_AT_MOST, Record, damaged, parse
from studio.core.provenance.rights import check_consent
from studio.core.provenance.xmp import record_text, without, xmp
from studio.core.sealing import Broken, file_hash, has_seal, sealed, unsealed

KEY = "atelier"
FILES = "files"  # in a sidecar: the SHA-256 of each
PNG = b"\x89PNG\r\n\x1a\n"
HEAD = len(PNG) + 25  # the signature and IHDR
XMP_KEY = b"XML:com.adobe.xmp\0\0\0\0\0"
ITXT_KEY = KEY.encode() + b"\0"
CHUNKS_AT_MOST = 1_000_000


def sidecar(path: Path) -> Path:
    """Return where a file's record lies beside it: hero.png has hero.png.json."""
    return path.with_name(path.name + ".json")


def marked(photograph: Photograph, record: Record, ending: str) -> Photograph:
    """Return the photograph with the record in what a file of this ending holds beside pixels; the
    user's own EXIF and XMP stay.
    """
    png = ending.lower() == ".png"
    chunks = ((b"iTXt", _itxt(record)),) if png else ()
    words = xmp(record, photograph.xmp, whole=not png)
    return replace(photograph, xmp=words, chunks=(*photograph.chunks, *chunks))


def stamped(png: bytes, record: Record) -> bytes:
    """Return the bytes of a PNG with the record in it, before its pixels; the same every time.

    What it says in XMP stays; a record that is in it already is replaced.
    """
    known, rest = None, bytearray(png[:HEAD])
    for name, begin, end in _chunks(png):
        body = png[begin + 8 : min(end - 4, begin + 8 + len(XMP_KEY))]
        if name == b"iTXt" and body == XMP_KEY:
            known = png[begin + 8 + len(XMP_KEY) : end - 4]
        elif begin >= HEAD and not (name == b"iTXt" and body.startswith(ITXT_KEY)):
            rest += png[begin:end]
    words = _chunk(b"iTXt", _itxt(record)) + _chunk(b"iTXt", XMP_KEY + xmp(record, known))
    return bytes(rest[:HEAD] + words + rest[HEAD:])


def _itxt(record: Record) -> bytes:
    return ITXT_KEY + b"\1\0\0\0" + zlib.compress(record.text().encode())


def _chunks(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = len(PNG)
    while at + 12 <= len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        yield name, at, at + 12 + length
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def sidecar_bytes(record: Record, hashes: Mapping[str, str] | None = None) -> bytes:
    """Return a sidecar's contents, readable and sealed.

    `hashes` are the SHA-256 of the file it lies beside, under "", and of those that were written
    with it, under their names.
    """
    said = {FILES: dict(hashes)} if hashes else {}
    return sealed({**json.loads(record.text()), **said})


def unlike(path: Path) -> list[str]:
    """Return in sentences how a file, those written with it or its sidecar differ from what was
    written; nothing for one without a sidecar, or with one of an earlier version.
    """
    beside = sidecar(path)
    try:
        if beside.stat().st_size > TEXT_AT_MOST:
            return []
        data = beside.read_bytes()
        values = json.loads(data)
    except OSError:
        return []
    except (ValueError, RecursionError):
        return [f"{beside.name} is damaged; the picture itself may be whole."]
    if not isinstance(values, dict) or (FILES not in values and not has_seal(data)):
        return []
    try:
        hashes = unsealed(data).get(FILES, {})
    except Broken:
        return [f"{beside.name} was changed since it was written; export or keep it again."]
    return [said for name, sha in hashes.items() if (said := _unlike(path, name, sha))]


def _unlike(path: Path, name: str, sha256: str) -> str:
    """Return what is wrong with a file that a sidecar vouches for; "" where it is as written."""
    parts = PurePosixPath(name).parts
    if ".." in parts or PurePosixPath(name).is_absolute():
        return ""
    whole = path.parent.joinpath(*parts) if name else path
    try:
        if finished(file_hash(whole, "")) == sha256:
            return ""
    except OSError:
        return f"{whole.name} is gone, or can't be read."
    return f"{whole.name} is not the file that was written: its bytes were changed."


def write_sidecar(path: Path, record: Record) -> tuple[str, ...]:
    """Write the record beside a file, but not over a file of another kind, which is told in a
    sentence; raise Refused where that is impossible.
    """
    found = sidecar(path)
    if foreign(path):
        return (f"{found.name} is not of this program and was left as it is.",)
    try:
        hashes = {"": finished(file_hash(path, ""))} if path.is_file() else {}
        write_whole(found, sidecar_bytes(record, hashes))
    except OSError as error:
        raise Refused(
            f"{found} can't be written: {error.strerror or error}. The picture itself is safe."
        ) from None
    return ()


def foreign(path: Path) -> bool:
    """Tell whether what lies beside a file is not what this program wrote there."""
    try:
        return beside(path) is None and sidecar(path).exists()
    except Refused:
        return True


def save_recorded(
    photograph: Photograph,
    path: Path,
    record: Record | None,
    overwrite: bool = True,
    told: bool = True,
) -> tuple[str, ...]:
    """Be `saving_recorded` at once."""
    return finished(saving_recorded(photograph, path, record, overwrite, told))


def saving_recorded(
    photograph: Photograph,
    path: Path,
    record: Record | None,
    overwrite: bool = True,
    told: bool = True,
) -> Job[tuple[str, ...]]:
    """Write a picture as `saving`, with its record in it and beside it, unless there is
    none or it is not to be `told`. What an earlier export said goes either way.

    Raises Refused, also where the use of pictures it is made of was refused.
    """
    check_consent([record])
    if record is None or not told:
        plain = replace(photograph, xmp=without(photograph.xmp))
        return (yield from saving(plain, path, overwrite))
    notes = yield from saving(marked(photograph, record, path.suffix), path, overwrite)
    return (*notes, *write_sidecar(path, record))


def record_film(path: Path, record: Record) -> tuple[str, ...]:
    """Write the record of a film, or a strip, that was just written: beside it, and into a PNG.

    Returns in sentences what could not be; raises Refused.
    """
    if path.suffix.lower() in (".png", ".apng"):
        try:
            write_whole(path, stamped(path.read_bytes(), record))
        except OSError as error:
            raise Refused(f"{path} can't be written: {error.strerror or error}.") from None
    return write_sidecar(path, record)


def embedded(path: Path) -> Record | None:
    """Return the record inside a file, None where there is none; raise Refused for a damaged one.

    Pixels are not decoded.
    """
    text = text_in(path)
    return None if text is None else parse(text, path.name)


def text_in(path: Path) -> str | None:
    """Return the text of the record inside a file, None where there is none or no file; raise
    Refused for one that can't be unpacked.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(PNG)) == PNG:
                return _png_text(file, path.name)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return record_text(data)
    except (OSError, ValueError):  # an empty file can't be mapped
        return None


def _png_text(file: BinaryIO, name: str) -> str | None:
    for _ in range(CHUNKS_AT_MOST):
        head = file.read(8)
        if len(head) < 8:
            return None
        length, kind = struct.unpack(">I4s", head)
        begin = file.read(min(length, len(ITXT_KEY))) if kind == b"iTXt" else b""
        if begin == ITXT_KEY:
            return _unpacked(file.read(min(length - len(begin), TEXT_AT_MOST)), name)
        file.seek(length - len(begin) + 4, 1)
    return None


def _unpacked(body: bytes, name: str) -> str:
    """Return the text of an iTXt chunk after its keyword; a bomb is not blown up."""
    packed, _, rest = body[:1] == b"\1", body[1:2], body[2:]
    for _ in range(2):  # its language, and the keyword in it
        _, zero, rest = rest.partition(b"\0")
        if not zero:
            raise damaged(name)
    try:
        data = zlib.decompressobj().decompress(rest, TEXT_AT_MOST + 1) if packed else rest
        return data.decode()
    except (zlib.error, UnicodeDecodeError):
        raise damaged(name) from None


def beside(path: Path) -> Record | None:
    """Return the record beside a file, or None; raise Refused for a damaged one."""
    found = sidecar(path)
    if not found.is_file():
        return None
    try:
        if found.stat().st_size > TEXT_AT_MOST:
            raise Refused(f"{found.name} holds too much text to be a picture's record.")
        return parse(found.read_text("utf-8"), found.name)
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{found.name} can't be read; the picture itself is untouched.") from None


def record_of(path: Path) -> Record | None:
    """Return what a file says of itself, inside or else beside it; None where it says nothing.

    Raises Refused where what it says is damaged.
    """
    return embedded(path) or beside(path)


def said_by(path: Path) -> Record | None:
    """Return what a file says of itself; None also where that is damaged."""
    try:
        return record_of(path)
    except Refused:
        return None
