"""Procedural game sprites, 32×32 RGBA, from known factors: a starter set of any size."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from studio.core.data import sprite_shapes
from studio.core.data.canvas import Canvas, colors, plane

PALETTES = ("ruby", "ember", "gold", "leaf", "teal", "sky", "royal", "rose", "bone", "steel")
PATTERNS = ("plain", "stripes", "dots", "checks")
SIZES = {"small": 0.8, "medium": 0.9, "large": 1.0}
POSES = ("left", "right", "lively left", "lively right")
KINDS: dict[str, Callable[[Canvas, "Stance"], None]] = {
    "axe": sprite_shapes.axe,
    "chest": sprite_shapes.chest,
    "crown": sprite_shapes.crown,
    "gem": sprite_shapes.gem,
    "ghost": sprite_shapes.ghost,
    "hero": sprite_shapes.hero,
    "mushroom": sprite_shapes.mushroom,
    "potion": sprite_shapes.potion,
    "shield": sprite_shapes.shield,
    "slime": sprite_shapes.slime,
    "sword": sprite_shapes.sword,
    "tree": sprite_shapes.tree,
}
# Degrees and growth in a lively pose.
TURNED = {"sword": (45, 1.2), "axe": (30, 1.05), "shield": (14, 0.95), "crown": (12, 0.95)}


class Stance(NamedTuple):
    """The factors that decide which pixel is painted; a few hundred differ, so they are kept."""

    kind: str
    pattern: str
    size: str
    pose: str

    @property
    def lively(self) -> bool:
        """The other stance: a step, a squash, a tilt, an open lid."""
        return self.pose.startswith("lively")


@dataclass(frozen=True)
class Factors:
    """All that a sprite depends on. `accent` is the palette of its second material."""

    kind: str
    palette: str
    accent: str
    pattern: str
    size: str
    pose: str

    @property
    def name(self) -> str:
        """The factors as a file name."""
        parts = (self.palette, self.accent, self.pattern, self.size, self.pose.replace(" ", "-"))
        return "_".join(parts)


def factors(seed: int, index: int) -> Factors:
    """Return the factors of sprite (seed, index); kinds take turns, the rest is drawn."""
    rng = np.random.default_rng((seed, index))
    palette, accent, pattern, size, pose = (
        int(rng.integers(n)) for n in (len(PALETTES), len(PALETTES) - 1, 4, len(SIZES), len(POSES))
    )
    other = PALETTES[(palette + 1 + accent) % len(PALETTES)]
    kinds, sizes = list(KINDS), list(SIZES)
    kind = kinds[index % len(kinds)]
    return Factors(kind, PALETTES[palette], other, PATTERNS[pattern], sizes[size], POSES[pose])


def draw(wanted: Factors) -> np.ndarray:
    """Draw one sprite: uint8 [32, 32, 4], straight alpha, hard edges."""
    stance = Stance(wanted.kind, wanted.pattern, wanted.size, wanted.pose)
    return colors(wanted.palette, wanted.accent)[_indices(stance)]


@cache
def _indices(stance: Stance) -> np.ndarray:
    mirrored = stance.pose.endswith("left")
    turn, growth = TURNED.get(stance.kind, (0, 1.0)) if stance.lively else (0, 1.0)
    canvas = Canvas(*plane(SIZES[stance.size] * growth, mirrored, turn), mirrored)
    KINDS[stance.kind](canvas, stance)
    return canvas.finished()


def sprites(count: int, seed: int = 0) -> tuple[np.ndarray, list[Factors]]:
    """Draw sprites (seed, 0..count-1): uint8 [count, 32, 32, 4], and their factors."""
    all_factors = [factors(seed, k) for k in range(count)]
    pictures = [draw(f) for f in all_factors]
    return np.stack(pictures) if pictures else np.zeros((0, 32, 32, 4), np.uint8), all_factors
