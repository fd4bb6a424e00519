"""Films as files: MP4, GIF, WebP, animated PNG, numbered PNGs, a sprite strip; whole or not at all.

MP4 is written by OpenCV, whose FFmpeg is LGPL and has no H.264: VP9, measured 3 to 6 dB above its
MPEG-4 at 4 to 8 times the size; PyAV's wheels link GPL encoders and can't be shipped.
"""

import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread

import numpy as np

from studio.core.aside import let_go
from studio.core.assets import animation
from studio.core.assets.animation import enlarged
from studio.core.colors.hex import rgb
from studio.core.durable import forget, hidden, noted, replace_folder, sync_folder
from studio.core.events import Job, Note, Progress, Refused
from studio.core.pictures import grid, pillow
from studio.core.settings import Settings, field

CODECS = ("vp09", "mp4v")  # the first that this build of OpenCV can write
MP4_SIDE = 256  # MP4 halves the resolution of color: small frames are enlarged to at least this
# Its conversion to YUV cuts where it should round, so greys turn green: this undoes it (measured,
# 43 to 46 and 48 dB).
UNCUT = np.array([1, -1, 1], np.int16)
LARGEST = 16_384  # pixels a side of a strip: what graphics chips take as one texture


class VideoSettings(Settings):
    """How frames become a film. What a kind of file can't hold is said while writing."""

    fps: float = field(
        24.0, label="Speed", help="Frames shown in a second.", ge=1, le=120, unit="fps"
    )
    scale: int = field(
        0,
        label="Enlarge",
        help="Every pixel becomes a square of this many pixels. 0 keeps the size, except in MP4,"
        " which blurs color below 256 pixels.",
        ge=0,
        le=32,
    )
    loop: bool = field(True, label="Repeat", help="Players start again at the end.")
    ground: str = field(
        "#000000", label="Ground", help="The color under transparent pixels, where there is none."
    )
    columns: int = field(
        0,
        label="Columns",
        help="Frames in a row of a sprite strip; 0 makes one row if that is not too wide.",
        ge=0,
        le=LARGEST,
    )


def save_video(
    frames: np.ndarray, target: Path, settings: VideoSettings | None = None
) -> Job[Path]:
    """Write frames uint8 [n, h, w, c] to `target`: .mp4, .gif, .webp, .apng (animated), .png (a
    sprite strip), or without a suffix a folder of numbered PNGs. Returns `target`.

    The same frames give the same bytes. Stopped or failed, nothing is left and what was there
    stays. Raises Refused for another suffix, no frames, or a place that can't be written.
    """
    settings = settings or VideoSettings()
    kind = kind_of(target)
    if frames.ndim != 4 or not len(frames) or frames.dtype != np.uint8:
        raise Refused("There are no frames to write; draw the path first.")
    ground(settings)
    with whole(target) as part:
        yield from WRITERS[kind](frames, part, settings)
    return target


def kind_of(target: Path) -> str:
    """Return the suffix that decides what is written; raise Refused for one not known."""
    kind = "" if target.is_dir() else target.suffix.lower()
    if kind not in WRITERS or not target.name:
        raise Refused(
            f"{target.name} is no film; name an .mp4, .gif, .webp, .apng, a .png for a sprite"
            " strip, or a folder for numbered pictures."
        )
    return kind


