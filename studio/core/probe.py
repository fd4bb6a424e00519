"""Before Start: real steps tell how this machine computes fastest and what a run takes."""

import math
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch

from studio.core import device as machine
from studio.core import footprint
from studio.core.aside import ended
from studio.core.building import batch_size, build_learner, computing, image_size, laid_out
from studio.core.checkpoint import KEPT
from studio.core.data.batches import Batches
from studio.core.data.packed import PackedSet, open_packed
from studio.core.data.stored import Stored
from studio.core.events import Job, Progress, Refused
from studio.core.families import families
from studio.core.family import Learner
from studio.core.latents import rng
from studio.core.learning import Ema
from studio.core.project import Project
from studio.core.request import Forecast, Numerics, TrainRequest
from studio.core.settings import Settings

FEWEST, SIDES = 8, (16, 256)  # pictures; pixels
FEW = 4  # pictures whose step tells how much memory a batch takes
SECONDS = 0.4  # of timed steps per way of computing
# where in the plan the timed steps are taken, for what joins late; the first only warms up
MOMENTS = (0.9, *(((k * 5) % 8 + 0.5) / 8 for k in range(24)))
SLOW = 0.5  # seconds of a step that a Stop need not wait for
WORTH_COMPILING = 20 * 60.0  # seconds; compiling costs a minute or two
OVERHEAD = 1.06  # sample grids, saving and logging beside the steps


def settings_of(request: TrainRequest) -> Settings:
    """Return the request's family settings: its preset with its changes. Raises Refused."""
    known = families()
    if request.family not in known:
        raise Refused(
            f"There is no family '{request.family}'; the families are {', '.join(known)}."
        )
    family = known[request.family]
    presets = {p.id: p for p in family.presets}
    if request.preset not in presets:
        raise Refused(
            f"{family.title} has no preset '{request.preset}'; it has {', '.join(presets)}."
        )
    return presets[request.preset].settings.updated(request.settings)


def checked(request: TrainRequest, packed: PackedSet) -> Settings:
    """Return the request's settings if these pictures can be learned with them; raise Refused
    with what to do instead.
    """
    settings, family = settings_of(request), families()[request.family]
    count, size = len(packed.pictures), image_size(packed.manifest)
    reason = unfit(packed) or family.objection(settings, size, count)
    if reason:
        raise Refused(reason)
    return settings


def unfit(packed: PackedSet) -> str:
    """Say why no family can learn from a set and what to do instead, or ""."""
    count, made = len(packed.pictures), packed.manifest
    if count < FEWEST:
        what = "One picture is" if count == 1 else f"{count} pictures are"
        return f"{what} too little to learn from; add more like it, to at least {FEWEST}."
    sides = (made.height, made.width)
    if min(sides) < SIDES[0] or max(sides) > SIDES[1]:
        return (
            f"Pictures of {made.width}×{made.height} can't be learned; import them again at"
            f" {SIDES[0]} to {SIDES[1]} pixels a side."
        )
    if all_equal(packed.pictures):
        return f"All {count} pictures are the same; bring pictures that differ."
    return ""


def all_equal(pictures: Stored | np.ndarray) -> bool:
    """Tell whether all of uint8 [n, h, w, c] are one picture; looks no further than it must."""
    return all(np.array_equal(pictures[0], pictures[k]) for k in range(1, len(pictures)))


def forecast(project: Project, request: TrainRequest) -> Job[Forecast]:
    """Time real steps in every promising way; return the fastest with what the whole run takes."""
    packed = open_packed(project.dataset(request.dataset))
    settings = checked(request, packed)
    device = machine.choose(request.plan.device)
    measuring = Progress(0, None, "Measuring this machine")
    yield measuring
    yield from ended(partial(_affordable, request, packed, settings, device), measuring)
    before = machine.used_memory(device)
    ways = list(candidates(device, request))
    timed: list[tuple[float, int, Numerics]] = []
    saved = 0
    for k, (threads, numerics) in enumerate(ways):
        measured = Progress(k, len(ways), "Measuring this machine")
        yield measured
        seconds, size = yield from _measured(
            request, packed, settings, device, threads, numerics, measured
        )
        timed.append((seconds, threads, numerics))
        saved = max(saved, size)
    best, threads, numerics = min(timed, key=lambda t: t[0])
    machine.use_threads(threads)
    memory = max(0, machine.used_memory(device) - before)
    steps = request.plan.steps or max(1, math.ceil(request.plan.minutes * 60 / best / OVERHEAD))
    return Forecast(
        steps=steps,
        seconds=steps * best * OVERHEAD,
        seconds_per_step=best,
        memory=memory + packed.pictures.nbytes,
        disk=saved * min(KEPT + 10, 2 + int(steps * best / 60)),
        device=machine.describe(device),
        numerics=numerics,
        threads=threads,
    )


