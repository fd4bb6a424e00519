"""The forecast: measured, honest about its plan, and free of side effects."""

import numpy as np
import pytest
import torch

from studio.core import probe, training
from studio.core.data.packed import open_packed
from studio.core.events import Refused
from studio.core.families import families
from studio.core.project import Plan
from studio.core.request import Numerics, TrainRequest
from tests.core import toys


def test_forecast_fits_the_time_asked_for(tmp_path):
    made = toys.project(tmp_path)
    request = toys.request("gan", 0, minutes=1.0)
    _, cost = toys.finish(probe.forecast(made, request))
    assert cost.steps * cost.seconds_per_step == pytest.approx(60, rel=0.1)
    assert cost.seconds == pytest.approx(60, rel=0.05)
    assert cost.threads == 1 and "CPU" in cost.device and cost.disk > 0
    assert made.runs() == []


def test_steps_asked_for_are_taken(tmp_path):
    _, cost = toys.finish(probe.forecast(toys.project(tmp_path), toys.request("vae", 17)))
    assert cost.steps == 17


def test_it_can_be_stopped_between_two_steps(tmp_path, monkeypatch):
    steps = []
    monkeypatch.setattr(probe, "_timed_step", lambda *asked: steps.append(asked) or 0.0)
    job = probe.forecast(toys.project(tmp_path), toys.request("vae", 5))
    while len(steps) < 2:
        next(job)
    job.close()
    assert len(steps) == 2


def test_what_does_not_fit_into_memory_is_refused_before_it_is_taken(tmp_path, monkeypatch):
    made, small = toys.project(tmp_path), 1_000_000
    toys.finish(probe.forecast(made, toys.request("vae", 5)))
    monkeypatch.setattr(probe.machine, "free_memory", lambda device: small)
    with pytest.raises(Refused, match="smaller width or batch"):
        toys.finish(probe.forecast(made, toys.request("vae", 5)))


def test_a_way_this_machine_cannot_compute_is_passed_over(tmp_path, monkeypatch):
    real = probe._timed_step

    def picky(learner, ema, batches, moment, device, numerics):
        if numerics.channels_last:
            raise RuntimeError("unsupported memory format")
        return real(learner, ema, batches, moment, device, numerics)

    monkeypatch.setattr(probe, "_timed_step", picky)
    _, cost = toys.finish(probe.forecast(toys.project(tmp_path), toys.request("gan", 5)))
    assert not cost.numerics.channels_last


def test_ways_depend_on_the_device():
    cuda = [
        n
        for _, n in probe.candidates(
            torch.device("cuda"), TrainRequest(dataset="x", plan=Plan(minutes=60))
        )
    ]
    assert Numerics(bf16=True) in cuda and any(n.compiled for n in cuda)
    quick = probe.candidates(torch.device("cuda"), TrainRequest(dataset="x", plan=Plan(minutes=3)))
    assert not any(n.compiled for _, n in quick)
    assert str(Numerics(bf16=True, channels_last=True)) == "bf16, channels last"


BAD = {
    "one picture": ({"count": 1}, "vae", "One picture is too little to learn from; add more"),
    "too few": ({"count": 5}, "vae", "5 pictures are too little .* at least 8"),
    "too few for the family": ({"count": 12}, "diffusion", "12 pictures"),
    "too large for the family": (
        {"count": 300, "height": 128, "width": 128},
        "autoregressive",
        "128",
    ),
    "too small a size": ({"height": 8, "width": 8}, "vae", "8×8 can't be learned; import"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_an_alternative_before_anything_starts(tmp_path, case):
    shape, family, words = BAD[case]
    made = toys.project(tmp_path, **shape)
    request = toys.request(family, 3)
    for job in (
        probe.forecast(made, request),
        training.start(made, request),
        training.start(made, request, toys.known(3)),
    ):
        with pytest.raises(Refused, match=words) as caught:
            toys.finish(job)
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
    assert made.runs() == []


def test_pictures_that_are_all_the_same_are_refused(tmp_path):
    made = toys.project(tmp_path)
    pictures = np.load(made.dataset("toy") / "pictures.npy")
    np.save(made.dataset("toy") / "pictures.npy", np.repeat(pictures[:1], len(pictures), 0))
    assert "All 48 pictures are the same" in probe.unfit(open_packed(made.dataset("toy")))
    pictures[1:] = pictures[0]
    pictures[-1, 0, 0, 0] ^= 1
    assert not probe.all_equal(pictures)


@pytest.mark.parametrize("family", sorted(families()))
def test_pictures_as_they_should_be_meet_no_objection(tmp_path, family):
    packed = open_packed(toys.project(tmp_path, count=300).dataset("toy"))
    request = TrainRequest(dataset="toy", family=family, preset="quick")
    assert probe.checked(request, packed) == families()[family].preset("quick").settings
