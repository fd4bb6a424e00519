"""Bytes of a picture file -> picture (uint8, straight alpha), or one sentence why not."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from studio.core.data.bands import bands, by_rows, pixels_of
from studio.core.data.growth import impossible, jpeg_holds
from studio.core.silence import SILENCE

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
PIXELS_AT_MOST = 64_000_000
BYTES_AT_MOST = 256 << 20
ORIENTATION = 0x0112  # EXIF tag
SIXTEEN = ("I;16", "I;16L", "I;16B", "I;16N")
PLAIN = ("L", "RGB", "RGBA")

warnings.simplefilter("error", Image.DecompressionBombWarning)


class Unreadable(Exception):
    """A picture can't be taken. The message is one sentence, without the file's name."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """`picture` is uint8 [h, w, c], c in 1, 3, 4 and 4 only with real transparency.

    `size` (width, height) and `mode` are the file's; `notes` say what was converted.
    """

    picture: np.ndarray
    size: tuple[int, int]
    mode: str
    notes: tuple[str, ...] = ()
    photo: bool = False


def decode(data: bytes, least: tuple[int, int] | None = None) -> Decoded:
    """Decode a whole picture file; raise Unreadable with one sentence if that can't be done.

    `least` (width, height) allows a JPEG that is far larger to be decoded at a half, a quarter or
    an eighth of its size, never below three times `least`. The first frame of several is taken.
    """
    if not data:
        raise Unreadable("The file is empty.")
    if len(data) > BYTES_AT_MOST:
        raise Unreadable(f"The file is too large: {len(data) >> 20} MB; at most 256 MB are read.")
    quick = _plain_jpeg(data, least)
    if quick is not None:
        return quick
    with told(data):
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                check_growth(image, data)
                return _decoded(image, least)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Unreadable(
                "The picture is too large: at most 64 million pixels are read."
            ) from None


@contextmanager
def told(data: bytes) -> Iterator[None]:
    """Turn whatever a decoder raises over the file `data` into Unreadable."""
    try:
        yield
    except Unreadable:
        raise
    except UnidentifiedImageError:
        raise Unreadable(_unknown(data)) from None
    except MemoryError:
        raise Unreadable("The picture needs more memory than there is.") from None
    except Exception as error:  # decoders raise anything: SyntaxError, struct.error, IndexError …
        raise Unreadable(_broken(error)) from None


def _unknown(data: bytes) -> str:
    if data[:3] in (b"\xff\xd8\xff", b"\x89PN", b"GIF") or data[:2] == b"BM":
        return "The file is damaged: its beginning can't be read."
    return (
        "This is not a picture of a kind that is read here (PNG, JPEG, WebP, GIF, BMP, TIFF, PPM)."
    )


def _broken(error: Exception) -> str:
    text = str(error).lower()
    if isinstance(error, EOFError) or any(w in text for w in ("truncated", "not enough", "eof")):
        return "The file is cut off: it ends before the picture does."
    return "The file is damaged: its picture can't be decoded."


def _decoded(image: Image.Image, least: tuple[int, int] | None) -> Decoded:
    width, height = size = image.size
    if width * height > PIXELS_AT_MOST:
        raise Unreadable(
            f"The picture is too large: {width}×{height} pixels; at most 64 million are read."
        )
    mode, photo = image.mode, image.format in ("JPEG", "MPO")
    if photo and least is not None and mode in ("L", "RGB"):
        image.draft(None, (3 * max(least), 3 * max(least)))
    load(image)
    picture, notes = plain(image)
    turn = turn_of(image)
    picture = np.ascontiguousarray(upright(picture, turn))
    turned = ("turned upright (EXIF)",) if turn > 1 else ()
    if picture.shape[-1] == 4 and picture[..., 3].min() == 255:
        picture = picture[..., :3]
    return Decoded(picture, size, mode, (*notes, *turned, *_frames(image)), photo)


def check_growth(image: ImageFile.ImageFile, data: bytes) -> None:
    """Raise Unreadable for a file that can't be as large as it says, before room is made."""
    if reason := impossible(image, data):
        raise Unreadable(reason)


def load(image: Image.Image) -> None:
    """Decode the pixels; what libtiff has to say of a damaged file is not heard."""
    if image.format != "TIFF":
        image.load()
        return
    with SILENCE:
        image.load()


