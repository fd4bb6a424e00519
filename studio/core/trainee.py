"""Everything a run changes while it trains; saved and restored whole."""

import contextlib
import copy
import math
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from studio.core import checkpoint, latents
from studio.core import device as machine
from studio.core.building import (
    batch_size,
    build_learner,
    built_otherwise,
    computing,
    laid_out,
    part,
    saved_settings,
)
from studio.core.data.batches import Batches
from studio.core.data.packed import PackedSet
from studio.core.data.reading import Lost
from studio.core.device import is_oom
from studio.core.events import Event, Note, Progress, Published, Refused, Samples, Saved
from studio.core.families import families
from studio.core.family import Batch, ImageSize, Model
from studio.core.health.vitals import Vitals
from studio.core.learning import Ema, finite
from studio.core.pictures import to_pictures
from studio.core.preview import Preview
from studio.core.project import Plan, Run
from studio.core.request import Forecast, Numerics
from studio.core.room import unsaved
from studio.core.settings import Settings

STEP, FINISH, WATCH = 1, 2, 3  # streams of randomness
WATCH_EVERY = 32  # steps between two looks at held-out pictures
SICK = 3  # steps with non-finite gradients in a row
FIT_PICTURES = 2048
FIT_AT_ONCE, FIT_AT_LEAST = 256, 8
UNLIMITED = 2**40
PACED, PACED_SHARE = 10.0, 0.05  # seconds of training that tell its pace; of a plan's time


