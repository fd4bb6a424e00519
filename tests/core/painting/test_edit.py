"""Edits as bytes: what is read back does the same, and what is damaged does nothing."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.events import Refused
from studio.core.painting.edit import MAGIC, TILE, Edit
from studio.core.painting.painting import Painting

SIDE = TILE + 40


def painted(depth: type = np.uint8) -> tuple[Painting, Edit]:
    """Return a painting after one edit of two layers, one of it in noise and one in one value."""
    rng = np.random.default_rng(0)
    top = np.iinfo(depth).max
    painting = Painting(rng.integers(0, top, (SIDE, SIDE, 4), dtype=depth))
    painting.begin("Noise")
    painting.touch("picture", painting.box)
    painting.pixels[:, :290] = rng.integers(0, top, (SIDE, 290, 4), dtype=depth)
    painting.touch("mask", painting.box)
    painting.mask[...] = 255
    edit = painting.finish()
    assert edit is not None
    return painting, edit


def wrapped(header: object, blocks: bytes = b"") -> bytes:
    raw = json.dumps(header).encode()
    return MAGIC + struct.pack("<I", len(raw)) + raw + blocks


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_bytes_hold_all_of_an_edit(depth: type) -> None:
    painting, edit = painted(depth)
    after = {name: layer.copy() for name, layer in painting.layers.items()}
    painting.undo()
    read = Edit.from_bytes(edit.to_bytes())
    assert (read.title, read.sizes, read.blocks) == (edit.title, edit.sizes, edit.blocks)
    assert painting.apply(read) == edit.box
    for name, layer in painting.layers.items():
        np.testing.assert_array_equal(layer, after[name])


def test_a_layer_in_one_value_takes_a_byte_a_tile() -> None:
    _, edit = painted()
    masks = [block for block in edit.blocks if block.layer == "mask"]
    assert len(masks) == 4
    assert all(block.data == b"\xff" for block in masks)
    assert edit.size == sum(len(block.data) for block in edit.blocks)


@given(st.data())
def test_damaged_bytes_are_refused_or_of_the_same_shape(data: st.DataObject) -> None:
    _, edit = painted()
    raw = bytearray(edit.to_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.one_of(st.integers(0, 400), st.integers(0, len(raw) - 1)))
        raw[where] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.one_of(st.just(len(raw)), st.integers(0, len(raw))))]
    painting = Painting(np.zeros((SIDE, SIDE, 4), np.uint8))
    before = painting.mask.copy(), painting.pixels.copy()
    try:
        painting.apply(Edit.from_bytes(bytes(raw)))
    except Refused:
        assert not painting.edits
        np.testing.assert_array_equal(painting.mask, before[0])
        np.testing.assert_array_equal(painting.pixels, before[1])


@pytest.mark.parametrize(
    "header",
    [
        None,
        [],
        {"title": "x"},
        {"title": "x", "sizes": {"mask": [[10**9, 10**9], "uint8"]}, "blocks": []},
        {"title": "x", "sizes": {"elsewhere": [[9, 9], "uint8"]}, "blocks": []},
        {"title": "x", "sizes": {"mask": [[9, 9], "float64"]}, "blocks": []},
        {"title": "x", "sizes": {"mask": [[9, 9], "uint8"]}, "blocks": [["mask", 1, 0, 1]]},
        {"title": "x", "sizes": {"mask": [[9, 9], "uint8"]}, "blocks": [["mask", -1, 0, 1]]},
        {"title": "x", "sizes": {"mask": [[9, 9], "uint8"]}, "blocks": [["mask", 0, 0, 99]]},
        {"title": "x", "sizes": {"mask": [[9, 9], "uint8"]}, "blocks": [["picture", 0, 0, 1]]},
    ],
)
def test_a_header_that_promises_too_much_is_refused(header: object) -> None:
    with pytest.raises(Refused, match="damaged"):
        Edit.from_bytes(wrapped(header, b"x"))


def test_more_data_than_a_tile_holds_is_refused() -> None:
    import zlib

    bomb = zlib.compress(bytes(50_000_000), 9)
    header = {
        "title": "x",
        "sizes": {"mask": [[9, 9], "uint8"]},
        "blocks": [["mask", 0, 0, len(bomb)]],
    }
    painting = Painting(np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(Refused, match="damaged"):
        painting.apply(Edit.from_bytes(wrapped(header, bomb)))


def test_an_edit_of_another_picture_is_refused() -> None:
    _, edit = painted()
    other = Painting(np.zeros((SIDE, SIDE - 1, 4), np.uint8))
    with pytest.raises(Refused, match="another size"):
        other.apply(edit)
    assert not other.mask.any()


def test_noise_is_kept_as_it_is_and_still_undone() -> None:
    painting, edit = painted()
    size = max(len(block.data) for block in edit.blocks)
    assert size == TILE * TILE * 4
    painting.undo()
    assert not painting.mask.any()
    assert Edit.from_bytes(edit.to_bytes()).blocks == edit.blocks
