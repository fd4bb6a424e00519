"""Words on a picture: in a font that has their letters, shortened to their place."""

import unicodedata
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont
MISSING = "\U0010ffff"  # no font has it
# What systems have for letters that Pillow's own font lacks, wide coverage first.
OTHERS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "segoeui.ttf"),
    *("arial.ttf", "Arial Unicode.ttf", "msyh.ttc", "YuGothM.ttc", "malgun.ttf", "PingFang.ttc"),
    *("Hiragino Sans GB.ttc", "AppleSDGothicNeo.ttc", "Geneva.ttf", "nirmala.ttf"),
)


@lru_cache(maxsize=4)  # each holds its files: 200 kB and more
def fonts(size: int) -> tuple[Font, ...]:
    """Return the fonts there are in that size, Pillow's own first: it is the same everywhere."""
    own = ImageFont.load_default(size)
    found = [own] if isinstance(own, ImageFont.FreeTypeFont) else []
    for name in OTHERS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(found)


def lacking(font: Font, text: str) -> set[str]:
    """Return the letters of `text` that a font has no form for."""
    none = _form(font, MISSING)
    return {letter for letter in set(text) if not letter.isspace() and _form(font, letter) == none}


def _form(font: Font, letter: str) -> bytes:
    """Return the pixels of a letter."""
    page = Image.new("L", (2 * int(font.size), 2 * int(font.size)))
    ImageDraw.Draw(page).text((0, 0), letter, fill=255, font=font)
    return page.tobytes()


def readable(text: str, size: int) -> tuple[str, Font]:
    """Return a text that can be drawn, and the font for it.

    The first font that has all its letters is taken; where there is none, é becomes e and what
    is left a question mark, in the font that has most.
    """
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    best = min(fonts(size), key=lambda font: len(lacking(font, plain)))
    missing = lacking(best, plain)
    known = [letter if letter not in missing else _plainer(best, letter) for letter in plain]
    return "".join(known), best


def _plainer(font: Font, letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return "?" if base == letter or lacking(font, base) else base


def shortened(text: str, font: Font, width: float) -> str:
    """Return a text with … in its middle where it is wider than `width` pixels."""
    if font.getlength(text) <= width:
        return text
    for kept in range(len(text) - 1, 1, -1):
        start = (kept + 1) // 2
        short = f"{text[:start]}…{text[len(text) - (kept - start) :]}"
        if font.getlength(short) <= width:
            return short
    return "…"


def written(
    page: np.ndarray, text: str, box: tuple[int, int, int, int], size: int, color: tuple[int, ...]
) -> None:
    """Draw one line into a page uint8 [h, w, 3], in the middle of a box x, y, width, height."""
    x, y, width, height = box
    drawn, font = readable(text, size)
    drawn = shortened(drawn, font, width)
    part = Image.fromarray(page[y : y + height, x : x + width])
    ImageDraw.Draw(part).text((width / 2, height / 2), drawn, fill=color, font=font, anchor="mm")
    page[y : y + height, x : x + width] = np.asarray(part)
