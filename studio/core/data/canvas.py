"""A small canvas for pixel art: masks are painted in tones of materials, shaded and outlined."""

from functools import cache

import numpy as np

SIDE = 32
# Five tones each, from the outline to the shine; shadows lean to blue, lights to yellow.
RAMPS = {
    "ruby": "2a0d1e 7d1734 c42b3b f2675a ffb99c",
    "ember": "301008 96330f dd6a1a ffa63a ffe08a",
    "gold": "33200a 8f5c14 d99a1e ffd34a fff4b0",
    "leaf": "0e2418 1f5f38 3f9a45 86d05a d6f59a",
    "teal": "08282c 12645f 1fa08e 62dcb4 c8ffe2",
    "sky": "101f40 2353a0 3a8fe0 7cc8ff d8f4ff",
    "royal": "1e1038 4c2b90 7d4bd0 b388f5 e6d0ff",
    "rose": "321026 8f2b66 d8559a ff93c0 ffd6e6",
    "bone": "2a2226 85716a bfae9a ebe0c8 fffaf0",
    "steel": "14182a 4a5574 8490a8 bcc8d8 f4faff",
    "wood": "24140e 5a331c 8f5a2e c08a4a e6bc7a",
    "skin": "4a2418 a8674a dd9c72 f6caa2 ffe6c8",
    "night": "0c0a14 1c1830 332d4c 54496f 8a80a8",
}
TONES = 5
INK, DARK, MID, LIGHT, SHINE = range(TONES)
# A sprite's materials: two are chosen for each sprite, the others are what they are.
MATERIALS = ("palette", "accent", "bone", "steel", "wood", "skin", "night", "gold")
FIRST = {name: 1 + k * TONES for k, name in enumerate(MATERIALS)}  # 0 is transparent


@cache
def colors(palette: str, accent: str) -> np.ndarray:
    """Return the color of every index a canvas paints with, uint8 [1 + 5 × materials, 4]."""
    ramps = (palette, accent, *MATERIALS[2:])
    tones = [bytes.fromhex(tone) + b"\xff" for name in ramps for tone in RAMPS[name].split()]
    return np.array([list(tone) for tone in (bytes(4), *tones)], np.uint8)


@cache
def plane(scale: float, mirrored: bool, turn: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the x and y of every pixel's center, 0 in the middle, turned by `turn` degrees."""
    y, x = (np.mgrid[0:SIDE, 0:SIDE] - (SIDE - 1) / 2) / scale
    x = -x if mirrored else x
    angle = np.deg2rad(turn)
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def grown(mask: np.ndarray) -> np.ndarray:
    """Return the mask grown by one pixel up, down, left and right."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    return wide


class Canvas:
    """One sprite in the making. `x` and `y` are the coordinates in which its shapes are given."""

    def __init__(self, x: np.ndarray, y: np.ndarray, mirrored: bool):
        self.x, self.y, self.mirrored = x, y, mirrored
        self.index = np.zeros((SIDE, SIDE), np.uint8)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
        """Return the mask of an ellipse."""
        return ((self.x - cx) / rx) ** 2 + ((self.y - cy) / ry) ** 2 <= 1

    def box(self, left: float, top: float, right: float, bottom: float) -> np.ndarray:
        """Return the mask of a rectangle."""
        x, y = self.x, self.y
        return (x >= left) & (x <= right) & (y >= top) & (y <= bottom)

    def line(self, x0: float, y0: float, x1: float, y1: float, radius: float) -> np.ndarray:
        """Return the mask of a line with round ends."""
        dx, dy = x1 - x0, y1 - y0
        t = ((self.x - x0) * dx + (self.y - y0) * dy) / (dx * dx + dy * dy)
        t = np.clip(t, 0, 1)
        return (self.x - x0 - t * dx) ** 2 + (self.y - y0 - t * dy) ** 2 <= radius * radius

    def ball(self, cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
        """Return tones that make the ellipse look round, lit from above and one side."""
        side = 0.35 if self.mirrored else -0.35  # light comes from the screen's left, always
        far = ((self.x - cx) / rx - side) ** 2 + ((self.y - cy) / ry + 0.42) ** 2
        return np.digitize(-far, [-1.35, -0.36, -0.045]) + DARK

    def slope(self, mask: np.ndarray) -> np.ndarray:
        """Return tones that fall from the mask's upper left to its lower right, in three steps."""
        x = -self.x if self.mirrored else self.x
        fall = 0.6 * x + self.y
        inside = fall[mask]
        if not inside.size:
            return np.full(mask.shape, MID)
        low, high = inside.min(), inside.max()
        t = (fall - low) / max(1e-6, high - low)
        return np.digitize(-t, [-0.7, -0.3]) + DARK

    def paint(
        self, mask: np.ndarray, material: str, tone: np.ndarray | int = MID, line: bool = True
    ) -> None:
        """Paint the mask in tones of a material; `line` draws its outline on what lies below."""
        first = FIRST[material]
        if line:
            self.index[grown(mask) & (self.index > 0) & ~mask] = first
        self.index[mask] = first + (tone if isinstance(tone, int) else tone[mask])

    def dot(self, x: float, y: float, material: str, tone: int, w: float = 1, h: float = 1) -> None:
        """Paint a rectangle with the upper left pixel at (x, y), only on what is painted."""
        mask = self.box(x - 0.5, y - 0.5, x + w - 0.5, y + h - 0.5)
        self.paint(mask & (self.index > 0), material, tone, line=False)

    def finished(self) -> np.ndarray:
        """Draw the outer outline and return the indices into `colors`, uint8 [32, 32]."""
        framed = np.zeros_like(self.index)
        framed[1:-1, 1:-1] = self.index[1:-1, 1:-1]
        filled = framed > 0
        framed[grown(filled) & ~filled] = FIRST["palette"]
        return framed
