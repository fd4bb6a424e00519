"""The forecast: measured, honest about its plan, and free of side effects."""

import pytest
import torch

from studio.core import probe
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
