"""Memory that runs out at any point of a run: it goes on in smaller parts, with the same step."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.core import checkpoint, saving, training
from studio.core.drawing import drawn
from studio.core.events import Note, Saved
from studio.core.families import families
from studio.core.learning import Ema, Optimizer
from studio.core.trainee import Trainee
from tests.faults import sickbed
from tests.faults.test_sick_training import pull

FAMILIES = sorted(families())
TORCH = "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you …"
ALIKE = 2e-4  # of the whole batch's gradient: what adding in another order makes of float32
Plant = Callable[[Trainee], Any]


def short(python: bool) -> Exception:
    """Return what torch raises when memory runs out on a CPU, or Python and numpy."""
    return MemoryError() if python else RuntimeError(TORCH)


@contextmanager
def once(owner: Any, name: str, python: bool = False, after: bool = False) -> Iterator[None]:
    """Let memory run out once, before `owner.name` has done anything or `after` it did it all."""
    original, left = getattr(owner, name), [1]

    def call(*arguments: Any, **named: Any) -> Any:
        found = original(*arguments, **named) if after or not left else None
        if left:
            left.clear()
            raise short(python)
        return found

    had = name in vars(owner)
    setattr(owner, name, call)
    try:
        yield
    finally:
        assert not left, f"{name} was never called"
        if had:
            setattr(owner, name, original)
        else:
            delattr(owner, name)


PLANTS: dict[str, Plant] = {
    "forward": lambda run: once(Optimizer, "_backward"),
    "backward": lambda run: once(Optimizer, "_backward", after=True),
    "the optimizer's step": lambda run: once(Optimizer, "_step"),
    "the average": lambda run: once(Ema, "update", python=True),
    "watching": lambda run: once(run.learner, "watch"),
    "reading pictures": lambda run: once(run.batches, "batch", python=True),
    "completing the model": lambda run: once(run.learner, "finish"),
    "drawing": lambda run: once(type(run.learner.model), "draw"),
    "saving": lambda run: once(checkpoint, "save_checkpoint", python=True),
}
SAID = {"saving": "could not be saved: memory ran out"}
SILENT = ("completing the model", "drawing")  # done in smaller parts at once, nothing is lost
SPLIT = "is now computed in 2 parts, with (nearly )?the same result"


def troubles(run: Trainee, name: str) -> list[str]:
    """Return what of the promise a run breaks in which memory runs out at `name`."""
    job, notes = training.train(run), []
    pull(job, run, 2)
    found: list[str] = []
    with PLANTS[name](run):
        notes = _through(job, run, name)
    said = [note.text for note in notes if note.kind in ("memory", "save", "drawing")]
    if name in SILENT:
        found += said
    elif len(said) != 1 or not re.search(SAID.get(name, SPLIT), said[0]):
        found.append(f"said {said}")
    pull(job, run, 2)
    job.close()
    if not sickbed.healthy(run):
        found.append("sick")
    return found


def _through(job: Any, run: Trainee, name: str) -> list[Note]:
    """Train past a step that looks at held-out pictures; then draw, or save."""
    notes: list[Note] = []
    if name == "watching":
        run.step = 32
    if name in ("drawing", "completing the model"):
        return [e for e in run.samples() if isinstance(e, Note)]
    if name == "saving":
        event = saving.save(run)
        assert isinstance(saving.save(run), Saved), "memory is there again, and it is not saved"
        return [event] if isinstance(event, Note) else []
    goal = run.step + 3
    for event in job:
        if isinstance(event, Note):
            notes.append(event)
        if run.step >= goal:
            break
    return notes


@pytest.mark.timeout(1800)
def test_memory_that_runs_out_is_outlived(tmp_path: Path, promise, amount, monkeypatch) -> None:
    monkeypatch.setattr(training, "PULL", 0.0)
    words = "out of memory, planted on the CPU: goes on, said once"
    share = amount(5, 1)
    with promise("Sick training", words) as kept:
        for at, family in enumerate(FAMILIES):
            for k, name in enumerate(PLANTS):
                if k % share == at % share:
                    with pytest.MonkeyPatch.context() as patch:
                        if name not in ("drawing", "completing the model"):
                            patch.setattr(Trainee, "samples", lambda self: iter(()))
                        run = sickbed.trainee(tmp_path, family, count=120)
                        found = troubles(run, name)
                    kept.check(not found, f"{family}, {name}: {'; '.join(found)}")


def gradients(run: Trainee, chunks: int) -> dict[str, Tensor]:
    """Return the gradients of the next step's optimizers, and leave the run as it was."""
    found: dict[str, Tensor] = {}
    tensors, values = run.state()
    state = {k: t.clone() for k, t in tensors.items()}

    def step(self: Optimizer, progress: float) -> None:
        at = next(n for n, o in run.learner.optimizers().items() if o is self)
        kept = [p.grad.flatten() for p in self.parameters if p.grad is not None]
        found[at] = torch.cat(kept).clone()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Optimizer, "_step", step)
        for optimizer in run.learner.optimizers().values():
            optimizer.chunks = chunks
        run._one_step()
    run.load(state, values)
    return found


def apart(run: Trainee) -> float:
    """Return how far the gradient of two parts lies from the whole batch's, as a share of it."""
    for _ in range(3):
        run.advance(0.0)
    whole, parts = gradients(run, 1), gradients(run, 2)
    return max(float((whole[k] - parts[k]).norm() / whole[k].norm()) for k in whole)


