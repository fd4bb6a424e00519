"""C's heap in few arenas, so that memory a lane has given back serves the other lanes too."""

import ctypes
import os

ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
ARENAS = 2  # for the window's thread, and for all others together


def share() -> bool:
    """Let all threads share few arenas, where the C library is glibc; return whether they do.

    By default each of the window's sixty threads gets an arena of its own, and what one of them
    frees is lost to the others: after minutes of use a sixth of the program's memory was that
    (measured, glibc 2.36). Call it before there are threads.
    """
    if "CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", {}):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(ARENA_MAX, ARENAS))
