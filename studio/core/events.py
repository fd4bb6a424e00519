"""What a job says while it works: frozen values, read alike by window, command line and tests."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    import numpy as np

JOINERS = "\u200c\u200d"  # between letters of some scripts, and within emoji


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units are finished; `total` is None while it is unknown."""

    done: int
    total: int | None
    text: str


@dataclass(frozen=True)
class Scalars:
    """Values to plot at `step`; `seconds` of training have passed in this run so far."""

    step: int
    values: Mapping[str, float]
    seconds: float


@dataclass(frozen=True, eq=False)
class Samples:
    """Pictures drawn at `step` from the run's fixed latents; `pictures` is uint8 [n, h, w, c]."""

    step: int
    kind: Literal["ema", "raw"]
    pictures: "np.ndarray"


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pictures on the way to a job's result, uint8 [n, h, w, c]; each replaces the one before."""

    pictures: "np.ndarray"


@dataclass(frozen=True, eq=False)
class Published:
    """The averaged model of `step`, for whoever explores it while it trains.

    `tensors` and `values` are those of a checkpoint, as far as drawing needs them; they are copies.
    """

    step: int
    tensors: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Saved:
    """A checkpoint of `step` is safe on disk in the folder `path`."""

    step: int
    path: Path


@dataclass(frozen=True)
class Note:
    """A sentence for the user; `kind` groups notes that replace each other (health, device)."""

    text: str
    level: Literal["info", "warning", "error"] = "info"
    kind: str = ""
    step: int | None = None


Event = Progress | Scalars | Samples | Drawn | Published | Saved | Note

T = TypeVar("T")

# Whoever pulls drives the job: next(job). Stop = close(); a job that has something to keep saves it
# in `except GeneratorExit`, never in `finally`: a crash must not save. Pause = send("pause") once,
# so that a job that holds a device can free it, then do not pull; other jobs ignore what is sent.
Order = Literal["pause"]
Job = Generator[Event, Order | None, T]


def finished(job: "Job[T]") -> T:
    """Pull a job to its end, whatever it says; return its result."""
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value


NAMED = 300  # characters of a name that are shown; a megabyte in one label takes Qt minutes


def cut(text: str, most: int = NAMED) -> str:
    """Return what a file calls something, cut where only a stranger's file is so long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


class Refused(Exception):
    """Bad input. The message is one sentence for the user: what, where, what to do.

    It may quote a file's name or contents, so that what can't be shown in it is never shown: a line
    break, or what colors a terminal or turns the order of letters around.
    """

    def __str__(self) -> str:
        return "".join(c if c.isprintable() or c in JOINERS else "?" for c in super().__str__())
