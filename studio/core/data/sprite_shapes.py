"""How each kind of sprite is drawn: shapes in pixels from the middle, x to the right, y down."""

from typing import TYPE_CHECKING

import numpy as np

from studio.core.data.canvas import DARK, LIGHT, MID, SHINE, Canvas

if TYPE_CHECKING:
    from studio.core.data.sprites import Stance


def pattern(c: Canvas, f: "Stance", mask: np.ndarray, tone: np.ndarray, step: float = 5) -> None:
    """Lay the stance's pattern over the mask, in the accent's colors and the mask's tones."""
    x, y = c.x, c.y
    half = step / 2
    if f.pattern == "stripes":
        on = (y + 40) % step < half
    elif f.pattern == "dots":
        shift = np.where((y + 40) // step % 2 > 0, half, 0)
        on = ((x + 40.5 + shift) % step - half) ** 2 + ((y + 40) % step - half) ** 2 <= 2.3
    elif f.pattern == "checks":
        on = ((x + 40) // half + (y + 40) // half) % 2 > 0
    else:
        return
    c.paint(mask & on, "accent", tone, line=False)


def eyes(c: Canvas, x: float, y: float, gap: float, tall: float = 3) -> None:
    """Paint two dark eyes with a light spark, `gap` apart around x."""
    for side in (-1, 1):
        left = x + side * gap / 2 - 1
        c.dot(left, y, "night", 0, 2, tall)
        c.dot(left, y, "bone", SHINE, 1, 1)


def sword(c: Canvas, f: "Stance") -> None:
    taper = np.clip((c.y + 14) / 4, 0, 1) * 3
    blade = (np.abs(c.x) <= taper) & (c.y >= -13.6) & (c.y <= 5)
    tone = np.where(c.x < -1, SHINE, np.where(c.x < 1, MID, LIGHT))
    c.paint(blade, "palette", tone)
    pattern(c, f, blade & (np.abs(c.x) < 1.2) & (c.y > -9), np.full(blade.shape, LIGHT), 4)
    grip = c.box(-1.2, 5, 1.2, 11)
    c.paint(grip, "wood", np.where((c.y + 40) % 2 < 1, DARK, LIGHT))
    guard = c.line(-6.5, 5.2, 6.5, 5.2, 1.6)
    c.paint(guard, "accent", c.slope(guard))
    knob = c.ellipse(0, 12, 2.1, 2.1)
    c.paint(knob, "accent", c.ball(0, 12, 2.1, 2.1))
    c.dot(-0.5, 4.6, "palette", SHINE, 1.2, 1.2)


def axe(c: Canvas, f: "Stance") -> None:
    shaft = c.line(0, -12, 0, 13, 1.3)
    c.paint(shaft, "wood", np.where(c.x < 0, LIGHT, DARK))
    wraps = shaft & (c.y > 7) & (c.y < 12)
    c.paint(wraps, "accent", np.where((c.y + 40) % 2 < 1, MID, DARK), line=False)
    sides = (1,) if f.pattern in ("plain", "dots") else (1, -1)
    for side in sides:
        x = c.x * side
        hollow = (x - 6) ** 2 + (c.y + 14) ** 2 < 25
        hollow |= (x - 6) ** 2 + (c.y - 4) ** 2 < 25
        head = ((x - 1) ** 2 + (c.y + 5) ** 2 <= 121) & (x > 0.8) & (x < 11.2) & ~hollow
        head &= np.abs(c.y + 5) < 8.6
        tone = np.where(x > 9, SHINE, np.where(x > 7.4, LIGHT, np.where(c.y < -5, MID, DARK)))
        c.paint(head, "palette", tone)
    bolt = c.box(-2.2, -7.6, 2.2, -2.4)
    c.paint(bolt, "accent", c.slope(bolt))
    c.dot(-0.6, -5.6, "palette", SHINE, 1.3, 1.3)


def shield(c: Canvas, f: "Stance") -> None:
    def body(inset: float) -> np.ndarray:
        low = np.clip((c.y - 1) / (13 - inset), 0, 1)
        half = (11 - inset) * np.sqrt(np.clip(1 - low**1.7, 0, 1))
        return (np.abs(c.x) <= half) & (c.y >= -12 + inset) & (c.y <= 13.4 - inset)

    rim, field = body(0), body(2.4)
    c.paint(rim, "accent", c.slope(rim))
    tone = np.where(c.x < 0, LIGHT, MID)
    tone = np.where(c.y > 7, tone - 1, tone)
    c.paint(field, "palette", tone)
    if f.pattern == "stripes":
        c.paint(field & (np.abs(c.x) < 2.2), "accent", tone, line=False)
        c.paint(field & (np.abs(c.y + 2) < 2.2), "accent", tone, line=False)
    elif f.pattern == "dots":
        boss = c.ellipse(0, -1, 4.2, 4.2)
        c.paint(boss, "accent", c.ball(0, -1, 4.2, 4.2))
    elif f.pattern == "checks":
        c.paint(field & ((c.x > 0) != (c.y > -1)), "accent", tone, line=False)
    c.paint(field & c.box(-7.6, -8.6, -6.2, -3), "palette", SHINE, line=False)
    for x in (-9.6, 8.8):
        c.dot(x, -10.4, "accent", SHINE, 1.2, 1.2)


def potion(c: Canvas, f: "Stance") -> None:
    wide = 9.6 if f.size != "small" else 8.8
    body = c.ellipse(0, 4, wide, 9) | c.box(-3, -9, 3, 0)
    glass = c.ball(0, 4, wide, 9)
    c.paint(body, "steel", np.maximum(glass, MID))
    level = 0.0 if not f.lively else 0.28 * c.x + 1
    liquid = c.ellipse(0, 4, wide - 1.3, 7.7) & (c.y >= level)
    c.paint(liquid, "palette", np.minimum(glass, LIGHT), line=False)
    pattern(c, f, liquid & (c.y > 3), glass, 5)
    c.paint(liquid & (c.y < level + 1.2), "palette", SHINE, line=False)
    c.paint(c.line(-5.4, 1, -4.6, 6.2, 0.75), "bone", SHINE, line=False)
    lip = c.box(-4.2, -9.4, 4.2, -7.2)
    c.paint(lip, "accent", c.slope(lip))
    cork = c.box(-2.6, -13.4, 2.6, -9.6)
    c.paint(cork, "wood", c.slope(cork))


def gem(c: Canvas, f: "Stance") -> None:
    tall = f.pattern in ("plain", "dots")
    top, girdle, low = (-11, -5, 12.6) if tall else (-9, -3, 11)
    half = np.where(c.y < girdle, 7 + (c.y - top) / (girdle - top) * 5.4, 0)
    half = np.where(c.y >= girdle, 12.4 * (low - c.y) / (low - girdle), half)
    stone = (np.abs(c.x) <= half) & (c.y >= top) & (c.y <= low)
    x = -c.x if c.mirrored else c.x
    facet = x / np.maximum(half, 0.1)
    crown = np.where(facet < -0.45, LIGHT, np.where(facet < 0.4, SHINE, MID))
    below = np.where(facet < -0.45, MID, np.where(facet < 0.4, LIGHT, DARK))
    tone = np.where(c.y < girdle, crown, below)
    tone = np.where(np.abs(c.y - girdle) < 0.6, MID, tone)
    c.paint(stone, "palette", tone)
    if f.pattern in ("stripes", "dots"):
        core = stone & (np.abs(c.x) + np.abs(c.y - 1.5) < 4.2)
        c.paint(core, "accent", np.clip(tone, MID, SHINE), line=False)
    side = 1 if c.mirrored else -1
    c.dot(side * 6.2 - 0.5, top + 2, "palette", SHINE, 2, 1.2)
    if f.lively:
        for px, py in ((-1, 0), (1, 0), (0, -1), (0, 1), (0, 0)):
            c.dot(-side * 5 + px, girdle + 1 + py, "bone", SHINE)


def crown(c: Canvas, f: "Stance") -> None:
    period = 9.4 if f.pattern in ("plain", "checks") else 7
    wave = 1 - np.abs((c.x / 1.05 + period * 4.5) % period - period / 2) / (period / 2)
    outward = 1 + np.clip(-c.y, -8, 9) * 0.02
    inside = np.abs(c.x) <= 11.6 * outward
    tips = inside & (c.y >= -9 + 11 * (1 - wave)) & (c.y < 6)
    c.paint(tips, "palette", np.where(wave > 0.6, LIGHT, np.where(c.y > 1, DARK, MID)))
    band = (np.abs(c.x) <= 11.4) & (c.y >= 4) & (c.y <= 10 + 0.8 * np.cos(c.x / 7))
    c.paint(band, "palette", c.slope(band))
    centers = np.arange(-2, 3) * period
    for x in centers[np.abs(centers) < 12.5]:
        c.paint(c.ellipse(x * 1.05, -9.6, 1.7, 1.7), "accent", c.ball(x * 1.05, -9.6, 1.7, 1.7))
    for x in (-7, 0, 7):
        jewel = c.ellipse(x, 7, 1.8, 1.9) if f.lively else np.abs(c.x - x) + np.abs(c.y - 7) < 2.3
        c.paint(jewel, "accent", c.ball(x, 7, 2, 2))


def slime(c: Canvas, f: "Stance") -> None:
    rx, ry, base = (12.4, 8.4, 11) if f.lively else (10.4, 12, 11.4)
    body = np.abs(c.x / rx) ** 2.3 + np.abs((c.y - base + ry * 0.75) / ry) ** 2.3 <= 1
    body &= c.y <= base
    middle = base - ry * 0.75
    tone = c.ball(0, middle, rx, ry)
    c.paint(body, "palette", tone)
    pattern(c, f, body & (c.y > middle + 2.5) & (c.y < base - 0.8), np.maximum(tone - 1, DARK), 5)
    c.paint(body & (c.y > base - 1.3), "palette", DARK, line=False)
    c.paint(c.ellipse(-rx * 0.5, middle - ry * 0.5, 1.9, 1.3), "palette", SHINE, line=False)
    eyes(c, 1, middle - 1, 7)
    mouth = c.ellipse(1.2, middle + 4, 2.6, 1.6) & (c.y > middle + 3.4)
    c.paint(mouth, "night", 0, line=False)


def ghost(c: Canvas, f: "Stance") -> None:
    drift = 2.6 * np.clip((c.y + 2) / 14, 0, 1) if f.lively else 0
    x = c.x - drift
    hem = 10.6 + 2.2 * np.cos(x * 2 * np.pi / 6.6)
    body = np.where(c.y < -2, (x / 9.6) ** 2 + ((c.y + 2) / 10.6) ** 2 <= 1, np.abs(x) <= 9.6)
    body &= c.y <= hem
    tone = np.minimum(c.ball(0, -1, 10, 14) + 1, SHINE)
    c.paint(body, "palette", tone)
    pattern(c, f, body & (c.y > 4.5), np.maximum(tone - 1, MID), 5)
    c.paint(body & (c.y > hem - 1.5), "palette", MID, line=False)
    for side in (-1, 1):
        hand = c.ellipse(side * 9.4 + (2 if f.lively else 0), 3.4, 2.6, 2.2)
        c.paint(hand, "palette", np.where(c.y < 3, SHINE, LIGHT))
    eyes(c, 1.4, -5, 7, 4)
    c.paint(c.ellipse(1.4, 1.6, 1.8, 2.2 if f.lively else 1.4), "night", 0, line=False)


def mushroom(c: Canvas, f: "Stance") -> None:
    stem = (np.abs(c.x) <= 4.6 + np.clip((c.y - 4) / 5, 0, 1.2)) & (c.y >= 0) & (c.y <= 12.6)
    c.paint(stem, "bone", np.where(c.x < -2, SHINE, np.where(c.x > 3, DARK + 1, LIGHT)))
    c.paint(stem & (c.y < 4.6), "bone", DARK, line=False)
    high = 13.6 if f.lively else 11.6
    cap = (np.abs(c.x / 13) ** 2 + ((c.y - 2) / high) ** 2 <= 1) & (c.y <= 2.6)
    tone = c.ball(0, -2, 13, high - 1)
    c.paint(cap, "palette", tone)
    spots = [(-6.6, -3, 2.4, 2), (0.4, -7, 2.8, 2.2), (7.2, -2.4, 2.2, 1.9), (1, -0.4, 1.7, 1.1)]
    if f.pattern == "stripes":
        c.paint(cap & (c.y > -0.4), "accent", tone, line=False)
        c.paint(cap & (np.abs(c.y + 5) < 1.2), "accent", tone, line=False)
    elif f.pattern != "plain":
        for x, y, rx, ry in spots if f.pattern == "dots" else spots[:3]:
            c.paint(c.ellipse(x, y, rx, ry) & cap, "accent", np.maximum(tone, LIGHT), line=False)
    c.paint(cap & (c.y > 1.4), "palette", DARK, line=False)
    eyes(c, 0.5, 5.4, 5, 3)


def hero(c: Canvas, f: "Stance") -> None:
    step = 1.6 if f.lively else 0
    for side in (-1, 1):
        bottom = 13.4 - (step if side > 0 else 0)
        leg = c.box(side * 2.9 - 1.9, 8, side * 2.9 + 1.9, bottom)
        c.paint(leg, "night", np.where(c.x < side * 2.9, LIGHT, MID))
        c.paint(leg & (c.y > bottom - 2.2), "wood", np.where(c.x < side * 2.9, LIGHT, MID))
    for side in (-1, 1):
        lift = -step * 1.6 if side > 0 else step * 0.6
        arm = c.line(side * 5, 3.4, side * 7.6, 7.4 + lift, 1.9)
        c.paint(arm, "palette", MID if side < 0 else DARK)
        hand = c.ellipse(side * 7.8, 8 + lift, 1.8, 1.7)
        c.paint(hand, "skin", LIGHT)
    tunic = (np.abs(c.x) <= 4.4 + np.clip((c.y - 1) / 9, 0, 1) * 1.8) & (c.y >= 1) & (c.y <= 9.8)
    tone = c.slope(tunic)
    c.paint(tunic, "palette", tone)
    pattern(c, f, tunic, tone, 4)
    c.paint(tunic & (c.y > 6) & (c.y < 7.6), "wood", MID, line=False)
    c.dot(-0.5, 6.2, "gold", SHINE, 1.6, 1.4)
    head = c.ellipse(0, -5, 7.6, 6.8)
    c.paint(head, "skin", c.ball(0, -4, 9, 8))
    hair = c.ellipse(0, -5.8, 8.2, 7.2) & (c.y < -5.2 + 2.2 * np.sin(c.x * 0.9 + 1))
    hair |= c.ellipse(0, -5.8, 8.2, 7.2) & (np.abs(c.x) > 6)
    c.paint(hair, "accent", c.ball(0, -6, 8.2, 7.2))
    eyes(c, 1.1, -4, 5, 3)
    c.dot(0.6, 0, "skin", DARK, 2, 1)


def tree(c: Canvas, f: "Stance") -> None:
    lean = 1.4 if f.lively else 0
    trunk = (np.abs(c.x) <= 2.2 + np.clip((c.y - 9) / 3, 0, 1.3)) & (c.y >= 2) & (c.y <= 13)
    c.paint(trunk, "wood", np.where(c.x < -0.6, LIGHT, np.where(c.x < 1, MID, DARK)))
    if f.pattern in ("stripes", "checks"):
        for top, bottom, half in ((0.5, 8, 11), (-6, 2.4, 9), (-13.4, -3.6, 6.8)):
            t = (c.y - top) / (bottom - top)
            x = c.x - lean * (c.y < -3)
            layer = (np.abs(x) <= half * t + 0.6) & (t >= 0) & (t <= 1)
            layer &= ~((t > 0.86) & (np.abs((x + 30) % 4 - 2) < 0.7))
            side = -x if c.mirrored else x
            tone = np.where(
                side < -half * t * 0.35, LIGHT, np.where(side < half * t * 0.35, MID, DARK)
            )
            c.paint(layer, "palette", tone)
            if f.pattern == "stripes":
                c.paint(layer & (t < 0.42), "accent", np.minimum(tone + 1, SHINE), line=False)
        return
    blobs = [(0, 1, 8, 5.4), (-6, -2, 6, 5.6), (6 + lean, -2.4, 6, 5.6), (lean, -7, 7, 5.8)]
    for x, y, rx, ry in blobs:
        tone = c.ball(x, y, rx, ry)
        c.paint(c.ellipse(x, y, rx, ry), "palette", np.minimum(tone, LIGHT))
    if f.pattern == "dots":
        for x, y in ((-6, -1), (0.5, -7.5), (6, -3.5), (1, 2)):
            c.paint(c.ellipse(x, y, 1.6, 1.6), "accent", c.ball(x, y, 1.6, 1.6))


def chest(c: Canvas, f: "Stance") -> None:
    body = c.box(-12, 0, 12, 11.6)
    hinge = -4 if f.lively else 0
    lid = c.box(-12, -8 + hinge, 12, 0 + hinge) & (
        np.abs(c.x / 12.6) ** 4 + ((c.y - hinge) / 8.6) ** 2 <= 1
    )
    tone = np.where(c.y < hinge - 5, SHINE, np.where(c.y < hinge - 2.4, LIGHT, MID))
    if f.lively:
        inside = c.box(-11, -5, 11, 1)
        c.paint(inside, "night", DARK)
        heap = (c.y >= -3 + np.abs(c.x) * 0.18 + np.cos(c.x * 2.1) * 0.8) & c.box(-10, -5, 10, 1)
        c.paint(heap, "gold", np.where((c.x * 3 + c.y * 5) % 7 < 2, SHINE, LIGHT))
    c.paint(lid, "palette", tone)
    planks = np.where((c.y + 40) % 4 < 1, DARK, np.where((c.y + 40) % 4 < 2, LIGHT, MID))
    c.paint(body, "palette", planks)
    pattern(c, f, body & (np.abs(c.x) < 7.4) & (c.y > 1), np.maximum(planks, MID), 4)
    for x in (-9, 9):
        strap = (np.abs(c.x - x) < 1.7) & (body | lid)
        c.paint(strap, "accent", np.where(c.x < x, LIGHT, MID))
    c.paint(body & (c.y < 1.4), "accent", LIGHT, line=False)
    lock = c.box(-2.4, -1.4, 2.4, 4)
    c.paint(lock, "gold", c.slope(lock))
    c.dot(-0.5, 0.8, "night", 0, 1.4, 2)
