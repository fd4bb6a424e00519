"""Disks to try: a small one, and a folder made read-only; for root on Linux only."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def possible() -> bool:
    """Tell whether this process may mount."""
    return sys.platform.startswith("linux") and os.geteuid() == 0


@contextmanager
def small(folder: Path, megabytes: float) -> Iterator[bool]:
    """Have a disk of so many MB at `folder` meanwhile; yields whether that was possible."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={int(megabytes * 1024)}k"
    yield from _mounted(folder, ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)])


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """Make `folder` read-only meanwhile; yields whether that was possible."""
    bound = ["mount", "--bind", str(folder), str(folder)]
    if not possible() or subprocess.run(bound, capture_output=True).returncode:
        yield False
        return
    shut = ["mount", "-o", "remount,ro,bind", str(folder)]
    yield from _mounted(folder, shut)


def _mounted(folder: Path, command: list[str]) -> Iterator[bool]:
    done = possible() and not subprocess.run(command, capture_output=True).returncode
    try:
        yield done
    finally:
        if possible():
            subprocess.run(["umount", "-l", str(folder)], capture_output=True)
