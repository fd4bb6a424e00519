"""A worker process: decodes chunks that arrive on stdin and answers on stdout, until stdin ends.

Decoders are the part of the program that hostile files reach. Here they can crash, hang or ask
for too much memory without taking the window along.
"""

import contextlib
import json
import os
import signal
import struct
import sys
from pathlib import Path
from typing import IO

MEMORY_AT_MOST = 6 << 30  # bytes of address space; the largest picture needs about 1 GB
READY = b"ready"


def send(pipe: IO[bytes], data: bytes) -> None:
    """Write one message: its length, then its bytes."""
    pipe.write(struct.pack("<Q", len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Read one message; raise EOFError at the end of the pipe."""
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (length,) = struct.unpack("<Q", head)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def serve() -> None:
    """Answer chunk after chunk. The first message names the source and what pictures become."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    _limit_memory()
    inward = sys.stdin.buffer
    outward = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("wb") as nothing:  # what libraries print must not reach the pipe
        os.dup2(nothing.fileno(), 1)
    from studio.core.data import chunk
    from studio.core.data.fit import Target
    from studio.core.data.sources import reader

    with contextlib.suppress(EOFError, BrokenPipeError):
        kind, place, target = json.loads(receive(inward))
        source, wanted = reader(kind, place), Target(**target)
        send(outward, READY)
        while True:
            wheres = json.loads(receive(inward))
            send(outward, chunk.make(source, wheres, wanted).pack())


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_AT_MOST, MEMORY_AT_MOST))
