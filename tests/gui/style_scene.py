"""The Style workspace on screen with a small picture and a style."""

from pathlib import Path

from pytestqt.qtbot import QtBot
from repair_scene import LEFT, LONG, written

from studio.gui.panels.style import StylePanel
from studio.gui.session import Session
from studio.gui.styles import STYLE


def at_rest(session: Session, qtbot: QtBot) -> None:
    """Wait until nothing of style runs any more."""
    lanes = [lane for lane in STYLE if lane != "presets"]
    qtbot.waitUntil(lambda: not any(session.title(lane) for lane in lanes), timeout=LONG)


def panel_on(session: Session, qtbot: QtBot) -> StylePanel:
    """Return the Style workspace on screen, empty; presets are drawn only when asked for."""
    panel = StylePanel(session)
    panel.looks._timer.setInterval(LONG)
    qtbot.addWidget(panel)
    panel.resize(1100, 760)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


def opened(
    session: Session, qtbot: QtBot, folder: Path, method: str = "ink", **asked: object
) -> StylePanel:
    """Return the workspace with a picture in a folder of its own, previewed by a method."""
    panel = panel_on(session, qtbot)
    panel.setups.choose(method)
    panel.take([written(folder, **asked)])  # type: ignore[arg-type]  # passed through
    qtbot.waitUntil(lambda: panel.content.content is not None, timeout=LONG)
    at_rest(session, qtbot)
    return panel


def styled(session: Session, qtbot: QtBot, panel: StylePanel, path: Path) -> None:
    """Give it one more style."""
    count = len(panel.sources.sources)
    panel.sources.take([path])
    qtbot.waitUntil(lambda: len(panel.sources.sources) > count, timeout=LONG)
    at_rest(session, qtbot)


def proven(panel: StylePanel, qtbot: QtBot) -> None:
    """Wait for the final preview of what is wished."""
    desk = panel.proofs

    def there() -> bool:
        proof = desk.slots[panel.setups.at].proof
        return proof is not None and proof.final and proof.wish == desk.wish()

    qtbot.waitUntil(there, timeout=LONG)


def restyled(panel: StylePanel, qtbot: QtBot) -> None:
    """Restyle the whole picture and wait for it."""
    panel.options.restyle.click()
    qtbot.waitUntil(lambda: panel.proofs.result is not None, timeout=LONG)


def paint(panel: StylePanel, qtbot: QtBot, *points: tuple[float, float], size: int = 20) -> None:
    """Draw a stroke through pixels of the picture."""
    panel.canvas.set_brush(size=size)
    places = [panel.canvas.view.to_screen(*point).toPoint() for point in points]
    qtbot.mousePress(panel.canvas, LEFT, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(panel.canvas, place)
    qtbot.mouseRelease(panel.canvas, LEFT, pos=places[-1])
