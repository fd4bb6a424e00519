"""A packed set is opened as it was written; missing or damaged ones are refused in a sentence."""

import hashlib
import json

import numpy as np
import pytest

from studio.core.data import packed as packing
from studio.core.data.packed import (
    PACKED,
    PICTURES,
    open_packed,
    read_manifest,
    verified,
    written,
)
from studio.core.events import Progress, Refused, finished
from tests.core import toys


@pytest.fixture
def place(tmp_path):
    return toys.project(tmp_path, count=9, height=16, width=20).dataset("toy")


def test_it_is_opened_as_it_was_written(place):
    packed = open_packed(place)
    assert packed.manifest.count == 9 and packed.manifest.classes == ("a", "b", "c")
    assert np.array_equal(packed.pictures, toys.pictures(9, 16, 20, 4))
    assert [p.name for p in packed.packings] == [f"{k}.png" for k in range(9)]
    assert packed.labels is not None and packed.labels.tolist() == [0, 1, 2] * 3


def test_nothing_can_be_written_through_it(place):
    with pytest.raises(TypeError, match="item assignment"):
        open_packed(place).pictures[0] = 0


def test_without_classes_there_are_no_labels(tmp_path):
    assert open_packed(toys.project(tmp_path, classes=0).dataset("toy")).labels is None


@pytest.mark.parametrize("name", ["manifest.json", "pictures.npy"])
def test_a_missing_file_is_told_as_missing(place, name):
    (place / name).unlink()
    with pytest.raises(Refused, match="toy is not in the project; import the pictures again"):
        open_packed(place)


@pytest.mark.parametrize("name", ["manifest.json", "pictures.npy"])
@pytest.mark.parametrize("data", [b"{", b"\x93NUMPY", b"null", b"\xff" * 300])
def test_a_damaged_file_is_told_as_damaged(place, name, data):
    (place / name).write_bytes(data)
    with pytest.raises(Refused, match="is damaged; import the pictures again"):
        open_packed(place)


def test_empty_pictures_are_told_as_damaged(place):
    (place / "pictures.npy").write_bytes(b"")
    with pytest.raises(Refused, match="is damaged; import the pictures again"):
        open_packed(place)


def test_a_cut_off_memmap_is_damaged(place):
    path = place / "pictures.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Refused, match="damaged"):
        open_packed(place)


@pytest.mark.parametrize(
    "array",
    [np.zeros((9, 16, 20, 3), np.uint8), np.zeros((8, 16, 20, 4), np.uint8),
     np.zeros((9, 16, 20, 4), np.float32)],
    ids=["channels", "count", "type"],
)  # fmt: skip
def test_pictures_that_are_not_the_manifest_s_are_damaged(place, array):
    np.save(place / "pictures.npy", array)
    with pytest.raises(Refused, match="damaged"):
        open_packed(place)


def test_objects_are_never_unpickled(place):
    np.save(place / "pictures.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(Refused, match="damaged"):
        open_packed(place)


def test_unknown_keys_are_damage(place):
    path = place / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "evil": 1}))
    with pytest.raises(Refused, match="damaged"):
        open_packed(place)


def test_damaged_names_are_told_when_they_are_asked_for(place):
    (place / "pictures.json").write_text("[{}]")
    packed = open_packed(place)
    with pytest.raises(Refused, match="damaged"):
        _ = packed.labels


@pytest.fixture
def sealed(place):
    """The same set as the program writes it today."""
    hashes = {n: hashlib.sha256((place / n).read_bytes()).hexdigest() for n in (PICTURES, PACKED)}
    manifest = read_manifest(place).model_copy(update={"sha256": hashes})
    (place / "manifest.json").write_bytes(written(manifest))
    return place


def test_a_sealed_set_is_compared_with_its_hashes_once(sealed):
    packed = open_packed(sealed)
    said = list(verified(packed))
    assert said and isinstance(said[0], Progress) and list(verified(packed)) == []


def flip(path):
    data = bytearray(path.read_bytes())
    data[-7] ^= 16
    path.write_bytes(data)


def test_a_changed_picture_is_told(sealed):
    flip(sealed / PICTURES)
    with pytest.raises(Refused, match="damaged; import the pictures again"):
        finished(verified(open_packed(sealed)))


def test_a_changed_name_is_told(sealed):
    text = (sealed / PACKED).read_text()
    (sealed / PACKED).write_text(text.replace("1.png", "7.png"))
    with pytest.raises(Refused, match="damaged"):
        _ = open_packed(sealed).packings


def test_a_changed_manifest_is_told(sealed):
    flip(sealed / "manifest.json")
    with pytest.raises(Refused, match="damaged"):
        open_packed(sealed)


def test_a_newer_set_is_told_as_newer(sealed, monkeypatch):
    monkeypatch.setattr(packing, "SCHEMA", 1)
    with pytest.raises(Refused, match="newer"):
        open_packed(sealed)
