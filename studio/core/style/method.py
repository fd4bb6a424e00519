"""What a method of style is, and what it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from studio.core import settings
from studio.core.events import Job


class StyleSettings(settings.Settings):
    """What every method has. The same settings, seed and pictures give the same pixels.

    Sizes in a method's settings are thousandths of the picture's longer side, so that a small
    preview looks like the large picture.
    """

    strength: float = settings.field(
        1.0,
        label="Strength",
        help="How far the picture leaves the photograph. 0 changes nothing.",
        ge=0.0,
        le=1.0,
    )
    keep_colors: bool = settings.field(
        False,
        label="Keep colors",
        help="The colors stay the picture's own; only the hand that painted it changes.",
    )
    seed: int = settings.field(
        0,
        label="Seed",
        help="Another number gives another picture.",
        ge=0,
        le=2**31 - 1,
        advanced=True,
    )


@dataclass(frozen=True, eq=False)
class Style:
    """A picture to take the style from: `colors` is float32 [h, w, 3] in [0, 1], sRGB.

    Of several, each counts by its `weight`, above 0. Where `open`, bool [h, w], is False the
    picture is transparent: nothing is taken from there. None = open everywhere.
    """

    colors: np.ndarray
    weight: float = 1.0
    open: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be restyled: `content` is float32 [h, w, 3] in [0, 1], sRGB, any size from 1x1.

    `weights` is the file of the user's own VGG19, for the method that asks for it.
    """

    content: np.ndarray
    styles: tuple[Style, ...] = ()
    weights: Path | None = None


# Restyles one task: yields Progress, and Drawn while a coarse look is there already; each pull
# takes under about 100 ms. Returns float32 [h, w, 3] in [0, 1].
Stylizer = Callable[[Task, Any], Job[np.ndarray]]


@dataclass(frozen=True)
class Method:
    """One way of restyling. `summary` says in a sentence what comes out, `presets` are settings by
    the preset's title. `styled`: it takes one to four style pictures. `weighted`: it needs VGG19.
    `preview` are settings that a preview takes in place of those given, where the way is slow.
    """

    name: str
    title: str
    summary: str
    settings: type[StyleSettings]
    stylize: Stylizer
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    styled: bool = False
    weighted: bool = False
    rank: int = 0
    preview: Mapping[str, Any] = field(default_factory=dict)