class Trainee:
    """A run in memory. Step k uses randomness of (seed, retries, k) and nothing else."""

    def __init__(
        self,
        run: Run,
        packed: PackedSet,
        settings: Settings,
        size: ImageSize,
        known: Forecast | None = None,
    ):
        """Build the learner of `run` on its device, computed as `known` or as restored later."""
        plan = run.record.plan
        self.run, self.packed, self.settings, self.size = run, packed, settings, size
        self.device = machine.choose(plan.device)
        self.seed, self.step, self.retries, self.seconds = plan.seed, 0, 0, 0.0
        self.steps = known.steps if known else plan.steps
        self.until = UNLIMITED if plan.steps else plan.minutes * 60
        self.planned = (0, 0.0)  # the step and the progress at which `steps` was last set
        self.numerics = known.numerics if known else Numerics()
        self.threads = known.threads if known else plan.threads or machine.cores()
        self.batches = self._batches()
        self.vitals = Vitals(settings.model_dump())
        self.sick = False  # numbers went bad in the latest step, beyond leaving it out
        self.drawing = False  # a grid
        self._left_out = 0  # steps in a row whose pictures were not finite
        self._skipped = 0.0  # steps in a row whose gradients were not
        self._paced = (0, 0.0)  # the step and the seconds its pace is measured from
        self._extra: dict[str, float] = {}
        self._watched: dict[str, Tensor] = {}
        self._build()

    def _batches(self) -> Batches:
        plan, size = self.run.record.plan, batch_size(self.settings, self.packed)
        free = machine.free_memory(self.device)
        return Batches(self.packed, size, plan.seed, plan.mirror, self.device, free, plan.held_out)

    def _build(self) -> None:
        machine.use_threads(self.threads)
        self.learner = build_learner(
            self.run.record.family, self.settings, self.size, self.seed, self.device, self.numerics
        )
        self.ema = Ema(self.learner.model)
        shape = self.learner.model.latent_shape
        self.preview = Preview(shape, self.size, self.seed, self.device)

    @property
    def done(self) -> bool:
        """The planned steps or the planned time are over."""
        return self.step >= self.steps or self.seconds >= self.until

    @property
    def progress(self) -> float:
        """The share of the run that is done, which schedules go by; it never falls."""
        step, progress = self.planned
        return progress + (1 - progress) * (self.step - step) / max(1, self.steps - step)

    @property
    def expected(self) -> int:
        """The step at which this run will end: the plan's, or an earlier one if time runs out."""
        if not self.seconds or self.until == UNLIMITED:
            return self.steps
        left = max(0.0, self.until - self.seconds) * self.step / self.seconds
        return self.step + math.ceil(left)

    @property
    def chunks(self) -> int:
        """The parts that a batch is computed in; more than one where memory is short."""
        return max(o.chunks for o in self.learner.optimizers().values())

    @property
    def description(self) -> str:
        """The device and numerics, for people."""
        return f"{machine.describe(self.device)}, {self.numerics}"

    def advance(self, seconds: float) -> dict[str, Tensor]:
        """Do steps for about `seconds`, at least one, within the plan, until the run is sick;
        return the last step's values.
        """
        machine.use_threads(self.threads)
        begun, values = time.monotonic(), {}
        while True:
            start = time.monotonic()
            values = self._one_step() or values
            now = time.monotonic()
            self.seconds += now - start
            if now - begun >= seconds or self.done or self.sick:
                break
        self._replan()
        return values

    def _one_step(self) -> dict[str, Tensor]:
        """Do a step, and look whether its numbers were finite; leave it out where pictures are
        not.
        """
        rng = latents.rng(self.seed + self.retries, self.step, STEP, self.device)
        images, labels = self.batches.batch(self.step)
        self._left_out = 0 if bool(images.sum().isfinite()) else self._left_out + 1
        if self._left_out:
            self.sick = self._left_out >= SICK or not self.finite()
            self.step += 1
            return {}
        images = laid_out(images, self.numerics)
        with computing(self.device, self.numerics):
            if self.step % WATCH_EVERY == 0:
                self._watch(Batch(images, labels))
            values = self.learner.learn(images, labels, rng, self.progress)
        self.ema.update(self.learner.model, self.step)
        self.step += 1
        self._look()
        return values

    def _look(self) -> None:
        """Find the run sick after three skipped steps in a row, or one for numbers gone bad."""
        before, counts = self._skipped, [o.skipped for o in self.learner.optimizers().values()]
        self._skipped = float(torch.stack(counts).max())
        worse = self._skipped > before
        self.sick = worse and (self._skipped >= SICK or not self.finite())

    def finite(self) -> bool:
        """Tell whether all numbers that a checkpoint would hold are finite."""
        return finite(self.state()[0])

    def split(self) -> None:
        """Compute batches in twice as many parts from now on, as far as they can be."""
        for optimizer in self.learner.optimizers().values():
            optimizer.split(self.batches.size)

    def _watch(self, seen: Batch) -> None:
        """Look at as many pictures as are computed at once; where memory runs out, not now."""
        unseen = self.batches.unseen(self.step)
        if unseen is None:
            return
        rng = latents.rng(self.seed + self.retries, self.step, WATCH, self.device)
        most = max(1, self.batches.size // self.chunks)
        try:
            self._watched = self.learner.watch(
                seen.first(most), unseen.first(most), rng, self.progress
            )
        except Exception as error:
            if not is_oom(error):
                raise
            self.split()

    def read(self, values: dict[str, Tensor]) -> dict[str, float]:
        """Fetch a step's values from the device, with what was measured beside it since the last
        time.
        """
        read = {name: float(v) for name, v in (values | self._watched).items()} | self._extra
        self._watched, self._extra = {}, {}
        self.vitals.add(self.step, read)
        return read

    def samples(self) -> Iterator[Progress | Published | Samples]:
        """Draw the fixed latents with the averaged and the raw model."""
        found = self._finish(self.ema.model)
        yield self._published()
        images = yield from self._drawn(self.ema.model)
        known = {"diversity": self.preview.diversity(images, self.batches)} | self.preview.moved(
            self.step, images
        )
        self._extra = {**known, **found}
        yield Samples(self.step, "ema", to_pictures(images))
        raw = copy.deepcopy(self.learner.model).eval()
        self._finish(raw)
        yield Samples(self.step, "raw", to_pictures((yield from self._drawn(raw))))

    def _published(self) -> Published:
        tensors = {
            f"ema.{k}": v.detach().cpu().clone() for k, v in self.ema.model.state_dict().items()
        }
        return Published(self.step, tensors, self._made())

    def _drawn(self, model: Model) -> Generator[Progress, None, Tensor]:
        images = self.preview.latents
        for refined in self.preview.draw(model):
            images = refined
            yield Progress(self.step, self.expected, "Training")
        return images

    def _finish(self, model: Model, haste: bool = False) -> Mapping[str, float]:
        """Complete `model`, in smaller parts where memory is short; in `haste` as it was last."""
        if haste and self.ema.recall():
            return {}
        size = FIT_AT_ONCE
        while True:
            rng = latents.rng(self.seed, self.step, FINISH, self.device)
            try:
                found = self.learner.finish(self.batches.parts(size, FIT_PICTURES), model, rng)
                self.ema.keep(model)
                return found
            except Exception as error:
                if not is_oom(error) or size <= FIT_AT_LEAST:
                    raise
                size //= 2

    def _replan(self) -> None:
        """Fit the steps of a run planned by time to its pace of late: the machine may have become
        slower or faster. Schedules go on from where they are, and end with the time.
        """
        step, seconds = self._paced
        took = self.seconds - seconds
        if self.until == UNLIMITED or self.done or took < max(PACED, PACED_SHARE * self.until):
            return
        left = (self.until - self.seconds) * (self.step - step) / took
        self.planned, self.steps = (self.step, self.progress), self.step + math.ceil(left)
        self._paced = (self.step, self.seconds)

    def save(self, haste: bool = False) -> Event:
        """Save a checkpoint if its numbers are finite; full disk or memory is said, not raised."""
        sick = "Not saved: the model holds numbers that are not finite."
        if not self.finite():  # which completing it can't stand
            return Note(sick, "warning", "save", self.step)
        try:
            with contextlib.suppress(Lost):  # it is drawn with what was completed last
                self._finish(self.ema.model, haste)
            self.vitals.judged()
            tensors, state = self.state()
            if not finite(tensors):
                return Note(sick, "warning", "save", self.step)
            path = checkpoint.save_checkpoint(self.run.checkpoints, self.step, tensors, state)
        except Exception as error:
            return unsaved(self.run.checkpoints, self.step, error)
        with contextlib.suppress(OSError):  # what can't be deleted now will be after a later save
            checkpoint.prune(self.run.checkpoints, self.steps)
        return Saved(self.step, path)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return (tensors, values) that `load` continues from exactly."""
        tensors = {f"learner.{k}": v for k, v in self.learner.state_dict().items()}
        tensors |= {f"ema.{k}": v for k, v in self.ema.model.state_dict().items()}
        numbers = {}
        for name, optimizer in self.learner.optimizers().items():
            own, numbers[name] = optimizer.state()
            tensors |= {f"optimizer.{name}.{k}": v for k, v in own.items()}
        values = {
            **self._made(),
            "fingerprint": self.packed.manifest.fingerprint,
            "steps": self.steps,
            "planned": self.planned,
            "seconds": self.seconds,
            "until": self.until,
            "retries": self.retries,
            "healthy": self.vitals.healthy,
            "numerics": self.numerics.model_dump(),
            "threads": self.threads,
            "optimizers": numbers,
        }
        return tensors, values

    def _made(self) -> dict[str, Any]:
        """Return what a model is rebuilt from, beside its tensors."""
        return {
            "family": self.run.record.family,
            "settings": self.settings.model_dump(),
            "size": list(self.size),
            "classes": list(self.packed.manifest.classes),
            "step": self.step,
        }

    def restore(
        self, newest_step: int | None = None, changes: Mapping[str, Any] | None = None
    ) -> list[str]:
        """Load the newest sound checkpoint, at most at `newest_step`, with `changes` to the
        settings; return a sentence for each newer one that was damaged.

        Raises Refused for changes that the trained weights do not fit.
        """
        _, tensors, values, troubles = checkpoint.newest(self.run.checkpoints, newest_step)
        if values["fingerprint"] != self.packed.manifest.fingerprint:
            raise Refused(
                f"Run {self.run.number} was trained on other pictures than its set now holds;"
                " import them again."
            )
        self.numerics, self.threads = Numerics(**values["numerics"]), values["threads"]
        kept = saved_settings(values["family"], values["settings"])
        self.settings = kept.updated(dict(changes or {}))
        family, count = families()[values["family"]], len(self.packed.pictures)
        if changes and (reason := family.objection(self.settings, self.size, count)):
            raise Refused(reason)
        if batch_size(self.settings, self.packed) != self.batches.size:
            self.batches = self._batches()
        self._build()
        self.vitals = Vitals(self.settings.model_dump(), self.run.history(), values["step"])
        try:
            self.load(tensors, values)
        except RuntimeError:
            if not changes:
                raise Refused(built_otherwise(values["family"])) from None
            names = ", ".join(f"'{name}'" for name in changes)
            raise Refused(
                f"What run {self.run.number} has learned does not fit another {names};"
                " start a new run with it."
            ) from None
        return troubles

    def load(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
        """Continue from what `state` returned."""
        self.learner.load_state_dict(part(tensors, "learner."))
        self.ema.model.load_state_dict(part(tensors, "ema."))
        for name, optimizer in self.learner.optimizers().items():
            optimizer.restore(part(tensors, f"optimizer.{name}."), values["optimizers"][name])
        self.step, self.steps, self.seconds = values["step"], values["steps"], values["seconds"]
        self.until, self.retries = values["until"], values["retries"]
        self.planned, self._paced = tuple(values["planned"]), (self.step, self.seconds)
        self.vitals.back(self.step)
        self.vitals.healthy = values.get("healthy", self.step)  # older versions did not judge
        self.sick, self._skipped, self._left_out = False, 0.0, 0

    def go_back(self, newest_step: int | None = None) -> None:
        """Load the newest sound checkpoint, at most at `newest_step`; time and the parts that
        batches are computed in stay as they are.
        """
        seconds = self.seconds
        chunks = {name: o.chunks for name, o in self.learner.optimizers().items()}
        _, tensors, values, _ = checkpoint.newest(self.run.checkpoints, newest_step)
        self.load(tensors, values)
        self.seconds = seconds
        for name, optimizer in self.learner.optimizers().items():
            optimizer.chunks = chunks[name]

    def extend(self, plan: Plan | None) -> None:
        """Add `plan`'s steps or time to what is done; None keeps the run's own plan."""
        if plan is None:
            return
        rate = self.step / self.seconds if self.seconds else 1.0
        self.until = UNLIMITED if plan.steps else self.seconds + plan.minutes * 60
        self.planned = (0, 0.0)
        self.steps = self.step + (plan.steps or max(1, math.ceil(plan.minutes * 60 * rate)))

    def park(self) -> int:
        """Move everything to the CPU's memory; return the bytes freed on the device."""
        before = machine.used_memory(self.device)
        self._move(torch.device("cpu"))
        machine.release(self.device)
        return max(0, before - machine.used_memory(self.device))

    def unpark(self) -> None:
        """Move everything back to the device."""
        self._move(self.device)

    def _move(self, device: torch.device) -> None:
        if self.device.type == "cpu":
            return
        for module in (self.learner, self.ema.model):
            module.to(device)
        for optimizer in self.learner.optimizers().values():
            optimizer.to(device)
        self.batches.to(device)
        self.preview.to(device)