def _affordable(
    request: TrainRequest, packed: PackedSet, settings: Settings, device: torch.device
) -> None:
    """Raise Refused if these settings need more memory than there is, as far as a step on a few
    pictures tells; a graphics card, which says when it is full, gets its batch in parts.
    """
    size, free = image_size(packed.manifest), machine.free_memory(device)
    needed = footprint.weights(request.family, settings, size)
    if needed < free and device.type == "cpu":
        batch = batch_size(settings, packed)
        few, seed = min(FEW, batch), request.plan.seed
        learner = build_learner(request.family, settings, size, seed, device, Numerics())
        images, labels = Batches(packed, few, seed, False, device, 0).batch(0)
        needed += footprint.activations(
            learner, lambda: learner.learn(images, labels, rng(0, 0, 0, device), MOMENTS[0])
        ) * math.ceil(batch / few)
    if needed > free:
        raise Refused(
            f"These settings need about {needed / 1e9:.0f} GB of memory and {free / 1e9:.0f} GB"
            " are free; choose a smaller width or batch, or import the pictures smaller."
        )


def candidates(device: torch.device, request: TrainRequest) -> Iterator[tuple[int, Numerics]]:
    """Yield (threads, numerics) worth timing on `device`."""
    threads = request.plan.threads or machine.cores()
    yield threads, Numerics()
    yield threads, Numerics(channels_last=True)
    if device.type == "cpu":
        if (
            not request.plan.threads and threads > 1
        ):  # all cores lose as soon as one of them is busy
            yield threads - 1, Numerics()
        if machine.has_fast_bf16():
            yield threads, Numerics(bf16=True, channels_last=True)
    if device.type == "cuda":
        yield threads, Numerics(bf16=True)
        yield threads, Numerics(bf16=True, channels_last=True)
        if request.plan.minutes * 60 >= WORTH_COMPILING:
            yield threads, Numerics(bf16=True, channels_last=True, compiled=True)


def _measured(
    request: TrainRequest,
    packed: PackedSet,
    settings: Settings,
    device: torch.device,
    threads: int,
    numerics: Numerics,
    measured: Progress,
) -> Job[tuple[float, int]]:
    """Return (mean seconds of a step computed that way, bytes of a save); infinity if it
    can't. Yields `measured` between steps, and in slow ones, so that it can be stopped there.
    """
    machine.use_threads(threads)
    size = image_size(packed.manifest)
    batches = Batches(packed, batch_size(settings, packed), request.plan.seed, False, device, 0)
    try:
        seed, took = request.plan.seed, math.inf
        build = partial(build_learner, request.family, settings, size, seed, device, numerics)
        learner = yield from ended(build, measured)
        ema = Ema(learner.model)
        times: list[float] = []
        for moment in enumerate(MOMENTS):
            step = partial(_timed_step, learner, ema, batches, moment, device, numerics)
            slow = device.type == "cpu" and took > SLOW
            took = (yield from ended(step, measured)) if slow else step()
            times += [took] if moment[0] else []  # the first one warms up
            yield measured
            if len(times) >= 2 and sum(times) > SECONDS * (1 if len(times) >= 4 else 2):
                break
    except (RuntimeError, MemoryError) as error:
        if numerics == Numerics():
            raise Refused(
                f"This machine can't train these settings: {_first_line(error)}"
            ) from None
        return math.inf, 0
    return sum(times) / len(times), _bytes_per_save(learner)


def _timed_step(
    learner: Learner,
    ema: Ema,
    batches: Batches,
    moment: tuple[int, float],
    device: torch.device,
    numerics: Numerics,
) -> float:
    begun, (step, progress) = time.perf_counter(), moment
    images, labels = batches.batch(step)
    with computing(device, numerics):
        learner.learn(laid_out(images, numerics), labels, rng(0, step, 0, device), progress)
    ema.update(learner.model, step)
    machine.synchronize(device)
    return time.perf_counter() - begun


def _bytes_per_save(learner: Learner) -> int:
    moments = 2 * sum(p.numel() for o in learner.optimizers().values() for p in o.parameters)
    weights = sum(p.numel() for p in learner.parameters())
    return 4 * (weights + moments + sum(p.numel() for p in learner.model.parameters()))


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
