"""What is listed of a folder and of real sets, before anything is decoded."""

from pathlib import Path

import pytest

from studio.core.data import sources
from studio.core.data.sources import Source
from tests.core.data.made import encoded, folder, photo

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
