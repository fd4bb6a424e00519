"""Qt's system libraries on Linux: which are missing, what to say, how root installs them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import environment
from environment import Trouble

# Found by ldd in a bare Debian 12 with PySide6 6.12: library name to Debian package.
DRAWING = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
DISPLAY = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-shape.so.0": "libxcb-shape0",
}
PACKAGES = {**DRAWING, **DISPLAY}


def surface() -> str:
    """Return what Qt will draw on: 'xcb' (an X display) or 'drawing' (Wayland, a file, nothing)."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    x_display = bool(os.environ.get("DISPLAY")) and not os.environ.get("WAYLAND_DISPLAY")
    return "xcb" if platform.startswith("xcb") or (not platform and x_display) else "drawing"


def missing(packages: Path, surface: str) -> list[str]:
    """Return the libraries that Qt in `packages` asks for and the system lacks; [] off Linux."""
    if not sys.platform.startswith("linux") or not shutil.which("ldd"):
        return []
    qt = packages / "PySide6"
    files = [*qt.glob("QtGui.*so"), *qt.glob("QtWidgets.*so")]
    if surface == "xcb":
        files += [qt / "Qt/plugins/platforms/libqxcb.so"]
    return sorted({name for file in files if file.exists() for name in _lacking(file)})


def _lacking(file: Path) -> list[str]:
    result = subprocess.run(["ldd", str(file)], capture_output=True, text=True)
    return re.findall(r"^\s*(\S+) => not found", result.stdout, re.MULTILINE)


def sentence(names: list[str]) -> str:
    """Say what is missing and the exact line that installs it."""
    lacks = f"Qt can't draw: this system lacks {', '.join(names)}"
    known = sorted({PACKAGES[name] for name in names if name in PACKAGES})
    if not shutil.which("apt-get") or not known:
        return f"{lacks}; install the packages that hold them with your system's package manager."
    return f"{lacks}; install them with: sudo apt-get install {' '.join(known)}"


def install() -> None:
    """Install Qt's libraries and, if need be, Python's venv as root on Debian; or raise Trouble."""
    names = sorted(set(PACKAGES.values()))
    if not environment.can_make():
        names.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if not shutil.which("apt-get"):
        raise Trouble(
            "--system knows Debian and Ubuntu only; use your own system's package manager."
        )
    if os.geteuid() != 0:
        raise Trouble("--system needs root: sudo python3 packaging/start.py --system")
    _apt("update")
    _apt("install", "--yes", "--no-install-recommends", *names)


def _apt(*arguments: str) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(
        ["apt-get", "-q", *arguments], env=environ, capture_output=True, text=True
    )
    if result.returncode:
        reason = (
            [line for line in result.stderr.splitlines() if line.startswith("E:")]
            or [result.stderr.strip()]
        )[0]
        raise Trouble(f"apt-get {arguments[0]} failed: {reason}")
