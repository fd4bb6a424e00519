"""The machine: device, threads, memory, and what out-of-memory looks like."""

import errno
import os
import re

import psutil
import torch

from studio.core.events import Refused

# what torch's CPU allocator says on each system, oneDNN (of a primitive, not of a primitive
# descriptor, which it lacks), cuBLAS and cuDNN, C++ itself
OUT_OF_MEMORY = re.compile(
    r"(can't|cannot) allocate memory|not enough memory|out of memory|alloc_failed"
    r"|bad_alloc|bad allocation|could not create a (primitive(?! desc)|memory)"
)


def choose(name: str = "auto") -> torch.device:
    """Return the device called `name`: auto (the fastest), cpu, cuda, cuda:1, mps.

    Raises Refused when the machine has no such device.
    """
    if name == "auto":
        return torch.device("cuda" if _cuda() else "mps" if _mps() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise Refused(f"There is no device '{name}'; use auto, cpu, cuda or mps.") from None
    there = {"cpu": True, "cuda": _cuda(), "mps": _mps()}.get(device.type, False)
    if not there or (device.index or 0) >= max(1, torch.cuda.device_count()):
        raise Refused(f"This machine has no device '{name}'; use --device auto or cpu.")
    return device


def _cuda() -> bool:
    return torch.cuda.is_available()


def _mps() -> bool:
    return torch.backends.mps.is_available()


def describe(device: torch.device) -> str:
    """Return a name for people: the GPU's, or 'CPU' with its thread count."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {torch.get_num_threads()} thread{'s' if torch.get_num_threads() > 1 else ''}"


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def use_threads(count: int) -> None:
    """Set torch's threads for the calling thread (OpenMP's setting is per thread: call it
    there).
    """
    torch.set_num_threads(max(1, count))


def free_memory(device: torch.device) -> int:
    """Return free bytes on the device; on a CPU, of the machine."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return psutil.virtual_memory().available


def used_memory(device: torch.device) -> int:
    """Return the bytes this process holds on the device; on a CPU, its resident memory."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device)
    return psutil.Process().memory_info().rss


def release(device: torch.device) -> None:
    """Give cached memory back to the device's other users."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if device.type == "mps":
        torch.mps.empty_cache()


def synchronize(device: torch.device) -> None:
    """Wait until the device has finished what was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    if device.type == "mps":
        torch.mps.synchronize()


def is_oom(error: BaseException) -> bool:
    """Tell whether `error` means that memory ran out, on any device (on a CPU torch raises
    RuntimeError, and a file that can't be mapped OSError).
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, RuntimeError) and bool(OUT_OF_MEMORY.search(str(error).lower()))


def has_fast_bf16() -> bool:
    """Tell whether this CPU multiplies bfloat16 in hardware; elsewhere it is slower than fp32."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
