"""Video: pictures in their order as a film, an animation or numbered files, frame by frame."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np

from studio.core.assets.bundling import on_canvas
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.likeness import screened
from studio.core.assets.video import VideoSettings, ground, save_video
from studio.core.events import Job, Note, Progress, Refused
from studio.core.settings import field

BYTES_AT_MOST = 1 << 32  # of frames in memory


class FilmSettings(VideoSettings):
    """How pictures become a film."""

    fps: float = field(
        12.0, label="Speed", help="Frames shown in a second.", ge=1, le=120, unit="fps"
    )
    hold: int = field(
        1,
        label="Hold",
        help="Each picture stands for this many frames: 2 is the hand-drawn look.",
        ge=1,
        le=240,
        unit="frames",
    )
    back: bool = field(
        False,
        label="There and back",
        help="After the last picture the others follow in reverse, so that it loops smoothly.",
    )


def make(items: Sequence[Item], settings: FilmSettings, name: str) -> Job[Product]:
    """Lay the pictures on one canvas, in their order."""
    ground(settings)
    order = _order(len(items), settings)
    _afford(items, len(order))
    pictures = yield from _pictures(items)
    canvas = on_canvas(pictures)
    h, w = canvas.shape[1:3]
    if len({picture.shape[:2] for picture in pictures}) > 1:
        yield Note(f"The pictures differ in size: each is in the middle of {w} × {h}.", kind="size")
    frames = canvas[order]

    def files() -> Job[tuple[File, ...]]:
        plain = {key: getattr(settings, key) for key in VideoSettings.model_fields}
        with TemporaryDirectory() as folder:
            target = Path(folder) / name
            yield from save_video(frames, target, VideoSettings(**plain))
            return _read(target, name)

    seconds = len(frames) / settings.fps
    words = f"{len(frames)} frames, {seconds:.2f} s at {settings.fps:g} fps, {w} × {h}"
    facts = {"frames": len(frames), "seconds": seconds}
    return Product(frames[0], words, files, frames, settings.fps, facts)


def _order(count: int, settings: FilmSettings) -> np.ndarray:
    """Return which picture each frame shows, int [n]; the ends stand once on the way back."""
    there = list(range(count))
    whole = there + there[-2:0:-1] if settings.back else there
    return np.repeat(whole, settings.hold)


def _afford(items: Sequence[Item], count: int) -> None:
    h, w = (max(item.pixels.shape[k] for item in items) for k in (0, 1))
    size = count * h * w * 4
    if size > BYTES_AT_MOST:
        raise Refused(
            f"{count} frames of {w} × {h} need {size / 2**30:.0f} GB of memory, and 4 are taken;"
            " export fewer or smaller pictures."
        )


def _pictures(items: Sequence[Item]) -> Job[list[np.ndarray]]:
    found, moved = [], False
    for done, item in enumerate(items):
        yield Progress(done, len(items), item.name)
        pixels, converted = screened(item.photograph)
        moved |= converted
        found.append(pixels)
    if any(item.photograph.depth == 16 for item in items):
        yield Note("Films have 8 bits a channel: 16-bit pictures are rounded.", kind="depth")
    if moved:
        yield Note("Films are sRGB: pictures of other profiles were converted.", kind="profile")
    return found


def _read(target: Path, name: str) -> tuple[File, ...]:
    """Return what was written, each file under the name it is to have."""
    if target.is_file():
        return (File(name, target.read_bytes()),)
    inside = sorted(target.iterdir())
    return tuple(File(str(PurePosixPath(name) / p.name), p.read_bytes()) for p in inside)


KIND = Kind(
    "video",
    "Video",
    "Pictures in their order: MP4, GIF, WebP, animated PNG, numbered files, or a strip.",
    FilmSettings,
    make,
    (".mp4", ".gif", ".webp", ".apng", ".png", ""),
    rank=1,
)
