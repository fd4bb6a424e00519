"""The Gallery workspace on screen with a handful of pictures."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot
from repair_scene import LONG

from studio import paths
from studio.core.gallery.keeping import keep
from studio.core.provenance.record import Record
from studio.gui.galleries import GALLERY
from studio.gui.panels.gallery import GalleryPanel
from studio.gui.session import Session

COLORS = (
    (220, 40, 30),
    (30, 160, 60),
    (40, 70, 220),
    (230, 200, 40),
    (120, 120, 120),
    (20, 20, 20),
)


def kept(count: int = 6, folder: Path | None = None) -> list[Path]:
    """Keep pictures of one color each, red, green, blue … in the user's own gallery."""
    found = []
    for k in range(count):
        pixels = np.full((16, 16, 3), COLORS[k % len(COLORS)], np.uint8)
        record = Record(
            workspace="style" if k % 2 else "explore",
            title=f"picture {k}",
            family="" if k % 2 else "vae",
            run=0 if k % 2 else 1,
            settings={"method": "oil", "seed": k} if k % 2 else {},
            created=1_760_000_000 + k,
        )
        found.append(keep(folder or paths.gallery(), pixels, record, f"p{k}"))
    return found


def at_rest(session: Session, qtbot: QtBot) -> None:
    """Wait until nothing of the gallery runs any more."""
    qtbot.wait(60)
    qtbot.waitUntil(lambda: not any(session.title(lane) for lane in GALLERY), timeout=LONG)


def panel_on(session: Session, qtbot: QtBot) -> GalleryPanel:
    """Return the Gallery workspace on screen, open."""
    panel = GalleryPanel(session)
    qtbot.addWidget(panel)
    panel.resize(1100, 760)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    qtbot.waitUntil(lambda: panel.hanging.hung is not None, timeout=LONG)
    at_rest(session, qtbot)
    panel.wall.setFocus()
    return panel


def names(panel: GalleryPanel) -> list[str]:
    """Return the names of what hangs on the wall, without their numbers."""
    found = (panel.wall.store.get(int(id)) for id in panel.wall.choice.ids)
    return [hung.entry.name.split("-")[0] for hung in found if hung is not None]  # type: ignore[attr-defined]  # an Entry


def searched(panel: GalleryPanel, qtbot: QtBot, words: str) -> list[str]:
    """Type words into the search box, and return what hangs there then."""
    panel.search.box.setText(words)
    qtbot.waitUntil(lambda: panel.hanging.hung == panel.search.words, timeout=LONG)
    at_rest(panel.session, qtbot)
    return names(panel)
