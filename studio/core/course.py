"""How far a run is to go, by steps or by time, and what its schedules go by."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.core.project import Plan

UNLIMITED = 2**40  # seconds
PACED, PACED_SHARE = 10.0, 0.05  # seconds of training that tell its pace; of a plan's time


@dataclass
class Course:
    """A run ends at `steps`, or once it has trained `until` so many seconds."""

    steps: int
    until: float
    planned: tuple[int, float] = (0, 0.0)  # the step and the progress at which `steps` was set
    paced: tuple[int, float] = (0, 0.0)  # the step and the seconds the pace is measured from

    def done(self, step: int, seconds: float) -> bool:
        """Tell whether the planned steps or the planned time are over."""
        return step >= self.steps or seconds >= self.until

    def progress(self, step: int) -> float:
        """Return the share of the run that is done at `step`; it never falls."""
        start, progress = self.planned
        return progress + (1 - progress) * (step - start) / max(1, self.steps - start)

    def expected(self, step: int, seconds: float) -> int:
        """Return the step the run will end at: the planned one, or earlier if time runs out."""
        if not seconds or self.until == UNLIMITED:
            return self.steps
        return step + math.ceil(max(0.0, self.until - seconds) * step / seconds)

    def replan(self, step: int, seconds: float) -> None:
        """Fit the steps of a run planned by time to its pace of late: the machine may have become
        slower or faster. Schedules go on from where they are, and end with the time.
        """
        start, since = self.paced
        took = seconds - since
        if self.until == UNLIMITED or self.done(step, seconds):
            return
        if took < max(PACED, PACED_SHARE * self.until):
            return
        left = (self.until - seconds) * (step - start) / took
        self.planned, self.steps = (step, self.progress(step)), step + math.ceil(left)
        self.paced = (step, seconds)

    def extend(self, plan: Plan, step: int, seconds: float) -> None:
        """Add `plan`'s steps or time to what is done; schedules begin anew."""
        rate = step / seconds if seconds else 1.0
        self.until = UNLIMITED if plan.steps else seconds + plan.minutes * 60
        self.planned = (0, 0.0)
        self.steps = step + (plan.steps or max(1, math.ceil(plan.minutes * 60 * rate)))

    def state(self) -> dict[str, Any]:
        """Return what `load` continues from, as JSON can hold it."""
        return {"steps": self.steps, "planned": self.planned, "until": self.until}

    def load(self, values: Mapping[str, Any], step: int, seconds: float) -> None:
        """Continue from what `state` returned at `step`, after so many seconds of training."""
        self.steps, self.until = values["steps"], values["until"]
        self.planned, self.paced = tuple(values["planned"]), (step, seconds)
