"""Image conventions: images (torch, [-1, 1], premultiplied) and pictures (numpy, uint8)."""

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

if TYPE_CHECKING:
    from torch import Tensor

CHECKER = (58, 74)  # the two greys shown under transparency
MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def premultiply(pictures: np.ndarray) -> np.ndarray:
    """Multiply colour by alpha, uint8 [..., 4] to uint8 [..., 4], rounded; other channel counts
    pass.
    """
    if pictures.shape[-1] != 4:
        return pictures
    alpha = pictures[..., 3:].astype(np.uint16)
    color = (pictures[..., :3] * alpha + 127) // 255
    return np.concatenate([color.astype(np.uint8), pictures[..., 3:]], axis=-1)


def straighten(pictures: np.ndarray) -> np.ndarray:
    """Divide premultiplied colour by alpha, uint8 [..., 4]; fully transparent pixels become
    black.
    """
    if pictures.shape[-1] != 4:
        return pictures
    alpha = pictures[..., 3:].astype(np.float32)
    color = pictures[..., :3] * (255 / np.maximum(alpha, 1)) * (alpha > 0)
    return np.concatenate(
        [np.minimum(color + 0.5, 255).astype(np.uint8), pictures[..., 3:]], axis=-1
    )


def to_images(packed: "Tensor") -> "Tensor":
    """Turn packed pictures, uint8 premultiplied [n, h, w, c], into images [n, c, h, w] in [-1,
    1].
    """
    return packed.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def to_pictures(images: "Tensor") -> np.ndarray:
    """Turn images [n, c, h, w] into pictures uint8 [n, h, w, c] with straight alpha."""
    levels = images.detach().float().clamp(-1, 1).add(1).mul(127.5).round().byte()
    packed = levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    if packed.shape[-1] == 4:  # colour cannot exceed its alpha
        packed = np.concatenate([np.minimum(packed[..., :3], packed[..., 3:]), packed[..., 3:]], -1)
    return straighten(packed)


def opaque(pictures: np.ndarray, checker: int = 4) -> np.ndarray:
    """Return RGB uint8 [..., h, w, 3] of any pictures, transparency over a grey checker of that
    size.
    """
    if pictures.shape[-1] == 1:
        return np.repeat(pictures, 3, axis=-1)
    if pictures.shape[-1] == 3:
        return pictures
    h, w = pictures.shape[-3:-1]
    squares = (np.arange(h)[:, None] // checker + np.arange(w) // checker) % 2
    ground = np.where(squares, *CHECKER).astype(np.float32)[..., None]
    alpha = pictures[..., 3:].astype(np.float32) / 255
    return (pictures[..., :3] * alpha + ground * (1 - alpha) + 0.5).astype(np.uint8)


def grid(pictures: np.ndarray, columns: int | None = None, gap: int = 1) -> np.ndarray:
    """Lay pictures [n, h, w, c] out row by row, `gap` pixels apart, as one picture; near-square
    by default.
    """
    n, h, w, c = pictures.shape
    columns = columns or math.ceil(math.sqrt(n * h / w))
    rows = math.ceil(n / columns)
    sheet = np.zeros((rows * (h + gap) - gap, columns * (w + gap) - gap, c), np.uint8)
    for k, picture in enumerate(pictures):
        y, x = (k // columns) * (h + gap), (k % columns) * (w + gap)
        sheet[y : y + h, x : x + w] = picture
    return sheet


def ungrid(sheet: np.ndarray, count: int, height: int, width: int, gap: int = 1) -> np.ndarray:
    """Cut a sheet laid out by `grid` back into its `count` pictures [n, h, w, c]."""
    columns = (sheet.shape[1] + gap) // (width + gap)
    cells = [divmod(k, columns) for k in range(count)]
    corners = [(row * (height + gap), column * (width + gap)) for row, column in cells]
    return np.stack([sheet[y : y + height, x : x + width] for y, x in corners])


def pillow(picture: np.ndarray) -> Image.Image:
    """Return the Pillow image of one picture [h, w, c]."""
    channels = picture.shape[-1]
    return Image.fromarray(picture[..., 0] if channels == 1 else picture, MODES[channels])


def save(picture: np.ndarray, path: Path) -> None:
    """Write one picture [h, w, c] as PNG."""
    pillow(picture).save(path, "PNG")


def load(path: Path) -> np.ndarray:
    """Read a PNG that `save` wrote as picture [h, w, c]; raise OSError for any other file."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            picture = np.asarray(image)
    except OSError:
        raise
    except Exception as error:  # decoders raise anything over a damaged file
        raise OSError(f"{path.name} is damaged: {type(error).__name__}.") from None
    return picture[..., None] if picture.ndim == 2 else picture


def head(data: bytes, formats: Sequence[str]) -> ImageFile.ImageFile:
    """Read the head of a picture file; raise UnidentifiedImageError where it is none of these.

    Unlike Image.open it knows no largest picture: whoever calls looks at the size before decoding.
    """
    Image.init()
    for name in formats:
        factory, accept = Image.OPEN[name]
        if accept is None or accept(data[:16]) is True:
            try:
                return factory(io.BytesIO(data), "")  # type: ignore[return-value]  # is a file's
            except SyntaxError:
                break
    raise UnidentifiedImageError
