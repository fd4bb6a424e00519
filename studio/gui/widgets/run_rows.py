"""What the run list shows of each run: how it stands, read once from the end of each log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from studio.core import pictures, runlog
from studio.core.data.stored import Stored
from studio.core.events import Job, Refused
from studio.core.project import Run
from studio.core.runlog import History
from studio.gui.widgets.recording import Recording
from studio.gui.widgets.run_list import RunRow


@dataclass(frozen=True, eq=False)
class Standing:
    """How a run stood when its log had been `written`; four of its newest pictures as one."""

    run: Run
    written: float
    status: str
    step: int
    picture: np.ndarray | None


class RunRows:
    """Keeps what is known of all runs."""

    def __init__(self) -> None:
        self.known: dict[int, Standing] = {}

    def unread(self, runs: Mapping[int, Run]) -> list[Run]:
        """Return the runs whose logs have been written since they were looked at, newest first."""
        self.known = {number: k for number, k in self.known.items() if number in runs}
        known = {number: k.written for number, k in self.known.items()}
        changed = [run for run in runs.values() if known.get(run.number) != written(run)]
        return sorted(changed, key=lambda run: -run.number)

    def take(self, found: Standing) -> None:
        """Know how a run stands."""
        self.known[found.run.number] = found

    def row(self, run: Run, recording: Recording | None = None) -> RunRow:
        """Return the run's row: from `recording` if given, else as far as it is known."""
        record, known = run.record, recording or self.known.get(run.number)
        return RunRow(
            number=run.number,
            name=record.name,
            trained=f"{record.family}  ·  {record.preset}",
            status=known.status if known else "",
            step=known.step if known else 0,
            created=record.created,
            folder=run.folder,
        )


def looked_through(runs: Iterable[Run]) -> Job[None]:
    """Look how runs stand; tells a Standing of each."""
    for run in runs:
        when, found = written(run), runlog.standing(run.folder)
        yield Standing(run, when, found.status, found.step, face(found))  # type: ignore[misc]  # for a panel


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


def four(grid: np.ndarray | Stored) -> np.ndarray:
    """Return four of the pictures [n, h, w, c], evenly chosen, as one of [2h, 2w, c]."""
    chosen = np.linspace(0, len(grid) - 1, 4).astype(int)
    return pictures.grid(grid[chosen], columns=2, gap=0)
