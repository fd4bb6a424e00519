"""The Repair workspace on screen with a small picture, painted on by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from explore_scene import collected_here
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from studio.gui.panels.repair import RepairPanel
from studio.gui.repairs import REPAIR
from studio.gui.session import Session

LONG = 60_000  # ms
LEFT = Qt.MouseButton.LeftButton


def picture(h: int = 60, w: int = 90, channels: int = 3, dtype: Any = np.uint8) -> np.ndarray:
    """Return a soft texture, [h, w, channels]."""
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.random((h, w, channels)).astype(np.float32), (0, 0), 3)
    spread = (noise - noise.min()) / np.ptp(noise)
    return (spread.reshape(h, w, channels) * np.iinfo(dtype).max).astype(dtype)


def written(folder: Path, name: str = "photo.png", **asked: Any) -> Path:
    """Write such a picture as a file."""
    path = folder / name
    found = picture(**asked)
    assert cv2.imwrite(str(path), found[..., ::-1] if found.shape[2] == 3 else found)
    return path


@contextmanager
def session_here() -> Iterator[Session]:
    """Give a session without a project, its engine said to be loaded."""
    with collected_here():
        session = Session()
        session.ready = True
        try:
            yield session
        finally:
            assert session.close(20)


def at_rest(session: Session, qtbot: QtBot) -> None:
    """Wait until nothing of repair runs any more."""
    qtbot.waitUntil(lambda: not any(session.title(lane) for lane in REPAIR), timeout=LONG)


def panel_on(session: Session, qtbot: QtBot) -> RepairPanel:
    """Return the Repair workspace on screen, empty, filling quickly in two ways."""
    panel = RepairPanel(session)
    qtbot.addWidget(panel)
    panel.resize(1100, 760)
    panel.show()
    settings = panel.options.settings.updated({"method": "telea", "candidates": 2})
    panel.options.form.show_value(settings)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


def opened(session: Session, qtbot: QtBot, path: Path) -> RepairPanel:
    """Return the workspace with that picture on the canvas."""
    panel = panel_on(session, qtbot)
    panel.take([path])
    qtbot.waitUntil(lambda: panel.desk.opened is not None, timeout=LONG)
    at_rest(session, qtbot)
    return panel


def place(panel: RepairPanel, x: float, y: float) -> QPoint:
    """Return where a pixel of the picture is on the canvas."""
    return panel.canvas.view.to_screen(x, y).toPoint()


def paint(panel: RepairPanel, qtbot: QtBot, *points: tuple[float, float], size: int = 8) -> None:
    """Draw a stroke through pixels of the picture."""
    panel.canvas.set_brush(size=size)
    qtbot.mousePress(panel.canvas, LEFT, pos=place(panel, *points[0]))
    for point in points[1:]:
        qtbot.mouseMove(panel.canvas, place(panel, *point))
    qtbot.mouseRelease(panel.canvas, LEFT, pos=place(panel, *points[-1]))


def press(panel: RepairPanel, qtbot: QtBot, key: Any, *held: Any) -> None:
    """Press a key on the canvas."""
    panel.canvas.setFocus()
    qtbot.keyClick(panel.canvas, key, *held)


def filled(session: Session, panel: RepairPanel, qtbot: QtBot) -> None:
    """Fill what is painted, and wait for all candidates."""
    press(panel, qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(panel.filling.offered), timeout=LONG)
    at_rest(session, qtbot)


def kept(session: Session, panel: RepairPanel, qtbot: QtBot) -> None:
    """Keep the candidate that is looked at."""
    press(panel, qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not panel.filling.offered and panel.canvas.isEnabled(), timeout=LONG)
    at_rest(session, qtbot)


def refusal(session: Session, qtbot: QtBot, act: Callable[[], object]) -> str:
    """Do what is refused; return the sentence that says so."""
    with qtbot.waitSignal(session.failed, timeout=LONG) as failed:
        act()
    at_rest(session, qtbot)
    assert failed.args is not None
    return str(failed.args[1])
