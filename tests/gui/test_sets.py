"""What the form shows of each set: read once, left out where it can't be read."""

from pathlib import Path

import pytest
from train_scene import add_set, scene

from studio.gui.widgets import sets
from studio.gui.widgets.sets import Sets


def test_sets_say_what_they_are_and_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = scene(tmp_path, runs=0)
    add_set(project, "Many", count=1234)
    known = Sets()
    one, two = sorted(known.choices(project.datasets()), key=lambda choice: choice.name)
    assert (one.name, one.text) == ("Many", "1\u202f234 pictures  ·  16 × 16 RGBA")
    assert one.size == (16, 16) and one.picture is not None and one.picture.shape == (32, 32, 4)
    assert two.name == "Sprites"
    monkeypatch.setattr(sets, "read_choice", lambda folder: pytest.fail(f"read again: {folder}"))
    assert len(known.choices(project.datasets())) == 2


def test_a_damaged_set_is_left_out(tmp_path: Path) -> None:
    project = scene(tmp_path, runs=0)
    (project.datasets()[0] / "manifest.json").write_text("{")
    assert Sets().choices(project.datasets()) == []
