"""A chunk keeps what decodes, says what does not, and survives the pipe."""

import hashlib

import numpy as np
import pytest

from studio.core.data import chunk
from studio.core.data.decode import Unreadable
from studio.core.data.duplicates import dhash
from studio.core.data.fit import Target
from tests.core.data.made import encoded, noise, photo

TARGET = Target(32, 32)


class Shelf:
    """A reader whose entries are given; an exception is raised instead of returned."""

    def __init__(self, *things):
        self.things = things

    def read(self, where):
        thing = self.things[where[0]]
        if isinstance(thing, Exception):
            raise thing
        return thing


def made(*things, target: Target = TARGET) -> chunk.Chunk:
    return chunk.make(Shelf(*things), [[k] for k in range(len(things))], target)


def test_bad_entries_are_skipped_and_the_others_keep_their_numbers():
    files = [encoded(photo(seed=k)) for k in range(4)]
    found = made(
        files[0], b"no picture", files[1], Unreadable("Gone."), MemoryError(), files[2], files[3]
    )
    assert found.kept == [0, 2, 5, 6]
    assert [k for k, _ in found.skipped] == [1, 3, 4]
    sentences = [text for _, text in found.skipped]
    assert "not a picture" in sentences[0] and sentences[1] == "Gone." and "memory" in sentences[2]
    assert np.array_equal(found.rows, np.stack([photo(seed=k) for k in range(4)]))
    assert np.array_equal(found.hashes, dhash(found.rows))
    assert found.sha256 == [hashlib.sha256(data).hexdigest() for data in files]


def test_equal_facts_are_kept_once():
    files = [encoded(photo(32, 40)), encoded(photo()), encoded(photo(32, 40, seed=2))]
    found = made(*files)
    assert found.fact == [0, 1, 0] and len(found.facts) == 2
    assert found.facts[0][:3] == (40, 32, "RGB") or found.facts[0][:3] == (32, 40, "RGB")
    assert "cropped" in found.facts[0][3] and found.facts[1][3] == ""


def test_channels_are_the_least_that_hold_all():
    grey = np.repeat(noise(channels=1), 3, axis=2)
    assert made(encoded(grey), encoded(noise(channels=1))).rows.shape == (2, 32, 32, 1)
    both = made(encoded(grey), encoded(noise(channels=4)))
    assert both.rows.shape == (2, 32, 32, 4) and (both.rows[0, ..., 3] == 255).all()
    rgb = Target(32, 32, channels="rgb")
    assert made(encoded(grey), target=rgb).rows.shape == (1, 32, 32, 3)


def test_raw_pictures_need_no_decoder():
    found = made(noise(channels=1), noise(channels=4))
    assert [fact[2] for fact in found.facts] == ["L", "RGBA"]
    assert found.sha256[0] == hashlib.sha256(noise(channels=1).tobytes()).hexdigest()


@pytest.mark.parametrize(
    "things", [(), (b"bad",), (encoded(photo()), b"bad", encoded(noise(channels=4)))]
)
def test_what_is_packed_is_unpacked(things):
    before = made(*things)
    after = chunk.unpack(before.pack())
    assert after.rows.shape == before.rows.shape
    assert np.array_equal(after.rows, before.rows)
    assert np.array_equal(after.hashes, before.hashes)
    assert (after.kept, after.sha256, after.fact) == (before.kept, before.sha256, before.fact)
    assert [tuple(f) for f in after.facts] == before.facts
    assert [tuple(s) for s in after.skipped] == before.skipped


@pytest.mark.parametrize("cut", [0, 5, -1, -5000])
def test_damaged_bytes_are_a_value_error(cut):
    data = made(encoded(photo()), encoded(noise())).pack()
    with pytest.raises(ValueError):
        chunk.unpack(data[:cut])


def test_a_lost_entry_is_a_chunk_too():
    found = chunk.unpack(chunk.lost("It hung.", Target(16, 20)).pack())
    assert found.rows.shape == (0, 20, 16, 1) and found.kept == []
    assert [tuple(s) for s in found.skipped] == [(0, "It hung.")]
