"""Pictures to export: in a stable order, each with its own name, bad ones left out in words."""

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from studio.core.assets.items import open_items
from studio.core.events import Note, Refused, finished


def put(path, level=7):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((2, 3, 3), level, np.uint8)).save(path)
    return path


def told(paths):
    job, notes = open_items(paths), []
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return ended.value, notes
        notes += [event.text] if isinstance(event, Note) else []


def test_a_folder_is_read_in_natural_order_and_files_as_given(tmp_path):
    for name in ("w-10.png", "w-2.png", "notes.txt.png", "W-1.png"):
        put(tmp_path / "f" / name)
    (tmp_path / "f" / "read.txt").write_text("no picture")
    last = put(tmp_path / "a.png")
    items = finished(open_items([tmp_path / "f", last]))
    assert [item.name for item in items] == ["notes.txt", "W-1", "w-2", "w-10", "a"]
    assert items[-1].path == last


def test_one_name_in_two_folders_gets_the_folder_before_it(tmp_path):
    files = [put(tmp_path / place) for place in ("x/a.png", "y/A.png", "y/b.png", "z/y/a.png")]
    names = [item.name for item in finished(open_items(files))]
    assert names == ["x-a", "y-A", "b", "y-a-2"]


def test_one_name_with_two_endings_is_numbered(tmp_path):
    files = [put(tmp_path / "f" / name) for name in ("a.png", "a.bmp")]
    assert [item.name for item in finished(open_items(files))] == ["f-a", "f-a-2"]


def test_what_is_damaged_is_left_out_with_a_word(tmp_path):
    put(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    items, notes = told([tmp_path])
    assert [item.name for item in items] == ["good"]
    assert len(notes) == 1 and "bad.png" in notes[0]
    with pytest.raises(Refused, match=r"bad\.png can't be opened"):
        finished(open_items([tmp_path / "bad.png"]))


def test_a_damaged_record_does_not_keep_a_picture_out(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_itxt("atelier", "{no record")
    Image.new("RGB", (2, 2)).save(tmp_path / "a.png", pnginfo=info)
    items, notes = told([tmp_path / "a.png"])
    assert items[0].record is None and "damaged" in notes[0]


def test_a_file_that_is_not_there_and_an_empty_folder_are_refused(tmp_path):
    good = put(tmp_path / "f" / "good.png")
    with pytest.raises(Refused, match=r"typo\.png is not there"):
        finished(open_items([good, tmp_path / "typo.png"]))
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match="no picture to export"):
        finished(open_items([tmp_path / "empty"]))
