"""Reads what the run list shows of each run: one log per idle moment, each once."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from studio.core import pictures
from studio.core.events import Refused
from studio.core.project import Run
from studio.core.runlog import History
from studio.gui.widgets.run_list import RunRow


class RunRows(QObject):
    """Keeps the rows of all runs. read(object, object): a RunRow and its picture (or None)."""

    read = Signal(object, object)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.runs: dict[int, Run] = {}
        self.known: dict[int, tuple[float, RunRow]] = {}
        self.waiting: list[int] = []
        self.timer = QTimer(self, singleShot=True, interval=0)
        self.timer.timeout.connect(self._read_one)

    def show_runs(self, runs: Mapping[int, Run]) -> list[RunRow]:
        """Take over these runs; return their rows as far as known; `read` follows for the rest."""
        self.runs = dict(runs)
        self.known = {n: k for n, k in self.known.items() if n in runs}
        changed = [
            n for n, r in runs.items() if n not in self.known or self.known[n][0] != written(r)
        ]
        self.waiting = sorted(changed)  # the newest is taken first, from the end
        if self.waiting:
            self.timer.start()
        return [self.row(run) for run in runs.values()]

    def row(self, run: Run, history: History | None = None) -> RunRow:
        """Return the run's row: from `history` if given, else from what was read before."""
        record = run.record
        old = self.known[run.number][1] if run.number in self.known else None
        return RunRow(
            number=run.number,
            name=record.name,
            trained=f"{record.family}  ·  {record.preset}",
            status=history.status if history else old.status if old else "",
            step=history.step if history else old.step if old else 0,
            created=record.created,
            folder=run.folder,
        )

    def _read_one(self) -> None:
        run = self.runs.get(self.waiting.pop()) if self.waiting else None
        if run is not None:
            when, history = written(run), run.history()
            row = self.row(run, history)
            self.known[run.number] = (when, row)
            self.read.emit(row, face(history))
        if self.waiting:
            self.timer.start()


def written(run: Run) -> float:
    """Return when the run's log was last written; 0 if it has none."""
    try:
        return (run.folder / "log.jsonl").stat().st_mtime
    except OSError:
        return 0.0


def face(history: History) -> np.ndarray | None:
    """Return four pictures of the run's newest averaged grid as one, uint8 [h, w, c]."""
    newest = [sample for sample in history.samples if sample.kind == "ema"][-1:]
    try:
        return four(newest[0].load()) if newest else None
    except (OSError, ValueError, Refused):
        return None


def four(grid: np.ndarray) -> np.ndarray:
    """Return four of the pictures [n, h, w, c], evenly chosen, as one of [2h, 2w, c]."""
    chosen = np.linspace(0, len(grid) - 1, 4).astype(int)
    return pictures.grid(grid[chosen], columns=2, gap=0)
