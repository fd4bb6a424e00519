"""kill -9 at random moments, a third of them in a save; the run goes on as if never hit."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from studio.core import checkpoint
from studio.core import project as projects
from studio.core.training import Due
from tests.core import toys
from tests.faults.killing import Life, Order, Server, manifest_hash

STEPS = {"gan": 120, "vae": 150, "diffusion": 120, "flow": 120, "vqvae": 150, "autoregressive": 60}
QUICK = ("gan",)
AT_MOST = 16  # steps a life does before the kill, and these seconds more: into a step, a save,
TRAINED, SAVED, AWAKE = 0.1, 0.15, 0.4  # and into a life that has said nothing yet
MEASURED = ("seconds", "healthy")  # by the clock, and when a grid was due by it
LONGEST = 60.0  # seconds until a life has to have said something


@dataclass
class Chain:
    """A run that is killed and resumed until it is done, beside one that was left alone."""

    server: Server
    folder: Path
    family: str
    moments: random.Random
    whole: tuple[dict, dict] = field(default_factory=tuple)
    number: int = 0
    saved: dict = field(default_factory=dict)
    lost_steps: list[int] = field(default_factory=list)
    lost_seconds: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)
    in_saves: int = 0
    compared: int = 0

    def __post_init__(self) -> None:
        made = toys.project(self.folder / f"{self.family}-whole", count=120)
        life = self.server.start(Order(str(made.folder), self.family, self.steps, often=False))
        life.wait(10 * LONGEST)
        assert life.over == "done", life.over
        self.whole = _state(made)
        self._begin()

    @property
    def steps(self) -> int:
        """How many a run has."""
        return STEPS[self.family]

    def _begin(self) -> None:
        self.number, self.saved = self.number + 1, {}
        place = self.folder / f"{self.family}-{self.number}"
        self.made = toys.project(place, count=120)

    def hit(self, in_save: bool) -> Iterator[str]:
        """Let it live once and kill it; yield what the promise breaks."""
        before = self.saved
        order = Order(str(self.made.folder), self.family, self.steps, slow=in_save)
        life = self.server.start(order)
        self._until_moment(life, in_save)
        self.in_saves += life.saving
        life.kill()
        self.saved = life.saved or before
        if life.over == "failed":
            yield "it failed by itself"
        yield from self._left(life)
        if life.over == "done":
            yield from self._compare()
            self._begin()

    def _until_moment(self, life: Life, in_save: bool) -> None:
        if self.moments.random() < 0.1:
            return life.wait(self.moments.uniform(0, AWAKE))
        life.wait(LONGEST, lambda: life.first >= 0)
        steps = self.moments.randint(0, AT_MOST)
        life.wait(LONGEST, lambda: life.step >= life.first + steps)
        if in_save:
            life.wait(LONGEST, lambda: life.saving)
            return life.wait(self.moments.uniform(0, SAVED))
        return life.wait(self.moments.uniform(0, TRAINED))

    def _left(self, life: Life) -> Iterator[str]:
        if not self.saved:
            return
        run = projects.open(self.made.folder).run()
        announced = Path(self.saved["path"])
        if not announced.exists() or manifest_hash(announced) != self.saved["hash"]:
            yield f"step {self.saved['step']} was announced and is not what it was"
            return
        checkpoint.load_checkpoint(announced)
        path, _, state, troubles = checkpoint.newest(run.checkpoints)
        history = run.history()
        if troubles or state["step"] < self.saved["step"] or history.saved != state["step"]:
            yield f"the newest is {path.name}, announced was step {self.saved['step']}: {troubles}"
        if life.over == "killed" and history.status != "interrupted":
            yield f"the log says '{history.status}'"
        if life.step > state["step"]:
            self.lost_steps.append(life.step - state["step"])
            self.lost_seconds.append(life.seconds - self.saved["seconds"])

    def end(self) -> Iterator[str]:
        """Let it live to its end; yield what differs from the run that was left alone."""
        order = Order(str(self.made.folder), self.family, self.steps)
        life = self.server.start(order)
        life.wait(10 * LONGEST)
        if life.over != "done":
            yield f"it could not go on: {life.over}"
            return
        yield from self._compare()

    def _compare(self) -> Iterator[str]:
        self.compared += 1
        (whole, before), (found, values) = self.whole, _state(self.made)
        other = [k for k in whole if k not in found or not torch.equal(whole[k], found[k])]
        other += [k for k in before if k not in MEASURED and values[k] != before[k]]
        if other or found.keys() != whole.keys():
            yield f"{len(other)} parts differ from the uninterrupted run's, as {other[:3]}"


def _state(made: projects.Project) -> tuple[dict, dict]:
    return checkpoint.newest(projects.open(made.folder).run().checkpoints)[1:3]


@pytest.mark.timeout(3600)
def test_a_killed_run_loses_nothing_announced_and_goes_on_as_if_never_hit(
    tmp_path: Path, promise, amount
) -> None:
    families = amount(QUICK, tuple(STEPS))
    kills = amount(12, 35)
    chains: list[Chain] = []
    words = "kill -9 at random: 0 announced saves lost"
    with Server() as server, promise("Saving", words) as kept:
        for family in families:
            chain = Chain(server, tmp_path, family, random.Random(f"{family}, hit"))
            chains.append(chain)
            for k in range(kills):
                found = list(chain.hit(k % 3 == 0))
                kept.check(not found, f"{family}, kill {k}: {'; '.join(found)}")
        ends = [list(chain.end()) for chain in chains]
        tried = kills * len(families)
        kept.say(f"{sum(c.in_saves for c in chains)} of {tried} inside a save")
        steps = max((n for c in chains for n in c.lost_steps), default=0)
        seconds = max((s for c in chains for s in c.lost_seconds), default=0.0)
        kept.say(f"at worst {steps} steps, {seconds:.2f} s of training anew (a save each 0.5 s)")
    with promise("Saving", "killed and resumed equals the uninterrupted run, bit for bit") as kept:
        for chain, found in zip(chains, ends, strict=True):
            kept.count(chain.compared - 1)
            kept.check(not found, f"{chain.family}: {'; '.join(found)}")
        kept.say(f"{len(chains)} families, all of learner, average, optimizers, schedules")


@pytest.mark.parametrize("cost", [0.0, 1.0, 30.0])
def test_no_more_than_a_minute_lies_between_saves(cost: float) -> None:
    saves, now, last = Due(10.0, 1.0, 60.0), 0.0, 0.0
    while now < 3600:
        now += 0.05
        if saves.due(now):
            assert now - last <= 60.1
            last, saves.cost = now, cost


def test_the_test_sees_a_save_that_was_lost(tmp_path: Path) -> None:
    made = toys.project(tmp_path, count=120)
    toys.finish(_short(made))
    newest = checkpoint.checkpoints(made.run().checkpoints)[-1]
    saved = {"path": str(newest), "step": 3, "hash": manifest_hash(newest), "seconds": 0.0}
    chain = Chain.__new__(Chain)
    chain.made, chain.saved, chain.lost_steps, chain.lost_seconds = made, saved, [], []
    life = Life(0, None)  # type: ignore[arg-type]  # a life that has ended says nothing more
    life.over = "done"
    assert list(chain._left(life)) == []
    (newest / "MANIFEST.json").write_text("{}")
    assert "is not what it was" in next(chain._left(life))


def _short(made: projects.Project):
    from studio.core import training

    return training.start(made, toys.request("vae", 3), toys.known(3))
