"""Evaluate a run: draw many pictures, compare them with the set's, and keep what was found."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.core import checkpoint, latents, pictures
from studio.core import device as machine
from studio.core.building import build_model
from studio.core.data.batches import split
from studio.core.data.packed import PackedSet, open_packed
from studio.core.events import Job, Note, Progress, Refused
from studio.core.family import Likelihood, Model
from studio.core.metrics import evaluation as values
from studio.core.metrics import inception as standard
from studio.core.metrics import own
from studio.core.metrics.evaluation import Evaluation, Pair, Score
from studio.core.metrics.scores import LEAST, Scores, scoring
from studio.core.metrics.views import Rows
from studio.core.metrics.wording import scored
from studio.core.pictures import straighten, to_images, to_pictures
from studio.core.project import Project, Run

AT_ONCE = 16
COUNT_AT_MOST, BYTES_AT_MOST = 50_000, 2_000_000_000
BITS_OF = 256  # pictures
LABELS, BITS = 201, 202  # streams of randomness
SHOWN = 64  # pixels that a picture of the closest pairs has at least


def evaluate(
    project: Project,
    number: int | None = None,
    count: int = 1000,
    step: int | None = None,
    inception: Path | None = None,
    seed: int = 0,
) -> Job[Evaluation]:
    """Draw `count` pictures from run `number` (newest if None), score them and keep the result.

    `step` takes the newest checkpoint at or before it; `inception` is a file with the weights of
    the 2015 network and adds FID and KID as published. The first evaluation of a set trains its
    judge, kept beside the pictures. Raises Refused for a run without a checkpoint, too few
    pictures, or a wrong file.
    """
    run, begun = project.run(number), time.monotonic()
    if not LEAST <= count <= COUNT_AT_MOST:
        raise Refused(f"Can't judge by {count} pictures; take {LEAST} to {COUNT_AT_MOST:,}.")
    network = None if inception is None else standard.load(inception)
    packed = open_packed(project.dataset(run.record.dataset))
    path, tensors, state, troubles = checkpoint.newest(run.checkpoints, step)
    if state["fingerprint"] != packed.manifest.fingerprint:
        raise Refused(
            f"Run {run.number} was trained on other pictures than its set now holds;"
            " import them again."
        )
    for trouble in troubles:
        yield Note(f"{trouble} Evaluating {path.name} instead.", "warning")
    plan = run.record.plan
    kept, held = (x.numpy() for x in split(len(packed.pictures), plan.held_out, plan.seed))
    if (needed := count * packed.pictures[0].size) > BYTES_AT_MOST:
        raise Refused(f"{count} pictures of this size take {needed / 1e9:.0f} GB; judge by fewer.")
    if len(kept) < LEAST:
        raise Refused(f"The set has {len(kept)} pictures, too few to judge by; add to {LEAST}.")
    judge = yield from judge_of(packed)
    model = build_model(state, tensors)
    drawn = yield from draw_many(model, count, labels_like(packed, kept, count, seed), seed)
    real = Rows(packed.pictures, kept, straighten)
    new = straighten(packed.pictures[held]) if len(held) else None
    scores = yield from scoring(real, drawn, new, judge, network, seed)
    bits = yield from bits_of(model, packed, kept, held, seed)
    yield Progress(0, None, "Keeping the result")
    shown = keep_pairs(run, state["step"], scores, drawn, real)
    found = Evaluation(
        run=run.number,
        step=state["step"],
        created=time.time(),
        seconds=round(time.monotonic() - begun, 1),
        seed=seed,
        count=count,
        compared=scores.compared,
        training=len(kept),
        held_out=len(held),
        encoder=judge.sha256,
        inception="" if inception is None else inception.name,
        scores=(*scores.scores, *bits),
        nearest=tuple(kept[scores.copies.places].tolist()),
        closest=tuple(pair(scores, kept, k) for k in scores.closest.tolist()),
        picture=shown.name,
        notes=scores.notes,
    )
    values.save(found, run)
    return found


def judge_of(packed: PackedSet) -> Job[own.OwnEncoder]:
    """Return the set's own judge; train it on all of the set when it is first asked for."""
    fingerprint = packed.manifest.fingerprint
    yield Progress(0, None, "Preparing")
    judge = own.kept(packed.folder, fingerprint)
    if judge is None:
        everything = Rows(packed.pictures, np.arange(len(packed.pictures)), straighten)
        judge = yield from own.learn(everything, packed.labels, steps=own.STEPS)
        own.keep(judge, packed.folder, fingerprint)
    return judge


