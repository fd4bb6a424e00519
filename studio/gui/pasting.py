"""Pictures between Qt and arrays: what is pasted, dropped and copied. Runs in workers, too."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QDir, QMimeData
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from studio.core.events import Job

DROPPED = "dropped.png"  # as the canvas calls them
ENCODED = ("image/png", "image/tiff", "image/webp", "image/bmp")  # decoded by a worker, as a file


def pasted(data: QMimeData) -> bytes | np.ndarray | None:
    """Return a picture's file, or its pixels uint8 [h, w, 3 or 4]; None where there is none.

    A file is preferred: it is only handed on here, and it keeps all bits and the profile.
    """
    for kind in ENCODED:
        if data.hasFormat(kind):
            return bytes(data.data(kind).data())
    image = data.imageData() if data.hasImage() else None
    return pixels_of(image) if isinstance(image, QImage) and not image.isNull() else None


def is_loose(path: Path) -> bool:
    """Tell whether a file only stands for a picture that was dropped without one."""
    return path.name == DROPPED and path.is_relative_to(QDir.tempPath())


def pixels_of(image: QImage) -> np.ndarray:
    """Return an image's pixels, uint8 [h, w, 3 or 4], straight alpha."""
    clear = image.hasAlphaChannel()
    kinds = QImage.Format
    plain = image.convertToFormat(kinds.Format_RGBA8888 if clear else kinds.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    channels = 4 if clear else 3
    used = rows[:, : plain.width() * channels]
    return used.reshape(plain.height(), plain.width(), channels).copy()


def image_of(pixels: np.ndarray) -> QImage:
    """Return pixels uint8 or uint16 [h, w, c], c in 1, 3, 4, as an image of its own."""
    kinds = {
        ("uint8", 1): QImage.Format.Format_Grayscale8,
        ("uint8", 3): QImage.Format.Format_RGB888,
        ("uint8", 4): QImage.Format.Format_RGBA8888,
        ("uint16", 1): QImage.Format.Format_Grayscale16,
        ("uint16", 4): QImage.Format.Format_RGBA64,
    }
    if pixels.dtype == np.uint16 and pixels.shape[2] == 3:
        opaque = np.full((*pixels.shape[:2], 1), 65535, np.uint16)
        pixels = np.concatenate([pixels, opaque], -1)
    whole = np.ascontiguousarray(pixels)
    h, w, c = whole.shape
    return QImage(whole.data, w, h, whole.strides[0], kinds[whole.dtype.name, c]).copy()


def as_image(pixels: np.ndarray, name: str) -> "Job[QImage]":
    """Turn pixels into an image for the clipboard; tells Copied when they may change again."""
    from studio.core.repair.live import copied

    return image_of((yield from copied(pixels, name)))
