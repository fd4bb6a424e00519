"""Films from pictures, read back by other programs: n pictures in, n frames out."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio.core.assets.exporting import export, make
from studio.core.assets.kind import Item
from studio.core.assets.kinds import video
from studio.core.assets.kinds.video import KIND, FilmSettings
from studio.core.events import Note, Refused, finished
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import beside
from tests.core.toys import finish


def item(k: int, h: int = 16, w: int = 24, channels: int = 3) -> Item:
    pixels = np.full((h, w, channels), 10, np.uint8)
    pixels[k % h, :, :3] = 200
    if channels == 4:
        pixels[..., 3] = 255
        pixels[:, : k % w, 3] = 0
    return Item(f"walk-{k}", Photograph(pixels), Record(model="ab"))


def decoded(path: Path) -> np.ndarray:
    with av.open(str(path)) as film:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)])


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.apng"])
def test_every_picture_is_a_frame_and_lossless_kinds_keep_its_pixels(name: str, tmp_path: Path):
    items = [item(k) for k in (0, 1, 1, 5, 2)]  # two equal ones
    product, _ = finished(export(KIND, items, FilmSettings(scale=1), tmp_path / name))
    found = decoded(tmp_path / name)
    wanted = np.stack([each.pixels for each in items])
    assert found.shape == wanted.shape
    assert np.abs(found.astype(int) - wanted).mean() < 9
    if name != "a.mp4":
        assert np.array_equal(found, wanted)
    assert product.frames is not None and np.array_equal(product.frames, wanted)
    record = beside(tmp_path / name)
    assert record is not None and [s.model for s in record.sources] == ["ab"] * 5


def test_webp_and_numbered_files_keep_alpha(tmp_path: Path):
    items = [item(k, channels=4) for k in range(4)]
    finished(export(KIND, items, FilmSettings(), tmp_path / "a.webp"))
    finished(export(KIND, items, FilmSettings(), tmp_path / "walk"))
    with Image.open(tmp_path / "a.webp") as film:
        assert getattr(film, "n_frames", 1) == 4
        for k, each in enumerate(items):
            film.seek(k)
            found = np.asarray(film.convert("RGBA"))
            assert np.array_equal(found, each.pixels)
            with Image.open(tmp_path / "walk" / f"{k + 1:04d}.png") as still:
                assert np.array_equal(np.asarray(still), each.pixels)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.webp", "a.webp.json", "walk", "walk.json",
    ]  # fmt: skip


def test_there_and_back_and_held():
    settings = FilmSettings(back=True, hold=2)
    product = finished(make(KIND, [item(k) for k in range(3)], settings, "a.gif"))
    assert product.frames is not None
    rows = [int(frame[:, 0, 0].argmax()) for frame in product.frames]
    assert rows == [0, 0, 1, 1, 2, 2, 1, 1]
    assert product.words.startswith("8 frames, 0.67 s at 12 fps, 24 × 16")
    alone = finished(make(KIND, [item(0)], settings, "a.gif"))
    assert alone.frames is not None and len(alone.frames) == 2


def test_pictures_of_other_sizes_and_depths_are_told_of():
    deep = Item("deep", Photograph(np.full((8, 30, 1), 30000, np.uint16)))
    events, product = finish(make(KIND, [item(0), deep], FilmSettings(), "a.gif"))
    said = " ".join(event.text for event in events if isinstance(event, Note))
    assert "30 × 16" in said and "16-bit" in said
    assert product.frames.shape == (2, 16, 30, 4)
    assert product.frames[1, 4:12, :, 3].min() == 255 and product.frames[1, :4, :, 3].max() == 0


def test_bad_colors_too_many_frames_and_too_fast_a_gif_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    with pytest.raises(Refused, match="no color"):
        finished(make(KIND, [item(0)], FilmSettings(ground="black"), "a.mp4"))
    with pytest.raises(Refused, match="GIF"):
        finished(export(KIND, [item(0)], FilmSettings(fps=60), tmp_path / "a.gif"))
    monkeypatch.setattr(video, "BYTES_AT_MOST", 1000)
    with pytest.raises(Refused, match="memory"):
        finished(make(KIND, [item(0)], FilmSettings(), "a.mp4"))
    assert not any(tmp_path.iterdir())


def test_a_stopped_film_leaves_nothing(tmp_path: Path):
    job = export(KIND, [item(k) for k in range(9)], FilmSettings(), tmp_path / "a.mp4")
    for _ in range(14):
        next(job)
    job.close()
    assert not any(tmp_path.iterdir())
