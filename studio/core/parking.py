"""A run that is paused: everything of it goes off its device, and comes back."""

import torch

from studio.core import device as machine
from studio.core.trainee import Trainee


def park(trainee: Trainee) -> int:
    """Move everything to the CPU's memory; return the bytes freed on the device."""
    before = machine.used_memory(trainee.device)
    move(trainee, torch.device("cpu"))
    machine.release(trainee.device)
    return max(0, before - machine.used_memory(trainee.device))


def unpark(trainee: Trainee) -> None:
    """Move everything back to the device."""
    move(trainee, trainee.device)


def move(trainee: Trainee, device: torch.device) -> None:
    """Move everything to `device`, unless the run's own is the CPU already."""
    if trainee.device.type == "cpu":
        return
    for module in (trainee.learner, trainee.ema.model):
        module.to(device)
    for optimizer in trainee.learner.optimizers().values():
        optimizer.to(device)
    trainee.batches.to(device)
    trainee.preview.to(device)
