"""Restyle a picture: the one job that window, command line and Python share."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from studio.core.events import Drawn, Job, Progress, Refused
from studio.core.style.color import lightness_from
from studio.core.style.look import DEPTHS, StylePicture
from studio.core.style.method import Method, Style, StyleSettings, Task
from studio.core.style.methods import methods

T = TypeVar("T")
MOST = 4  # style pictures
OPAQUE = 0.5  # alpha from which a style's pixel is taken from
STEPS = 1000  # of each layer, for its progress


def stylize(
    pixels: np.ndarray,
    method: str,
    settings: StyleSettings,
    styles: Sequence[StylePicture] = (),
    mask: np.ndarray | None = None,
    weights: Path | None = None,
) -> Job[np.ndarray]:
    """Return the picture restyled, of the same size and depth: color, with alpha if it had one.

    `pixels` is uint8 or uint16 [h, w, c], c in 1, 3, 4, straight alpha. `mask`, uint8 [h, w], tells
    where anything changes: 0 stays as it is to the bit. Styles with masks are painted over those
    without, each mask's in turn. Yields Progress, and Drawn (a coarse look). Raises Refused.
    """
    way = _checked(pixels, method, settings, styles, mask, weights)
    top = DEPTHS[pixels.dtype.name]
    content = _colors(pixels)
    result = content
    layers = list(_layers(styles)) or [((), None)]
    for number, (together, where) in enumerate(layers):
        task = Task(content, tuple(_style(s) for s in together), weights)
        painted = yield from _counted(way.stylize(task, settings), number, len(layers), way.title)
        if settings.keep_colors:
            painted = lightness_from(painted, content)
        result = painted if where is None else _laid(result, painted, where)
    restyled = np.rint(np.clip(result, 0, 1) * top).astype(pixels.dtype)
    return _finished(restyled, pixels, mask)


def guarded(job: Job[T]) -> Job[T]:
    """Pass a job on; where memory runs out in it, raise Refused."""
    try:
        return (yield from job)
    except (MemoryError, RuntimeError, cv2.error) as error:
        if not _memory_ran_out(error):
            raise
    raise Refused(
        "There is not enough memory to restyle this; nothing was changed. Close other programs, or "
        "make the picture smaller."
    )


def _memory_ran_out(error: Exception) -> bool:
    if isinstance(error, cv2.error):
        return error.code == cv2.Error.StsNoMem
    from studio.core.device import is_oom  # torch: only what failed pays for it

    return is_oom(error)


def _layers(
    styles: Sequence[StylePicture],
) -> Iterator[tuple[tuple[StylePicture, ...], np.ndarray | None]]:
    """Yield the styles that go together and where: those without a mask first."""
    ground = tuple(style for style in styles if style.mask is None)
    if ground:
        yield ground, None
    for style in styles:
        if style.mask is not None:
            yield (style,), style.mask


def _counted(job: Job[np.ndarray], number: int, count: int, title: str) -> Job[np.ndarray]:
    """Pass a layer's job on; what it counts becomes a part of the whole."""
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return ended.value
        if isinstance(event, Progress):
            share = min(1.0, event.done / event.total) if event.total else 0.0
            yield Progress(int((number + share) * STEPS), count * STEPS, event.text or title)
        elif not isinstance(event, Drawn) or count == 1:
            yield event


def _colors(pixels: np.ndarray) -> np.ndarray:
    """Return pixels as float32 [h, w, 3] in [0, 1]; what is transparent takes colors nearby."""
    colors = pixels.astype(np.float32) / DEPTHS[pixels.dtype.name]
    if colors.shape[2] == 4:
        return _bled(colors)
    return np.repeat(colors, 3, axis=2) if colors.shape[2] == 1 else colors


def _bled(colors: np.ndarray) -> np.ndarray:
    """Return the colors of [h, w, 4]; a transparent pixel has its nearest opaque one's."""
    clear = (colors[..., 3] < 1 / 255).astype(np.uint8)
    if not clear.any() or clear.all():
        return np.ascontiguousarray(colors[..., :3])
    _, found = cv2.distanceTransformWithLabels(
        clear, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(found, np.int64)
    nearest = np.zeros(int(labels.max()) + 1, np.int64)
    opaque = np.flatnonzero(clear.ravel() == 0)
    nearest[labels.ravel()[opaque]] = opaque
    return colors.reshape(-1, 4)[nearest[labels], :3]


def _style(style: StylePicture) -> Style:
    return Style(_colors(style.pixels), style.weight, _open(style))


def _open(style: StylePicture) -> np.ndarray | None:
    """Return where a style is opaque, bool [h, w]; None = everywhere."""
    if style.pixels.shape[2] < 4:
        return None
    found = style.pixels[..., 3] >= OPAQUE * DEPTHS[style.pixels.dtype.name]
    return None if found.all() else found


def _laid(below: np.ndarray, above: np.ndarray, where: np.ndarray) -> np.ndarray:
    share = where[..., None].astype(np.float32) / 255
    return below + share * (above - below)


def _finished(restyled: np.ndarray, pixels: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return the picture with its own alpha, and its own pixels where the mask is 0."""
    color = pixels[..., :3] if pixels.shape[2] >= 3 else np.repeat(pixels, 3, axis=2)
    if mask is not None:
        mixed = _laid(color.astype(np.float32), restyled.astype(np.float32), mask)
        restyled = np.where(mask[..., None] > 0, np.rint(mixed).astype(pixels.dtype), color)
    if pixels.shape[2] < 4:
        return restyled
    hidden = pixels[..., 3:] == 0
    return np.concatenate([np.where(hidden, color, restyled), pixels[..., 3:]], axis=2)


def _checked(
    pixels: np.ndarray,
    method: str,
    settings: StyleSettings,
    styles: Sequence[StylePicture],
    mask: np.ndarray | None,
    weights: Path | None,
) -> Method:
    """Return the method; raise Refused where something does not fit."""
    if method not in methods():
        raise Refused(f"There is no method '{method}'; choose one of {', '.join(methods())}.")
    way = methods()[method]
    for picture in (pixels, *(style.pixels for style in styles)):
        if (
            picture.ndim != 3
            or picture.shape[2] not in (1, 3, 4)
            or picture.dtype.name not in DEPTHS
        ):
            raise Refused("A picture has 8 or 16 bits a channel, and 1, 3 or 4 channels.")
    if way.styled and not styles:
        raise Refused(f"{way.title} takes the style from a picture; give one to four.")
    if not way.styled and styles:
        raise Refused(f"{way.title} needs no style picture; leave it out, or choose patch.")
    if len(styles) > MOST:
        raise Refused(f"{len(styles)} style pictures are too many; give one to four.")
    if any(not 0 < style.weight < np.inf for style in styles):
        raise Refused("A style's weight is a number above 0.")
    if any(open_ is not None and not open_.any() for open_ in map(_open, styles)):
        raise Refused("A style picture is transparent everywhere; give one with something in it.")
    if way.weighted and weights is None:
        raise Refused(f"{way.title} needs your VGG19 file; choose it, or give --weights FILE.")
    h, w = pixels.shape[:2]
    for other in (mask, *(style.mask for style in styles)):
        if other is not None and other.shape != (h, w):
            size = "×".join(str(side) for side in other.shape[1::-1])
            raise Refused(f"A mask is {size} pixels and the picture {w}×{h}; they must be equal.")
    if not isinstance(settings, way.settings):
        raise Refused(f"These are not settings of {way.title}.")
    return way
