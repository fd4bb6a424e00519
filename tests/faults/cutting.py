"""A disk whose power can be cut: an ext4 file system in a file, as root on Linux."""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SHUTDOWN, NO_FLUSH = 0x8004587D, 2  # FS_IOC_SHUTDOWN; nothing that is still in memory is written
MEGABYTES = 96


class Disk:
    """A file system of its own at `place`, made of the file `image`."""

    def __init__(self, folder: Path):
        self.image, self.place = folder / "disk.img", folder / "disk"

    def make(self) -> None:
        """Make it and switch it on; raise OSError where this machine can't."""
        self.place.mkdir()
        with self.image.open("wb") as file:
            file.truncate(MEGABYTES << 20)
        _run("mkfs.ext4", "-q", "-F", str(self.image))
        self.on()

    def on(self) -> None:
        """Switch it on: the journal is replayed, as after a power cut."""
        _run("mount", "-o", "loop", str(self.image), str(self.place))

    def cut(self) -> None:
        """Cut its power: what no one has waited for is gone."""
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_FLUSH))
        finally:
            os.close(handle)

    def off(self) -> None:
        """Take it off the tree."""
        _run("umount", str(self.place))


def _run(*command: str) -> None:
    if shutil.which(command[0]) is None:
        raise OSError(f"there is no {command[0]}")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip() or command[0])


def reason() -> str:
    """Say why power can't be cut on this machine, or ""."""
    if not sys.platform.startswith("linux"):
        return "only on Linux"
    if os.geteuid() != 0:
        return "only as root"
    return ""


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """Lend a disk; it is off and gone afterwards, whatever happened."""
    lent = Disk(folder)
    lent.make()
    try:
        yield lent
    finally:
        with contextlib.suppress(OSError):
            lent.off()
        lent.image.unlink()
