"""Restyle a picture: the one job that window, command line and Python share."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from studio.core.events import Drawn, Job, Progress, Refused, finished
from studio.core.style.color import lightness_from
from studio.core.style.look import DEPTHS, Look, StylePicture, eight_bits, resized, smaller
from studio.core.style.method import Method, Style, StyleSettings, Task
from studio.core.style.methods import methods

T = TypeVar("T")
MOST = 4  # style pictures
OPAQUE = 0.5  # alpha from which a style's pixel is taken from
STRIP = 1 << 20  # pixels that are finished in one pull
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
    look = Look(method, settings, tuple(styles), mask, weights)
    _readable(pixels)
    way = check(look)
    _sized(pixels, look)
    if settings.strength == 0:
        return _colored(pixels).copy()
    yield Progress(0, None, way.title)
    content = _colors(pixels)
    result = content
    layers = list(_layers(styles)) or [((), None)]
    for number, (together, where) in enumerate(layers):
        task = Task(content, tuple(_style(s) for s in together), weights)
        job = way.stylize(task, settings)
        painted = yield from _counted(job, number, len(layers), way.title, pixels, look)
        result = yield from _laid(result, painted, content, where, settings.keep_colors)
    return (yield from _finished(result, pixels, mask))


def restyled(
    pixels: np.ndarray,
    method: str = "patch",
    styles: Sequence[np.ndarray | StylePicture] = (),
    mask: np.ndarray | None = None,
    weights: Path | None = None,
    **settings: Any,
) -> np.ndarray:
    """Return `pixels` restyled as `stylize` does; `settings` are the method's, by name.

    Raises Refused for what does not fit.
    """
    way = _known(method)
    asked = way.settings().updated(settings)
    given = [s if isinstance(s, StylePicture) else StylePicture(s) for s in styles]
    return finished(guarded(stylize(pixels, method, asked, given, mask, weights)))


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


def _counted(
    job: Job[np.ndarray], number: int, count: int, title: str, pixels: np.ndarray, look: Look
) -> Job[np.ndarray]:
    """Pass a layer's job on: what it counts becomes a part of the whole, what it draws the look of
    the whole.
    """
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return ended.value
        if isinstance(event, Progress):
            share = min(1.0, event.done / event.total) if event.total else 0.0
            yield Progress(int((number + share) * STEPS), count * STEPS, event.text or title)
        elif not isinstance(event, Drawn):
            yield event
        elif count == 1:
            yield _coarse(event, pixels, look)


def _coarse(event: Drawn, pixels: np.ndarray, look: Look) -> Drawn:
    """Return a coarse look with the content's own alpha, colors and unmasked pixels."""
    where = look.mask if look.mask is not None else look.styles[0].mask if look.styles else None
    if where is None and not look.settings.keep_colors and pixels.shape[2] < 4:
        return event
    h, w = event.pictures.shape[1:3]
    small = eight_bits(resized(pixels, (w, h)))
    painted = event.pictures[0, ..., :3].astype(np.float32) / 255
    if look.settings.keep_colors:
        painted = lightness_from(painted, _colors(small))
    mask = None if where is None else resized(where, (w, h))
    return Drawn(_whole(painted, small, mask)[None])


def _colors(pixels: np.ndarray) -> np.ndarray:
    """Return pixels as float32 [h, w, 3] in [0, 1]; what is transparent takes colors nearby."""
    colors = _colored(pixels)[..., :3].astype(np.float32)
    if pixels.shape[2] == 4:
        clear = pixels[..., 3] == 0
        if clear.any() and not clear.all():
            np.copyto(colors, _bled(pixels), where=clear[..., None])
    colors /= DEPTHS[pixels.dtype.name]
    return colors


