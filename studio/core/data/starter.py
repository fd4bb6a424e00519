"""The starter sets, made on this machine: game sprites, and scikit-learn's handwritten digits."""

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from studio.core.data import sprites
from studio.core.data.entries import COUNT_AT_MOST, Entry
from studio.core.events import Refused

SPRITES = 2400  # a multiple of the kinds, drawn in about a second
DIGITS = tuple("0123456789")


def look(source: str) -> tuple[list[Entry], list[int], tuple[str, ...]]:
    """Return (entries, labels, class names) of `starter:sprites[:COUNT]` or `starter:digits`."""
    kind, count = _parsed(source)
    if kind == "digits":
        labels = digits()[1].tolist()
        entries = [Entry(f"{label}/{k:04d}", 64, [k]) for k, label in enumerate(labels)]
        return entries, labels, DIGITS
    kinds = list(sprites.KINDS)
    all_factors = [sprites.factors(0, k) for k in range(count)]
    entries = [Entry(f"{f.kind}/{k:05d}_{f.name}", 4096, [k]) for k, f in enumerate(all_factors)]
    return entries, [kinds.index(f.kind) for f in all_factors], tuple(kinds)


def _parsed(source: str) -> tuple[str, int]:
    _, kind, *rest = source.split(":")
    if kind not in ("sprites", "digits") or len(rest) > (kind == "sprites"):
        raise Refused(
            f"There is no starter set '{source}'; take starter:sprites or starter:digits."
        )
    if not rest:
        return kind, SPRITES
    if not rest[0].isdecimal() or not 0 < int(rest[0]) <= COUNT_AT_MOST:
        raise Refused(f"'{rest[0]}' is not a number of sprites; take 1 to {COUNT_AT_MOST:,}.")
    return kind, int(rest[0])


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return (uint8 [1797, 8, 8], labels [1797]): Alpaydin and Kaynak's digits of 1998, UCI.

    The file inside scikit-learn is read without importing scikit-learn, which takes seconds.
    """
    spec = importlib.util.find_spec("sklearn")
    path = Path(spec.origin if spec and spec.origin else "").parent / "datasets/data/digits.csv.gz"
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    except (OSError, ValueError):
        raise Refused("scikit-learn's digits are missing; install the program again.") from None
    levels = (table[:, :64].astype(np.uint16) * 255 + 8) // 16
    return levels.astype(np.uint8).reshape(-1, 8, 8), table[:, 64].astype(np.int64)


class StarterReader:
    """Makes the pictures of a starter set."""

    def __init__(self, place: str):
        self.pictures = digits()[0] if _parsed(place)[0] == "digits" else None

    def read(self, where: list) -> np.ndarray:
        """Return picture number `where[0]`: a sprite [32, 32, 4] or a digit [8, 8, 1]."""
        if self.pictures is not None:
            return self.pictures[where[0]][..., None]
        return sprites.draw(sprites.factors(0, where[0]))

    def close(self) -> None:
        """Give the memory back."""
        self.pictures = None
