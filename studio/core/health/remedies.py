"""What helps against each illness: a change to the settings in force, a step back, or an end."""

from collections.abc import Mapping
from typing import Any

from studio.core.health.verdict import Remedy, written

HALF = 0.5
GENTLEST = 1e-6  # a learning rate below it learns nothing
STRONGEST_PENALTY, LEAST_BETA, FREE_BITS = 1000.0, 0.05, 0.5
EVERYTHING = "color,translation,cutout"  # the strongest augmentation


def slower(settings: Mapping[str, Any], back_to: int | None = None) -> Remedy | None:
    """Halve every learning rate; None if there is none to halve."""
    rates = {k: v for k, v in settings.items() if is_rate(k, v) and v * HALF >= GENTLEST}
    if not rates:
        return None
    return Remedy(
        "Halve the learning rate",
        f"{_from(back_to)} with half the learning rate: slower, and steadier.",
        {name: value * HALF for name, value in rates.items()},
        back_to,
    )


def is_rate(name: str, value: Any) -> bool:
    """Tell whether a setting is a learning rate."""
    return (name == "rate" or name.endswith("_rate")) and isinstance(value, float)


def weaker_judge(settings: Mapping[str, Any], back_to: int | None) -> Remedy | None:
    """Let the judge learn half as fast as the player who draws, at most; else learn slower."""
    if not {"rate", "judge_rate"} <= settings.keys():
        return slower(settings, back_to)
    changes = {"judge_rate": max(GENTLEST, HALF * min(settings["judge_rate"], settings["rate"]))}
    if settings.get("gamma"):
        changes["gamma"] = min(STRONGEST_PENALTY, 4 * settings["gamma"])
    effect = f"{_from(back_to)} with a judge that learns at {written(changes['judge_rate'])}"
    effect += " and is held back four times as much." if "gamma" in changes else "."
    return Remedy("Hold the judge back", effect, changes, back_to)


def freer_code(settings: Mapping[str, Any]) -> Remedy | None:
    """Let codes cost less; None where nothing in the settings says what they cost."""
    beta = settings.get("beta")
    changes = {"beta": cheaper(beta)} if beta else {}
    if settings.get("free_bits") == 0:
        changes["free_bits"] = FREE_BITS
    if not changes:
        return None
    effect = "Goes on with codes that may tell more about a picture: the pictures get more varied."
    return Remedy("Let the code say more", effect, changes)


def cheaper(weight: float) -> float:
    """Return a quarter of a weight on codes, at most the textbook's 1 and not nothing."""
    return max(LEAST_BETA, min(1.0, weight / 4))


def more_augmentation(settings: Mapping[str, Any], best: int | None) -> Remedy | None:
    """Change the pictures more before they are judged; where that is done, end at the `best`."""
    changes: dict[str, Any] = {}
    if settings.get("augmentation", EVERYTHING) != EVERYTHING:
        changes["augmentation"] = EVERYTHING
    if settings.get("augment_amount", 1.0) < HALF:
        changes["augment_amount"] = 0.8
    if not changes:
        return stop(best)
    effect = f"{_from(best)}; the judge sees pictures changed in color, place and by holes."
    return Remedy("Turn augmentation up", effect, changes, best)


def stop(best: int | None = None) -> Remedy:
    """End the run, at an earlier step if that was better."""
    if best is None:
        return Remedy("Stop here", "Saves and ends; the run can be continued later.", stop=True)
    title, effect = "Keep the best", f"Ends the run and keeps the model saved by step {best}."
    return Remedy(title, effect, back_to=best, stop=True)


def _from(back_to: int | None) -> str:
    return "Goes on" if back_to is None else f"Goes back to the save before step {back_to}, then on"
