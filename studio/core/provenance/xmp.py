"""XMP: what other programs understand of a record, among the words a picture has already."""

import mmap
import re
from xml.sax.saxutils import escape, unescape

from studio.core.provenance.record import Record

MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SPACE = "urn:atelier:record:1"
EMBEDDED_AT_MOST = 40_000  # bytes: a JPEG holds 65,000 of XMP
HEAD = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
)
END = b"</rdf:RDF>"
TAIL = END + b'</x:xmpmeta><?xpacket end="w"?>'
OURS = re.compile(
    rb'<rdf:Description rdf:about="" xmlns:atelier="' + SPACE.encode() + rb'".*?</rdf:Description>',
    re.DOTALL,
)
BEGIN, FINISH = b"<atelier:Record>", b"</atelier:Record>"
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML


def source_type(record: Record) -> str:
    """Return IPTC's word for how the picture came to be (NewsCodes, digital source type)."""
    if record.model and not record.sources:
        return MADE + "trainedAlgorithmicMedia"
    return MADE + ("compositeSynthetic" if record.sources else "algorithmicMedia")


def xmp(record: Record, known: bytes | None = None, whole: bool = False) -> bytes:
    """Return an XMP packet with source type, creators, rights and the program.

    What is `known` of the picture stays and is not said twice; what an earlier export said of it
    goes. With `whole` the record itself is in it, without its place, if it is short enough.
    """
    own = without(known) or b""
    words = _said(record, own, whole)
    if END in own:
        head, _, tail = own.rpartition(END)
        return head + words + END + tail
    return own or HEAD + words + TAIL  # what is no RDF is left as it is


def without(known: bytes | None) -> bytes | None:
    """Return a packet without what an export of this program said; None where that was all."""
    if not known or SPACE.encode() not in known:
        return known
    rest = OURS.sub(b"", known)
    return rest if b"Description" in rest else None


def _said(record: Record, own: bytes, whole: bool) -> bytes:
    rights = "; ".join(dict.fromkeys(r.licence for r in record.rights if r.licence))
    creators = dict.fromkeys(r.author for r in record.rights if r.author)
    each = "".join(f"<rdf:li>{_plain(name)}</rdf:li>" for name in creators)
    alternative = f'<rdf:Alt><rdf:li xml:lang="x-default">{_plain(rights)}</rdf:li></rdf:Alt>'
    known = {
        "Iptc4xmpExt:DigitalSourceType": source_type(record),
        "xmp:CreatorTool": _plain(record.program),
        "dc:creator": f"<rdf:Seq>{each}</rdf:Seq>" if creators else "",
        "dc:rights": alternative if rights else "",
    }
    words = [
        f"<{name}>{value}</{name}>"
        for name, value in known.items()
        if value and name.encode() not in own
    ]
    text = _plain(record.brief().text()) if whole else ""
    if text and len(text) <= EMBEDDED_AT_MOST:
        words.append(f"{BEGIN.decode()}{text}{FINISH.decode()}")
    return (
        f'<rdf:Description rdf:about="" xmlns:atelier="{SPACE}"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"{''.join(words)}</rdf:Description>"
    ).encode()


def _plain(text: str) -> str:
    return escape(UNWRITABLE.sub("", text))


def record_text(data: bytes | mmap.mmap) -> str | None:
    """Return the text of the record in a file's bytes, of whatever kind; None where is none."""
    begin = data.find(BEGIN)
    end = data.find(FINISH, begin, begin + 2 * EMBEDDED_AT_MOST) if begin >= 0 else -1
    if end < 0:
        return None
    return unescape(data[begin + len(BEGIN) : end].decode("utf-8", "replace"))
