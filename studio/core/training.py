"""The only training loop: a run in a project, trained as a job that can be stopped at any step."""

import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from torch import Tensor

from studio.core import checkpoint, parking, runlog, saving
from studio.core import device as machine
from studio.core import project as projects
from studio.core.aside import ended, pulled
from studio.core.building import image_size, part, saved_settings
from studio.core.data.packed import open_packed, verified
from studio.core.data.stored import Lost
from studio.core.events import Event, Job, Note, Order, Progress, Refused, Saved, Scalars
from studio.core.families import families
from studio.core.health import Remedy, written
from studio.core.probe import checked, forecast
from studio.core.project import Plan, Project, Run, RunRecord
from studio.core.request import Forecast, TrainRequest
from studio.core.room import preflight
from studio.core.setbacks import Setbacks
from studio.core.trainee import Trainee

PULL = 0.05  # seconds of work per event, so that Stop and the window feel instant
SLOW = 0.5  # seconds of a step that a Stop need not wait for
COST_AT_MOST = 0.08  # of the time goes into sample grids, and as much into saving

DRAWING = 2.0  # seconds that a pause waits for a grid at most
T = TypeVar("T")
State = tuple[dict[str, Tensor], dict[str, Any]]


def train(trainee: Trainee, *first: Note) -> Job[None]:
    """Train until the plan is done, yielding Scalars, Samples, Saved, Notes and Progress.

    Stop (`close`) saves first. A step whose gradients are not finite is left out; after three in a
    row, or when other numbers went bad, training goes back to the last checkpoint at half the
    rate, and says so.
    """
    scalars, samples, saves = Due(0.1, 1 / 2000), Due(1.0, 1 / 40), Due(10.0, 1.0, 60.0)
    setbacks, pace = Setbacks(trainee), Pace(trainee)
    yield Note(f"Training on {trainee.description}.", kind="device", step=trainee.step)
    yield from first
    if trainee.step == 0:
        yield from pace.saved()
        yield from pace.drawn(setbacks.samples())
    try:
        while not trainee.done:
            note = yield from pace.step(partial(setbacks.advance, PULL))
            due = [d.due(trainee.seconds) for d in (scalars, samples, saves)]
            if note is None and (any(due) or trainee.done) and not trainee.finite():
                note = setbacks.roll_back()  # before what is bad is averaged, shown or not saved
            if note is not None:
                yield note
                continue
            yield from setbacks.news()
            if due[0]:
                yield Scalars(trainee.step, trainee.read(setbacks.values), trainee.seconds)
            if due[1]:
                yield from samples.timed(pace.drawn(setbacks.samples()))
            if due[2]:
                yield from saves.timed(pace.saved())
                yield from setbacks.strayed()
            yield Progress(trainee.step, trainee.expected, "Training")
        yield from pace.saved()  # first, for drawing may take long and be stopped
    except GeneratorExit:
        pace.leave()
        raise
    except Lost as lost:  # between two steps, so what was learned is whole
        yield (told := saving.save(trainee))
        if isinstance(told, Saved):
            raise Lost(lost.name, "a run learned from them; what it had learned is saved") from None
        raise
    yield from pace.drawn(setbacks.samples())
    rest = trainee.read(setbacks.values if scalars.last != trainee.seconds else {})
    if rest:
        yield Scalars(trainee.step, rest, trainee.seconds)


class Pace:
    """Lets a Stop end what takes long on a CPU: a step, as if it was never begun, or a grid."""

    def __init__(self, trainee: Trainee):
        self.trainee = trainee
        self.steps = self.save = self.grid = math.inf  # seconds of the last pull; not known yet
        self.torn = False  # a step was ended in the middle, and can't be taken back

    def slow(self, seconds: float) -> bool:
        """Whether what took so long may take longer than whoever stops the run would wait."""
        return self.trainee.device.type == "cpu" and seconds > SLOW

    def _said(self) -> Progress:
        return Progress(self.trainee.step, self.trainee.expected, "Training")

    def step(self, work: Callable[[], T]) -> Job[T]:
        """Do `work`, which takes steps."""
        trainee, seconds = self.trainee, self.trainee.seconds
        slow = self.slow(self.steps)
        before = self._copied() if slow else None
        try:
            found = yield from self._done(work, slow)
        except GeneratorExit:
            if before is None:
                self.torn = True
            else:
                trainee.load(*before)
            raise
        self.steps = trainee.seconds - seconds
        return found

    def _copied(self) -> State | None:
        """Return a copy of all that a step changes; None where memory is too short for one."""
        try:
            tensors, values = self.trainee.state()
            return {name: tensor.detach().clone() for name, tensor in tensors.items()}, values
        except Exception as error:
            if not machine.is_oom(error):
                raise
            return None

    def leave(self) -> None:
        """Save, as a Stop asks; raise Refused with what is lost where that is impossible."""
        if self.torn:
            saving.give_up(self.trainee, "memory was too short to stop within a step")
        else:
            saving.leave(self.trainee, haste=self.slow(max(self.steps, self.save)))

    def _done(self, work: Callable[[], T], slow: bool) -> Job[T]:
        """Do `work`, which may be left half done where it is slow."""
        return (yield from ended(work, self._said())) if slow else work()

    def saved(self) -> Job[None]:
        """Save."""
        begun = time.monotonic()
        told = yield from self._done(partial(saving.save, self.trainee), self.slow(self.save))
        self.save = time.monotonic() - begun
        yield told

    def drawn(self, job: Iterator[Event]) -> Job[None]:
        """Be `job`, which draws."""
        self.trainee.drawing = True
        slow, self.grid = self.slow(self.grid), 0.0
        job = self._timed(job)
        yield from pulled(job, self._said()) if slow else job
        self.trainee.drawing = False

    def _timed(self, job: Iterator[Event]) -> Iterator[Event]:
        begun = time.monotonic()
        for event in job:
            self.grid = max(self.grid, time.monotonic() - begun)
            yield event
            begun = time.monotonic()


