"""Few arenas: what many threads free in turn is used again, not kept by each."""

import subprocess
import sys

import pytest

from studio.gui import heap

SIXTY = """
import ctypes, threading
from studio.gui import heap
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
        for place in [taken() for _ in range(160)]:
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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="arenas are glibc's")
def test_memory_that_one_thread_gave_back_serves_the_others() -> None:
    done = subprocess.run([sys.executable, "-c", SIXTY], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40 + 8 * heap.ARENAS  # 8 MB of each thread in its turn
