"""Paths through the latent space as values: keys with easing, circles and noise that close."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.core.events import Drawn, Job, Note, Progress, Refused
from studio.core.explore import place as place_values
from studio.core.explore.place import Place
from studio.core.pictures import premultiply, to_pictures

if TYPE_CHECKING:
    from studio.core.explore.explorer import Explorer

EASINGS: Mapping[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "ease": lambda t: t * t * (3 - 2 * t),
    "ease-in": lambda t: t * t,
    "ease-out": lambda t: t * (2 - t),
    "hold": lambda t: float(t >= 1),
}
FRAMES = 10_000  # of one key, and of a whole path: 1 GB at 256 px and four channels is 4000
FPS = (1.0, 120.0)
COMPONENTS = 3  # of a noise loop: its quickest swing takes a third of the loop
AT_ONCE = 8  # frames drawn together; between two pulls the window can stop
ROUNDS = 2
LINGER = 0.1  # an evened loop is slower at its seam, and as much faster half-way round
PARALLEL = 1e-4  # radians between latents that count as one, or as opposite


@dataclass(frozen=True, eq=False)
class Key:
    """A place on a route, `frames` until the next key (at least 1), and how it is left."""

    place: Place
    frames: int = 24
    easing: str = "ease"


@dataclass(frozen=True, eq=False)
class Route:
    """Keys in order. A closed route goes from the last back to the first; an open one ends with
    the last key, whose own frames then count for nothing. `fps` is frames a second.
    """

    keys: tuple[Key, ...] = ()
    closed: bool = False
    fps: float = 24.0

    @property
    def starts(self) -> tuple[int, ...]:
        """The frame at which each key is reached."""
        return tuple(sum(key.frames for key in self.keys[:k]) for k in range(len(self.keys)))

    @property
    def count(self) -> int:
        """How many frames the route has: a closed one never shows its first frame twice."""
        if not self.keys:
            return 0
        return self.starts[-1] + (self.keys[-1].frames if self.closed else 1)

    @property
    def seconds(self) -> float:
        """How long all frames are shown."""
        return self.count / self.fps

    def added(self, place: Place, frame: int | None = None) -> "Route":
        """Return the route with a key at `frame` if that is inside it and free, else at its end."""
        if frame is None or frame in self.starts or not 0 < frame < self.count:
            return replace(self, keys=(*self.keys, Key(place)))
        at = bisect_right(self.starts, frame)
        left, past = self.keys[at - 1], frame - self.starts[at - 1]
        new = Key(place, max(left.frames - past, 1), left.easing)
        return replace(
            self, keys=(*self.keys[: at - 1], replace(left, frames=past), new, *self.keys[at:])
        )

    def moved(self, index: int, frame: int) -> "Route":
        """Return the route with a key at another frame, as far as its neighbors let it; the first
        stays. One past the last means the end, that is, how long the last key of a loop lasts.
        """
        if not 0 < index <= len(self.keys):
            return self
        keys = list(self.keys)
        start, held = self.starts[index - 1], index < len(keys) - (not self.closed)
        room = keys[index - 1].frames + (keys[index].frames - 1 if held else FRAMES)
        before = min(max(frame - start, 1), room, FRAMES)
        if held:
            after = keys[index - 1].frames + keys[index].frames - before
            keys[index] = replace(keys[index], frames=after)
        keys[index - 1] = replace(keys[index - 1], frames=before)
        return replace(self, keys=tuple(keys))

    def without(self, index: int) -> "Route":
        """Return the route less one key; the one before it lasts as much longer."""
        keys = list(self.keys)
        gone = keys.pop(index)
        if index and (index < len(keys) or self.closed):
            longer = min(keys[index - 1].frames + gone.frames, FRAMES)
            keys[index - 1] = replace(keys[index - 1], frames=longer)
        return replace(self, keys=tuple(keys))

    def eased(self, index: int, easing: str) -> "Route":
        """Return the route with one key left in another way."""
        keys = list(self.keys)
        keys[index] = replace(keys[index], easing=easing)
        return replace(self, keys=tuple(keys))

    def to_json(self) -> dict[str, Any]:
        """Return the route as JSON values."""
        keys = [
            {"place": key.place.to_json(), "frames": key.frames, "easing": key.easing}
            for key in self.keys
        ]
        return {"keys": keys, "closed": self.closed, "fps": self.fps}


def from_json(value: Any) -> Route:
    """Return the route `to_json` described; raise Refused for what is none or can't be walked."""
    try:
        keys = tuple(
            Key(place_values.from_json(key["place"]), _whole(key["frames"]), str(key["easing"]))
            for key in value["keys"]
        )
        found = Route(keys, value["closed"] is True, float(value["fps"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Refused("This is no route through a latent space, or a damaged one.") from None
    return checked(found)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise ValueError(value)
    return int(value)


def checked(route: Route) -> Route:
    """Return the route if it can be walked; raise Refused with the reason otherwise."""
    low, high = FPS
    if not low <= route.fps <= high:
        raise Refused(f"{route.fps:g} frames a second can't be shown; take {low:g} to {high:g}.")
    if not route.keys:
        raise Refused("This route has no key; add the picture it shall start with.")
    for number, key in enumerate(route.keys, 1):
        if key.easing not in EASINGS:
            raise Refused(
                f"Key {number} has the easing '{key.easing}'; there are {', '.join(EASINGS)}."
            )
        if not 1 <= key.frames <= FRAMES:
            raise Refused(f"Key {number} lasts {key.frames} frames; take 1 to {FRAMES}.")
        place_values.checked(key.place, route.keys[0].place.latent.shape)
    if route.count > FRAMES:
        raise Refused(f"This route has {route.count} frames; take {FRAMES} at most.")
    return route


def places(route: Route) -> list[Place]:
    """Return the place of every frame, `route.count` of them; a key's own frame is its place.

    The frame after the last of a closed route would be the first again, exactly.
    """
    keys = checked(route).keys
    legs = pairwise([*keys, keys[0]] if route.closed else keys)
    found = [
        between(a.place, b.place, EASINGS[a.easing](k / a.frames))
        for a, b in legs
        for k in range(a.frames)
    ]
    return found if route.closed else [*found, keys[-1].place]


def transition(a: Place, b: Place, frames: int, easing: str = "ease") -> list[Place]:
    """Return `frames` places, the first is `a` and the last is `b`; at least two."""
    if frames < 2:
        raise Refused(f"A transition of {frames} frames shows no way; take at least 2.")
    return places(Route((Key(a, frames - 1, easing), Key(b))))


def between(a: Place, b: Place, t: float) -> Place:
    """Return the place at t in 0..1 on the way from a to b; exactly a or b at the ends.

    Latents turn on the sphere while their lengths are mixed, so that what lies between typical
    pictures is typical; truncation and sliders are mixed, a label changes half-way.
    """
    if t <= 0 or t >= 1:
        return a if t <= 0 else b
    names = sorted({*a.sliders, *b.sliders})
    mixed = {id: (1 - t) * a.sliders.get(id, 0) + t * b.sliders.get(id, 0) for id in names}
    return Place(
        slerp(a.latent, b.latent, t),
        a.label if t < 0.5 else b.label,
        (1 - t) * a.truncation + t * b.truncation,
        {id: value for id, value in mixed.items() if value},
    )


def slerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """Turn latent a towards b by the share t of their angle (Shoemake 1985), float32 as they are.

    Lengths are mixed linearly. Opposite latents have no shortest way: a fixed one is taken.
    """
    x, y = a.astype(np.float64).ravel(), b.astype(np.float64).ravel()
    long, wide = np.linalg.norm(x), np.linalg.norm(y)
    if not long or not wide:
        return ((1 - t) * a + t * b).astype(np.float32)
    x, y = x / long, y / wide
    angle = math.atan2(np.linalg.norm(y - x), np.linalg.norm(y + x)) * 2  # exact near 0 and pi
    if angle < PARALLEL:
        turned = (1 - t) * x + t * y
    else:
        aside = y - (x @ y) * x if math.pi - angle > PARALLEL else _perpendicular(x)
        turned = math.cos(t * angle) * x + math.sin(t * angle) * aside / np.linalg.norm(aside)
    turned *= ((1 - t) * long + t * wide) / np.linalg.norm(turned)
    return turned.reshape(a.shape).astype(np.float32)


def _perpendicular(x: np.ndarray) -> np.ndarray:
    axis = np.eye(1, x.size, int(np.abs(x).argmin()))[0]
    return axis - (axis @ x) * x


def circle(place: Place, radius: float, frames: int, seed: int) -> list[Place]:
    """Return a closed circle of `frames` places on the sphere, starting exactly at `place`.

    `radius` in 0..1 is its size: 1 is a great circle, whose far side is the opposite of the place;
    0.5 goes as far as two unrelated latents are apart. `seed` chooses where it leads.
    """
    size, start, (u, w) = _frame_of(place, radius, frames, seed, 2)
    away = radius * math.pi / 2
    center = math.cos(away) * start + math.sin(away) * u
    inward = math.sin(away) * start - math.cos(away) * u  # from the center to the place, unit
    turns = 2 * math.pi * np.arange(frames)[:, None] / frames
    ring = math.cos(away) * center + math.sin(away) * (np.cos(turns) * inward + np.sin(turns) * w)
    return _around(place, size * ring)


def noise_loop(place: Place, radius: float, frames: int, seed: int) -> list[Place]:
    """Return a closed smooth noise path of `frames` places, starting exactly at `place`.

    A few random Fourier components in the directions across the place, laid on the sphere by its
    exponential map; it goes as far away as a `circle` of the same `radius`.
    """
    size, start, axes = _frame_of(place, radius, frames, seed, 2 * COMPONENTS)
    turns = 2 * math.pi * np.arange(frames)[:, None] / frames * np.arange(1, COMPONENTS + 1)
    waves = np.concatenate([np.cos(turns) - 1, np.sin(turns)], axis=1)
    waves /= np.tile(np.arange(1, COMPONENTS + 1), 2)  # slower swings are wider
    way = waves @ axes
    far = np.linalg.norm(way, axis=1, keepdims=True)
    angle = far * (radius * math.pi / max(far.max(), 1e-12))
    aside = way / np.maximum(far, 1e-12)
    return _around(place, size * (np.cos(angle) * start + np.sin(angle) * aside))


def _frame_of(
    place: Place, radius: float, frames: int, seed: int, count: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the latent's length and direction, and `count` random unit axes across it."""
    import torch

    from studio.core.latents import rng

    if not 0 <= radius <= 1:
        raise Refused(f"A radius of {radius:g} is not between 0 and 1.")
    if not 2 <= frames <= FRAMES:
        raise Refused(f"A loop of {frames} frames can't be shown; take 2 to {FRAMES}.")
    flat = place.latent.astype(np.float64).ravel()
    if flat.size <= count:
        raise Refused("This model's latents have too few numbers for a loop; use keys instead.")
    size = float(np.linalg.norm(flat))
    start = flat / size if size else np.eye(1, flat.size)[0]
    drawn = torch.randn(count, flat.size, generator=rng(seed, 0, 7), dtype=torch.float64).numpy()
    # Gram and Schmidt, by QR: the first column is the place's own direction
    across = np.linalg.qr(np.column_stack([start, *drawn]))[0].T[1:]
    return size, start, across


def _around(place: Place, ring: np.ndarray) -> list[Place]:
    shape = place.latent.shape
    found = [_moved(place, row.reshape(shape).astype(np.float32)) for row in ring]
    return [place, *found[1:]]


def _moved(place: Place, latent: np.ndarray) -> Place:
    return Place(latent, place.label, place.truncation, place.sliders)


def render(explorer: "Explorer", path: Sequence[Place], draft: bool = False) -> Job[np.ndarray]:
    """Draw every place of a path; returns uint8 [n, h, w, c], the frames of a film.

    Says so where the family jumps between neighbors. Raises as `drawn`.
    """
    if not explorer.family.smooth:
        yield Note(
            f"{explorer.family.title} draws symbol by symbol: neighboring frames jump.", kind="jump"
        )
    return (yield from drawn(explorer, path, draft, "Drawing frames"))


def drawn(
    explorer: "Explorer", path: Sequence[Place], draft: bool = False, text: str = "Drawing"
) -> Job[np.ndarray]:
    """Draw places; returns uint8 [n, h, w, c], and shows what there is after every few.

    Raises Refused for no places and for those of another model, before anything is drawn.
    """
    if not path:
        raise Refused("This path has no frames; add a key first.")
    for place in path:
        place_values.checked(place, explorer.shape, len(explorer.classes))
    size = explorer.size
    frames = np.empty((len(path), size.height, size.width, size.channels), np.uint8)
    for start in range(0, len(path), AT_ONCE):
        part = path[start : start + AT_ONCE]
        refined = frames[start : start + len(part)]
        for images in explorer.images(part, draft):
            yield Progress(start, len(path), text)
            refined = to_pictures(images)
        frames[start : start + len(part)] = refined
        yield Drawn(frames[: start + len(part)])
    yield Progress(len(path), len(path), text)
    return frames


def evened(
    explorer: "Explorer", path: Sequence[Place], closed: bool, draft: bool = False
) -> Job[list[Place]]:
    """Return as many places on the same path, spaced so that pictures change equally fast.

    The path is drawn `ROUNDS` times to measure by how much; keys are then no longer at their
    frames. A family that jumps has no speed: its path is returned as it is.
    """
    if not explorer.family.smooth or len(path) < 3:
        return list(path)
    spaced = list(path)
    for _ in range(ROUNDS):
        frames = yield from drawn(explorer, spaced, draft, "Measuring the speed")
        spaced = _respaced(spaced, steps(frames, closed), closed)
    return spaced


def steps(frames: np.ndarray, closed: bool) -> np.ndarray:
    """Return how much each frame differs from the next, float64: root mean square in levels of
    premultiplied color and alpha. A closed path's last number is its seam, back to the first.
    """
    seen = premultiply(frames).reshape(len(frames), -1).astype(np.float32)
    following = np.roll(seen, -1, 0) if closed else seen[1:]
    return np.sqrt(np.square(following - seen[: len(following)]).mean(1, dtype=np.float64))


def _respaced(path: list[Place], changes: np.ndarray, closed: bool) -> list[Place]:
    """Return places at equal shares of the changes, where a loop lingers a little at its seam.

    Half a level more each: a path that stands still keeps its time.
    """
    reached = np.concatenate([[0.0], np.cumsum(changes + 0.5)])
    times = np.arange(len(path)) / (len(path) - (0 if closed else 1))
    if closed:
        times = times - LINGER * np.sin(2 * math.pi * times) / (2 * math.pi)
    wanted = reached[-1] * times
    legs = np.clip(np.searchsorted(reached, wanted, "right") - 1, 0, len(changes) - 1)
    shares = (wanted - reached[legs]) / (reached[legs + 1] - reached[legs])
    ends = [*path, path[0]]
    return [between(ends[k], ends[k + 1], float(t)) for k, t in zip(legs, shares, strict=True)]
