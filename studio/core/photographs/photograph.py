"""A user's picture file, opened with all it holds and saved again with nothing lost."""

import io
import math
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import psutil
from PIL import Image, ImageFile, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from studio.core.aside import let_go
from studio.core.data.bands import changed
from studio.core.data.decode import (
    SIXTEEN,
    Unreadable,
    check_growth,
    load,
    plain,
    told,
    turn_of,
    upright,
)
from studio.core.events import Job, Refused, finished
from studio.core.photographs import encoding
from studio.core.photographs.exif import repaired
from studio.core.pictures import head
from studio.core.project import write_whole
from studio.core.silence import SILENCE

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
PIXELS_AT_MOST = 1 << 30  # what OpenCV decodes
TO_DECODE = 3  # bytes of memory per byte of pixels, at the worst moment
PAGE_KIND, BITS, PHOTOMETRIC, SAMPLES, PLANES, EXTRA_SAMPLES = 254, 258, 262, 277, 284, 338  # TIFF
PHOTO_TAGS = (270, 271, 272, 305, 306, 315, 33432)  # what a TIFF says in words
EXIF_IFDS = (0x8769, 0x8825)  # camera, place
TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
STRIPS = ((273, 279), (324, 325))  # where they and their tiles begin, and their sizes
PNG_HEAD = 8
PNG_KEPT = (b"gAMA", b"cHRM", b"sRGB", b"cICP", b"tEXt", b"iTXt", b"zTXt")
# The place a model drew it at, which a repair is not; what is kept apart, and may turn it again.
NOT_KEPT = (b"atelier\0", b"XML:com.adobe.xmp\0", b"Raw profile type ")
SPACES = {b"GRAY": (1,), b"RGB ": (3, 4)}

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


@dataclass(frozen=True, eq=False)
class Photograph:
    """A picture as its file has it, upright.

    `pixels` is uint8 or uint16 [h, w, c], c in 1, 3, 4, straight alpha. `profile` is ICC, `exif` a
    TIFF structure, `xmp` XML, `dpi` across and down, `chunks` a PNG's words on color and contents.
    `notes` says in sentences what was converted.
    """

    pixels: np.ndarray
    profile: bytes | None = None
    exif: bytes | None = None
    notes: tuple[str, ...] = ()
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    chunks: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def depth(self) -> int:
        """Bits a channel: 8 or 16."""
        return 8 * self.pixels.dtype.itemsize


def open_photograph(path: Path) -> Photograph:
    """Read a PNG, JPEG, TIFF, WebP, BMP or GIF; raise Refused with the reason where none is read.

    16 bits stay 16. What would change all colors (CMYK, Lab, fractions) and what holds several
    pictures is refused, not converted.
    """
    try:
        if not path.is_file():
            raise Refused(f"{path} is not a file; choose a picture.")
        _afford(path.stat().st_size, "The file")
        return decoded(path.read_bytes())
    except Unreadable as reason:
        raise Refused(f"{path.name} can't be opened. {reason}") from None
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror or error}.") from None


def photograph_of(source: Path | bytes | np.ndarray, name: str) -> Photograph:
    """Read a file, a file's bytes, or take pixels uint8 or uint16 [h, w, c]; raise Refused."""
    if isinstance(source, Path):
        return open_photograph(source)
    if isinstance(source, np.ndarray):
        return Photograph(source)
    try:
        return decoded(source)
    except Unreadable as reason:
        raise Refused(f"{name} can't be opened. {reason}") from None


def opening(source: Path | bytes | np.ndarray, name: str) -> Job[Photograph]:
    """Be `photograph_of` as a job, which can be stopped while a large picture is decoded."""
    return (yield from let_go(lambda: photograph_of(source, name), name))


def save_photograph(photograph: Photograph, path: Path, overwrite: bool = False) -> tuple[str, ...]:
    """Be `saving` at once."""
    return finished(saving(photograph, path, overwrite))


def saving(photograph: Photograph, path: Path, overwrite: bool = False) -> Job[tuple[str, ...]]:
    """Write a PNG, TIFF, WebP or JPEG, by the name's ending, whole or not at all.

    Profile, EXIF, XMP and depth are kept; WebP and JPEG have 8 bits, so 16 are refused there.
    Returns what does not survive in that format, in sentences: JPEG alone changes pixels. Raises
    Refused, also where a file is there already and `overwrite` is False.
    """
    if path.exists() and not overwrite:
        raise Refused(f"{path} is there already; choose another name, or overwrite it.")
    try:
        encode = partial(encoding.encoded, photograph, path.suffix)
        data, notes = yield from let_go(encode, path.name)
        write_whole(path, data)
    except MemoryError:
        raise Refused(f"{path.name} needs more memory to be written than there is.") from None
    except OSError as error:
        raise Refused(
            f"{path} can't be written: {error.strerror or error}. Choose another folder."
        ) from None
    return notes


