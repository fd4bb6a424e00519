"""Write a record into a picture file and beside it, and read it back.

A PNG holds it as iTXt, and as XMP what others understand of it; every export has a sidecar.
"""

import json
import struct
import zlib
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image

from studio.core.events import Refused
from studio.core.provenance.record import Record, parse

KEY = "atelier"
PNG = b"\x89PNG\r\n\x1a\n"
HEAD = len(PNG) + 25  # the signature and IHDR
XMP_KEY = b"XML:com.adobe.xmp\0\0\0\0\0"
MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def sidecar(path: Path) -> Path:
    """Return where a file's record lies beside it: hero.png has hero.png.json."""
    return path.with_name(path.name + ".json")


def stamped(png: bytes, record: Record) -> bytes:
    """Return the bytes of a PNG with the record in it, before its pixels; the same every time."""
    text = b"atelier\0\1\0\0\0" + zlib.compress(record.text().encode())
    words = _chunk(b"iTXt", text)
    if XMP_KEY not in png[: 1 << 16]:  # a picture's own words stay
        words += _chunk(b"iTXt", XMP_KEY + xmp(record))
    return png[:HEAD] + words + png[HEAD:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def source_type(record: Record) -> str:
    """Return IPTC's word for how the picture came to be (NewsCodes, digital source type)."""
    if record.model and not record.sources:
        return MADE + "trainedAlgorithmicMedia"
    return MADE + ("compositeSynthetic" if record.sources else "algorithmicMedia")


def xmp(record: Record) -> bytes:
    """Return an XMP packet: source type, creators, rights and the program."""
    creators = "".join(f"<rdf:li>{escape(r.author)}</rdf:li>" for r in record.rights if r.author)
    rights = "; ".join(dict.fromkeys(r.licence for r in record.rights if r.licence))
    words = [
        f"<Iptc4xmpExt:DigitalSourceType>{source_type(record)}</Iptc4xmpExt:DigitalSourceType>",
        f"<xmp:CreatorTool>{escape(record.program)}</xmp:CreatorTool>",
        f"<dc:creator><rdf:Seq>{creators}</rdf:Seq></dc:creator>" if creators else "",
        '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{escape(rights)}</rdf:li></rdf:Alt></dc:rights>"
        if rights
        else "",
    ]
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"{''.join(words)}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def sidecar_bytes(record: Record) -> bytes:
    """Return a sidecar's contents, readable."""
    return (json.dumps(json.loads(record.text()), indent=1, ensure_ascii=False) + "\n").encode()


def embedded(path: Path) -> Record | None:
    """Return the record inside a PNG, None where there is none; raise Refused for a damaged one.

    Only its head is read: the pixels are not decoded.
    """
    try:
        with Image.open(path, formats=["PNG"]) as image:
            text = image.info.get(KEY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return parse(text, path.name) if isinstance(text, str) else None


def beside(path: Path) -> Record | None:
    """Return the record beside a file, or None; raise Refused for a damaged one."""
    found = sidecar(path)
    if not found.is_file():
        return None
    try:
        return parse(found.read_text("utf-8"), found.name)
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{found.name} can't be read; the picture itself is untouched.") from None


def record_of(path: Path) -> Record | None:
    """Return what a file says of itself, inside or else beside it; None where it says nothing."""
    return embedded(path) or beside(path)
