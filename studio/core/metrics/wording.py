"""What each number is called and what it says, in one plain sentence."""

from collections.abc import Callable
from typing import NamedTuple

from studio.core.metrics.evaluation import Better, Score


class Entry(NamedTuple):
    """A number's title, which way is better, and its sentence from (value, floor, error)."""

    title: str
    better: Better
    meaning: Callable[[float, float, float], str]


ENCODERS = {
    "own": "own judge",
    "random": "random network",
    "inception": "Inception",
}
UNKNOWN = float("nan")


def scored(
    key: str,
    value: float | None,
    floor: float | None = None,
    error: float | None = None,
    why_not: str = "",
) -> Score:
    """Return the score `key` with its words; `why_not` is the sentence where `value` is None."""
    entry = entry_of(key)
    known = value is not None
    numbers = [UNKNOWN if x is None else x for x in (value, floor, error)]
    return Score(
        key=key,
        title=entry.title,
        value=value,
        floor=floor,
        error=error,
        better=entry.better,
        meaning=entry.meaning(*numbers) if known else why_not,
    )


def entry_of(key: str) -> Entry:
    """Return the words for a key as "kid.own", "swd.32" or "recall"."""
    kind, _, of = key.partition(".")
    if kind == "swd":
        return Entry(f"Patches at {of} px (sliced Wasserstein)", "lower", _patches)
    if kind == "kid":
        return Entry(f"Kernel distance KID x 1000, {ENCODERS[of]}", "lower", _kid)
    if kind == "frechet":
        return Entry(f"Fréchet distance, {ENCODERS[of]}", "lower", _frechet)
    return ENTRIES[kind]


def _kid(value: float, floor: float, error: float) -> str:
    if value - max(0.0, floor) < 2 * error:
        return "Too close to real pictures for this many to show a difference."
    return "Differs from real pictures; of use to compare runs on the same pictures: 0 is alike."


def _frechet(value: float, floor: float, _: float) -> str:
    times = _times(value, floor)
    return f"{times[0].upper()}{times[1:]} from your pictures as other real ones are."


def _patches(value: float, floor: float, _: float) -> str:
    return (
        f"Patches of 7 x 7 pixels are {_times(value, floor)} off as those of other real pictures."
    )


def _times(value: float, floor: float) -> str:
    ratio = value / max(floor, 1e-9)
    return "as far" if ratio < 1.2 else f"{ratio:.{0 if ratio >= 2.95 else 1}f} times as far"


def _auc(value: float, *_: float) -> str:
    if value < 0.55:
        return "A simple classifier can't tell drawn from real pictures."
    return f"A simple classifier picks the drawn one of two pictures in {_per_cent(value)}."


def _sharpness(value: float, *_: float) -> str:
    if value < 0.8:
        return "Softer than your pictures: edges and grain are missing."
    if value > 1.25:
        return "Harsher than your pictures: noise, or edges that are too hard."
    return "As sharp as your pictures."


def _diversity(value: float, *_: float) -> str:
    if value < 0.4:
        return "Nearly all drawn pictures are alike: the model has collapsed."
    if value < 0.7:
        return "Drawn pictures vary much less than yours."
    return "Drawn pictures vary about as much as yours."


def _bins(value: float, floor: float, _: float) -> str:
    if value <= max(0.1, 2 * floor):
        return "Every kind of picture in your set is drawn about as often as it is there."
    return f"{_per_cent(value)} of the kinds of picture in your set are drawn too often or rarely."


def _twins(value: float, floor: float, _: float) -> str:
    if value <= 2 * floor + 2:
        return "Drawn pictures repeat each other no more than yours do."
    return "Drawn pictures repeat each other; this many pairs in 1,000 are nearly the same picture."


def _copies(value: float, floor: float, _: float) -> str:
    known = "" if floor != floor else f" (of real pictures held out: {floor:.0f})"
    if value < 0.5:
        return f"No drawn picture is a copy of a training picture{known}."
    return f"{value:.0f} of 1,000 drawn pictures are copies of training pictures{known}."


def _closer(value: float, *_: float) -> str:
    if value > 0.15:
        return "Drawn pictures lie closer to training pictures than new ones do: it memorizes."
    return "Drawn pictures keep as far from training pictures as new pictures do."


def _per_cent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _bits(value: float, floor: float, _: float) -> str:
    known = "" if floor != floor else f"; those learned from cost {floor:.2f}"
    return f"Bits a value of a picture held out costs (8 is ignorance){known}."


ENTRIES = {
    "copies": Entry("Copies in 1,000", "lower", _copies),
    "closer": Entry("Closer than new pictures", "lower", _closer),
    "precision": Entry(
        "Precision",
        "higher",
        lambda value, *_: f"{_per_cent(value)} of drawn pictures lie where yours do.",
    ),
    "density": Entry(
        "Density",
        "higher",
        lambda *_: "How much in the midst of your pictures drawn ones lie; 1 is as real ones do.",
    ),
    "recall": Entry(
        "Recall",
        "higher",
        lambda value, *_: f"{_per_cent(value)} of your pictures lie within what is drawn.",
    ),
    "coverage": Entry(
        "Coverage",
        "higher",
        lambda value, *_: f"{_per_cent(value)} of your pictures have a drawn one near by.",
    ),
    "auc": Entry("Told apart", "half", _auc),
    "sharpness": Entry("Sharpness", "one", _sharpness),
    "diversity": Entry("Variety", "one", _diversity),
    "bins": Entry("Kinds out of proportion", "lower", _bins),
    "twins": Entry("Twins in 1,000", "lower", _twins),
    "bits": Entry("Bits per value", "lower", _bits),
}


def notes(compared: int, training: int, held: int, drawn: int) -> tuple[str, ...]:
    """Return what to keep in mind about numbers of this few pictures."""
    found = []
    if compared < drawn:
        found.append(
            f"Compared with {compared} of the {drawn} drawn pictures: the set's {training}"
            " pictures are cut in two halves, one to compare with, one to show what is real."
        )
    if compared < 500:
        found.append("With fewer than 500 pictures the numbers are rough; believe your eyes.")
    if not held:
        found.append("No pictures were held out, so memorizing can only be judged in part.")
    return tuple(found)
