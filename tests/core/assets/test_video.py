"""Films read back by other programs: every frame there, exact where it can be, nothing half."""

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio.core.assets import video
from studio.core.assets.video import VideoSettings, save_video
from studio.core.events import Note, Progress, Refused
from tests.core.toys import finish

LOSSLESS = ["film.gif", "film.webp", "film.apng", "film", "film.png"]


def frames(count: int = 7, height: int = 16, width: int = 24, channels: int = 4) -> np.ndarray:
    """A disk that wanders over a gradient of few colors; two equal frames; clear outside."""
    y, x = np.mgrid[:height, :width]
    made = np.zeros((count, height, width, channels), np.uint8)
    for k in range(count):
        at = min(k, count - 2)
        disk = (y - height / 2) ** 2 + (x - 6 - at) ** 2 < 25
        made[k] = (disk * (40 + 8 * (y // 2)))[..., None] + 5 * (channels == 1)
        if channels == 4:
            made[k, ..., 3] = 255 * disk
    return made


def write(made: np.ndarray, target: Path, **changes) -> list[str]:
    """Save a film; return what was said."""
    events, path = finish(save_video(made, target, VideoSettings().updated(changes)))
    assert path == target
    done = [e for e in events if isinstance(e, Progress)][-1]
    assert done.done == done.total
    assert [p.name for p in target.parent.iterdir() if p.name.startswith(".")] == []
    return [e.text for e in events if isinstance(e, Note)]


def read(target: Path, mode: str) -> tuple[np.ndarray, list[float]]:
    """Return all frames of a file as Pillow shows them, and how long each is shown in ms."""
    with Image.open(target) as film:
        shown, times = [], []
        for k in range(film.n_frames):
            film.seek(k)
            shown.append(np.asarray(film.convert(mode)))
            times.append(film.info["duration"])
    return np.stack(shown), times


def clear(pictures: np.ndarray) -> np.ndarray:
    """Forget the color of what is not seen."""
    return pictures * (pictures[..., 3:] > 0) if pictures.shape[-1] == 4 else pictures


@pytest.mark.parametrize("name", ["film.gif", "film.webp", "film.apng"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("scale", [1, 3])
def test_every_frame_is_read_back_exactly_with_its_alpha(name, channels, scale, tmp_path):
    made = frames(channels=channels)
    said = write(made, tmp_path / name, scale=scale, fps=20)
    mode = "RGBA" if channels == 4 else "RGB"
    found, times = read(tmp_path / name, mode)
    wanted = np.repeat(made, 3, 3) if channels == 1 else made
    wanted = wanted.repeat(scale, 1).repeat(scale, 2)
    assert found.shape == wanted.shape  # the two equal frames are two
    assert np.array_equal(clear(found), clear(wanted))
    assert times == [50] * 7 and said == []


@pytest.mark.parametrize(("fps", "count"), [(24, 48), (30, 31), (23.976, 100), (12.5, 9)])
def test_times_add_up_also_where_a_format_counts_coarsely(fps, count, tmp_path):
    made = frames(count, 8, 8)
    said = write(made, tmp_path / "film.gif", fps=fps)
    assert sum(read(tmp_path / "film.gif", "RGBA")[1]) == pytest.approx(1000 * count / fps, abs=5)
    assert len(said) == (fps != 12.5) and all("hundredths" in text for text in said)
    write(made, tmp_path / "film.webp", fps=fps)
    assert sum(read(tmp_path / "film.webp", "RGBA")[1]) == pytest.approx(1000 * count / fps, abs=1)
    write(made, tmp_path / "film.apng", fps=fps)
    times = read(tmp_path / "film.apng", "RGBA")[1]
    assert times == pytest.approx([1000 / fps] * count, rel=1e-4)


@pytest.mark.parametrize("name", ["film.gif", "film.webp", "film.apng"])
def test_repeating_is_written_down(name, tmp_path):
    write(frames(), tmp_path / name)
    with Image.open(tmp_path / name) as film:
        assert film.info["loop"] == 0
    write(frames(), tmp_path / name, loop=False)
    with Image.open(tmp_path / name) as film:
        assert film.info.get("loop", 1) == 1


def test_a_gif_says_what_it_cannot_hold(tmp_path):
    rng = np.random.default_rng(0)
    made = rng.integers(0, 256, (3, 24, 24, 4), np.uint8)
    said = write(made, tmp_path / "film.gif", fps=25)
    assert any("256 colors" in text for text in said) and any("half-clear" in t for t in said)
    found, _ = read(tmp_path / "film.gif", "RGBA")
    solid = made[..., 3] >= 128
    assert np.array_equal(found[..., 3], np.where(solid, 255, 0))
    assert np.abs(found.astype(int) - made)[solid][:, :3].mean() < 20
    with pytest.raises(Refused, match="50 frames a second"):
        write(made, tmp_path / "film.gif", fps=60)


@pytest.mark.parametrize("fps", [24, 30, 23.976, 10])
def test_an_mp4_has_every_frame_its_time_and_nearly_its_colors(fps, tmp_path):
    made = frames(30, 32, 32, 3)
    write(made, tmp_path / "film.mp4", fps=fps)
    with av.open(str(tmp_path / "film.mp4")) as film:
        stream = film.streams.video[0]
        shown = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
        duration = Fraction(stream.duration or 0) * (stream.time_base or 0)
        assert "vp9" in stream.codec_context.name
    assert len(shown) == 30 and float(duration) == pytest.approx(30 / fps, rel=1e-3)
    wanted = made.repeat(8, 1).repeat(8, 2)
    error = np.square(np.stack(shown).astype(float) - wanted).mean((1, 2, 3))
    assert (10 * np.log10(255**2 / error)).min() > 32


def test_an_mp4_leaves_greys_grey(tmp_path):
    made = np.repeat(np.array([0, 100, 128, 201, 255], np.uint8), 16 * 16 * 3)
    write(made.reshape(5, 16, 16, 3), tmp_path / "film.mp4", scale=8)
    with av.open(str(tmp_path / "film.mp4")) as film:
        for frame in film.decode(video=0):
            color = frame.to_ndarray()[128:].astype(int)  # the U and V planes below the Y plane
            assert np.abs(color - 128).max() <= 1 and np.median(color) == 128


def test_an_mp4_lays_alpha_over_the_ground_and_has_even_sides(tmp_path):
    made = frames(3, 15, 17)
    said = write(made, tmp_path / "film.mp4", scale=1, ground="#c02060")
    assert any("laid over #c02060" in text for text in said)
    assert any("even sides" in text for text in said)
    with av.open(str(tmp_path / "film.mp4")) as film:
        first = next(film.decode(video=0)).to_ndarray(format="rgb24")
    assert first.shape == (16, 18, 3)
    assert np.abs(first[0, -1].astype(int) - [0xC0, 0x20, 0x60]).max() < 12


def test_numbered_pictures_keep_alpha_and_replace_only_their_like(tmp_path):
    made, target = frames(12), tmp_path / "film"
    write(made, target, scale=2)
    files = sorted(target.iterdir())
    assert [f.name for f in files] == [f"{k:04d}.png" for k in range(1, 13)]
    shown = np.stack([np.asarray(Image.open(f)) for f in files])
    assert np.array_equal(shown, made.repeat(2, 1).repeat(2, 2))
    write(made[:5], target)
    assert len(list(target.iterdir())) == 5
    (target / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="holds other things"):
        write(made, target)
    assert len(list(target.iterdir())) == 6


def test_a_strip_is_one_row_or_the_rows_asked_for(tmp_path):
    made = frames(5)
    write(made, tmp_path / "a.png", scale=2)
    strip = np.asarray(Image.open(tmp_path / "a.png"))
    assert strip.shape == (32, 5 * 48, 4)
    assert np.array_equal(strip[:, 48:96], made[1].repeat(2, 0).repeat(2, 1))
    write(made, tmp_path / "b.png", columns=2)
    sheet = np.asarray(Image.open(tmp_path / "b.png"))
    assert sheet.shape == (48, 48, 4) and np.array_equal(sheet[32:, :24], made[4])
    assert not sheet[32:, 24:].any()
    long = np.zeros((300, 16, 64, 1), np.uint8)
    assert "2 rows" in write(long, tmp_path / "c.png")[0]
    with pytest.raises(Refused, match="enlarge less"):
        write(long, tmp_path / "d.png", scale=32)


@pytest.mark.parametrize("name", [*LOSSLESS, "film.mp4"])
def test_the_same_frames_are_the_same_bytes(name, tmp_path):
    def bytes_of(target: Path) -> list[bytes]:
        write(frames(), target)
        files = sorted(target.iterdir()) if target.is_dir() else [target]
        return [file.read_bytes() for file in files]

    assert bytes_of(tmp_path / "a" / name) == bytes_of(tmp_path / "b" / name)


@pytest.mark.parametrize("name", [*LOSSLESS, "film.mp4"])
def test_stopped_nothing_is_left_and_the_old_stays(name, tmp_path):
    target = tmp_path / name
    if "." in name:
        target.write_bytes(b"old")
    job = save_video(frames(), target, VideoSettings(fps=25))
    next(job)
    job.close()
    assert [p.name for p in tmp_path.iterdir()] == ([name] if "." in name else [])
    assert not target.exists() or target.read_bytes() == b"old"


@pytest.mark.parametrize("name", [*LOSSLESS, "film.mp4"])
def test_a_place_that_cannot_be_written_is_refused(name, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Refused, match=r"can't be written: .*\. Choose another place"):
        finish(save_video(frames(), tmp_path / "file" / name))


def full(name: str, folder: str) -> None:
    """Write a film where no file may grow beyond 3000 bytes, as on a disk that fills up."""
    import resource  # not on Windows

    made = np.random.default_rng(0).integers(0, 256, (20, 64, 64, 3), np.uint8)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    try:
        finish(save_video(made, Path(folder) / name))
    except Refused as refusal:
        print(f"refused {refusal}")


@pytest.mark.parametrize("name", [*LOSSLESS, "film.mp4"])
def test_a_full_disk_is_said_and_leaves_the_old_file(name, tmp_path):
    if "." in name:
        (tmp_path / name).write_bytes(b"old")
    code = f"from tests.core.assets import test_video as t; t.full({name!r}, {str(tmp_path)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.startswith("refused") and "can't be written" in done.stdout
    assert [p.name for p in tmp_path.iterdir()] == ([name] if "." in name else [])
    assert "." not in name or (tmp_path / name).read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("film.avi", {}, "film.avi is no film"),
        ("film", {"ground": "red"}, "'red' is no color"),
        ("film.mp4", {"scale": 99}, "'scale' does not accept 99"),
    ],
)
def test_what_cannot_be_meant_is_refused(name, changes, sentence, tmp_path):
    with pytest.raises(Refused, match=sentence):
        write(frames(), tmp_path / name, **changes)
    with pytest.raises(Refused, match="no frames"):
        finish(save_video(frames()[:0], tmp_path / "film.gif"))
    assert list(tmp_path.iterdir()) == []


def test_a_film_without_the_better_codec_is_still_written(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "CODECS", ("mp4v",))
    write(frames(), tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == 7


def test_no_shipped_module_imports_pyav():
    """Its wheels hold GPL encoders; here it only reads films back."""
    package = Path(video.__file__).parents[2]
    found = [
        f
        for f in package.rglob("*.py")
        if re.search(r"^\s*(import|from) av\b", f.read_text("utf-8"))
    ]
    assert found == []
