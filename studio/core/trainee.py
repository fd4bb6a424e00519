"""Everything a run changes while it trains; saved and restored whole."""

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
from studio.core.events import Event, Note, Progress, Published, Refused, Samples, Saved
from studio.core.families import families
from studio.core.family import Batch, ImageSize, Model
from studio.core.learning import Ema
from studio.core.pictures import to_pictures
from studio.core.preview import Preview
from studio.core.project import Plan, Run
from studio.core.request import Forecast, Numerics
from studio.core.settings import Settings

STEP, FINISH, WATCH = 1, 2, 3  # streams of randomness
WATCH_EVERY = 32  # steps between two looks at held-out pictures
SICK = 3  # steps with non-finite gradients in a row
FIT_PICTURES = 2048
UNLIMITED = 2**40
PACED, PACED_SHARE = 10.0, 0.05  # seconds of training that tell its pace; of a plan's time
FURTHER = 1.25  # times the steps lie between two grids that are compared


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
        self._chunks = 1
        self._paced = (0, 0.0)  # the step and the seconds its pace is measured from
        self._extra: dict[str, float] = {}
        self._grid: tuple[int, Tensor | None] = (0, None)
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
    def sick(self) -> bool:
        """Too many steps in a row had to be left out."""
        return any(o.skipped >= SICK for o in self.learner.optimizers().values())

    @property
    def description(self) -> str:
        """The device and numerics, for people."""
        return f"{machine.describe(self.device)}, {self.numerics}"

    def advance(self, seconds: float) -> dict[str, Tensor]:
        """Do steps for about `seconds`, at least one, within the plan; return the last step's
        values.
        """
        machine.use_threads(self.threads)
        begun, values = time.monotonic(), {}
        while not values or (
            time.monotonic() - begun < seconds and not self.done and not self.sick
        ):
            start = time.monotonic()
            values = self._one_step()
            self.seconds += time.monotonic() - start
        self._replan()
        return values

    def _one_step(self) -> dict[str, Tensor]:
        rng = latents.rng(self.seed + self.retries, self.step, STEP, self.device)
        images, labels = self.batches.batch(self.step)
        images = laid_out(images, self.numerics)
        with computing(self.device, self.numerics):
            if self.step % WATCH_EVERY == 0:
                self._watch(Batch(images, labels))
            values = self.learner.learn(images, labels, rng, self.progress)
        self.ema.update(self.learner.model, self.step)
        self.step += 1
        return values

    def _watch(self, seen: Batch) -> None:
        unseen = self.batches.unseen(self.step)
        if unseen is not None:
            rng = latents.rng(self.seed + self.retries, self.step, WATCH, self.device)
            self._watched = self.learner.watch(seen, unseen, rng, self.progress)

    def read(self, values: dict[str, Tensor]) -> dict[str, float]:
        """Fetch a step's values from the device, with what was measured beside it since the last
        time.
        """
        read = {name: float(v) for name, v in (values | self._watched).items()} | self._extra
        self._watched, self._extra = {}, {}
        return read

    def samples(self) -> Iterator[Progress | Published | Samples]:
        """Draw the fixed latents with the averaged and the raw model."""
        found = self._finish(self.ema.model)
        yield self._published()
        images = yield from self._drawn(self.ema.model)
        known = {"diversity": self.preview.diversity(images, self.batches)} | self._moved(images)
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

    def _moved(self, images: Tensor) -> dict[str, float]:
        """Return "change", when it is time: by how many of 255 levels a doubling of the steps
        moves the grid.
        """
        before, last = self._grid
        if last is not None and self.step < FURTHER * before:
            return {}
        self._grid = (self.step, images)
        if last is None or not before:
            return {}
        levels = 127.5 * float((images - last).abs().mean())
        return {"change": levels / math.log2(self.step / before)}

    def _finish(self, model: Model) -> Mapping[str, float]:
        parts = self.batches.parts(256, FIT_PICTURES)
        return self.learner.finish(
            parts, model, latents.rng(self.seed, self.step, FINISH, self.device)
        )

    def news(self) -> Iterator[Event]:
        """Say once that the batch had to be split."""
        chunks = max(o.chunks for o in self.learner.optimizers().values())
        if chunks > self._chunks:
            self._chunks = chunks
            yield Note(
                f"Memory ran out: the batch of {self.batches.size} is now computed in"
                f" {chunks} parts, with the same result.",
                "warning",
                "memory",
                self.step,
            )

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

    def save(self) -> Event:
        """Save a checkpoint, unless a number in it is not finite; a full disk is said, not
        raised.
        """
        self._finish(self.ema.model)
        tensors, state = self.state()
        if not all(
            bool(torch.isfinite(t).all()) for t in tensors.values() if t.is_floating_point()
        ):
            return Note(
                "Not saved: the model holds numbers that are not finite.",
                "warning",
                "save",
                self.step,
            )
        try:
            path = checkpoint.save_checkpoint(self.run.checkpoints, self.step, tensors, state)
        except OSError as error:
            text = (
                f"Step {self.step} could not be saved: {error.strerror}. Training goes on; older "
                "saves are intact."
            )
            return Note(text, "error", "save", self.step)
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

    def begin_from(self, run: Run) -> None:
        """Take over the averaged model of another run before the first step; raise Refused if it
        is of another make.
        """
        _, tensors, values, _ = checkpoint.newest(run.checkpoints)
        known = part(tensors, "ema.")
        own = self.learner.model.state_dict()
        same = values["family"] == self.run.record.family and values["size"] == list(self.size)
        if not same or {k: v.shape for k, v in known.items()} != {
            k: v.shape for k, v in own.items()
        }:
            raise Refused(
                f"Run {run.number} is of another make (family, size or settings) and can't be"
                " trained on here; start anew, or choose its own settings."
            )
        self.learner.model.load_state_dict(known)
        self.ema.model.load_state_dict(known)

    def extend(self, plan: Plan | None) -> None:
        """Add `plan`'s steps or time to what is done; None keeps the run's own plan."""
        if plan is None:
            return
        rate = self.step / self.seconds if self.seconds else 1.0
        self.until = UNLIMITED if plan.steps else self.seconds + plan.minutes * 60
        self.planned = (0, 0.0)
        self.steps = self.step + (plan.steps or max(1, math.ceil(plan.minutes * 60 * rate)))

    def roll_back(self, at_most: int) -> Event:
        """Go back to the last checkpoint at half the learning rate; raise Refused after too
        often.
        """
        sick, retries, seconds = self.step, self.retries + 1, self.seconds
        scales = {name: o.scale / 2 for name, o in self.learner.optimizers().items()}
        if retries > at_most:
            raise Refused(
                f"Training became unstable {retries} times at step {sick};"
                " choose a lower learning rate or another loss."
            )
        _, tensors, values, _ = checkpoint.newest(self.run.checkpoints)
        self.load(tensors, values)
        self.retries, self.seconds = retries, seconds
        for name, optimizer in self.learner.optimizers().items():
            optimizer.scale = scales[name]
        text = (
            f"The numbers stopped being finite at step {sick}; went back to step {self.step} "
            "with half the learning rate."
        )
        return Note(text, "warning", "rollback", self.step)

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
