"""Numbers as people say them: durations, sizes, counts and values, short enough for one line."""

import math

from PySide6.QtCore import QCoreApplication

from studio.core.events import cut

UNITS = ("B", "kB", "MB", "GB", "TB")


def duration(seconds: float) -> str:
    """Say a duration with the precision a person needs: '40 s', '3 min', '2 h 10 min', '4 days'."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 60:
        return _tr("{n} s").format(n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _tr("{n} min").format(n=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _tr("{h} h {m} min").format(h=hours, m=minutes) if minutes else f"{hours} h"
    return _tr("{n} days").format(n=round(hours / 24))


def size(count: float) -> str:
    """Say a number of bytes: '640 kB', '1.4 GB'."""
    power = 0
    while count >= 1000 and power < len(UNITS) - 1:
        count, power = count / 1000, power + 1
    return f"{count:.1f} {UNITS[power]}" if count < 10 and power else f"{count:.0f} {UNITS[power]}"


def count(number: int) -> str:
    """Say a whole number with thin spaces between thousands: '12 400'."""
    return f"{number:,}".replace(",", "\u202f")


def percent(share: float) -> str:
    """Say a share of 0..1: '40 %'."""
    return _tr("{n} %").format(n=int(100 * share))


def short(name: str) -> str:
    """Return a name, cut where only a stranger's file would have one so long."""
    return cut(name)


def value(number: float) -> str:
    """Say a measured value with four digits, as short as that allows; a gap is a dash."""
    return f"{number:.4g}" if math.isfinite(number) else "–"


def _tr(text: str) -> str:
    return QCoreApplication.translate("words", text)
