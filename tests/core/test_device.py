"""Devices: choice, refusal, and what out-of-memory looks like."""

import errno

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


@pytest.mark.parametrize(
    "words",
    [
        "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: not enough memory: you tried",
        "CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "MPS backend out of memory (MPS allocated: 1 GB)",
        "std::bad_alloc",
        "could not create a primitive",
    ],
)
def test_out_of_memory_is_recognized_on_other_systems(words):
    assert device.is_oom(RuntimeError(words))


def test_what_a_library_lacks_is_no_want_of_memory():
    words = "could not create a primitive descriptor for a convolution forward propagation"
    assert not device.is_oom(RuntimeError(words))


def test_a_file_that_can_not_be_mapped_is_out_of_memory_and_a_full_disk_is_not():
    assert device.is_oom(OSError(errno.ENOMEM, "Cannot allocate memory"))
    assert not device.is_oom(OSError(errno.ENOSPC, "No space left on device"))


def test_memory_figures_are_plausible():
    cpu = torch.device("cpu")
    assert device.free_memory(cpu) > 2**20 and device.used_memory(cpu) > 2**20
    assert "CPU" in device.describe(cpu) and device.cores() >= 1
