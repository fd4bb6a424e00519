"""Photographs as bytes of PNG, TIFF, WebP and JPEG, with profile, EXIF and depth."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2 as Directory

from studio.core.events import Refused
from studio.core.pictures import pillow

if TYPE_CHECKING:
    from studio.core.photographs.photograph import Photograph

SWAP = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}  # and back
ENDINGS = (".png", ".tif", ".tiff", ".webp", ".jpg", ".jpeg")
INCH = 0.0254  # meters
PNG_HEAD = 33  # bytes up to the end of its first chunk
STRIP = 1 << 20  # bytes of pixels a strip of a TIFF holds
TIFF_AT_MOST = (1 << 32) - (1 << 20)
WEBP_SIDE, JPEG_SIDE = 16383, 65535
JPEG_WORDS = 65000  # bytes of EXIF or XMP that a JPEG holds
TAG_ICC, TAG_XMP = 34675, 700
EXIF_IFDS = (0x8769, 0x8825)


def encoded(photograph: "Photograph", ending: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a file of the kind that has this ending, and in sentences what it could not keep.

    Raises Refused for another ending and for what the format can't hold.
    """
    kind = ending.lower()
    if kind not in ENDINGS:
        raise Refused(f"'{ending}' is not written; name the file .png, .tif, .webp or .jpg.")
    if kind == ".png":
        return _png(photograph), ()
    if kind in (".tif", ".tiff"):
        return _tiff(photograph)
    _fits(photograph, *(("WebP", WEBP_SIDE) if kind == ".webp" else ("JPEG", JPEG_SIDE)))
    if kind == ".webp":
        return _webp(photograph), ()
    if photograph.pixels.shape[2] == 4:
        raise Refused("JPEG has no transparency; save as PNG, TIFF or WebP.")
    return _jpeg(photograph)


def _fits(photograph: "Photograph", name: str, side: int) -> None:
    if photograph.depth == 16:
        raise Refused(f"{name} has 8 bits a channel and the picture 16; save as PNG or TIFF.")
    if max(photograph.pixels.shape[:2]) > side:
        raise Refused(f"{name} holds at most {side} pixels a side; save as PNG or TIFF.")


def _png(photograph: "Photograph") -> bytes:
    pixels = photograph.pixels
    swapped = cv2.cvtColor(pixels, SWAP[pixels.shape[2]]) if pixels.shape[2] > 1 else pixels
    done, found = cv2.imencode(".png", swapped)
    if not done:
        raise MemoryError
    data = found.tobytes()
    return data[:PNG_HEAD] + b"".join(_png_words(photograph)) + data[PNG_HEAD:]


def _png_words(photograph: "Photograph") -> Iterator[bytes]:
    """Yield the chunks that stand before a PNG's pixels."""
    for name, body in photograph.chunks:
        if name != b"sRGB" or not photograph.profile:  # only one of the two may be there
            yield _chunk(name, body)
    if photograph.profile:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(photograph.profile))
    if photograph.exif:
        yield _chunk(b"eXIf", photograph.exif)
    if photograph.xmp:
        yield _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + photograph.xmp)
    if photograph.dpi:
        across, down = (round(value / INCH) for value in photograph.dpi)
        yield _chunk(b"pHYs", struct.pack(">IIB", across, down, 1))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _tiff(photograph: "Photograph") -> tuple[bytes, tuple[str, ...]]:
    """Strips of deflated horizontal differences (TIFF 6.0, predictor 2), then told by one page."""
    pixels = photograph.pixels
    h, w, c = pixels.shape
    rows = max(1, STRIP // (w * c * pixels.itemsize))
    strips = [_strip(pixels[top : top + rows]) for top in range(0, h, rows)]
    sizes = [len(strip) for strip in strips]
    if sum(sizes) > TIFF_AT_MOST:
        raise Refused("The picture needs more than the 4 GB that a TIFF holds; save as PNG.")
    try:
        page, notes = _page(photograph), ()
        page.tobytes()
    except Exception:  # camera makers write odd EXIF, and Pillow raises anything over it
        page, notes = _page(replace(photograph, exif=None)), ("Its EXIF is damaged: left out.",)
    page[256], page[257], page[258] = w, h, (8 * pixels.itemsize,) * c
    page[259], page[262], page[277] = 8, 2 if c > 1 else 1, c
    page[278], page[279], page[284], page[317] = rows, tuple(sizes), 1, 2
    page[273] = tuple(int(at) for at in np.cumsum([0, *sizes[:-1]]))  # shifted when written
    if c == 4:
        page[338] = 2
    file = io.BytesIO()
    page.save(file)
    return b"".join([file.getvalue(), *strips]), notes


def _strip(rows: np.ndarray) -> bytes:
    differences = rows.copy()
    differences[:, 1:] -= rows[:, :-1]
    return zlib.compress(differences.astype(rows.dtype.newbyteorder("<")).data, 4)


def _page(photograph: "Photograph") -> Directory:
    """Return a TIFF's page with what the EXIF, the profile and the resolution say."""
    page = Directory()
    if photograph.exif:
        exif = Image.Exif()
        exif.load(photograph.exif)
        for tag, value in exif.items():
            if tag not in EXIF_IFDS:
                page[tag] = value
        for tag in EXIF_IFDS:
            if exif.get_ifd(tag):
                page[tag] = dict(exif.get_ifd(tag))
    if photograph.profile:
        page.tagtype[TAG_ICC] = 7
        page[TAG_ICC] = photograph.profile
    if photograph.xmp:
        page.tagtype[TAG_XMP] = 1
        page[TAG_XMP] = photograph.xmp
    if photograph.dpi:
        page[282], page[283], page[296] = *photograph.dpi, 2
    return page


def _webp(photograph: "Photograph") -> bytes:
    """Lossless; `exact` keeps the colors under full transparency."""
    return _by_pillow(photograph, "WEBP", lossless=True, exact=True, quality=50, method=2)


def _jpeg(photograph: "Photograph") -> tuple[bytes, tuple[str, ...]]:
    notes = ("JPEG changes pixels everywhere a little, outside the mask too.",)
    if len(photograph.exif or b"") > JPEG_WORDS:
        photograph = replace(photograph, exif=None)
        notes += ("Its EXIF is too long for JPEG: left out.",)
    if len(photograph.xmp or b"") > JPEG_WORDS:
        photograph = replace(photograph, xmp=None)
        notes += ("Its XMP is too long for JPEG: left out.",)
    more: dict[str, Any] = {"dpi": photograph.dpi} if photograph.dpi else {}
    return _by_pillow(photograph, "JPEG", quality=95, subsampling=0, **more), notes


def _by_pillow(photograph: "Photograph", kind: str, **options: Any) -> bytes:
    words = {"icc_profile": photograph.profile, "xmp": photograph.xmp}
    if photograph.exif:
        words["exif"] = b"Exif\0\0" + photograph.exif
    file = io.BytesIO()
    known = {key: value for key, value in words.items() if value}
    pillow(photograph.pixels).save(file, kind, **known, **options)
    return file.getvalue()
