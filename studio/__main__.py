"""The program's entry: `atelier [PROJECT]` opens the window, `atelier VERB …` works without one."""

import ctypes
import gc
import importlib.util
import os
import signal
import sys
from pathlib import Path

VERBS = (
    "train",
    "resume",
    "health",
    "evaluate",
    "sample",
    "explore",
    "repair",
    "style",
    "export",
    "gallery",
    "import",
    "provenance",
    "rights",
    "instant",
    "inspect",
    "doctor",
)
LONGEST = 200  # characters of an argument that is named in a sentence
# What a bare Debian lacks for Qt's window and for its xcb platform plugin (found in a debootstrap).
QT_PACKAGES = (
    "libgl1 libegl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-xkb1 "
    "libxkbcommon-x11-0 libxcb-shape0"
)
HEADLESS = "Without a window, `atelier train --help` trains from the command line."


def main() -> int:
    """Run the program; return its exit code: 0, 2 for what can't be done, 130 after Ctrl-C."""
    # The trainer's Python would else hold up the window 5 ms at a time (p99 28.8 -> 12.0 ms).
    # OMP_WAIT_POLICY stays as it is: passive cost 10 % on an idle machine and more on a busy one.
    sys.setswitchinterval(0.001)
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup's wish is kept
            signal.signal(number, _leave)
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in VERBS or arguments[0].startswith("-")):
        from studio.cli import app

        app()
        return 0
    return window(arguments)


def _leave(_number: int, _frame: object) -> None:
    """Leave while nothing is to be saved yet; once there is, others hear the signals."""
    raise SystemExit(0)


def window(arguments: list[str]) -> int:
    """Open the window on the project named in `arguments`, if any, unless something forbids it."""
    gc.disable()  # imports make little garbage but many collections; gui.garbage takes over later
    why_not = misread(arguments) or no_display() or no_library()
    if why_not:
        return refuse(why_not)
    try:
        from studio.gui.app import launch
    except ImportError as error:
        if (error.name or "").startswith("studio"):
            raise
        return refuse(missing(str(error)))
    return launch(Path(arguments[0]) if arguments else None)


def refuse(sentence: str) -> int:
    """Say on the terminal why the window stays closed."""
    print(f"atelier: {sentence}", file=sys.stderr)
    return 2


def misread(arguments: list[str]) -> str:
    """Return what is wrong with the arguments of `atelier [PROJECT]`, or nothing.

    What is there is opened in the window, which says what is wrong with it: whoever double-clicks
    a file sees no terminal.
    """
    known = f"the commands are {', '.join(VERBS)}."
    if len(arguments) > 1:
        return f"{quoted(arguments[0])} is not a command; {known}"
    if arguments and not os.path.lexists(arguments[0]):
        return f"{quoted(arguments[0])} is neither a project folder nor a command; {known}"
    return ""


def quoted(text: str) -> str:
    """Return what was typed as a terminal can show it."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return f"'{plain[:LONGEST]}{'…' * (len(plain) > LONGEST)}'"


def no_display() -> str:
    """Return a sentence if no screen can be reached; Qt itself would abort the process."""
    if not sys.platform.startswith("linux"):
        return ""
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if platform not in ("", "xcb", "wayland"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY") and platform != "xcb":
        return ""
    if not os.environ.get("DISPLAY"):
        return f"No display was found, so there is no window to open. {HEADLESS}"
    if not _answers():
        return f"The display {os.environ['DISPLAY']} does not answer. {HEADLESS}"
    return ""


def _answers() -> bool:
    """Tell whether the X display takes a connection; True where libxcb is not there to ask."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not refused


def no_library() -> str:
    """Return a sentence if the xcb plugin lacks a system library; Qt would abort and misname it."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] or "xcb"
    if not sys.platform.startswith("linux") or wanted != "xcb" or not os.environ.get("DISPLAY"):
        return ""
    found = importlib.util.find_spec("PySide6")
    for folder in (found.submodule_search_locations or []) if found else []:
        plugin = Path(folder) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
        try:
            if plugin.exists():
                ctypes.CDLL(str(plugin))
        except OSError as error:
            return missing(str(error))
    return ""


def missing(reason: str) -> str:
    """Name the system packages for a library that Qt could not load."""
    what = f"Qt can't start: {reason}."
    if not sys.platform.startswith("linux"):
        return f"{what} {HEADLESS}"
    return f"{what} On Debian or Ubuntu run: sudo apt-get install {QT_PACKAGES}"


if __name__ == "__main__":
    sys.exit(main())
