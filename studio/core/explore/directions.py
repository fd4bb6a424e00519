"""Directions: ways through the latent space that change one thing of a picture, found and kept."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save
from torch import Tensor

from studio.core import locking
from studio.core.events import Drawn, Job, Note, Progress, Refused
from studio.core.explore import effects
from studio.core.explore.answers import Answers, answers, asked, drawn, labels_of
from studio.core.explore.explorer import Explorer
from studio.core.pictures import to_pictures
from studio.core.project import Run, inside, write_json, write_whole
from studio.core.weights import check_head

FOLDER = "explore"
ID = 12  # hexadecimal digits
LOOKS = 24  # main ways in which pictures differ, besides what has words
CAREFUL = 0.03  # how much is left to side effects rather than to a long way
HEARD = 0.08  # share of a property that has to follow the latent to be steered
TRIED_AT = 2.0  # σ either way
TRIED_ON = 8  # pictures
ALIKE = 0.7  # cosine of directions of which one is enough
FAINT = 0.4
SURE, CLEAR, AHEAD = 0.8, 1.0, 1.25  # agreement, σ and lead that a name needs
SEARCHED, TAGGED = "search", "tags"


@dataclass(frozen=True, eq=False)
class Direction:
    """A way through the latent space.

    `vector` is float32 of the explorer's shape and one σ of its way long; `id` is the vector's
    hash. `found` is "search" or "tags"; `accuracy` what tags were told apart with, else None.
    """

    id: str
    name: str
    vector: np.ndarray
    found: str = SEARCHED
    kept: bool = False
    accuracy: float | None = None


def direction(
    name: str, vector: Tensor, found: str = SEARCHED, accuracy: float | None = None
) -> Direction:
    """Return a direction of this vector, named after its content."""
    data = np.ascontiguousarray(vector.detach().numpy(), np.float32)
    id = hashlib.sha256(data.astype("<f4").tobytes()).hexdigest()[:ID]
    return Direction(id, name, data, found, accuracy=accuracy)


def renamed(directions: Sequence[Direction], id: str, name: str) -> tuple[Direction, ...]:
    """Return the directions with another name for one; an empty name changes nothing."""
    wanted = " ".join(name.split())
    return tuple(replace(d, name=wanted or d.name) if d.id == id else d for d in directions)


def kept(directions: Sequence[Direction], id: str, on: bool = True) -> tuple[Direction, ...]:
    """Return the directions with one marked to be kept when others are searched, or not."""
    return tuple(replace(d, kept=on) if d.id == id else d for d in directions)


def without(directions: Sequence[Direction], id: str) -> tuple[Direction, ...]:
    """Return the directions but for one."""
    return tuple(d for d in directions if d.id != id)


def merged(old: Sequence[Direction], new: Sequence[Direction]) -> tuple[Direction, ...]:
    """Return what was kept or tagged before, then what is new and not there yet."""
    staying = [d for d in old if d.kept or d.found == TAGGED]
    known = {d.id for d in staying}
    return (*staying, *(d for d in new if d.id not in known))


@torch.no_grad()
def find_directions(
    explorer: Explorer, count: int = 12, seed: int = 0, label: int | None = None
) -> Job[tuple[Direction, ...]]:
    """Find up to `count` directions that change one thing each: in all classes, or better in one.

    What is measured of drawn pictures (`effects`, and the main ways in which their small versions
    differ, after Härkönen et al. 2020, GANSpace) is regressed on the latents. A direction is the
    likeliest move that raises one of these and leaves the others. Those whose effect has a word are
    preferred; those that change the picture most come first. "Direction 3" has no single word.

    Raises Refused where pictures do not answer to the latents, and for a class not there.
    """
    if count < 1:
        raise Refused(f"Can't find {count} directions; ask for at least one.")
    if label is not None and not 0 <= label < len(explorer.classes):
        raise Refused(f"There is no class {label + 1}; the model has {len(explorer.classes)}.")
    if not explorer.family.smooth:
        yield Note(
            f"In {explorer.family.title} models neighbors jump: a direction shifts the chances, and"
            " each step along it may be another picture."
        )
    known = yield from answers(explorer, measured, seed, label, share=0.7)
    if float(known.measured.square().mean()) < 1e-9:
        raise Refused("All pictures of this model look the same; train it further first.")
    moves = candidates(known)
    tried = yield from _tried(explorer, known, moves, seed, label)
    return chosen(known, moves, tried, count)


def measured(images: Tensor) -> Tensor:
    """Return attributes and small pictures of images, side by side [n, f]."""
    return torch.cat([effects.attributes(images), effects.small(images)], 1)


def candidates(known: Answers) -> Tensor:
    """Return moves [m, k] in the answers' coordinates, of which each raises one property."""
    words = len(effects.WORDS)
    attributes, small = known.measured[:, :words], known.measured[:, words:]
    attributes = attributes / attributes.std(0).clamp_min(1e-6)
    rest = small - attributes @ torch.linalg.lstsq(attributes, small).solution
    looks = min(LOOKS, *rest.shape)
    ways = torch.linalg.svd(rest, full_matrices=False).Vh[:looks]
    properties = torch.cat([attributes, rest @ ways.T], 1)
    properties = properties / properties.std(0).clamp_min(1e-6)
    return apart(known, heard(known, properties))


