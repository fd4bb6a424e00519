"""The user's own presets: kept whole, found again, and nothing foreign believed."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.events import Note, Refused, finished
from studio.core.style import presets
from studio.core.style.look import Look, StylePicture
from studio.core.style.method import StyleSettings
from tests.core.style.conftest import scene


@pytest.fixture
def folder(presets_folder: Path) -> Path:
    """Where presets are kept."""
    return presets_folder


def looks(strength: float = 0.5) -> Look:
    """A look with a large style of 16 bits, a mask and a file of weights."""
    pixels = scene(700, 900, 1).astype(np.uint16) * 257
    mask = np.full((9, 9), 255, np.uint8)
    style = StylePicture(pixels, 2.0, mask)
    return Look("colors", StyleSettings(strength=strength), (style,), mask, Path("/home/me/vgg"))


def save(name: str = "Warm", look: Look | None = None, overwrite: bool = False) -> presets.Preset:
    """Keep a preset."""
    return finished(presets.save_preset(name, look or looks(), scene(300, 200, 0), overwrite))


def load() -> tuple[tuple[presets.Preset, ...], list[Note]]:
    """Return what is found, and what is said of it."""
    said = []
    job = presets.load_presets()
    while True:
        try:
            said.append(next(job))
        except StopIteration as ended:
            return ended.value, [event for event in said if isinstance(event, Note)]


def test_a_preset_comes_back_as_it_was_kept(folder):
    kept = save()
    (found,), notes = load()
    assert not notes
    assert (found.name, found.method, found.settings) == (
        "Warm", "colors", StyleSettings(strength=0.5)
    )  # fmt: skip
    assert np.array_equal(found.picture, kept.picture) and found.picture.shape == (192, 128, 3)
    (style,) = found.styles
    assert style.weight == 2 and style.mask is None
    assert max(style.pixels.shape) == 512 and style.pixels.dtype == np.uint8
    assert np.array_equal(style.pixels, kept.styles[0].pixels)


def test_no_path_of_the_users_is_written(folder):
    save()
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"home" not in written and b"/" not in (folder / "Warm" / "preset.json").read_bytes()


def test_a_name_that_is_taken_is_not_replaced_unasked(folder):
    save()
    with pytest.raises(Refused, match="Warm"):
        save("warm")
    save("warm", looks(0.25), overwrite=True)
    (found,), _ = load()
    assert found.name == "Warm" and found.settings.strength == 0.25
    assert len(list((folder / "Warm").iterdir())) == 3  # nothing of the state before is left


def test_what_is_written_half_leaves_the_state_before(folder, monkeypatch):
    save()
    real = presets.write_json

    def full(path: Path, value: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(presets, "write_json", full)
    with pytest.raises(Refused, match="No space left"):
        save("Warm", looks(0.25), overwrite=True)
    with pytest.raises(Refused, match="No space left"):
        save("Cold")
    monkeypatch.setattr(presets, "write_json", real)
    (found,), notes = load()
    assert found.settings.strength == 0.5 and not notes


@pytest.mark.parametrize(
    "name",
    ["", "  ", "a/b", "a\\b", "..", ".hidden", "a:b", "what?", "con", "NUL.old", "Com1", "dot.",
     "tab\tx", "x" * 61, "\u202egnp", "a\0b"],
)  # fmt: skip
def test_names_that_no_folder_can_have_are_refused(folder, name):
    with pytest.raises(Refused) as refused:
        save(name)
    assert str(refused.value).endswith(".") and not folder.exists()


@pytest.mark.parametrize("name", ["Älter", "  warm wash ", "水彩", "console", "v1.2"])
def test_other_names_are_fine(folder, name):
    assert save(name).name == name.strip()
    assert [preset.name for preset in load()[0]] == [name.strip()]


def damage(file: Path, how: str) -> None:
    """Make a preset's file into something else."""
    stored = json.loads(file.read_bytes())
    changes = {
        "newer": {"schema": 99},
        "method": {"method": "magic"},
        "setting": {"settings": {"strength": 7}},
        "gone": {"settings": {"bristles": 1}},
        "outside": {"styles": [{"file": "../../secret.png", "weight": 1}]},
        "absolute": {"picture": "/etc/passwd"},
        "missing": {"picture": "0123456789abcdef.png"},
        "weight": {"styles": [{**stored["styles"][0], "weight": -1}]},
        "nan": {"styles": [{**stored["styles"][0], "weight": float("nan")}]},
        "many": {"styles": stored["styles"] * 9},
        "shape": {"styles": 5},
        "kind": {"method": ["colors"]},
    }
    text = json.dumps({**stored, **changes.get(how, {})})
    texts = {"cut": text[:40], "list": "[]", "deep": "[" * 60000, "large": " " * 70000 + text}
    file.write_text(texts.get(how, text), encoding="utf-8")


@pytest.mark.parametrize(
    "how",
    ["newer", "method", "setting", "gone", "outside", "absolute", "missing", "weight", "nan",
     "many", "shape", "kind", "cut", "list", "deep", "large"],
)  # fmt: skip
def test_what_is_hostile_old_or_foreign_is_skipped_and_told(folder, tmp_path, how):
    save("Bad")
    save("Good")
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    damage(folder / "Bad" / "preset.json", how)
    found, notes = load()
    assert [preset.name for preset in found] == ["Good"]
    assert len(notes) == 1 and "'Bad'" in notes[0].text


def test_a_picture_that_is_damaged_or_a_link_is_skipped(folder, tmp_path):
    for name in ("Bad", "Link"):
        save(name)
    picture = json.loads((folder / "Bad" / "preset.json").read_bytes())["picture"]
    (folder / "Bad" / picture).write_bytes(b"nothing")
    (folder / "Link" / picture).rename(tmp_path / "elsewhere.png")
    (folder / "Link" / picture).symlink_to(tmp_path / "elsewhere.png")
    found, notes = load()
    assert not found and len(notes) == 2


def test_deleted_presets_go_to_the_trash(folder, monkeypatch):
    thrown = []
    monkeypatch.setattr(presets, "send2trash", thrown.append)
    save()
    finished(presets.delete_preset("Warm"))
    assert thrown == [folder / "Warm"]
    for name in ("Gone", "..", ""):
        with pytest.raises(Refused):
            finished(presets.delete_preset(name))
    assert len(thrown) == 1


def test_without_a_folder_there_are_none(folder):
    assert load() == ((), [])