def ground(settings: VideoSettings) -> np.ndarray:
    """Return the ground's color, uint8 [3]; raise Refused for what is no #rrggbb."""
    return rgb(settings.ground)


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a name beside `target` to write to; it becomes `target` only if all goes well.

    Raises Refused with the reason where the disk or a folder refuses.
    """
    part = target.with_name(f"{hidden()}{target.suffix}")
    note = noted([target.parent])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        _settle(part, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(f"{target} can't be written: {reason}. Choose another place.") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            part.unlink()
        if not part.exists():  # as it does on Windows while a film that was stopped is open
            forget(note)


def _settle(part: Path, target: Path) -> None:
    for file in sorted(part.iterdir()) if part.is_dir() else [part]:
        with file.open("rb+") as written:
            os.fsync(written.fileno())
    if part.is_dir() and target.exists():
        if not _sequence(target):
            raise Refused(f"{target} holds other things already; name a new folder.")
        replace_folder(part, target)
    else:
        part.replace(target)
    sync_folder(target.parent)


def _sequence(folder: Path) -> bool:
    """Tell whether there is nothing but numbered pictures, as an earlier film leaves them."""
    return folder.is_dir() and all(
        re.fullmatch(r"\d{4,}\.png", file.name) for file in folder.iterdir()
    )


def _counted(parts: Iterator[bytes], count: int, part: Path) -> Job[None]:
    """Write what comes, one part about a frame."""
    with part.open("wb") as file:
        for k, data in enumerate(parts):
            file.write(data)
            yield Progress(min(k, count), count, "Writing frames")


def _gif(frames: np.ndarray, part: Path, settings: VideoSettings) -> Job[None]:
    if settings.fps > animation.GIF_FPS:
        raise Refused(
            f"GIF shows {animation.GIF_FPS} frames a second at most, not {settings.fps:g}; slow"
            " down or write a WebP."
        )
    if 100 % settings.fps:
        total = sum(animation.delays(len(frames), settings.fps, 100)) / 100
        yield Note(
            "GIF counts hundredths of a second: frames differ by one so that all take"
            f" {total:.2f} s.",
            kind="delays",
        )
    if frames.shape[-1] == 4 and ((frames[..., 3] > 0) & (frames[..., 3] < 255)).any():
        yield Note("A pixel of a GIF is clear or solid: half-clear ones become one.", kind="alpha")
    if any(animation.merges(frame) for frame in frames[:: len(frames) // 64 + 1]):
        yield Note("GIF has 256 colors a frame: similar ones are merged.", kind="colors")
    parts = animation.gif(frames, settings.fps, settings.scale or 1, settings.loop)
    yield from _counted(parts, len(frames), part)


def _webp(frames: np.ndarray, part: Path, settings: VideoSettings) -> Job[None]:
    parts = animation.webp(frames, settings.fps, settings.scale or 1, settings.loop)
    yield from _counted(parts, len(frames), part)
    with part.open("rb+") as file:
        at, size = animation.webp_size(part.stat().st_size)
        file.seek(at)
        file.write(size)


def _apng(frames: np.ndarray, part: Path, settings: VideoSettings) -> Job[None]:
    parts = animation.apng(frames, settings.fps, settings.scale or 1, settings.loop)
    yield from _counted(parts, len(frames), part)


def _numbered(frames: np.ndarray, part: Path, settings: VideoSettings) -> Job[None]:
    part.mkdir()
    digits = max(4, len(str(len(frames))))
    for k, frame in enumerate(frames, 1):
        large = enlarged(frame[None], settings.scale or 1)[0]
        pillow(large).save(part / f"{k:0{digits}d}.png", "PNG")
        yield Progress(k, len(frames), "Writing frames")


def _strip(frames: np.ndarray, part: Path, settings: VideoSettings) -> Job[None]:
    scale = settings.scale or 1
    count, height, width = frames.shape[:3]
    fitting = max(LARGEST // (width * scale), 1)
    columns = min(settings.columns or min(count, fitting), count)
    rows = -(-count // columns)
    if columns > fitting or rows * height * scale > LARGEST:
        raise Refused(
            f"The strip would have {columns * width * scale} × {rows * height * scale} pixels, and"
            f" {LARGEST} a side is what others take; enlarge less or take fewer frames."
        )
    if not settings.columns and rows > 1:
        yield Note(f"One row would be too wide: {rows} rows of {columns} frames.", kind="rows")
    yield Progress(0, count, "Writing the strip")
    strip = enlarged(grid(frames, columns, gap=0)[None], scale)[0]
    part.write_bytes((yield from let_go(partial(_png, strip), "Writing the strip")))
    yield Progress(count, count, "Writing the strip")


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    pillow(pixels).save(file, "PNG")
    return file.getvalue()


def _mp4(frames: np.ndarray, part: Path, settings: VideoSettings) -> Job[None]:
    import cv2

    scale = settings.scale or -(-MP4_SIDE // min(frames.shape[1:3]))
    height, width = (scale * side for side in frames.shape[1:3])
    odd = ((0, 0), (0, height % 2), (0, width % 2), (0, 0))
    if frames.shape[-1] == 4 and frames[..., 3].min() < 255:
        yield Note(f"MP4 has no transparency: laid over {settings.ground}.", kind="alpha")
    if height % 2 or width % 2:
        yield Note("MP4 needs even sides: the last row or column is repeated.", kind="even")
    size = (width + width % 2, height + height % 2)
    part.touch()  # OpenCV doesn't say why it can't
    for codec in CODECS:
        film = cv2.VideoWriter(
            str(part), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), settings.fps, size
        )
        if film.isOpened():
            break
    else:
        raise Refused("This machine's OpenCV can't write MP4; write a WebP or a GIF instead.")
    try:
        for k, frame in enumerate(frames, 1):
            color = np.clip(over(frame, ground(settings)) + UNCUT, 0, 255).astype(np.uint8)
            large = np.pad(enlarged(color[None], scale), odd, "edge")[0]
            film.write(np.ascontiguousarray(large[..., ::-1]))
            yield Progress(k, len(frames), "Writing frames")
    except BaseException:  # nobody waits for the 25 frames that it holds back
        Thread(target=film.release, name="aside", daemon=True).start()
        raise
    yield from let_go(film.release, "Finishing the film")
    yield Progress(len(frames), len(frames), "Finishing the film")
    _counted_again(part, len(frames))


def _counted_again(part: Path, count: int) -> None:
    """Raise OSError unless the film has all its frames: OpenCV doesn't tell of a full disk."""
    import cv2

    film = cv2.VideoCapture(str(part), cv2.CAP_FFMPEG)
    found = int(film.get(cv2.CAP_PROP_FRAME_COUNT)) if film.isOpened() else 0
    film.release()
    if found != count:
        raise OSError(f"only {found} of {count} frames got there; is the disk full?")


def over(frame: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Return a frame [h, w, c] as RGB, laid over a color [3] where it is transparent."""
    if frame.shape[-1] < 4:
        return np.repeat(frame, 3, axis=2) if frame.shape[-1] == 1 else frame
    alpha = frame[..., 3:].astype(np.float32) / 255
    return (frame[..., :3] * alpha + color * (1 - alpha) + 0.5).astype(np.uint8)


WRITERS: dict[str, Callable[[np.ndarray, Path, VideoSettings], Job[None]]] = {
    ".mp4": _mp4,
    ".gif": _gif,
    ".webp": _webp,
    ".apng": _apng,
    ".png": _strip,
    "": _numbered,
}