def heard(known: Answers, properties: Tensor) -> Tensor:
    """Return those of properties [n, f] that follow the latent; all, if none does.

    To leave others as they are would cost a long way for nothing.
    """
    follow = known.explained(properties) > HEARD
    return properties[:, follow] if bool(follow.any()) else properties


def apart(known: Answers, properties: Tensor, careful: float = CAREFUL) -> Tensor:
    """Return for each of properties [n, f] the move [f, k] that raises it and leaves the others.

    Of all moves v that do, the likeliest: the least v' S⁻¹ v with W' v = e, S the covariance of the
    latents and W the slopes. `careful` softens the condition, the more the less a property follows
    the latent; properties have a deviation of 1 or less.
    """
    slopes = known.slopes(properties)
    ways = known.covariance @ slopes
    softened = slopes.T @ ways + careful * torch.eye(len(ways.T))
    return torch.linalg.solve(softened, ways.T)


@dataclass(frozen=True, eq=False)
class Tried:
    """What moves do to pictures: how far they change [m], and the change of every attribute in its
    own σ [m, TRIED_ON, words].
    """

    change: Tensor
    effect: Tensor


def _tried(
    explorer: Explorer, known: Answers, moves: Tensor, seed: int, label: int | None
) -> Job[Tried]:
    attributes = known.measured[:, : len(effects.WORDS)]
    scale = attributes.std(0).clamp_min(1e-6)
    follow = known.explained(attributes) > HEARD  # what follows no latent only seems to change
    numbers = range(-TRIED_ON, 0)  # not those that were asked
    labels = labels_of(explorer, TRIED_ON, label)
    points = asked(explorer, numbers, labels, seed)
    twice = None if labels is None else labels.repeat(2)
    change, effect = [], []
    for k, move in enumerate(moves):
        vector = TRIED_AT * known.vector(move)
        ends = images = torch.cat([points - vector, points + vector])
        for refined in drawn(explorer, ends, twice):
            images = refined
            yield Progress(70 + 30 * k // len(moves), 100, "Trying directions")
        yield Drawn(to_pictures(images))
        low, high = images.chunk(2)
        change.append((high - low).square().mean().sqrt())
        effect.append(follow * (effects.attributes(high) - effects.attributes(low)) / scale)
    return Tried(torch.stack(change), torch.stack(effect))


def chosen(known: Answers, moves: Tensor, tried: Tried, count: int) -> tuple[Direction, ...]:
    """Return up to `count` moves, no two alike or of one name; those that change most come first.

    A move whose effect has a word is taken before one that has none, which also has to change as
    much as `FAINT` of the strongest: what can hardly be seen is no direction.
    """
    vectors = [known.vector(move) for move in moves]
    told_of = [told(effect) for effect in tried.effect]
    order = tried.change.argsort(descending=True, stable=True).tolist()
    taken: list[int] = []
    for k in sorted(order, key=lambda k: told_of[k][1] == ""):
        unlike = all(_cosine(vectors[k], vectors[j]) < ALIKE for j in taken)
        again = told_of[k][1] and any(told_of[k][1] == told_of[j][1] for j in taken)
        faint = not told_of[k][1] and tried.change[k] < FAINT * tried.change.max()
        if unlike and not again and not faint and len(taken) < count:
            taken.append(k)
    found = []
    for number, k in enumerate(sorted(taken, key=order.index), 1):
        sign, name = told_of[k]
        found.append(direction(name or f"Direction {number}", sign * vectors[k]))
    return tuple(found)


def _cosine(a: Tensor, b: Tensor) -> float:
    return abs(float((a * b).sum() / (a.norm() * b.norm()).clamp_min(1e-12)))


def told(effect: Tensor) -> tuple[float, str]:
    """Return the sign that makes the main effect [pictures, words] a rise, and its word; "" where
    no single one is sure, clear and well ahead of the others.
    """
    mean = effect.mean(0)
    order = mean.abs().argsort(descending=True)
    best, second = int(order[0]), int(order[1])
    sign = 1.0 if float(mean[best]) >= 0 else -1.0
    agreed = float((effect[:, best] * sign > 0).float().mean())
    size, next_size = float(mean[best].abs()), float(mean[second].abs())
    if agreed < SURE or size < CLEAR or size < AHEAD * next_size:
        return sign, ""
    return sign, list(effects.WORDS.values())[best][0]


def load_directions(run: Run, digest: str) -> tuple[Direction, ...]:
    """Return the directions saved for the model of this digest; none where there are none, or
    where the files are damaged: they are found again in seconds.
    """
    table, vectors = _files(run, digest)
    try:
        rows = json.loads(table.read_bytes())["directions"]
        data = vectors.read_bytes()
        check_head(data)
        stored = load(data)
        return tuple(_row(row, stored[row["id"]]) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, SafetensorError):
        return ()


def _row(row: dict[str, Any], vector: np.ndarray) -> Direction:
    accuracy = None if row["accuracy"] is None else float(row["accuracy"])
    found = direction(str(row["name"]), torch.from_numpy(vector), str(row["found"]), accuracy)
    if found.id != row["id"] or not np.isfinite(found.vector).all():
        raise ValueError("The vector is not what was saved.")
    return replace(found, kept=bool(row["kept"]))


def save_directions(run: Run, digest: str, directions: Sequence[Direction]) -> None:
    """Save directions of the model of this digest beside its run; raise Refused if that fails.

    The vectors are written first and hold those of the table before as well as the new, so that a
    crash in between leaves a pair that fits.
    """
    table, vectors = _files(run, digest)
    locking.check(table)
    before = {d.id: d.vector for d in load_directions(run, digest)}
    wanted = {d.id: d.vector for d in directions}
    rows = [
        {"id": d.id, "name": d.name, "found": d.found, "kept": d.kept, "accuracy": d.accuracy}
        for d in directions
    ]
    try:
        table.parent.mkdir(exist_ok=True)
        write_whole(vectors, save(before | wanted))
        write_json(table, {"schema": 1, "directions": rows})
        write_whole(vectors, save(wanted))
    except OSError as error:
        raise Refused(
            f"The directions can't be saved in {table.parent}: {error.strerror}; make room or"
            " make the folder writable."
        ) from None


def _files(run: Run, digest: str) -> tuple[Path, Path]:
    folder = run.folder / FOLDER
    return (
        inside(folder, f"directions-{digest}.json"),
        inside(folder, f"directions-{digest}.safetensors"),
    )
