"""Read by every Python that the tests start, as this folder is on their path: notes sockets."""

import os
import socket
import sys
import traceback
from typing import Any

REPORT = "ATELIER_SOCKETS"  # the environment variable that names the file to note them in
NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo")


def watch() -> None:
    """Note every network socket from now on. A pair inside the machine (AF_UNIX) is none."""
    sys.addaudithook(note)


def note(event: str, values: tuple[Any, ...]) -> None:
    """Append the call to the report where it is one of the network."""
    if event == "socket.__new__" and values[1] not in (-1, socket.AF_UNIX):
        _append(f"a socket of family {values[1]}")
    elif event in NETWORK and not _local(values[0]):
        _append(f"{event} {values[1:]}")


def _local(handle: Any) -> bool:
    return getattr(handle, "family", None) == socket.AF_UNIX


def _append(text: str) -> None:
    where = "".join(traceback.format_stack(limit=8)).replace("\n", " | ")
    with open(os.environ[REPORT], "a", encoding="utf-8") as file:  # noqa: PTH123 (no pathlib this early)
        file.write(f"{text} in {sys.argv[:2]}: {where}\n")


if REPORT in os.environ and __name__ == "sitecustomize":
    watch()
