"""The state of a run: complete, so that leaving any part out of a checkpoint is noticed."""

import pytest
import torch

from studio.core import project as projects
from studio.core.building import image_size
from studio.core.course import Course
from studio.core.data.packed import open_packed
from studio.core.families import families
from studio.core.project import Plan, RunRecord
from studio.core.trainee import Trainee
from tests.core import toys

STEPS = 30


def trainee(folder, family: str) -> Trainee:
    made = projects.open_or_create(folder / "toy.atelier")
    if not made.datasets():
        toys.pack(made)
    request = toys.request(family, STEPS)
    settings = families()[family].tiny
    record = RunRecord(
        name="x",
        created=0.0,
        dataset="toy",
        family=family,
        preset="quick",
        settings=settings.model_dump(),
        plan=request.plan,
    )
    packed = open_packed(made.dataset("toy"))
    size = image_size(packed.manifest)
    return Trainee(made.new_run(record), packed, settings, size, toys.known(STEPS))


def equal(a: Trainee, b: Trainee) -> bool:
    """Whether both hold the same numbers, to the bit."""
    (one, _), (other, _) = a.state(), b.state()
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def advanced(start: Trainee, steps: int) -> Trainee:
    for _ in range(steps):
        start.advance(0.0)
    return start


@pytest.mark.parametrize("family", sorted(families()))
def test_state_carries_everything_on(tmp_path, family):
    one, other = advanced(trainee(tmp_path, family), 8), trainee(tmp_path, family)
    tensors, values = one.state()
    other.load({k: v.clone() for k, v in tensors.items()}, values)
    assert equal(advanced(one, 20), advanced(other, 20))


@pytest.mark.parametrize("family", sorted(families()))
@pytest.mark.parametrize("part", ["learner.", "ema.", "optimizer.", "step", "steps of optimizers"])
def test_leaving_a_part_out_is_noticed(tmp_path, family, part):
    one, other = advanced(trainee(tmp_path, family), 8), trainee(tmp_path, family)
    fresh = advanced(trainee(tmp_path, family), 1).state()
    tensors, values = one.state()
    blank = {k: fresh[0].get(k, torch.zeros_like(v)) for k, v in tensors.items()}
    tensors = {k: blank[k] if k.startswith(part) else v.clone() for k, v in tensors.items()}
    if part == "step":
        values |= {"step": 2}
    if part == "steps of optimizers":
        values |= {"optimizers": fresh[1]["optimizers"]}
    other.load(tensors, values)
    assert not equal(advanced(one, 20), advanced(other, 20))


def test_time_ends_a_run_before_its_steps(tmp_path):
    one = trainee(tmp_path, "vae")
    one.course = Course(1000, 10.0)
    one.step, one.seconds = 100, 5.0
    assert one.expected == 200 and not one.done
    one.seconds = 10.0
    assert one.expected == 100 and one.done
    one.course.extend(Plan(minutes=1.0), one.step, one.seconds)
    assert not one.done and one.expected == 700


@pytest.mark.parametrize("steps", [1000, 120], ids=["slower", "faster"])
def test_schedules_follow_the_pace_never_fall_and_end_with_the_time(tmp_path, steps):
    one = trainee(tmp_path, "vae")
    one.course = Course(steps, 100.0)
    one.step, one.seconds = 100, 50.0
    before = one.progress
    one.course.replan(one.step, one.seconds)
    assert one.progress == before == 100 / steps and one.course.steps == 200
    one.course.replan(one.step, one.seconds)
    assert one.course.steps == 200
    one.step = 150
    assert one.progress == pytest.approx((before + 1) / 2)
    one.step = 200
    assert one.progress == 1.0
    again = trainee(tmp_path / "again", "vae")
    again.load(*one.state())
    assert again.progress == 1.0 and again.course.steps == 200
