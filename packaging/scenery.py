"""Pictures with the statistics of photographs, made of nothing: to train the restorer on.

Dead leaves (Lee, Mumford & Huang 2001): shapes with power-law sizes hide one another. Networks
trained on them alone come close to those trained on photographs (Achddou, Gousseau & Ladjal 2021).
"""

import cv2
import numpy as np

SIDE = 288  # of a finished picture
SHEET = 640  # of a texture, which shapes are cut from
TEXTURES = 12  # sheets a picture chooses from


def waves(rng: np.random.Generator, side: int) -> np.ndarray:
    """Return noise [side, side] with a spectrum 1/f^a, perhaps longer one way; deviation 1."""
    fy, fx = np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij")
    turn, stretch = rng.uniform(0, np.pi), np.exp(rng.uniform(0, 2.5) * (rng.random() < 0.5))
    along, across = fx * np.cos(turn) + fy * np.sin(turn), fy * np.cos(turn) - fx * np.sin(turn)
    radius = np.hypot(along * stretch, across)
    power = np.maximum(radius, 2 / side) ** -rng.uniform(0.5, 2.2)
    phases = np.exp(2j * np.pi * rng.random(radius.shape))
    noise = np.fft.irfft2(power * phases, (side, side)).astype(np.float32)
    return (noise - noise.mean()) / (noise.std() + 1e-6)


