"""The signs of each illness in what a run measures, the most urgent first."""

from collections.abc import Callable

import numpy as np

from studio.core.health import remedies
from studio.core.health.evidence import WARM, Evidence
from studio.core.health.verdict import Remedy, Sign, Verdict

MEASURES = {
    *("diversity", "change", "seen", "unseen", "overfit", "augment", "divergence", "active"),
    *("sigma", "codes", "psnr", "inverse", "bits"),
}  # all else that is plotted is a loss or what two players make of each other
ENOUGH = 20  # values of a curve before it can run away
AWAY, FAR = 30.0, 300.0  # times what it was in the first half; in the first steps
ALIKE = 0.4  # of the training pictures' variety
FALLEN, VARIED = 0.6, 0.8  # of the run's own best
SILENT_NATS, ACTIVE = 1.0, 1  # what a code tells at least; how many of its numbers tell it
DEAD = 0.25  # of a codebook in use
EFFORTLESS = 8.0  # logits between real and drawn pictures
CAUGHT = 0.8  # of the way from drawn to learned pictures that held-out ones seem drawn
EXACT = 1e-2  # in the units of images, where -1 is black and 1 white
INVISIBLE = 2.0  # of 255 levels, the mean over a picture
SURE = 4.0  # standard errors


def failed(known: Evidence) -> Verdict | None:
    """Training ended with an error; its own words say it."""
    history = known.history
    if history.status != "failed" or not history.notes:
        return None
    remedy = remedies.slower(known.settings) if known.rollbacks else None
    return Verdict("failed", "error", history.notes[-1].text, history.step, remedy)


def young(known: Evidence) -> Verdict | None:
    """Nothing can be said yet."""
    if not known.young:
        return None
    text = "Warming up: the first steps say nothing yet."
    if known.since:
        text = "The remedy was applied; the next minutes show whether it helps."
    return Verdict("young", "info", text, known.history.step)


def unstable(known: Evidence) -> Verdict | None:
    """Gradients stopped being finite and training went back."""
    if not known.rollbacks:
        return None
    times = "once" if known.rollbacks == 1 else f"{known.rollbacks} times"
    text = f"Training became unstable {times} and went back to an earlier save."
    return _warning("diverging", known, text, remedies.slower(known.settings))


