"""The palette as a kind of export: found or given, shared by all, indexed where it can be."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.assets.exporting import export, make
from studio.core.assets.kind import Item
from studio.core.assets.kinds.palette import KIND, PaletteSettings
from studio.core.colors.palette_files import read_palette
from studio.core.events import Refused, finished
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.stamping import embedded


def item(name: str, seed: int = 0, channels: int = 3) -> Item:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (12, 16, channels), np.uint8)
    if channels == 4:
        pixels[..., 3] = np.where(pixels[..., 3] > 90, 255, 0)
    return Item(name, Photograph(pixels))


def read(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def test_all_pictures_have_one_palette_and_it_lies_beside_them(tmp_path: Path):
    settings = PaletteSettings(colors=8, save="gpl")
    made = export(KIND, [item("a"), item("b", 1)], settings, tmp_path / "set")
    product, _ = finished(made)
    colors = read_palette(tmp_path / "set" / "palette.gpl")
    assert len(colors) == 8
    for name in ("a", "b"):
        image = read(tmp_path / "set" / f"{name}.png")
        assert image.mode == "P" and (image.getpalette() or [])[:24] == colors.ravel().tolist()
    assert (product.facts or {})["colors"][0] == "#" + bytes(colors[0]).hex()
    record = embedded(tmp_path / "set" / "a.png")
    assert record is not None and record.settings["method"] == "palette"


def test_clear_pixels_keep_an_indexed_file_and_half_clear_do_not():
    hard = item("a", 0, 4)
    soft = Item("b", Photograph(hard.pixels.copy()))
    soft.pixels[0, 0, 3] = 77
    for each, changes, mode in (
        (hard, {}, "P"), (soft, {}, "RGBA"), (soft, {"edges": "hard"}, "P"),
        (hard, {"colors": 256}, "P"),
    ):  # fmt: skip
        settings = PaletteSettings().updated(changes)
        product = finished(make(KIND, [each], settings, "a.png"))
        image = Image.open(io.BytesIO(finished(product.files())[0].data))
        assert image.mode == mode
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
        wanted = each.pixels[..., 3]
        assert np.array_equal(alpha, np.where(wanted > 127, 255, 0) if changes else wanted)
        assert product.picture.shape == (12, 16, 4)


@pytest.mark.parametrize("ending", ["gpl", "pal", "hex"])
def test_a_palette_that_was_saved_is_taken_again(ending: str, tmp_path: Path):
    settings = PaletteSettings().updated({"colors": 5, "save": ending, "dither": "diffusion"})
    finished(export(KIND, [item("a")], settings, tmp_path / "a.png"))
    again = PaletteSettings(file=str(tmp_path / f"a.{ending}"))
    finished(export(KIND, [item("c", 2)], again, tmp_path / "c.png"))
    colors = read(tmp_path / "a.png").getpalette()
    assert read(tmp_path / "c.png").getpalette() == colors
    record = embedded(tmp_path / "c.png")
    assert record is not None and record.settings["file"] == f"a.{ending}"
    assert str(tmp_path) not in record.text()


def test_a_palette_that_is_damaged_is_refused_and_nothing_is_written(tmp_path: Path):
    (tmp_path / "bad.gpl").write_text("GIMP Palette\nred\n")
    settings = PaletteSettings(file=str(tmp_path / "bad.gpl"))
    with pytest.raises(Refused, match=r"bad\.gpl, line 2"):
        finished(export(KIND, [item("a")], settings, tmp_path / "a.png"))
    assert [path.name for path in tmp_path.iterdir()] == ["bad.gpl"]


def test_a_machines_palette_and_nothing_seen():
    product = finished(make(KIND, [item("a")], PaletteSettings(palette="game-boy"), "a.png"))
    assert len(np.unique(product.picture.reshape(-1, 3), axis=0)) <= 4
    nothing = Item("none", Photograph(np.zeros((4, 4, 4), np.uint8)))
    with pytest.raises(Refused, match="Nothing is seen"):
        finished(make(KIND, [nothing], PaletteSettings(), "a.png"))
