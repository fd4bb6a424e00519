"""The virtual environment `.venv`: made from a hash-pinned lock; a stamp says it is complete."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent
VENV = TOP / ".venv"


class Trouble(Exception):
    """The set-up can't go on. The message is one sentence for the user: what, why, what to do."""


def python() -> Path:
    """Return the environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def site_packages() -> Path:
    """Return the folder of installed packages; raise Trouble if the environment has none."""
    pattern = "Lib/site-packages" if os.name == "nt" else "lib/python3*/site-packages"
    found = sorted(VENV.glob(pattern))
    if not found:
        raise Trouble(f"{VENV} is not complete; delete that folder and start again.")
    return found[-1]


def ensure(lock: str) -> None:
    """Make `.venv` hold everything of packaging/`lock`; does nothing but read a stamp if it does.

    A set-up that was killed is completed, an environment whose Python is gone is remade. Two starts
    at once wait for each other. Raises Trouble.
    """
    if stamped(lock, lock) and _alive():
        return
    with alone(TOP / ".venv.lock"):
        if stamped(lock, lock) and _alive():
            return
        import installing

        if not installing.usable(python()):
            _remake()
        installing.install(HERE / lock)
        write_path()
        stamp(lock, lock)


def stamped(name: str, lock: str) -> bool:
    """Tell whether the stamp `name` was made for this very lock and this environment's Python."""
    try:
        return _stamp(name).read_text("utf-8") == _proof(lock)
    except OSError:
        return False


def stamp(name: str, lock: str) -> None:
    """Write the stamp `name`, whole or not at all."""
    temporary = _stamp(name).with_suffix(".tmp")
    temporary.write_text(_proof(lock), "utf-8")
    temporary.replace(_stamp(name))


def unstamp() -> None:
    """Remove every stamp: from here until the end of an installation nothing is sure."""
    for path in VENV.glob("*.stamp"):
        path.unlink(missing_ok=True)


def _stamp(name: str) -> Path:
    return VENV / f"{name}.stamp"


def _proof(lock: str) -> str:
    """The lock's SHA-256 and the version of the environment's Python."""
    digest = hashlib.sha256((HERE / lock).read_bytes()).hexdigest()
    return f"{digest} {_version()}\n"


def _config() -> dict[str, str]:
    """Read pyvenv.cfg; {} if there is none."""
    try:
        lines = (VENV / "pyvenv.cfg").read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _version() -> str:
    """The version in pyvenv.cfg as '3.11'; a system upgrade may have put another one behind it."""
    config = _config()
    return ".".join(config.get("version", config.get("version_info", "")).split(".")[:2])


def _alive() -> bool:
    """Tell, without starting it, whether the environment's Python is still there and the same."""
    if not python().exists() or not Path(_config().get("home", "")).is_dir():
        return False
    same = python().resolve() == Path(sys.executable).resolve()
    return not same or _version() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def _remake() -> None:
    """Make an empty environment with pip in it; whatever broken one was there is removed first."""
    if not can_make():
        raise Trouble(no_ensurepip())
    import installing

    _clear()
    print(f"Making {VENV} …", flush=True)
    result = installing.quiet([sys.executable, "-m", "venv", str(VENV)])
    if result.returncode:
        reason = (result.stdout.strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"Python can't make the virtual environment {VENV}: {reason}")


def can_make() -> bool:
    """Tell whether this Python has what makes virtual environments; Debian packs it apart."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def no_ensurepip() -> str:
    """The sentence for a Python that can't make virtual environments, as Debian ships it."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return (
        f"This Python {version} can't make virtual environments (it lacks ensurepip); "
        f"install that part with: sudo apt-get install python{version}-venv"
    )


def _clear() -> None:
    """Remove the old `.venv`, but never something that is no virtual environment."""
    if VENV.is_symlink():
        VENV.unlink()
    if not VENV.exists():
        return
    ours = (VENV / "pyvenv.cfg").exists() or not any(VENV.iterdir())
    half_made = {path.name for path in VENV.iterdir()} <= {
        "bin",
        "lib",
        "lib64",
        "include",
        "Scripts",
        "Lib",
        "Include",
    }
    if not ours and not half_made:
        raise Trouble(f"{VENV} exists and is no virtual environment; move it away and start again.")
    shutil.rmtree(VENV)


def write_path() -> None:
    """Let the environment find `studio` from any working folder, by a path that survives a move."""
    packages = site_packages()
    (packages / "atelier.pth").write_text(os.path.relpath(TOP, packages) + "\n", "utf-8")


@contextlib.contextmanager
def alone(path: Path) -> Iterator[int]:
    """Hold the lock file `path`; wait, and say so, while another start has it.

    Children inherit the handle, so that a pip whose parent was killed still keeps others out.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if os.name == "posix":
            os.set_inheritable(handle, True)
        if not _take(handle, wait=False):
            print("Another start is setting the studio up; waiting for it …", flush=True)
            _take(handle, wait=True)
        yield handle
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt
    import time

    def _take(handle: int, wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                time.sleep(0.5)
else:
    import fcntl

    def _take(handle: int, wait: bool) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
