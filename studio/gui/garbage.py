"""Python's cyclic garbage is collected in the window's thread only, in small pieces."""

import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL = 1000  # ms
FULL = 30  # collections of young garbage to one of old
MANY = 60_000  # objects whose full collection takes about 20 ms
LONG = 0.04  # s


class Garbage(QObject):
    """Collects young garbage from a timer, and at times the old.

    A worker's thread that collects a dead Qt object hands its deletion to this thread, where it is
    deleted twice: a crash (measured, PySide6 6.12). And a full collection with torch loaded holds
    the window for 100 ms or more; so what the engine loads is frozen, out of the collector's sight.
    What is left is few thousand objects, whose full collection takes 3 ms: left out, cycles that
    lived for two seconds would pile up for as long as the window is open.

    Objects are counted, never listed: a list of them refers to a tuple that another thread is
    making at that moment, which then breaks with a SystemError (measured, Python 3.11).
    """

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        gc.disable()
        self.rounds = 0
        self.timer = QTimer(self, interval=INTERVAL)
        self.timer.timeout.connect(self.collect)
        self.timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect what became garbage lately; once in `FULL` times, what did so long ago."""
        self.rounds += 1
        young = gc.get_count()[0]
        library = young - gc.collect(1) > MANY  # so much at once stays
        if library or (self.rounds % FULL == 0 and _collected() > LONG):
            gc.freeze()

    @Slot(str)
    def settle(self, lane: str) -> None:
        """Leave all that is loaded by now out of later collections, once a job has ended."""
        if lane == "engine":
            gc.freeze()

    def end(self) -> None:
        """Let Python collect by itself again."""
        self.timer.stop()
        gc.unfreeze()
        gc.enable()


def _collected() -> float:
    """Collect all garbage; return the seconds of this thread that it took."""
    began = time.thread_time()
    gc.collect()
    return time.thread_time() - began
