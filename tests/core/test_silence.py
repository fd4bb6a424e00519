"""What C code writes to stderr while a picture is decoded goes nowhere, and only then."""

import os
import threading

from studio.core import silence
from studio.core.silence import SILENCE


def test_words_inside_go_nowhere_and_words_after_are_heard(capfd):
    with SILENCE:
        os.write(2, b"inside")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_the_last_of_several_threads_gives_stderr_back(capfd):
    entered, leave = threading.Event(), threading.Event()

    def stays() -> None:
        with SILENCE:
            entered.set()
            leave.wait(5)

    other = threading.Thread(target=stays)
    other.start()
    entered.wait(5)
    with SILENCE:
        pass
    os.write(2, b"still silent")
    leave.set()
    other.join()
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_an_exception_gives_stderr_back(capfd):
    try:
        with SILENCE:
            raise OSError
    except OSError:
        os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_no_handle_is_left_open():
    with SILENCE:
        pass
    before = os.dup(2)
    os.close(before)
    for _ in range(5):
        with SILENCE:
            pass
    after = os.dup(2)
    os.close(after)
    assert after == before


def test_a_process_without_stderr_decodes_too(monkeypatch):
    def none(_: int) -> int:
        raise OSError

    monkeypatch.setattr(silence.os, "dup", none)
    with SILENCE:
        pass
