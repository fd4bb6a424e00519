"""Run a job to its end."""

from typing import TypeVar

from studio.core.events import Job

T = TypeVar("T")


def drained(job: Job[T]) -> T:
    """Return the job's result."""
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value
