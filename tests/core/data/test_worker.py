"""A worker answers chunks through its pipes, and its messages are whole or none."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from studio.core.data import chunk, worker
from tests.core.data.made import encoded, folder, photo


def test_messages_survive_the_pipe_and_cut_ones_are_its_end():
    pipe = io.BytesIO()
    for data in (b"", b"abc\n", bytes(70_000)):
        worker.send(pipe, data)
    whole = pipe.getvalue()
    pipe.seek(0)
    assert [worker.receive(pipe) for _ in range(3)] == [b"", b"abc\n", bytes(70_000)]
    for cut in (b"", whole[:7], whole[8:18]):
        with pytest.raises(EOFError):
            worker.receive(io.BytesIO(cut))


def test_a_worker_answers_and_ends_with_its_input(tmp_path):
    place = folder(tmp_path / "s", {"a.png": encoded(photo()), "b.png": b"bad"})
    asked = io.BytesIO()
    target = {"width": 32, "height": 32}
    worker.send(asked, json.dumps(["folder", str(place), target]).encode())
    worker.send(asked, json.dumps([["b.png"], ["a.png"]]).encode())
    code = "from studio.core.data import worker; worker.serve()"
    done = subprocess.run(
        [sys.executable, "-c", code], input=asked.getvalue(), capture_output=True,
        cwd=Path(__file__).parents[3], timeout=60, check=True,
    )  # fmt: skip
    answers = io.BytesIO(done.stdout)
    assert worker.receive(answers) == worker.READY
    found = chunk.unpack(worker.receive(answers))
    assert found.kept == [1] and found.skipped[0][0] == 0
    assert np.array_equal(found.rows[0], photo())
