"""Stickers as files: sizes, room around, depth, moving ones."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.assets.exporting import export, make
from studio.core.assets.kind import Item
from studio.core.assets.kinds.stickers import KIND, StickersSettings
from studio.core.events import Note, Refused, finished
from studio.core.photographs.photograph import Photograph, open_photograph
from tests.core.toys import finish


def item(name: str = "a", side: int = 200, at: int = 30, depth: int = 8) -> Item:
    """A green disk with a soft edge, off the middle."""
    far = np.hypot(*(np.mgrid[:side, :side] - side / 3))
    alpha = np.clip(at - far, 0, 1)
    color = np.ones((side, side, 1)) * [0.1, 0.8, 0.2]
    levels = np.concatenate([color, alpha[..., None]], 2) * (2**depth - 1)
    return Item(name, Photograph(np.rint(levels).astype(np.uint8 if depth == 8 else np.uint16)))


def sprite(name: str = "a", x: int = 3) -> Item:
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[5:12, x : x + 5] = (9, 99, 200, 255)
    return Item(name, Photograph(pixels))


@pytest.mark.parametrize("changes", [{}, {"shadow": 1.0}, {"padding": 0, "outline": 15}])
@pytest.mark.parametrize("each", [item(), sprite()])
def test_a_sticker_fills_its_size_and_nothing_is_cut_off(each: Item, changes: dict[str, float]):
    settings = StickersSettings(sizes="128").updated(changes)
    picture = finished(make(KIND, [each], settings, "a.png")).picture
    assert picture.shape == (128, 128, 4)
    edge = np.concatenate([picture[[0, -1]].reshape(-1, 4), picture[:, [0, -1]].reshape(-1, 4)])
    assert edge[:, 3].max() <= (60 if changes else 0)
    rows = np.flatnonzero((picture[..., 3] > 128).any(1))
    assert np.ptp(rows) > 80
    rim = picture[picture[..., 3] == 255].reshape(-1, 4)
    assert (rim[:, :3] == 255).all(1).any()


def test_sizes_names_and_folders(tmp_path: Path):
    settings = StickersSettings(sizes="64, 32")
    finished(export(KIND, [item()], settings, tmp_path / "a.png"))
    assert open_photograph(tmp_path / "a.png").pixels.shape == (64, 64, 4)
    assert open_photograph(tmp_path / "a-32.png").pixels.shape == (32, 32, 4)
    finished(export(KIND, [item("x"), item("y")], settings, tmp_path / "set"))
    found = sorted(str(p.relative_to(tmp_path / "set")) for p in (tmp_path / "set").rglob("*.png"))
    assert found == ["32/x.png", "32/y.png", "x.png", "y.png"]


def test_not_square_has_the_pictures_shape_and_its_room():
    settings = StickersSettings(sizes="100", square=False, outline=4, padding=3)
    pixels = np.full((20, 60, 3), 80, np.uint8)
    picture = finished(make(KIND, [Item("w", Photograph(pixels))], settings, "a.png")).picture
    assert picture.shape[1] == pytest.approx(100, abs=1) and picture.shape[0] < 60
    assert picture[:3, :, 3].max() == 0 and picture[picture.shape[0] // 2, 4:-4, 3].min() > 0


def test_pixel_art_keeps_its_colors_and_square_pixels():
    settings = StickersSettings(sizes="256", padding=0)
    picture = finished(make(KIND, [sprite()], settings, "a.png")).picture
    seen = picture[picture[..., 3] > 0]
    assert {tuple(c) for c in seen.tolist()} == {(9, 99, 200, 255), (255, 255, 255, 255)}
    runs = np.diff(np.flatnonzero(np.diff(picture[128, :, 3].astype(int), prepend=0)))
    assert (runs % 28 == 0).all()  # 7 + 2 pixels high: each is 28


def test_depth_is_kept_where_a_format_has_it():
    deep = item(depth=16)
    product = finished(make(KIND, [deep], StickersSettings(sizes="64"), "a.png"))
    assert finished(product.files())[0].data[24] == 16  # IHDR
    events, product = finish(make(KIND, [deep], StickersSettings(sizes="64"), "a.webp"))
    assert any(isinstance(event, Note) and "16-bit" in event.text for event in events)
    with Image.open(io.BytesIO(finished(product.files())[0].data)) as image:
        assert image.format == "WEBP" and image.mode == "RGBA"


@pytest.mark.parametrize("name", ["a.webp", "a.apng", "a.png"])
def test_a_moving_sticker_has_all_frames_at_their_places(name: str):
    items = [sprite("a", 2), sprite("b", 9), sprite("c", 9)]
    settings = StickersSettings(sizes="96", animated=True, fps=10)
    product = finished(make(KIND, items, settings, name))
    assert product.frames is not None and product.frames.shape == (3, 96, 96, 4)
    (file,) = finished(product.files())
    with Image.open(io.BytesIO(file.data)) as film:
        for k, frame in enumerate(product.frames):
            film.seek(k)
            found = np.asarray(film.convert("RGBA"))
            assert np.array_equal(found[..., 3], frame[..., 3])
            seen = frame[..., 3] > 0
            assert np.array_equal(found[seen], frame[seen])
        assert getattr(film, "n_frames", 1) == 3 and film.info["duration"] == 100
    across = [np.flatnonzero(frame[..., 3].any(0)).mean() for frame in product.frames]
    assert across[1] - across[0] > 20 and across[1] == across[2]


def test_clear_pixels_are_bled_or_multiplied_away():
    for alpha, most in (("straight", 255), ("premultiplied", 0)):
        settings = StickersSettings(sizes="64").updated({"alpha": alpha})
        picture = finished(make(KIND, [item()], settings, "a.png")).picture
        assert picture[picture[..., 3] == 0][:, :3].max() == most


@pytest.mark.parametrize("sizes", ["", "big", "5", "512,9000", "64," * 9, "-64"])
def test_what_is_no_size_is_refused(sizes: str):
    with pytest.raises(Refused, match="no sizes"):
        finished(make(KIND, [item()], StickersSettings(sizes=sizes), "a.png"))


def test_a_picture_with_nothing_to_see_is_a_clear_sticker():
    nothing = Item("n", Photograph(np.zeros((9, 9, 4), np.uint8)))
    picture = finished(make(KIND, [nothing], StickersSettings(sizes="32"), "a.png")).picture
    assert picture.shape == (32, 32, 4) and picture.max() == 0


def test_a_moving_sticker_may_be_named_as_a_png(tmp_path: Path):
    settings = StickersSettings(sizes="64", animated=True)
    finished(export(KIND, [sprite("a"), sprite("b", 6)], settings, tmp_path / "wave.png"))
    with Image.open(tmp_path / "wave.png") as image:
        assert image.n_frames == 2
