"""Few arenas: what many threads free in turn is used again, not kept by each."""

import subprocess
import sys

import pytest

SIXTY = """
import ctypes, sys, threading
from studio.gui import heap
if sys.argv[1] == "shared":
    assert heap.share()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def taken():
    place = libc.malloc(50_000)
    ctypes.memset(place, 1, 50_000)
    libc.malloc(64)  # stays, as something always does
    return place
def work():
    with turn:
        for place in [taken() for _ in range(40)]:
            libc.free(place)
    met.wait()
turn = threading.Lock()
met = threading.Barrier(60)
threads = [threading.Thread(target=work) for _ in range(60)]
for each in threads: each.start()
for each in threads: each.join()
lines = open("/proc/self/smaps").read().split("\\n")
print(sum(int(line.split()[1]) for line in lines if line.startswith("Rss")) // 1024)
"""


def held(how: str) -> int:
    """Return the megabytes that a program of sixty threads holds at its end."""
    done = subprocess.run(
        [sys.executable, "-c", SIXTY, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="arenas are glibc's")
def test_memory_that_one_thread_gave_back_serves_the_others() -> None:
    assert held("shared") + 20 < held("own")
