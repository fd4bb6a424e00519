"""Where brush strokes go: the largest first, smaller ones where the picture asks for them."""

from dataclasses import dataclass

import cv2
import numpy as np

from studio.core.style.flow import blurred, tensor_field
from studio.core.style.kuwahara import kuwahara
from studio.core.style.texture import turbulence

PLAN = 512  # the longer side of the picture that strokes are planned on, in pixels
HASTY = 256  # the same for pictures no larger than that: a preview has no time for more
SPACING = 1.4  # of a brush's width: one stroke is tried in each cell of that size
COVERING = 0.9  # the same for the first brush, which is to cover the canvas
HALF = 8  # pixels of brush from which its plan is made at half the size
STEPS = 6  # to each side of a stroke's middle
STRAY = 0.14  # color that a stroke may leave its own by; then it ends
TURN = 0.6  # how readily a stroke follows the forms; 1 = at once
SHORTEST = 1.6  # widths: a dab
HABIT = 0.6  # of lightness from left to right: it gives the brush a direction where nothing does
BENT = 0.35  # most of a stroke's chord that its middle stands off


@dataclass(frozen=True, eq=False)
class Strokes:
    """Strokes of one brush in the order they are laid, in units of the picture's longer side.

    `middle` [n, 2] is (x, y) of the chord's, `angle` [n] its direction, `length` [n] with the ends;
    `bend` [n] is how far the path's middle stands off the chord, as a share of the length. `luck`
    [n, 4] are numbers in [0, 1) that each stroke has to itself, wherever it comes in the order.
    """

    width: float
    middle: np.ndarray
    angle: np.ndarray
    length: np.ndarray
    bend: np.ndarray
    colors: np.ndarray
    luck: np.ndarray


