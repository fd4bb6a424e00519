"""Pictures made from known factors, to train the house encoder on: no one else's rights in them."""

import colorsys
from collections.abc import Callable

import numpy as np

SIDE = 40
SHAPES = 12
TEXTURES = 10
GLYPHS, FRACTALS = 150, 80
POINTS = 3000  # of a fractal's orbit
Y, X = (np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) + 0.5) * (2 / SIDE) - 1

Labels = dict[str, np.ndarray]
Made = tuple[np.ndarray, Labels]  # uint8 [n, SIDE, SIDE, 4] premultiplied; int64 [n] each


def columns(values: np.ndarray) -> np.ndarray:
    """Return one value a picture, ready to meet a plane: [n, 1, 1]."""
    return np.asarray(values, np.float32).reshape(-1, 1, 1)


def paints(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return colors float [count, 3] and their hue's label: twelve hues, and 12 for grays."""
    hue, gray = rng.random(count), rng.random(count) < 0.25
    saturation = np.where(gray, 0.08 * rng.random(count), rng.uniform(0.35, 1, count))
    value = np.where(gray, rng.random(count), rng.uniform(0.35, 1, count))
    colors = [colorsys.hsv_to_rgb(*c) for c in zip(hue, saturation, value, strict=True)]
    return np.array(colors, np.float32), np.where(gray, 12, (hue * 12).astype(int) % 12)


def turned(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the plane's x and y, turned by a random angle for each picture."""
    angle = columns(rng.uniform(0, 2 * np.pi, count))
    return X * np.cos(angle) + Y * np.sin(angle), Y * np.cos(angle) - X * np.sin(angle)


def outline(kind: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return where shape `kind` of about radius 1 is: negative inside."""
    r, t = np.hypot(x, y), np.arctan2(x, -y)
    if kind == 0:
        return r - 1
    if kind <= 4:  # triangle to hexagon
        sector = np.pi / (kind + 2)
        return r * np.cos((t + sector) % (2 * sector) - sector) - np.cos(sector) * 1.1
    if kind == 5:  # star
        wave = np.abs((t * 5 / (2 * np.pi)) % 1 - 0.5) * 2
        return r - (0.42 + 0.75 * wave**1.4)
    if kind == 6:  # flower
        return r - (0.75 + 0.28 * np.cos(5 * t))
    if kind == 7:  # ring
        return np.abs(r - 0.75) - 0.25
    if kind == 8:  # cross
        a, b = np.abs(x), np.abs(y)
        return np.minimum(np.maximum(a - 1, b - 0.33), np.maximum(b - 1, a - 0.33))
    if kind == 9:  # crescent
        return np.maximum(r - 1, 0.85 - np.hypot(x - 0.5, y))
    if kind == 10:  # heart
        return x**2 + (1.15 * -y - 0.75 * np.sqrt(np.abs(x))) ** 2 - 0.85
    return np.maximum(np.abs(x) - 1, np.abs(y) - 0.4)  # bar


def relief(kind: int, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return texture `kind` on planes [n, SIDE, SIDE], 0..1."""
    n = len(x)
    pitch, phase = columns(rng.uniform(3, 9, n)), columns(rng.uniform(0, 6, n))
    u, v = x * pitch + phase, y * pitch + phase
    if kind == 0:
        return np.zeros_like(x)
    if kind == 1:
        return (np.sin(2 * u) > 0).astype(np.float32)
    if kind == 2:
        return 0.5 + 0.5 * np.sin(2 * u)
    if kind == 3:
        return ((np.floor(u) + np.floor(v)) % 2).astype(np.float32)
    if kind == 4:
        return (np.hypot(u % 2 - 1, v % 2 - 1) < 0.6).astype(np.float32)
    if kind == 5:
        return clouds(rng, n, 8)
    if kind == 6:
        return clouds(rng, n, 20)
    if kind == 7:
        return 0.5 + 0.5 * np.sin(3 * np.hypot(x, y) * pitch)
    if kind == 8:
        return ((u + np.floor(v) % 2) % 2 < 0.25) | (v % 1 < 0.2)
    return cells(rng, n)


def clouds(rng: np.random.Generator, count: int, grid: int) -> np.ndarray:
    """Return smooth noise of `grid` cells a side, 0..1."""
    coarse = rng.random((count, grid + 2, grid + 2), dtype=np.float32)
    place = (np.arange(SIDE) + 0.5) * grid / SIDE
    low, part = place.astype(int), (place % 1).astype(np.float32)
    rows = coarse[:, low] * (1 - part[:, None]) + coarse[:, low + 1] * part[:, None]
    return rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part


def cells(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return Worley's cells: the distance to the nearest of some points, 0..1."""
    seeds = rng.uniform(-1, 1, (12, 2, count))
    near = np.full((count, SIDE, SIDE), 9, np.float32)
    for px, py in seeds:
        near = np.minimum(near, np.hypot(X - columns(px), Y - columns(py)))
    return np.minimum(1, 2 * near)


def each(kinds: np.ndarray, made: Callable[[int, np.ndarray], np.ndarray]) -> np.ndarray:
    """Return planes [n, SIDE, SIDE] of which those of one kind are made together."""
    planes = np.zeros((len(kinds), SIDE, SIDE), np.float32)
    for kind in np.unique(kinds):
        chosen = np.flatnonzero(kinds == kind)
        planes[chosen] = made(int(kind), chosen)
    return planes


def filling(
    rng: np.random.Generator, count: int, kinds: np.ndarray, first: np.ndarray
) -> np.ndarray:
    """Return colors [n, SIDE, SIDE, 3]: texture over `first` in a second random color."""
    x, y = turned(rng, count)
    amount = each(kinds, lambda kind, at: relief(kind, x[at], y[at], rng))[..., None]
    second = paints(rng, count)[0]
    return first[:, None, None] * (1 - amount) + second[:, None, None] * amount


def over(picture: np.ndarray, colors: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Paint colors [n, s, s, 3] where `cover` [n, s, s] says onto premultiplied pictures."""
    paint = np.concatenate([colors, np.ones_like(colors[..., :1])], -1) * cover[..., None]
    return picture * (1 - cover[..., None]) + paint


def soft(distance: np.ndarray, sharp: float = 12.0) -> np.ndarray:
    """Return how much a pixel at a signed distance from an edge is covered, 0..1."""
    return np.clip(0.5 - distance * sharp, 0, 1)


def finished(pictures: np.ndarray) -> np.ndarray:
    """Return float pictures as uint8."""
    return (np.clip(pictures, 0, 1) * 255 + 0.5).astype(np.uint8)


def ground(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return grounds [n, s, s, 4]: a third transparent, else plain, textured or sloping."""
    kinds = np.where(rng.random(count) < 0.4, rng.integers(0, TEXTURES, count), 0)
    colors = filling(rng, count, kinds, paints(rng, count)[0])
    slope = turned(rng, count)[0][..., None] * columns(rng.uniform(0, 0.4, count))[..., None]
    opaque = np.broadcast_to(columns(rng.random(count) > 0.35), colors.shape[:3])
    return over(np.zeros((count, SIDE, SIDE, 4), np.float32), np.clip(colors + slope, 0, 1), opaque)


def scenes(rng: np.random.Generator, count: int) -> Made:
    """One to four shapes on a ground; the labels tell of the one in front."""
    picture, labels = ground(rng, count), Labels()
    layers = rng.integers(1, 5, count)
    for layer in reversed(range(4)):
        kinds, textures = rng.integers(0, SHAPES, count), rng.integers(0, TEXTURES, count)
        textures = np.where(rng.random(count) < 0.5, 0, textures)
        paint, hue = paints(rng, count)
        size = rng.uniform(0.2, 0.8, count) if layer == 0 else rng.uniform(0.1, 0.5, count)
        at = rng.uniform(-1, 1, (2, count)) * np.maximum(0.1, 0.95 - size)
        turn = columns(rng.uniform(-0.6, 0.6, count))
        x, y = ((p - columns(a)) / columns(size) for p, a in zip((X, Y), at, strict=True))
        x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        edge = each(kinds, lambda kind, at, x=x, y=y: outline(kind, x[at], y[at]))
        edge = edge * columns(size)
        there = columns(layers > layer)
        line = columns((rng.random(count) < 0.4) * rng.uniform(0.03, 0.09, count))
        ink = np.zeros((count, SIDE, SIDE, 3), np.float32) + 0.1 * rng.random((count, 1, 1, 3))
        picture = over(picture, ink, soft(edge - line) * there * (line > 0))
        picture = over(picture, filling(rng, count, textures, paint), soft(edge) * there)
        place = ((at + 1) * 1.499).astype(int)
        labels = {
            "shape": kinds,
            "shape.hue": hue,
            "shape.texture": textures,
            "shape.size": (size * 6).astype(int),
            "shape.place": place[1] * 3 + place[0],
        }
    return finished(picture), labels


def textures(rng: np.random.Generator, count: int) -> Made:
    """Two textures, one in the other's light parts."""
    kinds = rng.integers(1, TEXTURES, count)
    picture = filling(rng, count, kinds, paints(rng, count)[0])
    shade = 0.6 + 0.4 * clouds(rng, count, 4)
    picture = over(
        np.zeros((count, SIDE, SIDE, 4)), picture * shade[..., None], np.ones_like(shade)
    )
    return finished(picture), {"texture": kinds}


def strokes(points: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return cover [n, s, s] of quadratic Bezier strokes with points [n, strokes, 3, 2]."""
    t = np.linspace(0, 1, 16, dtype=np.float32)[:, None]
    weights = np.concatenate([(1 - t) ** 2, 2 * t * (1 - t), t * t], 1)
    path = np.einsum("tk,nskd->nstd", weights, points).reshape(len(points), -1, 2)
    near = np.full((len(points), SIDE, SIDE), 9, np.float32)
    for k in range(path.shape[1]):
        far = (X - columns(path[:, k, 0])) ** 2 + (Y - columns(path[:, k, 1])) ** 2
        near = np.minimum(near, far)
    return soft(np.sqrt(near) - columns(radius))


def glyphs(rng: np.random.Generator, count: int) -> Made:
    """Signs of an alphabet no one writes, each in many hands."""
    alphabet = np.random.default_rng(17)
    signs = alphabet.uniform(-0.75, 0.75, (GLYPHS, 4, 3, 2)).astype(np.float32)
    used = alphabet.integers(1, 5, GLYPHS)
    joined = alphabet.random((GLYPHS, 3)) < 0.6
    for k in range(3):
        signs[joined[:, k], k + 1, 0] = signs[joined[:, k], k, 2]
    for k in range(1, 4):
        signs[used <= k, k] = signs[used <= k, 0]
    labels = rng.integers(0, GLYPHS, count)
    points = signs[labels] + rng.normal(0, 0.06, (count, 4, 3, 2)).astype(np.float32)
    skew = np.eye(2) * rng.uniform(0.85, 1.35, (count, 1, 1)) + rng.normal(0, 0.12, (count, 2, 2))
    points = points @ skew[:, None].astype(np.float32)
    cover = strokes(points, rng.uniform(0.05, 0.15, count))
    ink = np.broadcast_to(paints(rng, count)[0][:, None, None], (count, SIDE, SIDE, 3))
    clear = np.zeros((count, SIDE, SIDE, 4), np.float32)
    below = np.where(rng.random((count, 1, 1, 1)) < 0.3, ground(rng, count), clear)
    return finished(over(below, ink, cover)), {"glyph": labels}


def fractals(rng: np.random.Generator, count: int) -> Made:
    """Attractors of random affine maps (Barnsley 1988); a class is one system, a little bent."""
    made = np.random.default_rng(23)
    systems = made.uniform(-1, 1, (FRACTALS, 4, 2, 3)).astype(np.float32)
    linear = systems[..., :2]
    norm = np.linalg.norm(linear, 2, (-2, -1), keepdims=True)
    linear *= made.uniform(0.45, 0.85, norm.shape) / norm
    used = made.integers(3, 5, FRACTALS)
    labels = rng.integers(0, FRACTALS, count)
    maps = systems[labels] * rng.uniform(0.9, 1.1, (count, 4, 2, 3)).astype(np.float32)
    point, orbit = np.zeros((count, 2), np.float32), np.zeros((POINTS, count, 2), np.float32)
    rows = np.arange(count)
    for k in range(POINTS):
        chosen = maps[rows, rng.integers(0, 1 << 30, count) % used[labels]]
        point = np.einsum("nij,nj->ni", chosen[..., :2], point) + chosen[..., 2]
        orbit[k] = point
    low, high = np.percentile(orbit[20:], [1, 99], axis=0)
    place = ((orbit - low) / np.maximum(high - low, 1e-3) * 0.9 + 0.05) * SIDE
    place = np.clip(place.astype(int), 0, SIDE - 1)
    cell = (rows * SIDE + place[..., 1]) * SIDE + place[..., 0]
    hits = np.bincount(cell.ravel(), minlength=count * SIDE * SIDE).reshape(count, SIDE, SIDE)
    light = np.minimum(1, np.log1p(hits.astype(np.float32)) / 2.5)
    dim, bright = paints(rng, count)[0], paints(rng, count)[0]
    colors = dim[:, None, None] * (1 - light[..., None]) + bright[:, None, None] * light[..., None]
    return finished(over(ground(rng, count), colors, np.minimum(1, 2 * light))), {"fractal": labels}


def faces(rng: np.random.Generator, count: int) -> Made:
    """Heads with eyes, mouths, hair and shoulders."""
    head, eyes, mouth, hair = (rng.integers(0, n, count) for n in (4, 5, 5, 5))
    skin, hue = paints(rng, count)
    size, body = rng.uniform(0.45, 0.85, count), rng.random(count) < 0.4
    x = (X - columns(rng.uniform(-0.1, 0.1, count))) / columns(size)
    y = (Y - columns(rng.uniform(-0.1, 0.1, count) - 0.2 * body)) / columns(size)
    ink = np.float32(0.12) * rng.random((count, 1, 1, 3), dtype=np.float32)

    def painted(picture: np.ndarray, color: np.ndarray, cover: np.ndarray) -> np.ndarray:
        plane = np.broadcast_to(color.reshape(-1, 1, 1, 3), (*cover.shape, 3))
        return over(picture, plane, cover)

    clear = np.zeros((count, SIDE, SIDE, 4), np.float32)
    picture = np.where(rng.random((count, 1, 1, 1)) < 0.4, ground(rng, count), clear)
    coat = np.hypot(x / 1.2, (y - 1.9) / 0.95) - 1
    picture = painted(picture, paints(rng, count)[0], soft(coat) * columns(body))
    wide = each(head, lambda k, at: outline((0, 2, 4, 0)[k], x[at], y[at] * (1, 0.8, 1, 0.8)[k]))
    mane = paints(rng, count)[0]
    long = np.maximum(np.abs(x) - 1.1, np.abs(y - 0.1) - 0.95)
    back = each(hair, lambda k, at: long[at] if k == 2 else np.ones_like(long[at]))
    picture = painted(picture, mane, soft(back, 8))
    picture = painted(picture, skin, soft(wide, 8))
    picture = painted(
        picture, mane, soft(each(hair, lambda k, at: _hair(k, x[at], y[at], wide[at])), 8)
    )
    side = np.abs(x) - columns(rng.uniform(0.3, 0.45, count))
    level = y + columns(rng.uniform(0, 0.25, count))
    picture = painted(
        picture, np.ones(3), soft(each(eyes, lambda k, at: _white(k, side[at], level[at])), 8)
    )
    picture = painted(picture, ink, soft(each(eyes, lambda k, at: _eye(k, side[at], level[at])), 8))
    red = np.where(rng.random((count, 1)) < 0.5, ink[:, 0, 0], [0.7, 0.1, 0.15])
    lips = each(mouth, lambda k, at: _mouth(k, x[at], y[at] - 0.4))
    picture = painted(picture, red, soft(lips, 8))
    labels = {"face.head": head, "face.eyes": eyes, "face.mouth": mouth, "face.hair": hair}
    return finished(picture), {**labels, "face.hue": hue}


def _hair(kind: int, x: np.ndarray, y: np.ndarray, head: np.ndarray) -> np.ndarray:
    if kind in (1, 2):
        return np.maximum(head, y + 0.45)
    if kind == 3:  # a hat
        brim = np.maximum(np.abs(x) - 1.2, np.abs(y + 0.5) - 0.1)
        return np.minimum(brim, np.maximum(np.abs(x) - 0.7, np.abs(y + 0.9) - 0.45))
    if kind == 4:  # ears
        return np.hypot(np.abs(x) - 0.75, y + 0.85) - 0.3
    return np.ones_like(x)


def _white(kind: int, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.hypot(side, y) - 0.24 if kind == 2 else np.ones_like(y)


def _eye(kind: int, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    if kind == 3:  # closed
        return np.maximum(np.abs(np.hypot(side, y) - 0.2) - 0.07, y)
    if kind == 4:  # tall
        return np.hypot(side * 1.6, y) - 0.22
    return np.hypot(side, y) - (0.13, 0.2, 0.12)[kind]


def _mouth(kind: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if kind == 0:  # line
        return np.maximum(np.abs(x) - 0.35, np.abs(y) - 0.07)
    if kind in (1, 2):  # smile, frown
        bow = y + 0.3 if kind == 1 else -y + 0.3
        return np.maximum(np.abs(np.hypot(x, bow) - 0.45) - 0.08, 0.12 - bow)
    if kind == 3:  # open
        return np.hypot(x, y) - 0.2
    return np.maximum(np.hypot(x, y + 0.1) - 0.45, -y - 0.05)  # laughing
