"""Decoders in C write to stderr about damaged files; here that goes nowhere, a sentence is said."""

import logging
import os
import threading
import warnings

STDERR = 2

# What Pillow and tifffile say of a damaged tag or two is no news to a user either.
warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
for name in ("PIL", "tifffile"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


class Silence:
    """`with SILENCE:` the process' stderr goes nowhere; several threads may be in it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: int | None = None
        self._nowhere: int | None = None  # kept open: every picture of an import comes by here

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = self._aside()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._before is not None:
                os.dup2(self._before, STDERR)
                os.close(self._before)

    def _aside(self) -> int | None:
        """Point stderr to nowhere; return what it was, None for a window without one."""
        try:
            before = os.dup(STDERR)
        except OSError:
            return None
        if self._nowhere is None:
            self._nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(self._nowhere, STDERR)
        return before


SILENCE = Silence()
