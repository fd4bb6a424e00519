"""Devices: choice, refusal, and what out-of-memory looks like."""

import pytest
import torch

from studio.core import device
from studio.core.events import Refused


def test_cpu_is_always_there_and_auto_finds_something():
    assert device.choose("cpu").type == "cpu" and device.choose().type in ("cpu", "cuda", "mps")


@pytest.mark.parametrize("name", ["cuda:99", "nonsense", "cpu;rm"])
def test_missing_devices_are_refused(name):
    with pytest.raises(Refused, match="device"):
        device.choose(name)


def test_real_out_of_memory_is_recognized():
    with pytest.raises(Exception) as raised:
        torch.empty(2**50)
    assert device.is_oom(raised.value)
    assert device.is_oom(MemoryError()) and device.is_oom(torch.OutOfMemoryError("x"))
    assert not device.is_oom(RuntimeError("shapes")) and not device.is_oom(
        ValueError("out of memory")
    )


def test_memory_figures_are_plausible():
    cpu = torch.device("cpu")
    assert device.free_memory(cpu) > 2**20 and device.used_memory(cpu) > 2**20
    assert "CPU" in device.describe(cpu) and device.cores() >= 1
