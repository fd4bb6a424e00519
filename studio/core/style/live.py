"""What the window asks of style: a small look at once, the whole picture, the presets drawn."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.core.events import Job, Note, Progress, Refused
from studio.core.style.look import Look, StylePicture, eight_bits, smaller
from studio.core.style.method import Method, StyleSettings
from studio.core.style.methods import methods

STYLE_SIDE, STYLE_LEAST = 64, 16  # pixels that a style keeps in a preview, and its shorter side
PRESET_SIDE = 96


@dataclass(frozen=True, eq=False)
class Restyled:
    """A restyled picture of the content's depth, the seconds it took, and what was done."""

    pixels: np.ndarray
    seconds: float
    words: str


@dataclass(frozen=True, eq=False)
class PresetDrawn(Progress):
    """A method's preset, drawn on the content: `picture` is uint8 [h, w, 3 or 4]."""

    method: str
    title: str
    settings: StyleSettings
    picture: np.ndarray


def preview_style(pixels: np.ndarray, look: Look, side: int = 256) -> Job[np.ndarray]:
    """Restyle a small copy of the content; returns uint8 [h, w, 3 or 4], `side` at most.

    Yields what the method says, Drawn for a coarse look included. Raises Refused. `shrunk` first,
    once for many previews, saves the copying from each. A slow method's `preview` counts.
    """
    from studio.core.style.styling import check, guarded, stylize

    small, seen = shrunk(pixels, look, side)
    settings = seen.settings.updated(dict(check(seen).preview))
    return (
        yield from guarded(
            stylize(small, seen.method, settings, seen.styles, seen.mask, seen.weights)
        )
    )


def shrunk(pixels: np.ndarray, look: Look, side: int) -> tuple[np.ndarray, Look]:
    """Return the content as uint8, `side` at most, and the look that fits it.

    Styles shrink by the same factor, so that strokes keep their size in the picture, masks to the
    content's new size; nothing is enlarged.
    """
    factor = side / max(pixels.shape[:2])
    styles = tuple(_small_style(style, factor) for style in look.styles)
    mask = None if look.mask is None else smaller(look.mask, factor)
    return eight_bits(smaller(pixels, factor)), replace(look, styles=styles, mask=mask)


def _small_style(style: StylePicture, factor: float) -> StylePicture:
    mask = None if style.mask is None else smaller(style.mask, factor)
    small = smaller(style.pixels, style_factor(style.pixels, factor))
    return replace(style, pixels=eight_bits(small), mask=mask)


def style_factor(pixels: np.ndarray, factor: float) -> float:
    """Return by how much a style shrinks where the content shrinks by `factor`: no further than it
    keeps patches to take.
    """
    h, w = pixels.shape[:2]
    return max(factor, STYLE_SIDE / max(h, w), STYLE_LEAST / min(h, w))


def restyle(pixels: np.ndarray, look: Look) -> Job[Restyled]:
    """Restyle the whole picture; raises Refused, also where memory runs out."""
    from studio.core.style.styling import guarded, stylize

    begun = time.monotonic()
    found = yield from guarded(
        stylize(pixels, look.method, look.settings, look.styles, look.mask, look.weights)
    )
    return Restyled(found, time.monotonic() - begun, words(look))


def words(look: Look) -> str:
    """Say in a line what is chosen: 'Oil: Brush 30, Keep colors', only what is not the default."""
    way = methods()[look.method]
    changed = [
        _setting(info.title or name, getattr(look.settings, name))
        for name, info in type(look.settings).model_fields.items()
        if getattr(look.settings, name) != info.default
    ]
    count = len(look.styles)
    if count > 1:
        changed.insert(0, f"{count} styles")
    return f"{way.title}: {', '.join(changed)}" if changed else way.title


def _setting(label: str, value: object) -> str:
    if isinstance(value, bool):
        return label if value else f"no {label[0].lower()}{label[1:]}"
    return f"{label} {value:.4g}" if isinstance(value, float) else f"{label} {value}"


def preset_looks(
    pixels: np.ndarray, styles: Sequence[StylePicture] = (), side: int = PRESET_SIDE
) -> Job[int]:
    """Draw every preset of every method on a small copy of the content; returns how many.

    Yields PresetDrawn for each: those that need no style first, which are quick. What needs a style
    is drawn if there is one, what needs VGG19 never. Yields a Note where one refuses.
    """
    ways = _drawable(bool(styles))
    total = sum(len(way.presets) for way in ways)
    base = Look("", StyleSettings(), tuple(styles))
    small, seen = shrunk(pixels, base, side)
    done = 0
    for way in ways:
        for title, changes in way.presets.items():
            settings = way.settings().updated(dict(changes))
            look = replace(
                seen,
                method=way.name,
                settings=settings,
                styles=seen.styles if way.styled else (),
            )
            yield Progress(done, total, title)
            done += 1
            try:
                picture = yield from _quietly(preview_style(small, look, side))
            except Refused as refused:
                yield Note(str(refused), kind="preset")
                continue
            yield PresetDrawn(done, total, title, way.name, title, settings, picture)
    return done


def _drawable(styled: bool) -> list[Method]:
    ways = [way for way in methods().values() if not way.weighted]
    slow = [way for way in reversed(ways) if way.styled and styled]
    return [way for way in ways if not way.styled] + slow


def _quietly(job: Job[np.ndarray]) -> Job[np.ndarray]:
    """Pass a job on, without what it counts and shows: only its pulls."""
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value
        yield Progress(0, None, "")
