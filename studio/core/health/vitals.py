"""What a run measured so far, kept while it trains: how long it is known to have been well."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from studio.core.health.evidence import Evidence
from studio.core.health.signs import alike, running_away, varied
from studio.core.runlog import History

SPOILED = (running_away, alike)  # signs of a run that was better before


class Vitals:
    """Collects what a run plots. `healthy` is the last step at which it was known to be well."""

    def __init__(self, settings: Mapping[str, Any], history: History | None = None, step: int = 0):
        """`history` is that of the run up to `step`, where it goes on."""
        self.settings, self.healthy = dict(settings), step
        self._step, self._points = step, dict[str, list[tuple[int, float]]]()
        for name, (steps, values) in (history.series if history else {}).items():
            points = zip(steps.tolist(), values.tolist(), strict=True)
            self._points[name] = [(at, value) for at, value in points if at <= step]

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Take in what was measured at `step`."""
        self._step = step
        for name, value in values.items():
            self._points.setdefault(name, []).append((step, value))

    def back(self, step: int) -> None:
        """Forget what was measured after `step`: it is trained anew."""
        self._step, self.healthy = step, min(self.healthy, step)
        kept = {n: [p for p in points if p[0] <= step] for n, points in self._points.items()}
        self._points = kept

    def judged(self) -> int | None:
        """Judge the run as it stands: None if it is well, else the step to go back to. A run that
        was never better than it is has none to go back to.
        """
        known = Evidence(self._history(), self.settings)
        remedies = [verdict.remedy for sign in SPOILED if (verdict := sign(known))]
        back = [r.back_to for r in remedies if r and r.back_to is not None]
        if back:
            self.healthy = min(back)
            return self.healthy
        steps, values = known.measured("diversity", whole=True)
        sound = varied(steps, values)
        # a grid tells late that pictures look alike: what it has not seen yet may be spoiled
        self.healthy = int(sound[-1]) if len(sound) else self._step
        return None

    def _history(self) -> History:
        series = {
            name: (np.array([at for at, _ in points]), np.array([v for _, v in points], float))
            for name, points in self._points.items()
        }
        return History(series=series, step=self._step)