class Plan:
    """A small painting that decides where the strokes of the large one go.

    After Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes", 1998. Its
    size does not go with the picture's, so that a preview has the large picture's strokes.
    """

    def __init__(self, content: np.ndarray, rng: np.random.Generator):
        h, w = content.shape[:2]
        self.side = HASTY if max(h, w) <= HASTY else PLAN
        scale = self.side / max(h, w)
        size = (max(1, round(w * scale)), max(1, round(h * scale)))
        between = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        self.content = cv2.resize(content, size, interpolation=between)
        self.canvas = np.full_like(self.content, np.inf)
        self.habit = _habit(size[1], size[0], rng)

    def seen(self, width: float) -> tuple[np.ndarray, np.ndarray]:
        """Return what a brush can tell of the picture: colors [h, w, 3], tangents [h, w].

        `width` is in units of the picture's longer side.
        """
        brush = width * self.side
        h, w = self.content.shape[:2]
        half = 2 if brush > HALF else 1
        size = (max(1, w // half), max(1, h // half))
        small = cv2.resize(self.content, size, interpolation=cv2.INTER_AREA)
        lightness = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        lightness += cv2.resize(self.habit, size, interpolation=cv2.INTER_AREA)
        angle, anisotropy = tensor_field(lightness, max(1.0, brush / 3 / half), wide=True)
        reference = kuwahara(small, angle, anisotropy, brush / 2 / half)
        return (
            cv2.resize(reference, (w, h), interpolation=cv2.INTER_LINEAR),
            cv2.resize(angle, (w, h), interpolation=cv2.INTER_NEAREST),
        )

    def layer(
        self,
        seen: tuple[np.ndarray, np.ndarray],
        width: float,
        length: float,
        error: float,
        rng: np.random.Generator,
    ) -> Strokes:
        """Paint with one brush wherever the plan is off by more than `error` in color (0 to 1.7).

        `width` is in units of the longer side, `length` in widths; `seen` is of this width.
        """
        reference, angle = seen
        brush = width * self.side
        places, luck = self._places(reference, brush, error, rng)
        paths = _paths(reference, angle, places, brush, length)
        colors = _at(reference, places)
        self._paint(paths, colors, brush)
        return _strokes(paths, _at(angle, places), colors, luck, width, self.side)

    def _places(
        self, reference: np.ndarray, brush: float, error: float, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return where strokes begin, [n, 2]: the worst place of each cell that is off; and luck.

        Luck is drawn for all cells, so that a change in one does not reshuffle the others.
        """
        off = np.sqrt(np.square(np.minimum(np.abs(self.canvas - reference), 2)).sum(2))
        h, w = off.shape
        fine = PLAN // self.side
        side = max(1, round(brush * fine * (SPACING if error else COVERING) / 2)) * 2 // fine
        rows, columns = -(-h // side), -(-w // side)
        luck = rng.random((rows, PLAN, 5), np.float32)[:, :columns].reshape(-1, 5)
        chance = rng.random((HASTY, HASTY), np.float32).repeat(2 // fine, 0).repeat(2 // fine, 1)
        off = blurred(off, brush / 4) * (1 + 0.3 * chance[:h, :w])
        padded = np.pad(off, ((0, rows * side - h), (0, columns * side - w)), constant_values=-1)
        cells = padded.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
        cells = cells.reshape(rows * columns, side * side)
        worst, mean = cells.argmax(1), np.maximum(cells, 0).mean(1)
        row, column = np.divmod(np.arange(len(cells)), columns)
        places = np.stack([column * side + worst % side, row * side + worst // side], 1)
        chosen = np.flatnonzero(mean > error)
        chosen = chosen[np.argsort(luck[chosen, 4], kind="stable")]
        return places[chosen].astype(np.float32), luck[chosen, :4]

    def _paint(self, paths: np.ndarray, colors: np.ndarray, brush: float) -> None:
        points = np.rint(paths * 16).astype(np.int32)
        thickness = max(1, round(brush * 0.9))
        for path, color in zip(points, colors.tolist(), strict=True):
            cv2.polylines(self.canvas, [path], False, color, thickness, cv2.LINE_8, 4)


def _habit(h: int, w: int, rng: np.random.Generator) -> np.ndarray:
    """Return a slope [h, w] across which a right-handed painter's strokes run, with some sway."""
    side = max(h, w)
    y, x = np.arange(h, dtype=np.float32)[:, None] / side, np.arange(w, dtype=np.float32) / side
    return np.float32(HABIT) * (x + y + 0.2 * turbulence(h, w, side * 0.3, 2, rng))


def _paths(
    reference: np.ndarray, angle: np.ndarray, places: np.ndarray, brush: float, length: float
) -> np.ndarray:
    """Follow the tangents from each place to both sides: points [n, 2 * STEPS + 1, 2]."""
    step = brush * max(0.0, length - 1) / (2 * STEPS)
    colors = _at(reference, places)
    start = _at(angle, places)
    sides = []
    for way in (np.pi, 0.0):
        towards = np.stack([np.cos(start + way), np.sin(start + way)], 1).astype(np.float32)
        sides.append(_followed(reference, angle, places, towards, colors, step))
    path = np.concatenate([sides[0][::-1], places[None], sides[1]])
    return np.ascontiguousarray(path.transpose(1, 0, 2))


def _followed(
    reference: np.ndarray,
    angle: np.ndarray,
    places: np.ndarray,
    towards: np.ndarray,
    colors: np.ndarray,
    step: float,
) -> np.ndarray:
    """Return STEPS further points of each path; where the color is no longer its own, it stands."""
    edge = np.array(angle.shape[::-1], np.float32) - 1
    at, alive, points = places, np.ones(len(places), bool), []
    for _ in range(STEPS):
        there = at + np.float32(step) * towards
        inside = ((there >= 0) & (there <= edge)).all(1)
        stray = np.abs(_at(reference, np.clip(there, 0, edge)) - colors).max(1)
        alive = alive & inside & (stray < STRAY)
        at = np.where(alive[:, None], there, at)
        points.append(at)
        turn = _at(angle, at)
        tangent = np.stack([np.cos(turn), np.sin(turn)], 1)
        tangent *= np.copysign(1, (tangent * towards).sum(1, keepdims=True))
        towards = (1 - TURN) * towards + TURN * tangent
        towards = towards / np.linalg.norm(towards, axis=1, keepdims=True)
    return np.stack(points)


def _strokes(
    paths: np.ndarray,
    angle: np.ndarray,
    colors: np.ndarray,
    luck: np.ndarray,
    width: float,
    side: int,
) -> Strokes:
    """Return paths as bows: a chord and how far the path stands off it."""
    paths = (paths + 0.5) / side
    chord = paths[:, -1] - paths[:, 0]
    length = np.hypot(chord[:, 0], chord[:, 1])
    dab = length < width * (SHORTEST - 1)
    direction = np.where(dab, angle, np.arctan2(chord[:, 1], chord[:, 0]))
    middle = np.where(dab[:, None], paths[:, STEPS], (paths[:, 0] + paths[:, -1]) / 2)
    off = (paths - middle[:, None]).mean(1) * 1.5
    across = off[:, 1] * np.cos(direction) - off[:, 0] * np.sin(direction)
    whole = np.maximum(length + width, width * SHORTEST)
    bend = np.where(dab, 0, np.clip(across / whole, -BENT, BENT))
    back = np.arange(len(paths)) % 2  # every other one is drawn from its other end
    direction, bend = direction + back * np.pi, bend * (1 - 2 * back)
    return Strokes(width, middle, direction, whole, bend, colors, luck)


def _at(field: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return a field [h, w] or [h, w, c] at the pixels nearest to places [n, 2] inside it."""
    x, y = np.rint(places).astype(np.int64).T
    return field[y, x]
