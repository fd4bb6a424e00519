"""What is known of one run, replayed from its log and growing while it trains: curves and grids."""

from bisect import bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from studio.core import logparts, runlog
from studio.core.events import Event, Job, Note, Progress, Samples, Scalars
from studio.core.project import Run
from studio.core.runlog import History, Sample
from studio.gui.widgets.curve import Curve

LONG = 8 << 20  # bytes of a log of which the end is told before all is read
JUDGED = 1 << 14  # points of a curve that a judge of the run looks at
IN_MEMORY = 96_000_000  # bytes of pictures; older grids are read from their files again


class Recording:
    """The curves and sample grids of one run; grids come from memory or from their files."""

    def __init__(self, history: History | None = None, folder: Path | None = None):
        """Start from `history`; live grids that outgrow memory are found in the run's `folder`."""
        history = history or History()
        self.folder = folder
        self.curves = {name: Curve(*series) for name, series in history.series.items()}
        self.notes: list[Note] = list(history.notes)
        self.files: dict[tuple[int, str], Sample] = {}
        self.cache: OrderedDict[tuple[int, str], np.ndarray] = OrderedDict()
        self.seconds, self.status, self.saved = history.seconds, history.status, history.saved
        self.step, self.changes = history.step, history.changes
        self._bytes = 0  # of the pictures in memory
        self.files = {(sample.step, sample.kind): sample for sample in history.samples}
        self._sampled = sorted({step for step, _ in self.files})

    @property
    def sample_steps(self) -> list[int]:
        """Every step with a sample grid, ascending."""
        return self._sampled.copy()

    def catch_up(self, events: list[Event]) -> None:
        """Take in what was heard while the log was read, in which some of it was written already.

        A note that is known was read with all that came before it.
        """
        last = [k for k, e in enumerate(events) if isinstance(e, Note) and e in self.notes]
        self.add(events[last[-1] + 1 :] if last else events)

    def add(self, events: Iterable[Event]) -> bool:
        """Take in what the run said; return whether its sample grids changed."""
        sampled = False
        for event in events:
            if isinstance(event, Scalars):
                self._add_scalars(event)
            elif isinstance(event, Samples):
                self._add_samples(event)
                sampled = True
            elif isinstance(event, Note):
                self.notes.append(event)
                sampled |= self._rewind(event)
        return sampled

    def pictures(self, step: int, kind: str) -> np.ndarray | None:
        """Return the grid of `kind` at `step`, uint8 [n, h, w, c]; None if it is not there."""
        key = (step, kind)
        if key not in self.cache:
            self._load(key)
        if key in self.cache:
            self.cache.move_to_end(key)
        return self.cache.get(key)

    def newest(self, kind: str) -> np.ndarray | None:
        """Return the grid of `kind` at the newest step with samples, or None."""
        return self.pictures(self._sampled[-1], kind) if self._sampled else None

    def history(self) -> History:
        """Return what is known as a value, for whoever judges it: long curves with fewer points."""
        series = {name: curve.thinned(JUDGED) for name, curve in self.curves.items()}
        notes = tuple(self.notes)
        known = (self.step, self.saved, self.seconds, self.status, self.changes)
        return History(series, (), notes, *known)

    def _add_scalars(self, event: Scalars) -> None:
        for name, number in event.values.items():
            self.curves.setdefault(name, Curve()).append(event.step, number)
        self.step, self.seconds = max(self.step, event.step), event.seconds

    def _rewind(self, note: Note) -> bool:
        if note.kind not in (*runlog.BACK, "remedy") or note.step is None:
            return False
        self.step = note.step
        for curve in self.curves.values():
            curve.rewind(note.step)
        kept = bisect_right(self._sampled, note.step)
        late, self._sampled = self._sampled[kept:], self._sampled[:kept]
        for key in [key for key in (*self.cache, *self.files) if key[0] > note.step]:
            self._forget(key)
            self.files.pop(key, None)
        return bool(late)

    def _add_samples(self, event: Samples) -> None:
        key = event.step, event.kind
        self._remember(key, event.pictures)
        if self.folder is not None:
            path = runlog.grid_file(self.folder, *key)
            shape = event.pictures.shape[:3]
            self.files[key] = Sample(*key, path.parent, path.name, *shape)
        if event.step not in self._sampled[-1:]:
            place = bisect_right(self._sampled, event.step)
            if self._sampled[place - 1 : place] != [event.step]:
                insort(self._sampled, event.step)

    def _remember(self, key: tuple[int, str], pictures: np.ndarray) -> None:
        self._forget(key)
        self.cache[key] = pictures
        self._bytes += pictures.nbytes
        while self._bytes > IN_MEMORY and len(self.cache) > 2:
            self._forget(next(iter(self.cache)))

    def _forget(self, key: tuple[int, str]) -> None:
        pictures = self.cache.pop(key, None)
        self._bytes -= 0 if pictures is None else pictures.nbytes

    def _load(self, key: tuple[int, str]) -> None:
        if key not in self.files:
            return
        try:
            self._remember(key, self.files[key].load())
        except (OSError, ValueError):  # deleted or damaged behind our back: the step stays, empty
            self.files.pop(key)


def recalled(run: Run) -> Job[Recording]:
    """Read what a run recorded; where that takes long, tell a Recording of its end first."""
    log, found = run.folder / "log.jsonl", []
    size = log.stat().st_size if log.exists() else 0
    if size > LONG:
        yield Recording(runlog.newest(run.folder), run.folder)  # type: ignore[misc]  # for a panel
    for part in logparts.parts(log):
        found.append(part)
        yield Progress(part.end, size, log.name)
    history = runlog.told(run.folder, found)
    found.clear()  # as large as the curves
    recording = Recording(history, run.folder)
    for curve in recording.curves.values():  # here, where nobody waits for it
        curve.sum_up()
        yield Progress(size, size, log.name)
    return recording
