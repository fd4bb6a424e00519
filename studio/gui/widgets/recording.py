"""What is known of one run, replayed from its log and growing while it trains: curves and grids."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

import numpy as np

from studio.core.events import Event, Note, Samples, Scalars
from studio.core.runlog import History, Sample
from studio.gui.widgets.curve import Curve

IN_MEMORY = 96_000_000  # bytes of pictures; older grids are read from their files again


class Recording:
    """The curves and sample grids of one run; grids come from memory or from their files."""

    def __init__(self, history: History | None = None, reread: Callable[[], History] | None = None):
        """Start from `history`; `reread` replays it again when live grids outgrow memory."""
        history = history or History()
        self.curves = {name: Curve(*series) for name, series in history.series.items()}
        self.notes: list[Note] = list(history.notes)
        self.files: dict[tuple[int, str], Sample] = {}
        self.cache: OrderedDict[tuple[int, str], np.ndarray] = OrderedDict()
        self.seconds, self.status, self.saved = history.seconds, history.status, history.saved
        self.step, self.changes = history.step, history.changes
        self.reread = reread
        self._known: set[int] = set()
        self._note_files(history.samples)

    @property
    def sample_steps(self) -> list[int]:
        """Every step with a sample grid, ascending."""
        return sorted(self._known)

    def add(self, events: Iterable[Event]) -> bool:
        """Take in what the run said; return whether its sample grids changed."""
        sampled = False
        for event in events:
            if isinstance(event, Scalars):
                self._add_scalars(event)
            elif isinstance(event, Samples):
                self._remember((event.step, event.kind), event.pictures)
                self._known.add(event.step)
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

    def history(self) -> History:
        """Return what is known as a value, for whoever judges it."""
        series = {name: (curve.steps, curve.values) for name, curve in self.curves.items()}
        notes = tuple(self.notes)
        known = (self.step, self.saved, self.seconds, self.status, self.changes)
        return History(series, (), notes, *known)

    def _add_scalars(self, event: Scalars) -> None:
        for name, number in event.values.items():
            self.curves.setdefault(name, Curve()).append(event.step, number)
        self.step, self.seconds = max(self.step, event.step), event.seconds

    def _rewind(self, note: Note) -> bool:
        if note.kind not in ("rollback", "remedy") or note.step is None:
            return False
        self.step = note.step
        for curve in self.curves.values():
            curve.rewind(note.step)
        late = {step for step in self._known if step > note.step}
        self._known -= late
        for key in [key for key in (*self.cache, *self.files) if key[0] in late]:
            self.cache.pop(key, None)
            self.files.pop(key, None)
        return bool(late)

    def _note_files(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            self.files[sample.step, sample.kind] = sample
            self._known.add(sample.step)

    def _remember(self, key: tuple[int, str], pictures: np.ndarray) -> None:
        self.cache[key] = pictures
        while sum(p.nbytes for p in self.cache.values()) > IN_MEMORY and len(self.cache) > 2:
            self.cache.popitem(last=False)

    def _load(self, key: tuple[int, str]) -> None:
        if key not in self.files and key[0] in self._known and self.reread:
            self._note_files(self.reread().samples)
        if key not in self.files:
            return
        try:
            self._remember(key, self.files[key].load())
        except (OSError, ValueError):  # deleted or damaged behind our back: the step stays, empty
            self.files.pop(key)
