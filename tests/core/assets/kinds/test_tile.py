"""The tile as a kind of export: sizes, depth, profile, scores."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.core.assets.exporting import export, make
from studio.core.assets.kind import Item
from studio.core.assets.kinds.tile import KIND, TileSettings
from studio.core.events import Refused, finished
from studio.core.photographs.photograph import Photograph, open_photograph
from tests.core.assets.textures import noise

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def part(channels: int = 3) -> np.ndarray:
    return np.ascontiguousarray(noise(0, 160, 1.2, channels)[:110, :100])


def test_the_seam_goes_and_the_numbers_say_so():
    item = Item("wall", Photograph(part()))
    product = finished(make(KIND, [item], TileSettings(), "t.png"))
    facts = product.facts or {}
    assert product.picture.shape == (110, 100, 3) and product.picture.dtype == np.uint8
    assert facts["seam_before"] > 1.5 > facts["seam_after"]
    assert f"{facts['seam_after']:.2f} now" in product.words


@pytest.mark.parametrize(
    ("changes", "shape"),
    [
        ({"size": "128"}, (128, 128)),
        ({"size": "keep"}, (110, 100)),
        ({"size": "cut", "method": "mirror"}, (220, 200)),
        ({"size": "keep", "method": "mirror"}, (110, 100)),
        ({"method": "none", "size": "cut"}, (110, 100)),
    ],
)
def test_sizes(changes: dict[str, str], shape: tuple[int, int]):
    item = Item("wall", Photograph(part(1)))
    settings = TileSettings().updated(changes)
    assert finished(make(KIND, [item], settings, "t.png")).picture.shape[:2] == shape


def test_none_changes_nothing():
    item = Item("wall", Photograph(part()))
    settings = TileSettings(method="none")
    product = finished(make(KIND, [item], settings, "t.png"))
    found = Image.open(io.BytesIO(finished(product.files())[0].data))
    assert np.array_equal(np.asarray(found), part())
    facts = product.facts or {}
    assert facts["seam_before"] == facts["seam_after"]


@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_depth_profile_and_bytes_are_kept(ending: str, tmp_path):
    deep = part().astype(np.uint16) * 257
    item = Item("wall", Photograph(deep, SRGB))
    for name in ("a", "b"):
        finished(export(KIND, [item], TileSettings(), tmp_path / f"{name}{ending}"))
    found = open_photograph(tmp_path / f"a{ending}")
    assert found.depth == 16 and found.profile == SRGB and found.pixels.shape == deep.shape
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_clear_pixels_take_color_and_premultiplied_takes_it_away():
    picture = part(4)
    picture[..., 3] = np.where(np.hypot(*np.mgrid[-55:55, -50:50]) < 30, 255, 0)
    picture[picture[..., 3] == 0] = 0
    item = Item("leaf", Photograph(picture))
    for alpha, dark in (("straight", False), ("premultiplied", True)):
        product = finished(make(KIND, [item], TileSettings().updated({"alpha": alpha}), "t.png"))
        found = np.asarray(Image.open(io.BytesIO(finished(product.files())[0].data)))
        assert (found[found[..., 3] == 0].max() == 0) == dark


def test_two_pictures_and_a_speck_are_refused(tmp_path):
    item = Item("speck", Photograph(np.zeros((3, 3, 3), np.uint8)))
    with pytest.raises(Refused, match="8 to 16384 a side"):
        finished(export(KIND, [item], TileSettings(), tmp_path / "t.png"))
    with pytest.raises(Refused):
        finished(export(KIND, [item, item], TileSettings(), tmp_path / "t.png"))
    assert not any(tmp_path.iterdir())
