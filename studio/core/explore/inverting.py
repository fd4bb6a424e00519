"""My own picture in: the place whose picture comes closest to a given one, and how close it is."""

import json
import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from studio.core import latents, locking
from studio.core.data.batches import split
from studio.core.data.fit import Target, fitted
from studio.core.data.packed import open_packed
from studio.core.events import Drawn, Job, Note, Progress, Refused
from studio.core.explore.explorer import Explorer
from studio.core.explore.nearing import (
    FEW,
    REACH,
    Aim,
    Candidate,
    adam,
    as_shown,
    corrected,
    during,
    gauss_newton,
    starts,
)
from studio.core.explore.place import Place
from studio.core.family import ImageSize
from studio.core.nets.reconstruction import unlikeness
from studio.core.pictures import to_images, to_pictures
from studio.core.project import Project, Run, write_json

CHANNELS = {1: "grey", 3: "rgb", 4: "rgba"}
CROPPED = 4 / 3  # a picture longer than that beside its frame is shown whole instead
SHOWN_EVERY = 0.2  # seconds
ROUNDS = 4
BEGUN, BEGUN_MANY, NOISES = 6, 3, 1
USUAL, USUAL_SECONDS = 6, 2.0
PLAIN = (6 / 127.5) ** 2  # a picture that varies less than six levels is plain
TYPICAL = 3.0  # deviations


@dataclass(frozen=True, eq=False)
class Inverted:
    """A place and how well its picture meets the one that was asked for.

    `picture` is what the place draws and `aim` what was asked for, in the model's size and
    channels, uint8 [h, w, c]. `psnr` in dB, of premultiplied pictures. `fit` is 1 for the very
    picture and 0 where an even color would do as well; see `fits`. `off` is how far the latent
    lies outside (positive) or inside the sphere of typical ones, in deviations.
    """

    place: Place
    picture: np.ndarray
    aim: np.ndarray
    psnr: float
    fit: float
    off: float
    seconds: float
    text: str


@dataclass(frozen=True, eq=False)
class Fitted(Drawn):
    """The best so far: who stops the job keeps the newest one's `inverted`."""

    inverted: Inverted


def invert(
    explorer: Explorer,
    picture: np.ndarray,
    seconds: float = 10.0,
    label: int | None = None,
    seed: int = 0,
    project: Project | None = None,
) -> Job[Inverted]:
    """Find the place that draws `picture`, uint8 [h, w, 1 | 3 | 4] with straight alpha, any size.

    A family that reads pictures in does; a VAE, a GAN and an instant diffusion then search for at
    most `seconds`. `label` is the class to search in (None: all), which reading in leaves out.
    Yields Fitted whenever the best is better, at most five times a second. With `project` the
    text also says how well the run's own training pictures fit. Raises Refused for what is no
    picture.
    """
    begun = time.monotonic()
    aim, notes = brought(picture, explorer.size)
    if label is not None and not 0 <= label < len(explorer.classes):
        raise Refused(f"There is no class {label + 1}; the model has {len(explorer.classes)}.")
    if label is not None and explorer.encodes:
        notes = (*notes, "This model reads pictures in without their class; it is left out.")
    for note in notes:
        yield Note(note)
    yield Progress(0, round(seconds), "Reading the picture in")
    target = Aim(explorer, to_images(torch.from_numpy(aim[None])))
    best = yield from _searched(target, seconds, label, seed, begun)
    found = judged(target, best, time.monotonic() - begun)
    yield shown(found)
    if project is None:
        return found
    usual = yield from usual_fit(explorer, project)
    return replace(found, text=f"{found.text} Your training pictures fit {usual:.0%}.")


