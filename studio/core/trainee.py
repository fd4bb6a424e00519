"""Everything a run changes while it trains; `state` and `load` save and restore it whole."""

import copy
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from studio.core import device as machine
from studio.core import latents
from studio.core.building import (
    batch_size,
    build_learner,
    computing,
    laid_out,
    part,
)
from studio.core.course import UNLIMITED, Course
from studio.core.data.batches import Batches
from studio.core.data.packed import PackedSet
from studio.core.device import is_oom
from studio.core.events import Progress, Published, Samples
from studio.core.family import Batch, ImageSize, Model
from studio.core.health.vitals import Vitals
from studio.core.learning import Ema, finite
from studio.core.pictures import to_pictures
from studio.core.preview import Preview
from studio.core.project import Run
from studio.core.request import Forecast, Numerics
from studio.core.settings import Settings

STEP, FINISH, WATCH = 1, 2, 3  # streams of randomness
WATCH_EVERY = 32  # steps between two looks at held-out pictures
SICK = 3  # steps with non-finite gradients in a row
FIT_PICTURES = 2048
FIT_AT_ONCE, FIT_AT_LEAST = 256, 8


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
        steps = known.steps if known else plan.steps
        self.course = Course(steps, UNLIMITED if plan.steps else plan.minutes * 60)
        self.numerics = known.numerics if known else Numerics()
        self.threads = known.threads if known else plan.threads or machine.cores()
        self.batches = self._batches()
        self.vitals = Vitals(settings.model_dump())
        self.sick = False  # numbers went bad in the latest step, beyond leaving it out
        self.drawing = False  # a grid
        self._left_out = 0  # steps in a row whose pictures were not finite
        self._skipped = 0.0  # steps in a row whose gradients were not
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
        return self.course.done(self.step, self.seconds)

    @property
    def progress(self) -> float:
        """The share of the run that is done, which schedules go by; it never falls."""
        return self.course.progress(self.step)

    @property
    def expected(self) -> int:
        """The step at which this run will end: the plan's, or an earlier one if time runs out."""
        return self.course.expected(self.step, self.seconds)

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
        self.course.replan(self.step, self.seconds)
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

    def complete(self, haste: bool = False) -> None:
        """Complete the averaged model for a save; in `haste` as it was completed last."""
        self._finish(self.ema.model, haste)

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
            **self.course.state(),
            "seconds": self.seconds,
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

    def rebuild(self, settings: Settings, numerics: Numerics, threads: int) -> None:
        """Build the learner anew, as a checkpoint's values have it; `load` fills it."""
        self.settings, self.numerics, self.threads = settings, numerics, threads
        if batch_size(settings, self.packed) != self.batches.size:
            self.batches = self._batches()
        self._build()

    def load(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
        """Continue from what `state` returned."""
        self.learner.load_state_dict(part(tensors, "learner."))
        self.ema.model.load_state_dict(part(tensors, "ema."))
        for name, optimizer in self.learner.optimizers().items():
            optimizer.restore(part(tensors, f"optimizer.{name}."), values["optimizers"][name])
        self.step, self.seconds = values["step"], values["seconds"]
        self.course.load(values, self.step, self.seconds)
        self.retries = values["retries"]
        self.vitals.back(self.step)
        self.vitals.healthy = values.get("healthy", self.step)  # older versions did not judge
        self.sick, self._skipped, self._left_out = False, 0.0, 0
