"""Stickers: pictures cut out, rimmed, and scaled to the sizes that messengers ask for."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Literal

import numpy as np

from studio.core.assets import animation, outlining
from studio.core.assets.bleeding import bled, premultiplied
from studio.core.assets.bundling import on_canvas, overview, targets
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.likeness import like, shown
from studio.core.assets.outlining import Rim
from studio.core.assets.trimming import seen
from studio.core.colors.hex import rgb
from studio.core.events import Job, Note, Progress, Refused
from studio.core.photographs.encoding import encoded
from studio.core.settings import Settings, field

LEAST, MOST = 16, 2048  # pixels a side
FEW = 8  # sizes at most
PREVIEW, THUMB = 1024, 128  # pixels a side: of all stickers that are shown, of each at least
SMALL = 128  # pixels of the longer side, up to which a picture with hard edges is pixel art
DROP, BLUR = 0.012, 0.012  # of the size: how far a shadow falls, how soft it is


class StickersSettings(Settings):
    """How pictures become stickers."""

    sizes: str = field(
        "512", label="Sizes", help="Pixels a side, one file each, such as 512,256,128.", unit="px"
    )
    outline: float = field(
        3.0,
        label="Outline",
        help="How wide the rim is that keeps it apart from any ground; 0 is none.",
        ge=0,
        le=15,
        unit="%",
    )
    color: str = field("#ffffff", label="Outline color", help="Of the rim, as #rrggbb.")
    shadow: float = field(
        0.0, label="Shadow", help="How dark the shadow under it is; 0 is none.", ge=0, le=1
    )
    padding: float = field(
        2.0, label="Padding", help="Clear room on each side.", ge=0, le=25, unit="%"
    )
    trim: bool = field(True, label="Trim", help="Cuts clear edges off first, so that it fills.")
    square: bool = field(
        True, label="Square", help="Every sticker is as wide as high; else as its picture is."
    )
    scaling: Literal["auto", "smooth", "pixels"] = field(
        "auto",
        label="Scaling",
        help="pixels keeps every pixel a square, for pixel art; auto sees whether it is some.",
    )
    animated: bool = field(
        False, label="Animated", help="All pictures become one moving sticker, in their order."
    )
    fps: float = field(
        12.0, label="Speed", help="Pictures shown in a second.", ge=1, le=60, unit="fps"
    )
    alpha: Literal["straight", "premultiplied"] = field(
        "straight",
        label="Alpha",
        help="Whether color is stored multiplied by alpha; messengers expect straight.",
        advanced=True,
    )


def make(items: Sequence[Item], settings: StickersSettings, name: str) -> Job[Product]:
    """Cut out, rim and scale the pictures."""
    sizes = _sizes(settings.sizes)
    pictures = _united(items) if settings.animated else [item.pixels for item in items]
    narrow = settings.animated or not name.endswith(".png")
    if narrow and any(picture.dtype == np.uint16 for picture in pictures):
        yield Note("WebP and animations have 8 bits a channel: 16-bit pictures are rounded.")
        pictures = [shown(picture) for picture in pictures]
    blocks = _pixel_art(pictures) if settings.scaling == "auto" else settings.scaling == "pixels"
    side = min(max(sizes), max(PREVIEW // math.isqrt(4 * len(items)) * 2, THUMB))
    looks = yield from _drawn(items, pictures, settings, side, blocks)

    def files() -> Job[tuple[File, ...]]:
        found: list[File] = []
        for size in sizes:
            stickers = looks
            if size != side:
                stickers = yield from _drawn(items, pictures, settings, size, blocks)
            part = _moving if settings.animated else _still
            found += yield from part(items, stickers, settings, _sized(name, size, sizes))
        return tuple(found)

    small = [shown(sticker) for sticker in looks]
    listed = ", ".join(map(str, sizes))
    count = "1 moving sticker" if settings.animated else f"{len(items)} stickers"
    frames = np.stack(small) if settings.animated else None
    picture = small[0] if settings.animated else overview(small)
    return Product(picture, f"{count}, {listed} px", files, frames, settings.fps)


def _drawn(
    items: Sequence[Item],
    pictures: Sequence[np.ndarray],
    settings: StickersSettings,
    size: int,
    blocks: bool,
) -> Job[list[np.ndarray]]:
    """Return all pictures as stickers of one size."""
    stickers: list[np.ndarray] = []
    for item, picture in zip(items, pictures, strict=True):
        yield Progress(len(stickers), len(items), f"{item.name}, {size} px")
        stickers.append(_sticker(picture, settings, size, blocks))
    return stickers


def _sizes(text: str) -> list[int]:
    words = [word for word in re.split(r"[,;\s]+", text.strip()) if word]
    fit = all(word.isdecimal() and LEAST <= int(word[:6]) <= MOST for word in words)
    if not words or not fit or len(words) > FEW:
        raise Refused(
            f"'{text[:40]}' are no sizes; write up to {FEW} numbers from {LEAST} to {MOST}, such"
            " as 512,256,128."
        )
    return list(dict.fromkeys(int(word) for word in words))


def _united(items: Sequence[Item]) -> list[np.ndarray]:
    """Return the pictures on one canvas, cut to what any of them shows."""
    frames = on_canvas([shown(item.pixels) for item in items])
    if frames.shape[3] < 4:
        return list(frames)
    box = seen(frames.max(0))
    return [box.cut(frame) for frame in frames]


def _sticker(pixels: np.ndarray, settings: StickersSettings, size: int, blocks: bool) -> np.ndarray:
    """Return one picture uint8 or uint16 [h, w, 4] as a sticker of that size."""
    part = seen(pixels).cut(pixels) if settings.trim and not settings.animated else pixels
    picture, rim = outlining.multiplied(outlining.reduced(part, size)), _rim(settings, size)
    pad = round(settings.padding / 100 * size)
    blocks = blocks and max(part.shape[:2]) < size
    if blocks:
        picture, rim = _rimmed_in_blocks(picture, rim, size - 2 * pad)
    side, above, below = rim.margins
    room = size - 2 * pad - 2 * side, size - 2 * pad - above - below
    factor = min(max(1, room[0]) / picture.shape[1], max(1, room[1]) / picture.shape[0])
    factor = max(1.0, float(int(factor))) if blocks else factor
    w, h = (max(1, int(length * factor)) for length in picture.shape[1::-1])
    wide = size if settings.square else w + 2 * side + 2 * pad
    high = size if settings.square else h + above + below + 2 * pad
    canvas = np.zeros((high, wide, 4), np.float32)
    top, left = max(0, (high - h + above - below) // 2), max(0, (wide - w) // 2)
    scaled = outlining.scaled(picture, h, w, blocks)
    canvas[top : top + h, left : left + w] = scaled[: high - top, : wide - left]
    found = outlining.straight(outlining.rimmed(canvas, rim), pixels.dtype)
    return premultiplied(found) if settings.alpha == "premultiplied" else bled(found)


def _rimmed_in_blocks(picture: np.ndarray, rim: Rim, room: int) -> tuple[np.ndarray, Rim]:
    """Return pixel art with a rim of its own pixels, and what is left to draw around it."""
    if rim.width == 0:
        return picture, rim
    width = max(1, round(rim.width * max(picture.shape[:2]) / room))
    wide = np.pad(picture, ((width, width), (width, width), (0, 0)))
    return outlining.rimmed(wide, Rim(width, rim.color), hard=True), replace(rim, width=0)


def _rim(settings: StickersSettings, size: int) -> Rim:
    color = rgb(settings.color).astype(np.float32) / 255
    width = settings.outline / 100 * size
    return Rim(width, color, settings.shadow, DROP * size, BLUR * size)


def _pixel_art(pictures: Sequence[np.ndarray]) -> bool:
    """Tell whether most of the pictures are small and have hard edges."""
    return 2 * sum(map(_blocky, pictures)) > len(pictures)


def _blocky(pixels: np.ndarray) -> bool:
    if max(pixels.shape[:2]) > SMALL or pixels.shape[2] < 4:
        return False
    alpha = shown(pixels)[..., 3]
    return not ((alpha > 0) & (alpha < 255)).any()


def _sized(name: str, size: int, sizes: Sequence[int]) -> str:
    """Return the name of the files of one size: the first has the name that was given."""
    goal = PurePath(name)
    if size == sizes[0]:
        return name
    return f"{goal.stem}-{size}{goal.suffix}" if goal.suffix else f"{name}/{size}"


def _still(
    items: Sequence[Item], stickers: list[np.ndarray], settings: StickersSettings, name: str
) -> Job[list[File]]:
    found = []
    ending = PurePath(name).suffix or ".png"
    for goal, item, sticker in zip(targets(items, name), items, stickers, strict=True):
        yield Progress(len(found), len(items), goal)
        found.append(File(goal, encoded(like(item.photograph, sticker), ending)[0]))
    return found


def _moving(
    items: Sequence[Item], stickers: list[np.ndarray], settings: StickersSettings, name: str
) -> Job[list[File]]:
    webp = name.endswith(".webp")
    maker = animation.webp if webp else animation.apng
    parts = []
    for part in maker(np.stack(stickers), settings.fps, 1, True):
        yield Progress(min(len(parts), len(items)), len(items), name)
        parts.append(part)
    data = b"".join(parts)
    if webp:
        at, size = animation.webp_size(len(data))
        data = data[:at] + size + data[at + len(size) :]
    return [File(name if PurePath(name).suffix else f"{name}/animation.png", data)]


KIND = Kind(
    "stickers",
    "Stickers",
    "Cut out and rimmed, in the sizes that messengers and sites ask for.",
    StickersSettings,
    make,
    (".png", ".webp", ".apng", ""),
    rank=5,
)
