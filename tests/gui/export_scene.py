"""The export room on screen with sprites, and a kind of export made for tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from pytestqt.qtbot import QtBot
from repair_scene import LONG

from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.events import Job, Progress, Refused
from studio.core.settings import Settings, field
from studio.gui.exports import EXPORT
from studio.gui.panels.export import ExportPanel
from studio.gui.session import Session


class RowSettings(Settings):
    """How pictures stand in a row."""

    gap: int = field(0, label="Gap", help="Pixels between pictures.", ge=0, le=16, unit="px")
    alike: bool = field(True, label="Alike", help="Only for the test.")
    way: Literal["left", "right"] = field("left", label="Way", help="Where it begins.")
    frame_rate: float = field(12.0, label="Speed", help="Frames in a second.", ge=1, le=60)


def in_row(items: Sequence[Item], settings: RowSettings, name: str) -> Job[Product]:
    """Put pictures side by side; refuse a gap of 13."""
    yield Progress(0, 1, name)
    if settings.gap == 13:
        raise Refused("A gap of 13 brings bad luck; choose another.")
    frames = np.stack([item.pixels for item in items])
    picture = np.concatenate(list(frames), 1)

    def files() -> Job[tuple[File, ...]]:
        yield Progress(0, 1, name)
        return (File(name, b"row"), File("row.json", b"{}"))

    places = [[item.name, 0, k * 8, 0, 8, 8] for k, item in enumerate(items)]
    facts = {"frames": places, "pivots": [[4, 8]]}
    return Product(picture, f"{len(items)} in a row", files, frames, settings.frame_rate, facts)


ROW = Kind("row", "Row", "Side by side.", RowSettings, in_row, (".row", ".line"))


def sprites(folder: Path, count: int = 4, side: int = 8) -> list[Path]:
    """Write square sprites, walk-0.png and so on, each of another color."""
    folder.mkdir(exist_ok=True)
    found = []
    for k in range(count):
        picture = np.zeros((side, side, 4), np.uint8)
        picture[2:-2, 2:-2] = (20 * k, 200, 255 - 20 * k, 255)
        found.append(folder / f"walk-{k}.png")
        Image.fromarray(picture).save(found[-1])
    return found


def room_on(session: Session, qtbot: QtBot) -> ExportPanel:
    """Return the export room on screen, empty."""
    panel = ExportPanel(session)
    qtbot.addWidget(panel)
    panel.resize(1200, 760)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


def at_rest(session: Session, qtbot: QtBot) -> None:
    """Wait until nothing of exports runs any more."""
    qtbot.waitUntil(lambda: not any(session.title(lane) for lane in EXPORT), timeout=LONG)


def laid(
    session: Session, qtbot: QtBot, found: Sequence[Path], kind: str = "row", **asked: Any
) -> ExportPanel:
    """Return the room with pictures, laid out as a kind with settings."""
    panel = room_on(session, qtbot)
    panel.exporting.choose(kind)
    for name, value in asked.items():
        panel.options.form.fields[name].editor.changed.emit(value)
    panel.take(list(found))
    qtbot.waitUntil(lambda: len(panel.exporting.picks) == len(found), timeout=LONG)
    shown(panel, session, qtbot)
    return panel


def shown(panel: ExportPanel, session: Session, qtbot: QtBot) -> None:
    """Wait until what is wished is laid out, or refused."""
    desk = panel.exporting

    def there() -> bool:
        layout = desk.layout_
        fresh = layout is not None and layout.wish.settings == desk.values
        return bool(desk.refused) or bool(fresh and layout and layout.wish.picks == desk.used)

    qtbot.waitUntil(there, timeout=LONG)
    at_rest(session, qtbot)