def bent(rng: np.random.Generator, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a turned, slightly warped plane's coordinates in pixels, two of [side, side]."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    turn, bend = rng.uniform(0, 2 * np.pi), rng.choice([0.0, 1.0, 4.0])
    a = x * np.cos(turn) + y * np.sin(turn)
    b = y * np.cos(turn) - x * np.sin(turn)
    if bend:
        slow = cv2.resize(
            rng.standard_normal((2, 8, 8)).transpose(1, 2, 0),
            (side, side),
            interpolation=cv2.INTER_CUBIC,
        ).astype(np.float32)
        a, b = a + bend * 3 * slow[..., 0], b + bend * 3 * slow[..., 1]
    return a, b


def weave(rng: np.random.Generator, side: int) -> np.ndarray:
    """Return stripes, bricks, or checks [side, side], soft or sharp; deviation 1."""
    a, b = bent(rng, side)
    period = np.exp(rng.uniform(np.log(4), np.log(48)))
    other = period * rng.uniform(0.5, 2.5)
    kind = rng.integers(4)
    if kind == 0:
        made = np.sin(2 * np.pi * a / period)
    elif kind == 1:
        made = np.sin(2 * np.pi * a / period) * np.sin(2 * np.pi * b / other)
    else:
        row = np.floor(a / period)
        shifted = b / other + (row * 0.5 if kind == 2 else 0)
        cells = rng.standard_normal(997).astype(np.float32)
        index = (row * 31 + np.floor(shifted) * 17).astype(int) % 997
        joint = np.maximum(np.abs(a / period % 1 - 0.5), np.abs(shifted % 1 - 0.5))
        edge = 0.5 - rng.uniform(0.5, 2) / period
        made = cells[index] * rng.uniform(0.1, 0.6) + rng.uniform(-2, 2) * (joint > edge)
    if rng.random() < 0.5:
        made = np.tanh(made * rng.uniform(1, 6))
    made = made.astype(np.float32) + rng.uniform(0, 0.5) * waves(rng, side)
    return (made - made.mean()) / (made.std() + 1e-6)


def color(rng: np.random.Generator) -> np.ndarray:
    """Return a color [3]; most are pale, as in photographs."""
    gray = rng.uniform(0.02, 0.98)
    tint = rng.standard_normal(3) * rng.choice([0.02, 0.08, 0.25], p=[0.4, 0.4, 0.2])
    return (gray + tint).clip(0, 1).astype(np.float32)


def sheet(rng: np.random.Generator, side: int = SHEET) -> np.ndarray:
    """Return a texture [side, side, 3] around 0: light varies more than color."""
    light = weave(rng, side) if rng.random() < 0.4 else waves(rng, side)
    tint = np.ones(3, np.float32) + rng.standard_normal(3).astype(np.float32) * 0.25
    made = light[..., None] * tint
    if rng.random() < 0.3:
        made += 0.3 * waves(rng, side)[..., None] * rng.standard_normal(3).astype(np.float32)
    return made * np.float32(np.exp(rng.uniform(np.log(0.01), np.log(0.16))))


def outline(rng: np.random.Generator, radius: float) -> np.ndarray:
    """Return a shape's corners [n, 2] around 0: ellipse, polygon, blob or a long bar."""
    kind = rng.integers(4)
    count = 24 if kind in (0, 2) else int(rng.integers(3, 7))
    angles = (
        np.sort(rng.uniform(0, 2 * np.pi, count))
        if kind == 1
        else (np.arange(count) * 2 * np.pi / count)
    )
    if kind == 3:
        angles = np.array([0.3, np.pi - 0.3, np.pi + 0.3, -0.3])
    length = np.ones(len(angles))
    if kind == 2:
        for wave in range(2, 6):
            length += rng.normal(0, 0.25 / wave) * np.cos(wave * angles + rng.uniform(0, 6.3))
    points = np.stack([np.cos(angles), np.sin(angles)], 1) * length[:, None] * radius
    points[:, 1] *= rng.uniform(0.08, 0.3) if kind == 3 else rng.uniform(0.4, 1)
    turn = rng.uniform(0, np.pi) if rng.random() < 0.7 else rng.choice([0, np.pi / 2])
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return points @ matrix


def leaf(rng: np.random.Generator, canvas: np.ndarray, fills: list, radius: float) -> None:
    """Lay one textured, shaded shape on the canvas [h, w, 3]."""
    h, w = canvas.shape[:2]
    center = rng.uniform(0, (w, h))
    points = outline(rng, radius) + center
    low = np.maximum(np.floor(points.min(0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(points.max(0)).astype(int) + 2, (w, h))
    if (high - low < 1).any():
        return
    cover = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(cover, [np.round((points - low) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    base, texture = fills[rng.integers(len(fills))]
    top, left = (int(rng.integers(0, SHEET - side + 1)) for side in cover.shape)
    filled = texture[top : top + cover.shape[0], left : left + cover.shape[1]]
    filled = filled + (base + rng.standard_normal(3).astype(np.float32) * 0.04)
    if radius > 12 and rng.random() < 0.6:
        y, x = np.mgrid[0 : cover.shape[0], 0 : cover.shape[1]].astype(np.float32) / (2 * radius)
        filled += ((x - 0.5) * rng.normal(0, 0.2) + (y - 0.5) * rng.normal(0, 0.2))[..., None]
    alpha = cover[..., None].astype(np.float32) / 255
    if radius > 6 and rng.random() < 0.25:  # out of focus
        alpha = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.5, 4))[..., None] / np.float32(255)
    area = canvas[low[1] : high[1], low[0] : high[0]]
    area += alpha * (filled - area)


def strands(rng: np.random.Generator, canvas: np.ndarray) -> None:
    """Draw hairs, wires and cracks: curves of a few pixels."""
    side = canvas.shape[0]
    for _ in range(int(rng.integers(1, 30))):
        steps = rng.normal(0, 1, (12, 2)).cumsum(0) * rng.uniform(0, 0.6)
        points = rng.uniform(0, side, 2) + (steps + rng.standard_normal(2)).cumsum(0) * rng.uniform(
            2, 20
        )
        width = int(rng.integers(1, 6))
        cv2.polylines(
            canvas,
            [np.round(points * 16).astype(np.int32)],
            False,
            color(rng).tolist(),
            width,
            cv2.LINE_AA,
            4,
        )


def finished(rng: np.random.Generator, canvas: np.ndarray) -> np.ndarray:
    """Photograph the canvas [2 SIDE, 2 SIDE, 3]: focus, light, lens, noise, often JPEG."""
    if rng.random() < 0.3:
        canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.5, 3))
    if rng.random() < 0.5:
        light = cv2.resize(
            rng.normal(1, 0.25, (4, 4)), canvas.shape[1::-1], interpolation=cv2.INTER_CUBIC
        )
        canvas = canvas * light[..., None].astype(np.float32)
    small = cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.4:  # a camera sharpens
        soft = cv2.GaussianBlur(small, (0, 0), 1)
        small = small + rng.uniform(0, 0.8) * (small - soft)
    if rng.random() < 0.5:
        small = small + rng.normal(0, rng.uniform(0, 0.02), small.shape)
    level = np.round(small.clip(0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 98))]
        level = cv2.imdecode(cv2.imencode(".jpg", level, quality)[1], cv2.IMREAD_COLOR)
        assert level is not None
    return np.asarray(level)


def picture(rng: np.random.Generator, sheets: list[np.ndarray]) -> np.ndarray:
    """Return uint8 [SIDE, SIDE, 3]: leaves of every size, cut from some of the sheets."""
    side = 2 * SIDE
    chosen = rng.choice(len(sheets), min(TEXTURES, len(sheets)), replace=False)
    fills = [(color(rng), sheets[k] * rng.choice([0.3, 1.0])) for k in chosen]
    canvas = np.empty((side, side, 3), np.float32)
    canvas[:] = fills[0][0] + sheets[chosen[0]][:side, :side]
    smallest = np.exp(rng.uniform(np.log(3), np.log(40)))
    count = int(rng.choice([60, 250, 900], p=[0.35, 0.4, 0.25]))
    # p(r) ~ r^-3 between the smallest and 260 pixels, by the inverse of its distribution.
    tail = rng.random(count) * (1 - (smallest / 260) ** 2)
    radii = smallest / np.sqrt(1 - tail)
    for radius in radii:
        leaf(rng, canvas, fills, float(radius))
        if rng.random() < 0.002:
            strands(rng, canvas)
    if rng.random() < 0.5:
        strands(rng, canvas)
    return finished(rng, canvas)
