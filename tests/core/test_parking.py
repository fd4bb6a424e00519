"""A paused run goes off its device and comes back; on a CPU there is nothing to move."""

from types import SimpleNamespace

import torch

from studio.core import parking
from tests.faults import sickbed


def test_on_a_cpu_nothing_moves(tmp_path):
    run = sickbed.trainee(tmp_path, "vae")
    before = {p.data_ptr() for p in run.learner.parameters()}
    assert parking.park(run) >= 0
    parking.unpark(run)
    assert {p.data_ptr() for p in run.learner.parameters()} == before


def test_everything_moves_off_another_device(tmp_path):
    run = sickbed.trainee(tmp_path, "vae")
    run.device = SimpleNamespace(type="other")
    parking.move(run, torch.device("meta"))
    state = [*run.learner.parameters(), *run.ema.model.parameters()]
    assert {each.device.type for each in state} == {"meta"}
