"""Names of pictures in an export: no two alike, in a natural order, numbered ones as animations."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import count

NUMBERED = re.compile(r"(.*?\D)[\s_.\-]*\(?(\d{1,9})\)?")
BETWEEN = " _.-("


def natural(name: str) -> list[tuple[int, str]]:
    """Return the key that sorts walk-2 before walk-10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part.lower())
        for part in re.split(r"(\d+)", name)
    ]


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names with -2, -3 … after those that are there already, also but for case."""
    given = list(names)
    taken = Counter(name.casefold() for name in given)
    used: set[str] = set()
    found = []
    for name in given:
        free = name
        if name.casefold() in used:
            numbered = (f"{name}-{number}" for number in count(2))
            free = next(n for n in numbered if n.casefold() not in used and not taken[n.casefold()])
        used.add(free.casefold())
        found.append(free)
    return found


def animations(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return what is animated: walk-0, walk-1 … are the frames of walk, in the order given.

    Numbers may follow a space, -, _, . or nothing, or stand in brackets; two make an animation,
    and few may be missing between them.
    """
    found: dict[str, dict[int, int]] = {}
    for index, name in enumerate(names):
        if match := NUMBERED.fullmatch(name):
            found.setdefault(match[1].rstrip(BETWEEN), {})[index] = int(match[2])
    return {
        base: tuple(numbers)
        for base, numbers in found.items()
        if base and len(numbers) > 1 and _close(numbers.values())
    }


def _close(numbers: Collection[int]) -> bool:
    """Tell frames from names that end in codes: at most a third of the numbers is missing."""
    return max(numbers) - min(numbers) + 1 < 1.5 * len(numbers)
