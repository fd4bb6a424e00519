"""What is wrong with a run, in plain words, with the remedy; judged from its log alone."""

from collections.abc import Mapping

import numpy as np

from studio.core.events import Note
from studio.core.runlog import History

WARM = 50  # steps before anything is judged
ALIKE = 0.5  # drawn pictures this much closer together than training pictures
RECENT = 0.2  # of the run


def judge(history: History) -> Note:
    """Return the most important sentence about the run: level info (healthy), warning or error."""
    if history.status == "failed" and history.notes:
        return Note(history.notes[-1].text, "error", "health", history.step)
    if history.step < WARM:
        return Note("Warming up: the first steps say nothing yet.", "info", "health", history.step)
    for check in (_unstable, _alike, _drifting):
        if text := check(history):
            return Note(text, "warning", "health", history.step)
    return Note(_healthy(history), "info", "health", history.step)


def _unstable(history: History) -> str:
    rollbacks = sum(note.kind == "rollback" for note in history.notes)
    if not rollbacks:
        return ""
    times = "once" if rollbacks == 1 else f"{rollbacks} times"
    return (
        f"Became unstable {times} and went back, with a lower learning rate. "
        "If it returns, choose a lower rate."
    )


def _alike(history: History) -> str:
    diversity = recent(history.series, "diversity")
    if len(diversity) < 3 or np.median(diversity) >= ALIKE or np.median(diversity) > diversity[0]:
        return ""
    share = round(100 * float(np.median(diversity)))
    return (
        f"The pictures look alike ({share} % of the variety of your pictures): "
        "turn augmentation up or start anew with another seed."
    )


def _drifting(history: History) -> str:
    for name, (_, values) in history.series.items():
        if name == "diversity" or len(values) < 100:
            continue
        early, late = np.abs(values[10 : len(values) // 2]), np.abs(values[-20:])
        if not np.isfinite(late).all() or np.median(late) > 30 * max(1.0, np.percentile(early, 95)):
            return (
                f"The value '{name}' is running away: "
                "stop, and train again with a lower learning rate."
            )
    return ""


def _healthy(history: History) -> str:
    diversity = recent(history.series, "diversity")
    if not len(diversity):
        return "Learning normally."
    share = min(100, round(100 * float(diversity[-1])))
    return f"Learning normally; the pictures have {share} % of the variety of yours."


def recent(series: Mapping[str, tuple[np.ndarray, np.ndarray]], name: str) -> np.ndarray:
    """Return the values of `name` over the last fifth of what was recorded, at least three of
    them.
    """
    if name not in series:
        return np.empty(0)
    values = series[name][1]
    return values[-max(3, int(len(values) * RECENT)) :]
