"""What is noted of a picture: its colors, its likeness to others, its words."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from studio.core.colors.oklab import to_oklab
from studio.core.gallery import look
from studio.core.gallery.keeping import keep
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.record import Rights
from tests.core.data.made import photo
from tests.core.gallery.conftest import record, sprite
from tests.faults.mutating import mended


def test_colors_are_those_that_show():
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[:, :15] = (255, 0, 0, 255)
    pixels[:, 15:] = (0, 255, 0, 0)  # clear: does not show
    found = look.look(pixels)
    assert np.allclose(found.mean, (255, 0, 0), atol=2)
    assert np.allclose(found.colors[0, :3], to_oklab(np.array([1, 0, 0], np.float32)), atol=0.02)
    assert found.colors[0, 3] > 0.95


def test_the_shades_of_a_thing_are_one_color_beside_many_others():
    """A blue chest with red bands: neither color is lost among shades of grey."""
    rng = np.random.default_rng(0)
    pixels = np.full((32, 32, 4), 255, np.uint8)
    pixels[..., :3] = np.repeat(rng.integers(0, 256, (32, 32, 1)), 3, -1)
    pixels[8:20, 6:26, :3] = np.array((30, 70, 200)) + rng.integers(-25, 26, (12, 20, 3))
    pixels[20:24, 6:26, :3] = np.array((190, 70, 30)) + rng.integers(-20, 21, (4, 20, 3))
    colors = look.look(pixels).colors
    for asked, share in (((30, 70, 200), 0.15), ((190, 70, 30), 0.04)):
        apart = colors[:, :3] - to_oklab(np.array(asked, np.float32) / 255)
        assert colors[np.square(apart).sum(-1) < 0.1**2, 3].sum() > share


@pytest.mark.parametrize("change", ["mirror", "shift", "darker by a little"])
def test_a_changed_copy_is_more_alike_than_others(change: str):
    pixels = photo(64, 64, 3)
    copy = {
        "mirror": pixels[:, ::-1],
        "shift": np.roll(pixels, 4, 1),
        "darker by a little": (pixels * 0.95).astype(np.uint8),
    }[change]
    own = look.look(pixels).similar.astype(float)
    apart = np.linalg.norm(own - look.look(np.ascontiguousarray(copy)).similar)
    others = [np.linalg.norm(own - look.look(photo(64, 64, k)).similar) for k in range(4, 24)]
    assert apart < min(others)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (200, 90)])
def test_any_picture_can_be_looked_at(channels: int, kind: type, shape: tuple[int, int]):
    found = look.look(np.full((*shape, channels), 200, kind))
    assert max(found.thumbnail.shape[:2]) <= look.THUMBNAIL
    assert found.thumbnail.shape[2] == channels
    assert found.similar.shape == (look.SIMILAR,)
    assert np.isfinite(found.similar).all()


def test_a_thumbnail_of_sixteen_bits_has_eight():
    assert look.look(np.full((9, 9, 3), 65535, np.uint16)).thumbnail.max() == 255


def test_files_are_read_with_their_record(tmp_path: Path):
    path = keep(tmp_path, sprite(1), record(1), "a")
    found, seen = look.read(path)
    assert found == record(1).of(sprite(1))
    assert seen is not None
    assert (seen.width, seen.height) == (24, 24)


def test_a_picture_of_an_older_program_is_read(tmp_path: Path):
    info = PngImagePlugin.PngInfo()
    text = '{"schema": 1, "run": 3, "step": 9, "model": "ab", "family": "gan", "place": {}}'
    info.add_itxt("atelier", text, zip=True)
    file = io.BytesIO()
    Image.fromarray(sprite(1)).save(file, "PNG", pnginfo=info)
    (tmp_path / "a.png").write_bytes(file.getvalue())
    found, _ = look.read(tmp_path / "a.png")
    assert found is not None
    assert (found.run, found.step, found.family) == (3, 9, "gan")


@pytest.mark.parametrize("cut", [0, 7, 16, 23, 25, 33, 100, -20])
def test_damaged_files_are_no_pictures(tmp_path: Path, cut: int):
    data = encoded(Photograph(photo()), ".png")[0]
    (tmp_path / "a.png").write_bytes(data[:cut])
    assert look.read(tmp_path / "a.png")[1] is None


@pytest.mark.parametrize(
    ("at", "said"), [(33, b"\xff\0\0\x19"), (33, b"\x80\0\0\0"), (16, b"\0\0\x1f\0" * 2)]
)
def test_no_room_is_made_for_what_a_part_only_says(tmp_path, monkeypatch, at: int, said: bytes):
    data = bytearray(encoded(Photograph(photo()), ".png")[0])
    assert look._quick(bytes(data))
    data[at : at + len(said)] = said
    (tmp_path / "a.png").write_bytes(mended(data, 8))
    monkeypatch.setattr(look.cv2, "imdecode", None)
    assert look.read(tmp_path / "a.png")[1] is None


def test_a_large_picture_is_made_small_in_bands_as_at_once(monkeypatch):
    pixels = np.dstack([photo(413, 301), photo(413, 301, 1)[..., 0]])
    once = look.scaled(pixels, 128)
    monkeypatch.setattr("studio.core.data.bands.BAND", 50_000)
    banded = look.scaled(pixels, 128)
    assert np.abs(once.astype(int) - banded).max() <= 1


def test_words_name_settings_and_rights():
    said = record(1, rights=(Rights(author="Ada", licence="CC0"),))
    found = look.words(said)
    assert all(word in found for word in ("ink", "moss 1", "Ada", "CC0", "amount 0.5"))
