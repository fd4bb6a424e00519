"""Copies among kept pictures are found, of whatever size and number of channels."""

from pathlib import Path

import cv2
import numpy as np

from studio.core.events import finished
from studio.core.gallery.gallery import open_gallery
from studio.core.gallery.keeping import keep
from studio.core.gallery.query import Query
from studio.core.gallery.repeating import on_grid, repeats
from tests.core.data.test_likeness import detailed, jpeg
from tests.core.gallery.conftest import record


def test_copies_of_any_size(tmp_path: Path):
    pictures = [cv2.resize(detailed(k), (96, 96), interpolation=0) for k in range(8)]
    copies = [
        jpeg(pictures[1], 80),
        cv2.resize(pictures[2], (48, 48), interpolation=cv2.INTER_AREA),
        np.ascontiguousarray(pictures[3][:, ::-1]),
    ]
    for number, pixels in enumerate([*pictures, *copies]):
        keep(tmp_path, pixels, record(number), "a")
    (tmp_path / "bad.png").write_bytes(b"")
    gallery = finished(open_gallery(tmp_path))
    found = finished(repeats(gallery, gallery.search(Query())))
    names = {
        tuple(entry.name for entry in gallery.entries([pair.original, pair.copy])) for pair in found
    }
    assert names == {(f"a-000{k}.png", f"a-00{k + 7:02d}.png") for k in (2, 3, 4)}
    gallery.close()


def test_no_pictures(tmp_path: Path):
    gallery = finished(open_gallery(tmp_path))
    assert finished(repeats(gallery, [])) == ()
    gallery.close()


def test_every_kind_of_picture_has_a_grid():
    for channels in (1, 3, 4):
        assert on_grid(np.full((50, 20, channels), 200, np.uint8)).shape == (32, 32, 4)
