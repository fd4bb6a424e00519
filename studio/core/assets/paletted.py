"""Pictures on their way to a palette: plain color, hard or soft edges, indexed PNG."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from studio.core.assets.bleeding import bled
from studio.core.assets.kind import Item
from studio.core.assets.likeness import screened
from studio.core.events import Job, Note, Progress

SOLID = 128  # alpha from which a pixel is seen, where edges are hard
SAMPLES = 1 << 20  # pixels that a palette is found in
STRIP = 1 << 20  # pixels looked at in one pull


@dataclass(frozen=True, eq=False)
class Plain:
    """A picture as uint8 sRGB [h, w, 3], and its alpha uint8 [h, w], None where all is solid."""

    color: np.ndarray
    alpha: np.ndarray | None

    @property
    def soft(self) -> bool:
        """Whether some pixels are half clear."""
        return self.alpha is not None and bool(((self.alpha > 0) & (self.alpha < 255)).any())

    def drawn(self, index: np.ndarray, palette: np.ndarray) -> np.ndarray:
        """Return the picture in the colors of a palette uint8 [k, 3], uint8 [h, w, c]."""
        color = palette[index]
        return color if self.alpha is None else np.dstack([color, self.alpha])


def plain_pictures(items: Sequence[Item], hard: bool) -> Job[list[Plain]]:
    """Return the pictures in sRGB and 8 bits, said in Notes; `hard` makes pixels clear or solid."""
    found, moved = [], False
    for done, item in enumerate(items):
        yield Progress(10 * done // len(items), 100, item.name)
        pixels, converted = screened(item.photograph)
        moved |= converted
        found.append(_split(pixels, hard))
    if any(item.photograph.depth == 16 for item in items):
        yield Note("A palette has 8 bits a channel: 16-bit pictures are rounded.", kind="depth")
    if moved:
        yield Note("Palettes are sRGB: pictures of other profiles were converted.", kind="profile")
    return found


def _split(pixels: np.ndarray, hard: bool) -> Plain:
    # Bled, or the errors of hidden colors would be diffused into what is seen.
    color = np.repeat(pixels, 3, 2) if pixels.shape[2] == 1 else bled(pixels)[..., :3]
    if pixels.shape[2] < 4 or (pixels[..., 3] == 255).all():
        return Plain(color, None)
    alpha = pixels[..., 3]
    return Plain(color, np.where(alpha >= SOLID, 255, 0).astype(np.uint8) if hard else alpha)


def seen_colors(pictures: Sequence[Plain], count: int) -> Job[np.ndarray]:
    """Return what pixels are seen in, sRGB float32 [n, 3]: every color, where there are no more
    than `count`, or else that of evenly taken pixels.
    """
    every = max(1, sum(p.color[..., 0].size for p in pictures) // SAMPLES)
    known, samples = np.zeros(0, np.int64), []
    for picture in pictures:
        flat = picture.color.reshape(-1, 3)
        seen = None if picture.alpha is None else picture.alpha.ravel() > 0
        for at in range(0, len(flat), STRIP):
            part = flat[at : at + STRIP]
            part = part if seen is None else part[seen[at : at + STRIP]]
            samples.append(part[::every])
            if len(known) <= count:
                known = np.union1d(known, part.astype(np.int64) @ [65536, 256, 1])
            yield Progress(10, 100, "Colors")
    if len(known) <= count:
        found = np.stack([known >> 16, known >> 8 & 255, known & 255], -1)
    else:
        found = np.concatenate(samples)
    return found.astype(np.float32) / 255


def indexed_png(
    index: np.ndarray, palette: np.ndarray, alpha: np.ndarray | None, clear: bool
) -> bytes:
    """Return an indexed PNG of indices [h, w] into uint8 [k, 3], the same bytes every time.

    `clear` puts a clear color before the others; pixels whose alpha is 0 get it.
    """
    table, codes = palette, index
    if clear:
        table = np.concatenate([np.zeros((1, 3), np.uint8), palette])
        codes = index + np.uint8(1) if alpha is None else np.where(alpha > 0, index + 1, 0)
    image = Image.fromarray(codes.astype(np.uint8), "P")
    image.putpalette(table.tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", **({"transparency": 0} if clear else {}))
    return file.getvalue()
