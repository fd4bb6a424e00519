"""A seal holds for every bit, and for no text without one."""

import hashlib

import pytest

from studio.core.events import Progress
from studio.core.sealing import Broken, file_hash, sealed, unsealed

VALUES = {"schema": 2, "rate": 1e-05, "name": "Grüße", "seal of": {"seal": "0" * 64}}


@pytest.mark.parametrize("readable", [True, False])
def test_round_trip(readable):
    assert unsealed(sealed(VALUES, readable)) == VALUES
    assert sealed(VALUES) == sealed(dict(VALUES))


def test_every_bit_counts():
    data = sealed(VALUES)
    for place in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(Broken):
            unsealed(bytes(flipped))


@pytest.mark.parametrize("data", [b"", b"{}", b'{"seal": "', b'{"seal": "12"}', b"\xff" * 99])
def test_what_has_no_seal(data):
    with pytest.raises(Broken):
        unsealed(data)


def test_a_file_is_hashed_with_word_of_it(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 5_000_000)
    job, said = file_hash(tmp_path / "a", "Reading"), []
    while True:
        try:
            said.append(next(job))
        except StopIteration as ended:
            assert ended.value == hashlib.sha256(b"x" * 5_000_000).hexdigest()
            break
    assert said[-1] == Progress(5_000_000, 5_000_000, "Reading")
