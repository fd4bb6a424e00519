"""Steps: a computation of many parts, which says how far it is after each."""

from collections.abc import Generator
from typing import TypeVar

from studio.core.events import Job, Progress

T = TypeVar("T")

# Yields the share that is done, 0 to 1. Each step takes under about 100 ms at ordinary sizes.
Steps = Generator[float, None, T]


def told(steps: "Steps[T]", start: int, end: int, text: str) -> "Job[T]":
    """Return what the steps return; what they yield becomes Progress from start to end percent."""
    try:
        while True:
            try:
                done = next(steps)
            except StopIteration as ended:
                return ended.value
            yield Progress(int(start + done * (end - start)), 100, text)
    finally:
        steps.close()
