"""Crash reports: files that can be read, and shared, without a name in them. Nothing is sent."""

import contextlib
import datetime
import platform
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from studio import __version__, paths
from studio.core.recovery import scrubbing

FOLDER, MOST = "reports", 20  # files; the oldest goes
LINES = 50  # of the log
LOG, FAULTS = "atelier.log", "crash.log"
TAIL = 64_000  # bytes of the log that are looked at
PARTS = ("torch", "PySide6_Essentials", "numpy")


def report(error: BaseException, what: str, folder: Path | None = None) -> Path | None:
    """Write what broke as a report; return its file, None where it can't be written.

    `what` says in words where nobody caught the error. `folder` is the folder of the log.
    """
    trace = scrubbing.frames(error.__traceback__)
    said = scrubbing.words(str(error))
    name = scrubbing.kind(f"{type(error).__module__}.{type(error).__qualname__}")
    name = name.removeprefix("builtins.")
    causes = [each for each in (error.__cause__, error.__context__) if each is not None][:1]
    for cause in causes:
        before = scrubbing.kind(f"{type(cause).__module__}.{type(cause).__qualname__}")
        trace = [*trace, f"  after {before.removeprefix('builtins.')}"]
    return _written([what, "", f"{name}: {said}".rstrip(": "), *trace], folder or paths.logs())


def report_fault(folder: Path | None = None) -> Path | None:
    """Write what the last start left of a crash that ended the program as a report, once."""
    home = folder or paths.logs()
    file = home / FAULTS
    try:
        trace = scrubbing.fault(file.read_text(encoding="utf-8", errors="replace"))
        if not trace:
            return None
        found = _written(["The program was ended by a crash", "", *trace], home)
        file.write_bytes(b"")
    except OSError:
        return None
    return found


def newest(folder: Path | None = None) -> Path | None:
    """Return the report that was written last; None for none."""
    found = _known((folder or paths.logs()) / FOLDER)
    return found[-1] if found else None


def _written(lines: Sequence[str], home: Path) -> Path | None:
    folder, when = home / FOLDER, datetime.datetime.now(datetime.UTC)
    text = "\n".join([*_head(when), *lines, "", "Log:", *_log(home / LOG), ""])
    file = (
        folder / f"report-{when:%Y%m%d-%H%M%S}-{time.monotonic_ns() % 10**6:06d}{token_hex(2)}.txt"
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        for old in _known(folder)[:-MOST]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return file


def _known(folder: Path) -> list[Path]:
    return sorted(
        folder.glob("report-*.txt"), key=lambda file: (file.stat().st_mtime_ns, file.name)
    )


def _head(when: datetime.datetime) -> list[str]:
    """Return versions of the program, of what it is made with, and of the system."""
    from importlib import metadata  # 50 ms that no start needs

    parts = [f"Atelier {__version__}", f"Python {platform.python_version()}"]
    for part in PARTS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            parts.append(f"{part} {metadata.version(part)}")
    release = re.match(r"[\d.]*\d", platform.release())
    system = f"{platform.system()} {release[0] if release else ''} {platform.machine()}"
    title = f"Atelier crash report, {when:%Y-%m-%d %H:%M} UTC"
    return [title, ", ".join(parts), f"{system}, {_device()}", ""]


def _device() -> str:
    """Return what kind of device computes, as far as that is known without asking it."""
    torch = sys.modules.get("torch")
    if torch is None:
        return "engine not loaded"
    try:
        return "CUDA" if torch.cuda.is_initialized() else "CPU"
    except AttributeError:  # it is half loaded
        return "engine not loaded"


def _log(file: Path) -> list[str]:
    """Return the last lines of the log, without names."""
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - TAIL))
            text = log.read().decode(errors="replace")
    except OSError:
        return ["  none"]
    return scrubbing.log_lines(text.splitlines()[-4 * LINES :])[-LINES:] or ["  none"]