def running_away(known: Evidence) -> Verdict | None:
    """A loss grows far beyond all it has been."""
    for name in known.history.series.keys() - MEASURES:
        steps, values = known.measured(name, whole=True)
        if len(values) < ENOUGH:
            continue
        early = values[len(values) // 20 : max(ENOUGH // 2, len(values) // 2)]
        first = FAR * max(1.0, abs(float(values[0])))  # it may have gone at once
        limit = min(first, AWAY * max(1.0, float(np.percentile(np.abs(early), 95))))
        if np.median(np.abs(values[-5:])) > limit and steps[-5] > known.since:
            sound = int(steps[np.flatnonzero(np.abs(values) <= limit / AWAY)[-1]])
            text = f"The value '{name}' is running away, so the pictures fall apart."
            return _warning("diverging", known, text, remedies.slower(known.settings, sound))
    return None


def alike(known: Evidence) -> Verdict | None:
    """All latents draw nearly the same picture, though the run once did better or had its time."""
    now = known.latest("diversity")
    steps, values = known.measured("diversity", whole=True)
    if now is None or max(now, values[-1]) >= ALIKE:
        return None
    fell = max(now, values[-1]) < FALLEN * values.max()  # the last: it may still be rising
    if not fell and not _stands_still(steps, values):
        return None
    sound = varied(steps, values)
    back = int(sound[-1]) if len(sound) else None
    share = f"{max(0, round(100 * now))} %"
    text = f"The pictures look alike: they have {share} of the variety of yours."
    return _warning("collapse", known, text, remedies.weaker_judge(known.settings, back))


def varied(steps: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the steps at which pictures differed about as much as they ever did, and enough."""
    return steps[(values >= VARIED * values.max(initial=0.0)) & (values >= ALIKE)]


def _stands_still(steps: np.ndarray, values: np.ndarray) -> bool:
    """Tell whether the newest values are not above those at half of the steps."""
    half = values[steps >= steps[-1] / 2]
    return len(half) >= 6 and np.median(half[-3:]) <= 1.1 * np.median(half[:3])


def silent(known: Evidence) -> Verdict | None:
    """The code tells the decoder next to nothing about the picture (posterior collapse)."""
    nats, active = known.latest("divergence"), known.latest("active")
    if (nats is None or nats >= SILENT_NATS) and (active is None or active >= ACTIVE):
        return None
    text = "The code tells next to nothing about a picture, so all are drawn as one blurred mean."
    return _warning("posterior collapse", known, text, remedies.freer_code(known.settings))


def dead(known: Evidence) -> Verdict | None:
    """Most of the codebook lies idle."""
    share = known.latest("codes")
    if share is None or share >= DEAD:
        return None
    text = f"Only {round(100 * share)} % of the codes are in use, so pictures lose their detail."
    return _warning("dead codes", known, text, remedies.slower(known.settings))


def outplayed(known: Evidence) -> Verdict | None:
    """The judge tells real from drawn without effort, so the model learns nothing from it."""
    gap = known.latest("margin", ENOUGH)
    if gap is None or gap <= EFFORTLESS or known.settings.get("loss") == "wgan-gp":
        return None  # Wasserstein critics have no such scale
    text = "The judge sees through every drawn picture, so the model learns little from it."
    return _warning("outplayed", known, text, remedies.weaker_judge(known.settings, None))


def caught(known: Evidence) -> Verdict | None:
    """The judge knows the learned pictures by heart and takes held-out ones for drawn."""
    share = known.latest("overfit", 5)
    if share is None or share <= CAUGHT:
        return None
    steps, values = known.measured("overfit", whole=True)
    sound = steps[values < CAUGHT]
    best = int(sound[-1]) if len(sound) else None
    text = "The judge has learned your pictures by heart, so it no longer guides the model."
    remedy = remedies.more_augmentation(known.settings, best)
    return _warning("judge overfit", known, text, remedy)


def memorizing(known: Evidence) -> Verdict | None:
    """Held-out pictures get worse while learned ones get better."""
    steps, unseen = known.measured("unseen")
    _, seen = known.measured("seen")
    count = min(len(seen), len(unseen))
    part = max(3, count // 5)
    if count < 3 * part:
        return None
    means = np.convolve(unseen, np.ones(part) / part, "valid")
    best = int(np.argmin(means))
    then, now = slice(best, best + part), slice(count - part, count)
    if best + part > count - part:
        return None
    rise, fall = unseen[now].mean() - unseen[then].mean(), seen[then].mean() - seen[now].mean()
    noise = 1.48 * np.median(np.abs(np.diff(unseen))) / np.sqrt(part)  # of such a difference
    if rise < SURE * noise or fall < 0 or rise < 0.05 * abs(unseen[then].mean()):
        return None
    step = int(steps[best + part // 2])
    text = f"Since about step {step} it memorizes: pictures held out are drawn ever worse."
    return _warning("memorizing", known, text, remedies.stop(step))


def inexact(known: Evidence) -> Verdict | None:
    """A flow no longer inverts what it computes."""
    error = known.latest("inverse", 2)
    if error is None or error <= EXACT:
        return None
    text = "The flow can no longer be inverted exactly, so pictures and likelihoods are off."
    return _warning("inexact inverse", known, text, remedies.slower(known.settings))


def settled(known: Evidence) -> Verdict | None:
    """Twice the training would change nothing one could see."""
    levels = known.latest("change")
    if levels is None or levels >= INVISIBLE or known.history.step < 10 * WARM:
        return None
    text = "No visible change is expected any more, even from training twice as long."
    remedy = remedies.stop() if known.history.status == "running" else None
    return Verdict("plateau", "info", text, known.history.step, remedy)


def progressing(known: Evidence) -> Verdict:
    """The run is well."""
    values = known.measured("diversity")[1]
    text = "Learning normally."
    if len(values):
        share = min(100, round(100 * float(values[-1])))
        text = f"Learning normally; the pictures have {share} % of the variety of yours."
    return Verdict("healthy", "info", text, known.history.step)


def _warning(sign: Sign, known: Evidence, text: str, remedy: Remedy | None) -> Verdict:
    return Verdict(sign, "warning", text, known.history.step, remedy)


SIGNS: tuple[Callable[[Evidence], Verdict | None], ...] = (
    *(failed, young, unstable, running_away, silent, dead, alike),
    *(outplayed, caught, memorizing, inexact, settled),
)
