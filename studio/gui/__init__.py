"""The window. Knows Qt, never torch: numpy pictures and frozen values cross, tensors do not."""

import ctypes
import sys

ENOUGH = 1 << 40  # references, more than can ever be lost


def keep_singletons() -> None:
    """Make None, True and False live for ever, as Python 3.12 does by itself.

    PySide6 6.12 counts on that: on Python 3.11 every call that returns nothing loses a reference
    to None, every `emit` one to True (measured), so that a window dies within minutes of training
    with "bool_dealloc: deallocating True or False". CPython's objects begin with their count.
    """
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for single in (None, True, False, NotImplemented, Ellipsis):
        counted = ctypes.c_ssize_t.from_address(id(single))
        if (
            abs(counted.value - sys.getrefcount(single)) < 100
        ):  # a debug build has other fields first
            counted.value += ENOUGH


keep_singletons()
