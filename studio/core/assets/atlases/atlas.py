"""Sheets as values: which sprite lies where, and what is animated."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.core.assets.trimming import Box, Pivot


@dataclass(frozen=True)
class Frame:
    """A sprite on a page. `place` is where it lies there, trimmed; `offset` where that part was in
    the sprite of the size `source` (width, height).
    """

    name: str
    page: int
    place: Box
    offset: tuple[int, int]
    source: tuple[int, int]

    @property
    def trimmed(self) -> bool:
        """Tell whether a part was cut away."""
        return (self.place.width, self.place.height) != self.source


@dataclass(frozen=True)
class Sheet:
    """A page's picture: its file's name and its size."""

    name: str
    width: int
    height: int


@dataclass(frozen=True)
class Grid:
    """Equal cells: their size, how many in a row, what lies around and between them."""

    width: int
    height: int
    columns: int
    margin: int
    spacing: int


@dataclass(frozen=True)
class Atlas:
    """All pages and frames, in the order that was chosen. `animations` name frames by number."""

    sheets: tuple[Sheet, ...]
    frames: tuple[Frame, ...]
    animations: Mapping[str, tuple[int, ...]]
    fps: float
    pivot: Pivot
    bits: int = 8
    grid: Grid | None = None

    def page(self, number: int) -> "Atlas":
        """Return one page as an atlas of its own; of animations, the frames that lie on it."""
        inside = [index for index, frame in enumerate(self.frames) if frame.page == number]
        where = {index: at for at, index in enumerate(inside)}
        animations = {
            name: tuple(where[index] for index in frames if index in where)
            for name, frames in self.animations.items()
        }
        return replace(
            self,
            sheets=(self.sheets[number],),
            frames=tuple(replace(self.frames[index], page=0) for index in inside),
            animations={name: frames for name, frames in animations.items() if frames},
        )