def test_the_parts_of_a_batch_add_up_to_its_gradient(tmp_path: Path, promise) -> None:
    figures: list[str] = []
    words = "parts of a batch add up to its gradient, or it is said"
    with promise("Sick training", words) as kept:
        for family in FAMILIES:
            run = sickbed.trainee(tmp_path, family)
            worst = apart(run)
            nearly = bool(run.learner.in_parts)
            figures += [f"{family} {100 * worst:.1f} %"] if nearly else []
            kept.check(nearly or worst < ALIKE, f"{family}: {worst:.2g} apart")
        steady = sickbed.trainee(tmp_path, "gan", network="residual", augmentation="none")
        kept.check(apart(steady) < ALIKE, "a GAN without chances and statistics")
        kept.say(f"only nearly: {', '.join(figures)} apart")


def test_nothing_is_changed_by_the_step_that_failed(tmp_path: Path, promise, amount) -> None:
    with promise("Sick training", "what ran out of memory has changed nothing") as kept:
        for family in FAMILIES[: amount(3, 6)]:
            run = sickbed.trainee(tmp_path, family)
            run.advance(0.0)
            seen: list[dict[str, Tensor]] = []

            def learned(run: Trainee = run) -> dict[str, Tensor]:
                held = {k: p.detach().clone() for k, p in run.learner.named_parameters()}
                moments = {k: t for k, t in run.state()[0].items() if k.startswith("optimizer.")}
                return held | {k: t.clone() for k, t in moments.items()}

            with once(Optimizer, "_step"), pytest.MonkeyPatch.context() as patch:
                original = Optimizer._backward

                def backward(self, loss, batch, original=original, seen=seen, learned=learned):
                    seen.append(learned())
                    return original(self, loss, batch)

                patch.setattr(Optimizer, "_backward", backward)
                run.advance(0.0)
            same = all(torch.equal(seen[0][k], seen[1][k]) for k in seen[0])
            kept.check(same and run.step == 2 and run.chunks == 2, family)


def test_a_grid_too_large_for_memory_is_drawn_in_parts(tmp_path: Path, promise, amount) -> None:
    with promise("Sick training", "pictures too many for memory are drawn in parts") as kept:
        for family in FAMILIES[amount(2, 0) :]:
            run = sickbed.trainee(tmp_path, family)
            model, latents = run.ema.model, run.preview.latents[:10]
            *_, whole = drawn(model, latents)
            original = type(model).draw

            def tight(self, latents, labels=None, original=original):
                if len(latents) > 3:
                    raise short(python=False)
                return original(self, latents, labels)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(type(model), "draw", tight)
                *_, parts = drawn(model, latents)
            kept.check(bool((whole - parts).abs().max() < 0.02), family)


def test_one_picture_too_large_for_memory_is_an_error(tmp_path: Path) -> None:
    model = sickbed.trainee(tmp_path, "gan").ema.model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(model), "draw", lambda *arguments: (_ for _ in ()).throw(short(False)))
        with pytest.raises(RuntimeError, match="allocate"):
            list(drawn(model, torch.randn(4, 8)))


REAL = """
import ctypes, gc, resource, sys
from pathlib import Path
import psutil, torch
torch.set_num_threads(1)
from studio.core import checkpoint, training
from studio.core.events import Note, Progress
from tests.core import toys
made = toys.project(Path(sys.argv[1]), count=256, height=32, width=32)
request = toys.request("vae", 6)
wide = {**request.settings, "batch": 256, "width": 48, "critic": 0}
request = request.updated({"settings": wide})
job = training.start(made, request, toys.known(6))
for event in job:
    if isinstance(event, Progress) and event.done:  # what a step takes is known
        break
gc.collect()
ctypes.CDLL(None).malloc_trim(0)  # what was only kept for later is no need
used = psutil.Process().memory_info()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
room = int(0.7 * (peak - used.rss))
print(f'room for {room / 1e6:.0f} of {(peak - used.rss) / 1e6:.0f} MB', flush=True)
resource.setrlimit(resource.RLIMIT_AS, (used.vms + room, used.vms + room))
for event in job:
    if isinstance(event, Note):
        print(event.kind, event.text, flush=True)
print(made.run().history().status, flush=True)
"""


@pytest.mark.timeout(900)
def test_memory_that_is_really_short(tmp_path: Path, promise, untried, amount) -> None:
    words = "memory really limited (RLIMIT_AS): goes on in parts"
    if not amount(0, 1) or not sys.platform.startswith("linux"):
        return untried("Sick training", words, "only in the full set, on Linux")
    with promise("Sick training", words) as kept:
        top = Path(__file__).parents[2]
        command = [sys.executable, "-c", REAL, str(tmp_path)]
        given_back = {
            **os.environ,
            "MALLOC_MMAP_THRESHOLD_": "65536",
        }  # what is freed is room again
        done = subprocess.run(
            command, cwd=top, env=given_back, capture_output=True, text=True, timeout=600
        )
        said = [line for line in done.stdout.splitlines() if line.startswith("memory")]
        finished = done.stdout.endswith("finished\n")
        kept.check(len(said) >= 1 and finished, done.stdout[-400:] + done.stderr[-400:])
        parts = re.findall(r"in (\d+) parts", done.stdout)
        room = done.stdout.splitlines()[0] if done.stdout else ""
        kept.say(f"{room}: in {parts[-1]} parts" if parts else "never split")
    return None


def test_memory_of_a_graphics_card(tmp_path: Path, promise, untried) -> None:
    words = "out of memory on a graphics card: goes on in parts"
    if not torch.cuda.is_available():
        return untried("Sick training", words, "no GPU")
    with promise("Sick training", words) as kept:
        run = sickbed.trainee(tmp_path, "vae", device="cuda")
        run.advance(0.0)
        torch.cuda.empty_cache()
        held = torch.cuda.memory_reserved() / torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, 1.02 * held))
        try:
            for _ in range(4):
                run.advance(0.0)
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        kept.check(run.step == 5 and sickbed.healthy(run), "cuda")
    return None