def decoded(data: bytes) -> Photograph:
    """Decode a picture file's bytes; raise Unreadable with one sentence where that can't be."""
    if not data:
        raise Unreadable("The file is empty.")
    with told(data), _opened(data) as image:
        _check(image, data)
        turn = turn_of(image)
        exif, profile, xmp = _exif(image), image.info.get("icc_profile"), image.info.get("xmp")
        chunks = tuple(_png_chunks(data)) if image.format == "PNG" else ()
        pixels, notes = _pixels(image, data, turn)
    fits = profile and pixels.shape[2] in SPACES.get(profile[16:20], ())
    if profile and not fits:
        notes = (*notes, "Its color profile was left out: it is not one for these channels.")
    return Photograph(
        np.require(pixels, requirements=["C", "W"]),  # to be painted on without another copy
        profile if fits else None,
        repaired(exif) if exif else None,
        notes,
        re.sub(rb'(tiff:Orientation(?:="|>))[1-8]', rb"\g<1>1", xmp) if xmp else None,
        _dpi(image),
        chunks,
    )


def _dpi(image: ImageFile.ImageFile) -> tuple[float, float] | None:
    """Return the dots an inch, across and down, where the file says them in numbers above 0."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except Exception:  # of Pillow's fractions, whatever may be in them
        return None
    return (across, down) if min(across, down) > 0 and math.isfinite(across + down) else None


def _opened(data: bytes) -> ImageFile.ImageFile:
    try:
        return head(data, FORMATS)
    except UnidentifiedImageError:
        if data[:4] not in TIFFS:
            raise
        raise Unreadable(
            "This kind of TIFF is not read; save it as 8 or 16 bit grey or RGB first."
        ) from None


def _check(image: ImageFile.ImageFile, data: bytes) -> None:
    """Raise Unreadable for what memory can't hold, for several pictures, and for odd values."""
    width, height = image.size
    if width * height > PIXELS_AT_MOST:
        raise Unreadable(
            f"The picture is too large: {width}×{height} pixels, at most 2^30 are read."
        )
    if not _whole(image, data):
        raise Unreadable("The file is cut off: it ends before the picture does.")
    check_growth(image, data)
    size = width * height * max(4, len(image.getbands()) * (2 if _deep(image, data) else 1))
    _afford(size * TO_DECODE, f"The picture is {width}×{height} pixels and")
    count = getattr(image, "n_frames", 1)
    if count > 1 and image.format != "MPO" and not _thumbnails(image, count):
        kind = "pages" if image.format == "TIFF" else "frames"
        raise Unreadable(f"The picture holds {count} {kind}; export one of them first.")
    if image.mode in ("CMYK", "LAB", "HSV"):
        raise Unreadable(f"The picture is in {image.mode} colors; convert it to RGB first.")
    if image.mode in ("I", "F"):
        raise Unreadable("The picture holds 32-bit values; save it as 8 or 16 bit first.")


def _whole(image: ImageFile.ImageFile, data: bytes) -> bool:
    """Tell whether a file is long enough; the decoders would complain on stderr, and late."""
    if isinstance(image, TiffImageFile):
        for begins, sizes in STRIPS:
            parts = zip(image.tag_v2.get(begins, ()), image.tag_v2.get(sizes, ()), strict=False)
            if any(begin + size > len(data) for begin, size in parts):
                return False
    return True


def _afford(size: int, what: str) -> None:
    free = psutil.virtual_memory().available
    if size > free:
        raise Unreadable(
            f"{what} needs about {size / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free; "
            "close other programs, or cut out the part that is needed."
        )


def _thumbnails(image: ImageFile.ImageFile, count: int) -> bool:
    """Tell whether all pages of a TIFF after the first are smaller copies of it."""
    if not isinstance(image, TiffImageFile):
        return False
    kinds = []
    for page in range(1, count):
        image.seek(page)
        kinds.append(image.tag_v2.get(PAGE_KIND, 0) & 1)
    image.seek(0)
    return all(kinds)


def _deep(image: ImageFile.ImageFile, data: bytes) -> bool:
    """Tell whether a file's head says 16 bits a channel."""
    if image.format == "PNG":
        return data[24] == 16
    bits = image.tag_v2.get(BITS, (8,)) if isinstance(image, TiffImageFile) else (8,)
    if image.mode in SIXTEEN and bits[0] != 16:
        raise Unreadable(f"The picture has {bits[0]} bits a channel; save it with 8 or 16 first.")
    return bits[0] == 16