def _bled(pixels: np.ndarray) -> np.ndarray:
    """Return colors float32 [h, w, 3] that go on where [h, w, 4] is transparent.

    A transparent pixel has its nearest opaque one's, found in a smaller copy of a large picture.
    """
    h, w = pixels.shape[:2]
    small = smaller(pixels, (STRIP / (h * w)) ** 0.5)
    clear = (small[..., 3] == 0).astype(np.uint8)
    _, found = cv2.distanceTransformWithLabels(
        clear, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(found, np.int32)
    nearest = np.zeros(int(labels.max()) + 1, np.int64)
    opaque = np.flatnonzero(clear.ravel() == 0)
    nearest[labels.ravel()[opaque]] = opaque
    bled = small.reshape(-1, 4)[nearest[labels], :3].astype(np.float32)
    return bled if bled.shape[:2] == (h, w) else cv2.resize(bled, (w, h))


def _style(style: StylePicture) -> Style:
    return Style(_colors(style.pixels), style.weight, _open(style))


def _open(style: StylePicture) -> np.ndarray | None:
    """Return where a style is opaque, bool [h, w]; None = everywhere."""
    if style.pixels.shape[2] < 4:
        return None
    found = style.pixels[..., 3] >= OPAQUE * DEPTHS[style.pixels.dtype.name]
    return None if found.all() else found


def _laid(
    below: np.ndarray,
    painted: np.ndarray,
    content: np.ndarray,
    where: np.ndarray | None,
    keep_colors: bool,
) -> Job[np.ndarray]:
    """Return what a method painted, in the content's colors if asked, over what lies below."""
    if painted.shape != content.shape:
        raise ValueError(f"a method returned {painted.shape} for {content.shape}")
    if where is None and not keep_colors:
        return painted
    result = np.empty_like(content)
    for rows in _strips(content):
        part = painted[rows]
        if keep_colors:
            part = lightness_from(part, content[rows])
        if where is not None:
            part = _mixed(below[rows], part, where[rows])
        result[rows] = part
        yield Progress(0, None, "Colors")
    return result


def _strips(pixels: np.ndarray) -> Iterator[slice]:
    """Yield rows of a picture that are done in one pull."""
    step = max(1, STRIP // pixels.shape[1])
    for top in range(0, len(pixels), step):
        yield slice(top, top + step)


def _mixed(below: np.ndarray, above: np.ndarray, where: np.ndarray) -> np.ndarray:
    share = where[..., None].astype(np.float32) / 255
    return below + share * (above - below)


def _finished(result: np.ndarray, pixels: np.ndarray, mask: np.ndarray | None) -> Job[np.ndarray]:
    """Return the picture in the content's depth, with its own alpha and unmasked pixels."""
    found = np.empty((*pixels.shape[:2], max(3, pixels.shape[2])), pixels.dtype)
    for rows in _strips(pixels):
        found[rows] = _whole(result[rows], pixels[rows], None if mask is None else mask[rows])
        yield Progress(rows.stop, None, "Colors")
    return found


def _whole(painted: np.ndarray, pixels: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return colors as levels; where the mask or the alpha is 0, the very levels of `pixels`."""
    own = _colored(pixels)
    levels = np.clip(painted, 0, 1) * DEPTHS[pixels.dtype.name]
    if mask is not None:
        levels = _mixed(own[..., :3].astype(np.float32), levels, mask)
    found = own.copy()
    found[..., :3] = np.rint(levels).astype(pixels.dtype)
    for kept in (mask, own[..., 3] if own.shape[2] == 4 else None):
        if kept is not None:
            found[kept == 0] = own[kept == 0]
    return found


def _colored(pixels: np.ndarray) -> np.ndarray:
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def check(look: Look) -> Method:
    """Return the look's method; raise Refused where its parts do not fit each other."""
    way, styles = _known(look.method), look.styles
    if way.styled and not styles:
        raise Refused(f"{way.title} takes the style from a picture; give one to four.")
    if not way.styled and styles:
        raise Refused(f"{way.title} needs no style picture; leave it out, or choose patch.")
    if len(styles) > MOST:
        raise Refused(f"{len(styles)} style pictures are too many; give one to four.")
    for style in styles:
        _readable(style.pixels)
    if any(not 0 < style.weight < np.inf for style in styles):
        raise Refused("A style's weight is a number above 0.")
    if any(open_ is not None and not open_.any() for open_ in map(_open, styles)):
        raise Refused("A style picture is transparent everywhere; give one with something in it.")
    if way.weighted and look.weights is None:
        raise Refused(f"{way.title} needs your VGG19 file; choose it, or give --weights FILE.")
    if not isinstance(look.settings, way.settings):
        raise Refused(f"These are not settings of {way.title}.")
    return way


def _known(method: str) -> Method:
    if method not in methods():
        raise Refused(f"There is no method '{method}'; choose one of {', '.join(methods())}.")
    return methods()[method]


def _readable(pixels: np.ndarray) -> None:
    if (
        pixels.ndim != 3
        or pixels.shape[2] not in (1, 3, 4)
        or pixels.dtype.name not in DEPTHS
        or not pixels.size
    ):
        raise Refused("A picture has 8 or 16 bits a channel, and 1, 3 or 4 channels.")


def _sized(pixels: np.ndarray, look: Look) -> None:
    """Raise Refused where a mask has not the content's size."""
    h, w = pixels.shape[:2]
    for other in (look.mask, *(style.mask for style in look.styles)):
        if other is not None and other.shape != (h, w):
            size = "×".join(str(side) for side in other.shape[1::-1])
            raise Refused(f"A mask is {size} pixels and the picture {w}×{h}; they must be equal.")