def labels_like(packed: PackedSet, kept: np.ndarray, count: int, seed: int) -> Tensor | None:
    """Return labels [count] as frequent as among the training pictures; None without classes."""
    if packed.labels is None:
        return None
    picks = torch.randint(len(kept), (count,), generator=latents.rng(seed, 0, LABELS))
    return torch.from_numpy(packed.labels[kept])[picks]


def draw_many(model: Model, count: int, labels: Tensor | None, seed: int) -> Job[np.ndarray]:
    """Draw pictures uint8 [count, h, w, c] with straight alpha; latent k is (seed, k)'s."""
    device = machine.choose()
    model.to(device)
    found: list[np.ndarray] = []
    for start in range(0, count, AT_ONCE):
        part = range(start, min(start + AT_ONCE, count))
        noise = torch.stack([latents.draw_one(model.latent_shape, seed, k) for k in part])
        asked = None if labels is None else labels[part.start : part.stop].to(device)
        refining = model.draw(noise.to(device), asked)
        images = _refined(refining)
        while (better := _refined(refining)) is not None:
            images = better
            yield Progress(start, count, "Drawing")
        found.append(to_pictures(images))
        yield Progress(part.stop, count, "Drawing")
    return np.concatenate(found)


@torch.no_grad()
def _refined(refining: Iterator[Tensor]) -> Any:
    return next(refining, None)


def bits_of(
    model: Model, packed: PackedSet, kept: np.ndarray, held: np.ndarray, seed: int
) -> Job[list[Score]]:
    """Return what held-out pictures cost, beside training pictures, where the model can tell."""
    if not isinstance(model, Likelihood):
        return []
    if not len(held):
        return [scored("bits", None, why_not="Can't be told: no pictures were held out.")]
    rng = np.random.default_rng(seed)
    costs = []
    for places in (held, kept):
        chosen = np.sort(rng.permutation(places)[:BITS_OF])
        cost = []
        for start in range(0, len(chosen), AT_ONCE):
            cost.append(_bits(model, packed, chosen[start : start + AT_ONCE], seed))
            yield Progress(start, len(chosen), "Measuring likelihood")
        costs.append(torch.cat(cost).double())
    error = float(costs[0].std() / len(costs[0]) ** 0.5)
    return [scored("bits", float(costs[0].mean()), float(costs[1].mean()), error)]


@torch.no_grad()
def _bits(model: Any, packed: PackedSet, places: np.ndarray, seed: int) -> Tensor:
    device = next(model.parameters()).device
    images = to_images(torch.from_numpy(packed.pictures[places])).to(device)
    labels = None if packed.labels is None else torch.from_numpy(packed.labels[places]).to(device)
    return model.bits(images, labels, latents.rng(seed, int(places[0]), BITS, device)).cpu()


def pair(scores: Scores, kept: np.ndarray, k: int) -> Pair:
    """Return drawn picture `k` with its nearest training picture."""
    found = scores.copies
    return Pair(
        drawn=k,
        place=int(kept[found.places[k]]),
        distance=round(float(found.distances[k]), 3),
        ratio=round(float(found.ratios[k]), 4),
    )


def keep_pairs(run: Run, step: int, scores: Scores, drawn: np.ndarray, real: Rows) -> Path:
    """Write the closest pairs as one picture, drawn left and real right; return its file."""
    numbers = scores.closest
    sides = (drawn[numbers], real[scores.copies.places[numbers]])
    times = -(-SHOWN // max(drawn.shape[1:3]))
    large = [x.repeat(times, 1).repeat(times, 2) for x in sides]
    path = run.folder / values.FOLDER / f"step-{step:08d}.png"
    path.parent.mkdir(exist_ok=True)
    pictures.save(pictures.grid(np.concatenate(large, axis=2), 4, gap=8), path)
    return path
