"""What is remembered between starts comes back; whatever else the file holds is passed over."""

import json
import random
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from studio import paths
from studio.gui.memory import SIZE_AT_MOST, Memory
from tests.faults import hostile

ALL = ("recent", "weights", "tells", "export_folder", "geometry")


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A memory in a folder that is not there yet."""
    monkeypatch.setattr(paths, "settings", lambda: tmp_path / "Atelier")
    return Memory()


def test_all_of_it_comes_back_in_the_next_start(memory: Memory, tmp_path: Path) -> None:
    projects = [tmp_path / name for name in ("öne.atelier", "two.atelier")]
    for folder in projects:
        folder.mkdir()
        (folder / "project.json").write_text("{}")
        memory.remember(folder)
    memory.keep_weights(projects[0] / "project.json")
    memory.keep_tells(False)
    memory.keep_export_folder(tmp_path)
    memory.keep_export_settings("sheet", {"gap": 3, "name": "ü"})
    memory.keep_geometry(QByteArray(b"\x01\xd9\xd0\xcb\0\xff"))
    again = Memory()
    assert again.recent() == projects[::-1] and not again.tells()
    assert again.weights() == projects[0] / "project.json"
    assert again.export_folder() == tmp_path and again.export_settings("maps") == {}
    assert again.export_settings("sheet") == {"gap": 3, "name": "ü"}
    assert again.geometry() == QByteArray(b"\x01\xd9\xd0\xcb\0\xff")
    again.forget()
    assert again.recent() == [] and not again.tells()


def test_at_first_there_is_nothing(memory: Memory) -> None:
    assert memory.recent() == [] and memory.tells() and memory.geometry() is None
    assert memory.weights() is None and memory.export_folder() == Path.home()


def test_whatever_the_file_holds_is_passed_over(memory: Memory) -> None:
    memory.file.parent.mkdir()
    memory.keep_tells(True)
    sound = {"recent": ["/a"], "vgg19": "/b", "tells": False, "geometry": "AdnQ", "export/a": {}}
    for number in range(400):
        data = hostile.hurt(json.dumps(sound).encode(), "window.json", random.Random(number))
        memory.file.write_bytes(data)
        for name in ALL:
            getattr(memory, name)()
        assert isinstance(memory.export_settings("a"), dict)


def test_a_file_that_is_too_large_is_not_read(memory: Memory) -> None:
    memory.file.parent.mkdir()
    memory.file.write_text(json.dumps({"tells": False, "x": " " * SIZE_AT_MOST}))
    assert memory.tells()


def test_a_folder_that_takes_nothing_is_no_trouble(memory: Memory) -> None:
    memory.file.parent.write_text("a file in the folder's place")
    memory.keep_tells(False)
    assert memory.tells()
