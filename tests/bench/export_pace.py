"""How soon the export room shows what a moved control does, and how long its window stands still.

    .venv/bin/python -m tests.bench.export_pace FOLDER [--pictures 24] [--moves 15]

For every kind of export a control is moved again and again, each time after the last layout was
shown. Told are the median and the longest time until the next one is on the screen, the processor
time for one, and the longest that the window's thread was busy at once. The window is offscreen.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from studio.core.assets.items import open_items
from studio.core.events import finished
from studio.gui import theme
from studio.gui.panels.export import ExportPanel
from studio.gui.session import Session
from studio.gui.widgets.export_kinds import KINDS

MOVED = {  # a control of each kind, and the values it goes through
    "sheet": ("padding", (1, 2, 3, 4)),
    "tile": ("overlap", (20, 25, 30, 35)),
    "palette": ("colors", (8, 12, 16, 24)),
    "maps": ("depth", (1.0, 2.0, 3.0, 4.0)),
    "stickers": ("outline", (2.0, 3.0, 4.0, 5.0)),
    "video": ("hold", (1, 2, 3, 4)),
    "contact": ("columns", (4, 5, 6, 8)),
}


class Watch:
    """Serves the window's events and notes how long the thread was away at most."""

    def __init__(self, app: QApplication):
        self.app, self.longest = app, 0.0

    def until(self, there: Callable[[], bool], most: float = 120.0) -> float:
        """Serve events until something is there; return the seconds that took."""
        start = time.perf_counter()
        while not there():
            before = time.perf_counter()
            self.app.processEvents()
            self.longest = max(self.longest, time.perf_counter() - before)
            if before - start > most:
                raise TimeoutError
            time.sleep(0.0005)
        return time.perf_counter() - start


def measured(panel: ExportPanel, watch: Watch, kind: str, moves: int) -> str:
    """Move a kind's control and return a row of the table."""
    desk, (name, values) = panel.exporting, MOVED[kind]
    desk.choose(kind)

    def there() -> bool:
        layout = desk.layout_
        return bool(desk.refused) or bool(layout and layout.wish.settings is desk.values)

    watch.until(there)
    watch.longest, times, used = 0.0, [], time.process_time()
    for k in range(moves):
        panel.options.form.fields[name].editor.changed.emit(values[k % len(values)])
        times.append(watch.until(there))
        panel.stage.view.repaint()
    cpu = (time.process_time() - used) / moves
    middle, most = statistics.median(times), max(times)
    row = (1000 * each for each in (middle, most, cpu, watch.longest))
    return (
        f"{kind:10} {' '.join(f'{each:9.0f}' for each in row)}  {desk.refused or panel.said.text()}"
    )


def main() -> None:
    """Measure every kind there is."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--moves", type=int, default=15)
    asked = parser.parse_args()
    app = QApplication([])
    theme.dress(app)
    session, watch = Session(), Watch(app)
    panel = ExportPanel(session)
    theme.cover(panel)
    panel.resize(1352, 870)
    panel.show()
    found = [item.path for item in finished(open_items([asked.folder])) if item.path]
    panel.take(found[: asked.pictures])
    opened = watch.until(lambda: bool(panel.exporting.picks))
    print(f"{len(panel.exporting.picks)} pictures opened in {1000 * opened:.0f} ms")
    print(f"{'ms':10} {'median':>9} {'longest':>9} {'cpu':>9} {'window':>9}")
    for kind in KINDS:
        if kind.id in MOVED:
            print(measured(panel, watch, kind.id, asked.moves), flush=True)
    panel.hide()
    session.close(10)


if __name__ == "__main__":
    main()