def _exif(image: ImageFile.ImageFile) -> bytes | None:
    """Return the EXIF as a TIFF structure; of a TIFF, whose own tags it is, what is not layout."""
    stored = image.info.get("exif")
    try:
        if not isinstance(image, TiffImageFile):
            if not stored and "Raw profile type exif" in image.info:  # by ImageMagick, in a PNG
                stored = image.getexif().tobytes()
            return stored.removeprefix(b"Exif\0\0") if stored else None
        own, kept = image.getexif(), Image.Exif()
        for tag in PHOTO_TAGS:
            if tag in own:
                kept[tag] = own[tag]
        for tag in EXIF_IFDS:
            if own.get_ifd(tag):
                kept.get_ifd(tag).update(own.get_ifd(tag))
        return kept.tobytes().removeprefix(b"Exif\0\0") if len(kept) or kept._ifds else None
    except Exception:
        return None


def _pixels(
    image: ImageFile.ImageFile, data: bytes, turn: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the pixels [h, w, c], upright, and what had to be converted."""
    if _deep(image, data):
        if isinstance(image, TiffImageFile):
            return _deep_tiff(image, data, turn)
        return upright(_deep_png(image, data), turn), ()
    if isinstance(
        image, TiffImageFile
    ):  # Pillow would make room for itself, but no more than 89 megapixels
        image.im = Image.new(image.mode, image._tile_size).im
    load(image)
    notes = _left_out(image)
    pixels, converted = plain(image)
    turned = 1 if isinstance(image, TiffImageFile) else turn  # Pillow has turned it already
    return upright(pixels, turned), (*notes, *(f"{c[0].upper()}{c[1:]}." for c in converted))


def _left_out(image: ImageFile.ImageFile) -> tuple[str, ...]:
    """Say what a TIFF has beside colors and straight alpha."""
    if not isinstance(image, TiffImageFile):
        return ()
    tags = image.tag_v2
    extra = tags.get(EXTRA_SAMPLES, ())
    straightened = 1 in extra[:1]
    more = tags.get(SAMPLES, 1) > len(image.getbands())
    return ("Premultiplied alpha was made straight.",) * straightened + (
        "Channels beside color and alpha were left out.",
    ) * more


def _deep_tiff(image: TiffImageFile, data: bytes, turn: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Decode 16 bits, which Pillow can't: by OpenCV, and planes apart by tifffile."""
    tags, notes = image.tag_v2, _left_out(image)
    if tags.get(PLANES, 1) == 2 and tags.get(SAMPLES, 1) > 1:
        import tifffile

        pixels = upright(np.moveaxis(tifffile.imread(io.BytesIO(data), key=0), 0, -1), turn)
    else:
        pixels = _by_opencv(data)  # which turns it
    pixels = pixels[..., : len(image.getbands())]
    if tags.get(PHOTOMETRIC) == 0:  # white is zero
        pixels = ~pixels
    if pixels.shape[2] == 4 and 1 in tags.get(EXTRA_SAMPLES, ()):
        pixels = changed(pixels, _straight)
    return pixels, notes


def _straight(pixels: np.ndarray) -> np.ndarray:
    """Divide uint16 [h, w, 4] by its alpha, rounded."""
    alpha = pixels[..., 3:].astype(np.uint32)
    color = (pixels[..., :3] * np.uint64(65535) + alpha // 2) // alpha.clip(1)
    return np.concatenate([color.clip(0, 65535).astype(np.uint16), pixels[..., 3:]], -1)


def _deep_png(image: ImageFile.ImageFile, data: bytes) -> np.ndarray:
    """Decode 16 bits, which Pillow can't; a grey level that is transparent gives an alpha."""
    pixels, clear = _by_opencv(data), image.info.get("transparency")
    if pixels.shape[2] > 1 or not isinstance(clear, int):
        return pixels
    alpha = np.where(pixels == clear, np.uint16(0), np.uint16(65535))
    return np.concatenate([pixels, pixels, pixels, alpha], -1)


def _by_opencv(data: bytes) -> np.ndarray:
    with SILENCE:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None or found.dtype != np.uint16:
        raise Unreadable("The file is damaged: its picture can't be decoded.")
    if found.ndim == 2:
        return found[..., None]
    return changed(found, lambda part: cv2.cvtColor(part, encoding.SWAP[found.shape[2]]))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield what a PNG says of color and contents; raise Unreadable where it is damaged."""
    at, name = PNG_HEAD, b""
    while name != b"IEND":
        if at + 12 > len(data):
            raise Unreadable("The file is cut off: it ends before the picture does.")
        length, name = struct.unpack_from(">I4s", data, at)
        body, end = memoryview(data)[at + 4 : at + 8 + length], at + 12 + length
        if end > len(data):
            raise Unreadable("The file is cut off: it ends before the picture does.")
        if zlib.crc32(body) != struct.unpack_from(">I", data, end - 4)[0]:
            raise Unreadable("The file is damaged: its picture can't be decoded.")
        if name in PNG_KEPT and not bytes(body[4:24]).startswith(NOT_KEPT):
            yield name, bytes(body[4:])
        at = end