def _searched(
    target: Aim, seconds: float, label: int | None, seed: int, begun: float
) -> Job[Candidate]:
    """Pull the search, showing what it finds; return the last Candidate."""
    best, told, shown_error = None, begun, float("inf")
    for candidate in approach(target, seconds, label, seed):
        best = candidate or best
        now = time.monotonic()
        if now < told + SHOWN_EVERY and not (candidate and shown_error == float("inf")):
            continue
        told = now
        yield Progress(min(round(seconds), int(now - begun)), round(seconds), "Fitting the picture")
        if best is not None and best.error != shown_error:
            shown_error = best.error
            yield shown(judged(target, best, now - begun))
    assert best is not None
    return best


def shown(found: Inverted) -> Fitted:
    """Return the event that shows what was found."""
    return Fitted(found.picture[None], found)


def approach(
    target: Aim, seconds: float, label: int | None, seed: int
) -> Iterator[Candidate | None]:
    """Yield ever better Candidates as the family allows, None where there is none new yet.

    Discrete families: the latent that was read in, as good as their symbols get. Others correct
    what they read in; with a latent of few numbers, and where reading in is itself a search, the
    latent is sought by optimization: near the typical ones, unless it began at mere draws.
    """
    explorer, until = target.explorer, time.monotonic() + seconds
    if explorer.encodes and not searching(explorer):
        rounds = ROUNDS if explorer.family.smooth else 1
        few = int(np.prod(explorer.shape)) <= FEW and explorer.family.smooth
        best = None
        for found in corrected(target, 1 if few else rounds):
            best = found or best
            yield found
        if few and best is not None:
            yield from gauss_newton(target, [best], until, REACH)
        return
    few = int(np.prod(explorer.shape)) <= FEW
    begun = yield from begin(target, label, seed, BEGUN if few else BEGUN_MANY)
    yield min(begun, key=lambda c: c.error)
    yield from gauss_newton(target, begun, until) if few else adam(target, begun, during(until))


def searching(explorer: Explorer) -> bool:
    """Tell whether the model's own reading in is a long search: that of an instant diffusion."""
    return bool(getattr(getattr(explorer.model, "settings", None), "instant", False))


def begin(
    target: Aim, label: int | None, seed: int, count: int
) -> Generator[None, None, list[Candidate]]:
    """Return Candidates to begin with: the closest of many draws; of noise, where the latent is a
    picture's own.
    """
    if not searching(target.explorer):
        return (yield from starts(target, label, seed, count))
    noise = latents.draw(NOISES, target.explorer.shape, seed)
    return [Candidate(latent, label) for latent in noise]


@torch.no_grad()
def judged(target: Aim, best: Candidate, seconds: float) -> Inverted:
    """Draw the Candidate's place and say how well it meets the aim."""
    place = Place(best.latent.detach().numpy(), best.label)
    *_, images = target.explorer.images([place])
    images = as_shown(images)
    error = float((images - target.images).square().mean())
    psnr = 10 * float(np.log10(4 / max(error, 1e-9)))
    fit, off = fits(target.images, images), outside(place.latent)
    aim = to_pictures(target.images)[0]
    text = said(fit, psnr, off, target.explorer.family.smooth)
    return Inverted(place, to_pictures(images)[0], aim, psnr, fit, off, seconds, text)


def fits(aim: Tensor, drawn: Tensor) -> float:
    """Return how little is wrong, 0..1: 1 less the error over how far `aim` is from its mean color.

    Both as root mean squares; the mean of that of pixels and that of the house encoder's maps.
    """
    plain = aim.mean((2, 3), keepdim=True).expand_as(aim)
    shares = []
    for away, whole in (
        (float((aim - drawn).square().mean()), float((aim - plain).square().mean())),
        (float(unlikeness(aim, drawn)), float(unlikeness(aim, plain))),
    ):
        shares.append(max(0.0, 1 - math.sqrt(away / max(whole, PLAIN))))
    return sum(shares) / len(shares)


def outside(latent: np.ndarray) -> float:
    """Return how many deviations |z|² lies above its mean d: (|z|² - d) / √2d."""
    d = latent.size
    return float((np.square(latent, dtype=np.float64).sum() - d) / np.sqrt(2 * d))


