"""What is asked of training and what training will cost: values only, no torch."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from studio.core.project import Plan
from studio.core.settings import Settings


class TrainRequest(Settings):
    """A run as the user asks for it; `settings` holds only what differs from the preset.

    `start_from` is the number of a run whose model this one trains on; 0 starts anew.
    """

    dataset: str
    family: str = "vae"
    preset: str = "quick"
    settings: dict[str, Any] = Field(default_factory=dict)
    plan: Plan = Plan()
    name: str = ""
    start_from: int = 0


class Numerics(Settings):
    """How this machine computes fastest, found by a probe and kept with the run."""

    bf16: bool = False
    channels_last: bool = False
    compiled: bool = False

    def __str__(self) -> str:
        words = ["bf16" if self.bf16 else "fp32"]
        words += ["channels last"] * self.channels_last + ["compiled"] * self.compiled
        return ", ".join(words)


@dataclass(frozen=True)
class Forecast:
    """What a run will take on this machine, measured by a few real steps."""

    steps: int
    seconds: float
    seconds_per_step: float
    memory: int
    disk: int
    device: str
    numerics: Numerics
    threads: int
