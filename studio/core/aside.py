"""Long work in a thread of its own, so that the job it belongs to can be stopped meanwhile."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from studio.core.events import Event, Job, Progress

TICK = 0.05  # seconds between two words; Stop is heard that soon

T = TypeVar("T")


class _Ended(BaseException):
    """The work was ended by a Stop; no `except Exception` on the way keeps it."""


def let_go(work: Callable[[], T], text: str) -> Job[T]:
    """Be the job that does `work`, telling a Progress with `text` meanwhile; returns its result.

    Stopped, it leaves the work to itself: that may only compute, not write, and is dropped when it
    comes to its end. For one long call of a library, as for decoding a picture.
    """
    return (yield from _worked(work, Progress(0, None, text), None))


def ended(work: Callable[[], T], said: Event) -> Job[T]:
    """Be the job that does `work` on a CPU with torch, to the same bits, by as many threads as
    here, telling what is `said` meanwhile; returns its result.

    Stopped, it ends the work before torch's next operation, forwards or backwards, and waits for
    that: what it was changing is then changed in part. Costs some microseconds an operation.
    """
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    stop, threads = threading.Event(), torch.get_num_threads()

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if stop.is_set():
                raise _Ended
            return func(*args, **(kwargs or {}))

    def watched() -> T:
        torch.set_num_threads(threads)  # OpenMP keeps it for each thread
        with Watch():
            return work()

    return (yield from _worked(watched, said, stop))


def pulled(job: Iterator[Event], said: Event) -> Job[None]:
    """Be a job whose pulls may each take long, every one as `ended`."""
    while (event := (yield from ended(lambda: next(job, None), said))) is not None:
        yield event


def _worked(work: Callable[[], T], said: Event, stop: threading.Event | None) -> Job[T]:
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="aside", daemon=True)
    thread.start()
    try:
        thread.join(TICK)
        while thread.is_alive():
            yield said
            thread.join(TICK)
    except GeneratorExit:
        if stop is not None:
            stop.set()
            thread.join()
        raise
    if errors:
        raise errors[0]
    return results[0]
