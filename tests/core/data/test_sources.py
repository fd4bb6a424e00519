"""What is listed of a folder, an idx pair and a starter, before anything is decoded."""

from pathlib import Path

import numpy as np
import pytest

from studio.core.data import idx, sources, starter
from studio.core.data.entries import is_picture, printable
from studio.core.data.sources import Source
from tests.core.data.made import encoded, folder, idx_pair, noise, photo

SHARED = Path(__file__).parents[4] / "shared/data"


def looked(source: Path | str) -> Source:
    job = sources.look(str(source))
    try:
        while True:
            next(job)
    except StopIteration as end:
        return end.value


def test_a_folder_is_listed_by_name(tmp_path):
    files = {
        "b/2.png": b"2",
        "a/1.JPG": b"1",
        ".git/x.png": b"x",
        "a/Thumbs.db": b"t",
        "a/raw": b"3",
    }
    found = looked(folder(tmp_path / "set", files))
    assert [e.name for e in found.entries] == ["a/1.JPG", "a/raw", "b/2.png"]
    assert (found.name, found.others, found.kind) == ("set", 1, "folder")
    assert [found.reader().read(e.where) for e in found.entries] == [b"1", b"3", b"2"]


def test_nested_folders_beyond_recursion(tmp_path):
    deep = tmp_path / "deep"
    place = deep.joinpath(*["d"] * 400)
    place.mkdir(parents=True)
    (place / "a.png").write_bytes(encoded(photo()))
    assert len(looked(deep).entries) == 1


def test_idx_without_gz_or_labels(tmp_path):
    pictures = noise(5, 6, 4).transpose(2, 0, 1).copy()
    packed = idx_pair(tmp_path, pictures, np.arange(4))
    (tmp_path / "some-labels-idx1-ubyte.gz").unlink()
    import gzip

    plain = tmp_path / "plain-images.idx3-ubyte"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    found = looked(plain)
    assert (found.kind, found.classes, found.labels) == ("idx", (), [-1] * 4)
    assert np.array_equal(found.reader().read(found.entries[2].where)[..., 0], pictures[2])
    assert idx.is_images(plain) and not idx.is_images(tmp_path / "none")


def test_starter_digits_are_those_of_scikit_learn():
    pictures, labels = starter.digits()
    assert pictures.shape == (1797, 8, 8) and pictures.max() == 255 and pictures.min() == 0
    assert np.bincount(labels).min() > 170
    found = looked("starter:digits")
    assert found.classes == starter.DIGITS and not found.spawnable


def test_starter_sprites_have_their_factors_in_their_names():
    found = looked("starter:sprites:24")
    assert found.entries[0].name.startswith("axe/00000_")
    assert len(found.classes) == 12 and found.labels[:12] == list(range(12))
    assert len(looked("starter:sprites").entries) == starter.SPRITES


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")
@pytest.mark.parametrize(
    ("name", "count", "classes"),
    [
        ("cifar10-images.zip", 60_000, 10),
        ("crawl-tiles-32.zip", 4357, 8),
        ("mnist-t10k", 10_000, 10),
    ],
)
def test_real_sources(name, count, classes):
    found = looked(SHARED / name)
    assert (len(found.entries), len(found.classes)) == (count, classes)


def test_names():
    assert is_picture("a/b.PNG") and is_picture("a/raw") and is_picture("x.y.jpeg")
    assert not is_picture("a.txt") and not is_picture("png.zip")
    assert printable("a\udcff.png") == "a?.png"