class Due:
    """When something is due: a share of the time so far apart, within bounds, never too dear."""

    def __init__(self, least: float, share: float, most: float = math.inf):
        self.least, self.share, self.most = least, share, most
        self.last, self.cost = 0.0, 0.0

    def due(self, now: float) -> bool:
        """Tell whether it is time at `now` seconds of training; if so the wait starts anew."""
        wait = min(self.most, max(self.least, self.share * now))
        if now - self.last < min(self.most, max(wait, self.cost / COST_AT_MOST)):
            return False
        self.last = now
        return True

    def timed(self, events: Any) -> Any:
        """Yield `events` and note what making them cost."""
        self.cost, start = 0.0, time.monotonic()
        for event in events:
            self.cost += time.monotonic() - start
            yield event
            start = time.monotonic()


def start(project: Project, request: TrainRequest, forecasted: Forecast | None = None) -> Job[Run]:
    """Make a new run in `project` and train it; returns the run.

    `forecasted` spares the probe when the window has just shown this request's forecast.
    Raises Refused for a wrong request.
    """
    packed = open_packed(project.dataset(request.dataset))
    yield from verified(packed)
    settings = checked(request, packed)
    known = forecasted or (yield from forecast(project, request))
    record = RunRecord(
        name=request.name or f"{packed.manifest.name}, {families()[request.family].title}",
        created=time.time(),
        dataset=request.dataset,
        family=request.family,
        preset=request.preset,
        settings=settings.model_dump(),
        plan=request.plan.updated({"steps": known.steps}) if request.plan.steps else request.plan,
        start_from=request.start_from,
    )
    grounds = project.run(request.start_from) if request.start_from else None
    run = project.new_run(record)
    try:
        build = partial(Trainee, run, packed, settings, image_size(packed.manifest), known)
        trainee = yield from ended(build, Progress(0, None, "Preparing"))
        machine.use_threads(trainee.threads)  # each thread has its own number
        if grounds is not None:
            _begin_from(trainee, grounds)
        first, log = preflight(run.folder, trainee.learner), runlog.RunLog(run.folder)
    except BaseException:
        shutil.rmtree(run.folder)  # nothing is in it yet
        raise
    yield from runlog.recorded(pausable(train(trainee, *first), trainee), log, 0)
    return run


def _begin_from(trainee: Trainee, run: Run) -> None:
    """Take over the averaged model of another run before the first step; raise Refused if it
    is of another make.
    """
    _, tensors, values, _ = checkpoint.newest(run.checkpoints)
    known, own = part(tensors, "ema."), trainee.learner.model.state_dict()
    same = values["family"] == trainee.run.record.family and values["size"] == list(trainee.size)
    if not same or {k: v.shape for k, v in known.items()} != {k: v.shape for k, v in own.items()}:
        raise Refused(
            f"Run {run.number} is of another make (family, size or settings) and can't be"
            " trained on here; start anew, or choose its own settings."
        )
    trainee.learner.model.load_state_dict(known)
    trainee.ema.model.load_state_dict(known)


