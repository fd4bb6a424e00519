"""Pictures and sources that the tests of pictures-in are made of."""

import gzip
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.data import importing
from studio.core.data.import_settings import ImportSettings
from studio.core.data.importing import Draft


def noise(height: int = 32, width: int = 32, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Return a picture of random levels, unlike any other seed's."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, channels), dtype=np.uint8)


def photo(height: int = 32, width: int = 32, seed: int = 0) -> np.ndarray:
    """Return a smooth picture with many colors, as a photograph is."""
    small = Image.fromarray(noise(4, 4, 3, seed))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def encoded(picture: np.ndarray | Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a picture file."""
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def folder(place: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder and return it."""
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place


def idx_pair(place: Path, pictures: np.ndarray, labels: np.ndarray) -> Path:
    """Write pictures [n, h, w] and labels as gzipped idx files; return the images file."""
    head = struct.pack(">4I", 0x803, *pictures.shape)
    images = place / "some-images-idx3-ubyte.gz"
    images.write_bytes(gzip.compress(head + pictures.tobytes()))
    label_head = struct.pack(">2I", 0x801, len(labels))
    beside = place / "some-labels-idx1-ubyte.gz"
    beside.write_bytes(gzip.compress(label_head + labels.astype(np.uint8).tobytes()))
    return images


def imported(source: Path | str, place: Path, **changes: Any) -> Draft:
    """Run an import to its end."""
    job = importing.draft(str(source), ImportSettings().updated(changes), place)
    try:
        while True:
            next(job)
    except StopIteration as end:
        return end.value