def said(fit: float, psnr: float, off: float, smooth: bool) -> str:
    """Say how well a picture fits, and whether its latent is a typical one."""
    words = (
        f"Fits {fit:.0%} ({psnr:.1f} dB). 100 % would be the very same picture, 0 % no better than"
        " one even color."
    )
    return words + strayed(off) if smooth else words


def strayed(off: float) -> str:
    """Say how far a latent is from the sphere of typical ones, if it is off it by much."""
    if abs(off) <= TYPICAL:
        return ""
    words = "strange" if off > 0 else "tame"
    return f" Its place is {words} for this model ({off:+.0f} σ): moves from it may look odd."


def brought(picture: np.ndarray, size: ImageSize) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the picture as a packed row [h, w, c] of `size`, and notes on what was done to it.

    Transparency is laid on white where the model has none, as an import does. A picture much
    longer than the model's is shown whole, and one with transparency always; others are cropped.
    """
    picture = checked(picture)
    height, width, channels = picture.shape
    ratio = width * size.height / (height * size.width)
    whole = size.channels == 4 or max(ratio, 1 / ratio) > CROPPED
    fit = "pad" if whole else "crop"
    target = Target(size.width, size.height, fit, CHANNELS[size.channels])
    row, done = fitted(picture, target)
    notes = [f"The picture of {width} x {height} was {done}."] if done else []
    if channels == 4 and size.channels != 4 and (picture[..., 3] < 255).any():
        notes.append("The model knows no transparency: it was laid on white.")
    if channels != 4 and size.channels == 4:
        notes.append("The picture has no transparency, the model's have: it fits as opaque.")
    if channels != 1 and size.channels == 1:
        notes.append("The model draws in grey: the colors were left out.")
    return np.array(row), tuple(notes)


def checked(picture: np.ndarray) -> np.ndarray:
    """Return the picture [h, w, c] if it is one; raise Refused with the reason if not."""
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
        kind = getattr(picture, "dtype", type(picture).__name__)
        raise Refused(f"A picture to read in needs levels of 8 bits, not {kind}; convert it first.")
    picture = picture[..., None] if picture.ndim == 2 else picture
    if picture.ndim != 3 or picture.shape[2] not in CHANNELS or not picture.size:
        raise Refused(
            f"An array of {' x '.join(map(str, picture.shape))} is no picture: height x width x"
            " 1, 3 or 4 channels are, none of them empty."
        )
    return picture


def usual_fit(explorer: Explorer, project: Project) -> Job[float]:
    """Return the median fit of six of the run's training pictures; kept per model.

    Each may be searched for two seconds. A damaged note of it is measured again.
    """
    run = project.run(explorer.run)
    path = run.folder / "explore" / f"fit-{explorer.digest}.json"
    try:
        return float(json.loads(path.read_bytes())["fit"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    fits = []
    for k, row in enumerate(_training(project, run)):
        yield Progress(k, USUAL, "Measuring how well training pictures fit")
        target, best = Aim(explorer, to_images(torch.from_numpy(row[None]))), None
        for candidate in approach(target, USUAL_SECONDS, None, 0):
            best = candidate or best
            yield Progress(k, USUAL, "Measuring how well training pictures fit")
        assert best is not None
        fits.append(judged(target, best, 0.0).fit)
    if not locking.why_not(path):
        path.parent.mkdir(exist_ok=True)
        write_json(path, {"fit": float(np.median(fits)), "of": len(fits)})
    return float(np.median(fits))


def _training(project: Project, run: Run) -> np.ndarray:
    packed = open_packed(project.dataset(run.record.dataset))
    kept, _ = split(len(packed.pictures), run.record.plan.held_out, run.record.plan.seed)
    picks = kept[torch.randperm(len(kept), generator=latents.rng(0))[:USUAL]]
    return packed.pictures[picks.sort().values.numpy()]
