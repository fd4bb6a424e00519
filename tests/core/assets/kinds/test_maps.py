"""Height, normals and occlusion as files that engines read."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.assets.exporting import export, make
from studio.core.assets.kind import Item
from studio.core.assets.kinds.maps import KIND, MapsSettings
from studio.core.events import Refused, finished
from studio.core.photographs.photograph import Photograph, open_photograph
from tests.core.assets.textures import noise


def item(channels: int = 3) -> Item:
    return Item("wall", Photograph(noise(0, 48, 1.2, channels)))


def test_maps_have_names_depths_and_channels(tmp_path: Path):
    settings = MapsSettings(occlusion=True)
    _, paths = finished(export(KIND, [item()], settings, tmp_path / "wall.png"))
    assert [path.name for path in paths] == [
        "wall.png", "wall-height.png", "wall-occlusion.png", "wall.png.json",
    ]  # fmt: skip
    normal, height, shade = (open_photograph(path) for path in paths[:3])
    assert normal.pixels.shape == (48, 48, 3) and normal.depth == 8
    assert height.pixels.shape == (48, 48, 1) and height.depth == 16
    assert shade.pixels.shape == (48, 48, 1) and shade.depth == 8
    assert np.ptp(height.pixels) > 60000


def test_in_a_folder_each_has_its_own_name(tmp_path: Path):
    settings = MapsSettings(bits="8", normal=False)
    finished(export(KIND, [item()], settings, tmp_path / "wall"))
    assert [p.name for p in (tmp_path / "wall").iterdir()] == ["height.png"]
    assert open_photograph(tmp_path / "wall" / "height.png").depth == 8


def test_a_height_map_is_taken_as_it_is_and_inverted():
    levels = np.arange(0, 65536, 256, dtype=np.uint16).reshape(16, 16, 1)
    settings = MapsSettings(source="height", blur=0, normal=False, invert=True, sides="apart")
    product = finished(make(KIND, [Item("h", Photograph(levels))], settings, "h.png"))
    found = np.asarray(Image.open(io.BytesIO(finished(product.files())[0].data)))
    assert np.abs(found.astype(int) - (65535 - levels[..., 0])).max() <= 1


def test_a_flat_picture_has_flat_normals_whatever_the_settings():
    flat = Item("f", Photograph(np.full((8, 8, 1), 77, np.uint8)))
    settings = MapsSettings(depth=20, contrast=8, green="directx")
    product = finished(make(KIND, [flat], settings, "f.png"))
    assert (product.picture[:, 16:] == [128, 128, 255]).all()
    assert product.picture.shape == (8, 24, 3)


def test_a_sprites_normals_keep_its_alpha_and_are_flat_where_it_is_clear():
    pixels = noise(0, 32, 1.0, 4)
    pixels[..., 3] = np.where(np.hypot(*np.mgrid[-16:16, -16:16]) < 10, 255, 0)
    product = finished(make(KIND, [Item("s", Photograph(pixels))], MapsSettings(), "s.png"))
    found = np.asarray(Image.open(io.BytesIO(finished(product.files())[0].data)))
    assert np.array_equal(found[..., 3], pixels[..., 3])
    assert (found[found[..., 3] == 0][:, :3] == [128, 128, 255]).all()


def test_tiles_are_known():
    wall = finished(make(KIND, [item()], MapsSettings(), "w.png"))
    assert wall.facts and wall.facts["tile"] and "as a tile" in wall.words
    part = Item("p", Photograph(noise(0, 96, 1.5)[:50, :50]))
    apart = finished(make(KIND, [part], MapsSettings(), "w.png"))
    assert apart.facts and not apart.facts["tile"]


def test_no_map_is_refused():
    with pytest.raises(Refused, match="No map"):
        finished(make(KIND, [item()], MapsSettings(normal=False, height=False), "w.png"))
