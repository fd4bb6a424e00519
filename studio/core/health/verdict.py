"""What a look at a run comes to: a sentence, and one remedy that acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Sign = Literal[
    "healthy",
    "young",
    "failed",
    "diverging",
    "collapse",
    "posterior collapse",
    "dead codes",
    "outplayed",
    "judge overfit",
    "memorizing",
    "inexact inverse",
    "plateau",
]


@dataclass(frozen=True)
class Remedy:
    """One thing to do about it: `title` is for a button, `effect` says what it changes.

    `changes` are settings with their new values, `back_to` a step to go back to first. `stop`
    ends the run there instead of training on.
    """

    title: str
    effect: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    back_to: int | None = None
    stop: bool = False


@dataclass(frozen=True)
class Verdict:
    """How a run does at `step`: level info (healthy), warning or error, and why in a sentence."""

    sign: Sign
    level: Literal["info", "warning", "error"]
    text: str
    step: int
    remedy: Remedy | None = None


def written(value: Any) -> str:
    """Return a setting's value as it is read in a sentence."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
