"""Every window test: no screen, a home of its own, no thread left running, no warning from Qt."""

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# Warnings that say nothing about the program: the offscreen platform has no such feature.
HARMLESS = ("This plugin does not support", "propagateSizeHints")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the program folders of its own for settings, logs and projects."""
    home = tmp_path / "home"
    for name, folder in {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_STATE_HOME": home / "state",
        "XDG_DOCUMENTS_DIR": home / "documents",
        "XDG_DATA_HOME": home / "data",
        "XDG_CACHE_HOME": home / "cache",
    }.items():
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder))
    return home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fail a window test in which Qt warned."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*HARMLESS))


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a QThread running: destroying it later would abort the process."""
    before = set(threading.enumerate())
    yield
    from PySide6.QtCore import QCoreApplication, QThread

    app = QCoreApplication.instance()
    ours = app.thread() if app else None
    running = [o for o in gc.get_objects() if type(o) is QThread and _runs(o) and o is not ours]
    left = [
        t
        for t in threading.enumerate()
        if t not in before and "Dummy" not in t.name and not t.daemon
    ]
    assert not running, f"threads left running: {[t.objectName() for t in running]}"
    assert not left, f"threads left running: {left}"


def _runs(thread: object) -> bool:
    try:
        return thread.isRunning()  # type: ignore[attr-defined]
    except RuntimeError:  # its C++ side is gone
        return False


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of 13 pictures in two sub-folders, two of them identical, and a truncated one."""
    root = tmp_path / "my pictures"
    rng = np.random.default_rng(0)
    for k in range(12):
        folder = root / ("cats" if k % 2 else "dogs")
        folder.mkdir(parents=True, exist_ok=True)
        color = rng.integers(0, 255, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(color).save(folder / f"{k:02d}.png")
    (root / "cats" / "twin.png").write_bytes((root / "cats" / "01.png").read_bytes())
    broken = (root / "dogs" / "00.png").read_bytes()
    (root / "dogs" / "broken.png").write_bytes(broken[: len(broken) // 2])
    return root


def python(code: str, **environment: str) -> tuple[int, str, str]:
    """Run `code` in a fresh interpreter of the tests; return exit code, output and errors."""
    env = {**os.environ, **environment}
    env = {name: value for name, value in env.items() if value}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr
