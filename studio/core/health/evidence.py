"""A run's log as its judge reads it: what was measured, since the last remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from studio.core.runlog import History

WARM = 50  # steps before anything is judged, from the start or from a remedy on
LATEST = 3  # measurements that must agree


@dataclass(frozen=True)
class Evidence:
    """A history and the settings in force."""

    history: History
    settings: Mapping[str, Any]

    @cached_property
    def since(self) -> int:
        """The step of the last remedy; 0 if there was none."""
        steps = [note.step or 0 for note in self.history.notes if note.kind == "remedy"]
        return steps[-1] if steps else 0

    @property
    def young(self) -> bool:
        """Nothing can be said yet."""
        return self.history.step < self.since + WARM

    @property
    def rollbacks(self) -> int:
        """How often the numbers stopped being finite since the last remedy."""
        kinds = [note.kind for note in self.history.notes]
        treated = len(kinds) - kinds[::-1].index("remedy") if "remedy" in kinds else 0
        return kinds[treated:].count("rollback")

    def measured(self, name: str, whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Return steps and finite values of `name` since the last remedy, or of the `whole` run."""
        steps, values = self.history.series.get(name, (np.empty(0), np.empty(0)))
        known = np.isfinite(values) & (steps > (-1 if whole else self.since))
        return steps[known], values[known]

    def latest(self, name: str, count: int = LATEST) -> float | None:
        """Return the median of the last `count` measurements; None if there are fewer."""
        values = self.measured(name)[1]
        return float(np.median(values[-count:])) if len(values) >= count else None