def resume(
    project: Project,
    number: int | None = None,
    plan: Plan | None = None,
    changes: Mapping[str, Any] | None = None,
    back_to: int | None = None,
) -> Job[Run]:
    """Go on with a run from its newest sound checkpoint; returns the run.

    `plan` trains on for its time or steps beyond what was done; without it the run's own plan is
    completed. `changes` to its settings hold from now on; where nothing is left to do, they get
    the run's plan anew. `back_to` goes on from the newest checkpoint at or before that step.
    Raises Refused when there is nothing to go on from, nothing left to do, or for changes that
    do not fit what was trained.
    """
    wait = partial(_waiting, project, number)
    run, trainee = yield from ended(wait, Progress(0, None, "Preparing"))
    yield from verified(trainee.packed)
    restore = partial(saving.restore, trainee, back_to, changes)
    troubles = yield from ended(restore, Progress(0, None, "Preparing"))
    machine.use_threads(trainee.threads)
    for trouble in troubles:
        yield Note(f"{trouble} Going on from step {trainee.step} instead.", "warning")
    plan = plan or (run.record.plan if changes and trainee.done else None)
    if plan is not None:
        trainee.course.extend(plan, trainee.step, trainee.seconds)
    if trainee.done:
        raise Refused(f"Run {run.number} has done all of its plan; add time to train it further.")
    notes = [*preflight(run.folder, trainee.learner)]
    notes += _remedied(trainee, changes or {}, back_to)
    log = runlog.RunLog(run.folder)
    job = pausable(train(trainee, *notes), trainee)
    yield from runlog.recorded(job, log, trainee.step, changes)
    return projects.read(project.folder).run(run.number)


def keep(project: Project, number: int | None, back_to: int | None) -> Job[Run]:
    """Leave a run at its newest checkpoint at or before `back_to`; returns the run."""
    run, trainee = _waiting(project, number)
    saving.restore(trainee, back_to)
    notes = _remedied(trainee, {}, back_to)
    yield from runlog.recorded(_said(notes), runlog.RunLog(run.folder), trainee.step)
    return projects.read(project.folder).run(run.number)


def _said(notes: list[Note]) -> Job[None]:
    yield from notes


def treat(
    project: Project, number: int | None, remedy: Remedy, plan: Plan | None = None
) -> Job[Run]:
    """Apply `remedy` to a run that does not train at present; returns the run."""
    if remedy.stop:
        return (yield from keep(project, number, remedy.back_to))
    return (yield from resume(project, number, plan, remedy.changes, remedy.back_to))


def _waiting(project: Project, number: int | None) -> tuple[Run, Trainee]:
    """Return a run that nobody trains, and its trainee still untouched."""
    run = project.run(number)
    if runlog.standing(run.folder).status == "running":
        raise Refused(f"Run {run.number} is being trained by another Atelier; stop it there first.")
    if run.origin():
        raise Refused(
            f"Run {run.number} came in a pack, which holds what draws, not what learns: draw with"
            " it, or train a new run."
        )
    packed = open_packed(project.dataset(run.record.dataset))
    settings = saved_settings(run.record.family, run.record.settings)
    return run, Trainee(run, packed, settings, image_size(packed.manifest))


def _remedied(trainee: Trainee, changes: Mapping[str, Any], back_to: int | None) -> list[Note]:
    """Put newer checkpoints aside if it goes back; return the note that marks it on the curves."""
    known = type(trainee.settings).model_fields
    words = [f"{known[name].title}: {written(value)}" for name, value in changes.items()]
    if back_to is not None:
        words.insert(0, f"Back to step {trainee.step}")
        checkpoint.put_aside(trainee.run.checkpoints, trainee.step)
    text = "; ".join(words)
    return [Note(f"{text}.", kind="remedy", step=trainee.step)] if text else []


def pausable(job: Job[None], trainee: Trainee) -> Job[None]:
    """Pull `job`; when sent "pause", move everything off the device until pulled again."""
    order: Order | None = None
    try:
        while True:
            if order == "pause":
                rest = _drawn_up(job, trainee)
                yield _paused(trainee)
                parking.unpark(trainee)
                order = None
                for event in rest:  # one of them may be answered by the next pause
                    order = (yield event) or order
                continue
            order = yield next(job)
    except StopIteration:
        return
    except GeneratorExit:
        job.close()
        raise


def _drawn_up(job: Job[None], trainee: Trainee) -> list[Event]:
    """Pull on until a grid that is being drawn is done, as it would stay on the device half done;
    return what was told.
    """
    told: list[Event] = []
    until = time.monotonic() + DRAWING
    while trainee.drawing and time.monotonic() < until:
        event = next(job, None)
        if event is None:
            break
        told.append(event)
    return told


def _paused(trainee: Trainee) -> Event:
    freed = parking.park(trainee)
    where = machine.describe(trainee.device)
    return Note(
        f"Paused at step {trainee.step}; {freed / 1e6:.0f} MB freed on {where}.",
        kind="pause",
        step=trainee.step,
    )
