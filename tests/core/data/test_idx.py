"""idx files give pictures and labels; damaged ones say so and lose only what is gone."""

import gzip
import struct

import numpy as np
import pytest

from studio.core.data import idx
from studio.core.events import Refused
from tests.core.data.made import idx_pair, noise
from tests.core.data.test_sources import looked

PICTURES = noise(5, 6, 4).transpose(2, 0, 1).copy()


def test_idx_without_gz_or_labels(tmp_path):
    packed = idx_pair(tmp_path, PICTURES, np.arange(4))
    (tmp_path / "some-labels-idx1-ubyte.gz").unlink()
    plain = tmp_path / "plain-images.idx3-ubyte"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    found = looked(plain)
    assert (found.kind, found.classes, found.labels) == ("idx", (), [-1] * 4)
    assert np.array_equal(found.reader().read(found.entries[2].where)[..., 0], PICTURES[2])
    assert idx.is_images(plain) and not idx.is_images(tmp_path / "none")


def test_labels_beside_become_classes(tmp_path):
    found = idx.look(idx_pair(tmp_path, PICTURES, np.array([2, 0, 1, 2])))
    assert found.labels == [2, 0, 1, 2] and found.classes == ("0", "1", "2")


def test_labels_that_do_not_fit_are_left_out_with_a_sentence(tmp_path):
    found = idx.look(idx_pair(tmp_path, PICTURES, np.arange(3)))
    assert found.labels == [-1] * 4 and "do not fit" in found.skipped[0][1]


@pytest.mark.parametrize("lost", [1, 30, 31])
def test_a_cut_off_file_gives_its_whole_pictures(tmp_path, lost):
    path = tmp_path / "x-idx3-ubyte"
    whole = struct.pack(">4I", 0x803, *PICTURES.shape) + PICTURES.tobytes()
    path.write_bytes(whole[:-lost])
    found = idx.look(path)
    assert len(found.entries) == 4 - -(-lost // 30) and "cut off" in found.skipped[0][1]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ((0x803, 2**31, 28, 28), "too many"),
        ((0x803, 5, 0, 28), "too many"),
        ((0x803, 1), "damaged"),
    ],
)
def test_heads_that_lie_are_refused(tmp_path, head, words):
    path = tmp_path / "x-idx3-ubyte"
    path.write_bytes(struct.pack(f">{len(head)}I", *head))
    with pytest.raises(Refused, match=words):
        idx.look(path)