def plain(image: Image.Image) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a loaded image as uint8 [h, w, c], c in 1, 3, 4, and what had to be converted."""
    if image.mode in SIXTEEN:
        levels = by_rows(np.asarray(image), lambda part: (part.astype(np.uint32) + 128) // 257)
        return levels[..., None], ("16-bit grey to 8 bit",)
    if image.mode in ("I", "F"):
        return _from_numbers(np.asarray(image), image.mode)
    mode, notes = _plain_mode(image.mode, "transparency" in image.info)
    return pixels_of(image, mode), notes


def _plain_mode(mode: str, clear: bool) -> tuple[str, tuple[str, ...]]:
    """Return which of the modes L, RGB and RGBA holds another, and what to say of it."""
    if mode in PLAIN and not clear:
        return mode, ()
    if mode in ("P", "PA"):
        return "RGBA" if clear or mode == "PA" else "RGB", ("palette to full color",)
    if mode == "1":
        return "RGBA" if clear else "L", ("black and white to grey",)
    if mode in ("LA", "La", "RGBa") or clear:
        return "RGBA", ("grey with alpha to color with alpha",) if mode in ("LA", "La") else ()
    return "RGB", (f"{mode} to RGB",)


def _from_numbers(values: np.ndarray, mode: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Bring 32-bit values to 8 bit: 0..1, 0..255 or 0..65535 if they fit, else their own range."""
    parts = (_numbers(values[rows]) for rows in bands(len(values), values[:1].nbytes))
    lows, highs = zip(*((float(part.min()), float(part.max())) for part in parts), strict=True)
    low, high = min(lows), max(highs)
    if mode == "F" and low >= 0 and high <= 1:
        zero, scale = 0.0, 255.0
    elif low >= 0 and high <= 255:
        zero, scale = 0.0, 1.0
    elif low >= 0 and high <= 65535:
        zero, scale = 0.0, 1 / 257
    else:
        zero, scale = low, 255 / max(high - low, np.finfo(np.float64).tiny)
    levels = by_rows(values, lambda part: (_numbers(part) - zero) * scale + 0.5)
    kind = "32-bit whole numbers" if mode == "I" else "32-bit fractions"
    return levels[..., None], (f"{kind} to 8 bit",)


def _numbers(part: np.ndarray) -> np.ndarray:
    """Return values as float64; what is no number becomes 0."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(part.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def turn_of(image: Image.Image) -> int:
    """Return how EXIF says an image is turned, 1 to 8; unreadable EXIF turns nothing."""
    try:
        turn = int(image.getexif().get(ORIENTATION, 1))
    except Exception:
        return 1
    return turn if 1 <= turn <= 8 else 1


def upright(pixels: np.ndarray, turn: int) -> np.ndarray:
    """Turn pixels [h, w, c] by an EXIF orientation, 1 to 8."""
    if turn >= 5:
        pixels = pixels.swapaxes(0, 1)
    down = turn in (3, 4, 7, 8)
    right = turn in (2, 3, 6, 7)
    return pixels[:: -1 if down else 1, :: -1 if right else 1]


def _frames(image: Image.Image) -> tuple[str, ...]:
    """Say that there is more than the first frame. A broken second frame is none."""
    try:
        several = bool(getattr(image, "is_animated", False))
    except Exception:
        several = False
    if not several or image.format == "MPO":
        return ()
    return (
        ("several pages: first page taken",)
        if image.format == "TIFF"
        else ("animated: first frame taken",)
    )


def _plain_jpeg(data: bytes, least: tuple[int, int] | None) -> Decoded | None:
    """Decode the commonest JPEG (JFIF, 8 bit, no EXIF) by OpenCV, at a third of the cost.

    Both libraries hold libjpeg-turbo with the same settings, so the pixels are equal (tested).
    None: it is something else, or may be damaged; Pillow decides.
    """
    frame = _jfif(data)
    if frame is None:
        return None
    width, height, components = frame
    if not 0 < width * height <= PIXELS_AT_MOST or (least and max(width, height) > 6 * max(least)):
        return None
    if not jpeg_holds(width, height, components, data):
        return None
    import cv2

    flag = cv2.IMREAD_COLOR_RGB if components == 3 else cv2.IMREAD_GRAYSCALE
    try:
        with SILENCE:
            array = cv2.imdecode(
                np.frombuffer(data, np.uint8), flag | cv2.IMREAD_IGNORE_ORIENTATION
            )
    except cv2.error:
        return None
    if array is None or array.shape[:2] != (height, width):
        return None
    picture = np.asarray(array, np.uint8).reshape(height, width, components)
    return Decoded(picture, (width, height), "RGB" if components == 3 else "L", photo=True)


def _jfif(data: bytes) -> tuple[int, int, int] | None:
    """Return (width, height, components) of a complete JFIF file without EXIF or Adobe marks."""
    if not data.startswith(b"\xff\xd8\xff\xe0") or not data.endswith(b"\xff\xd9"):
        return None
    position, end, frame = 2, len(data) - 4, None
    while position < end and data[position] == 0xFF:
        marker, length = data[position + 1], data[position + 2] << 8 | data[position + 3]
        if marker == 0xDA:
            return frame
        if 0xC0 <= marker <= 0xC2 and position + 10 <= end:
            depth, height, width, parts = struct.unpack_from(">BHHB", data, position + 4)
            if depth != 8 or parts not in (1, 3):
                return None
            frame = (width, height, parts)
        elif marker not in (0xC4, 0xDB, 0xDD, 0xE0, 0xFE):
            return None
        position += 2 + length
    return None
