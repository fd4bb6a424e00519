"""Scroll the Gallery workspace over a large gallery: how long each real paint takes.

    .venv/bin/python -m tests.bench.gallery_page FOLDER [--frames 400] [--side 128]

FOLDER is a gallery (tests/bench/gallery.py makes one of 50,000 files). The real workspace is
opened offscreen at 1440 × 900. A frame is: the wall is scrolled, all events that wait are served
(thumbnails that have arrived are put on the wall), and what changed is painted; frames follow each
other every 16 ms. Beside the frames it tells how long a page takes to be filled after it was jumped
to, the longest time that the window's thread was held up at all, and how much memory was taken.
"""

import argparse
import os
import resource
import statistics
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer

from studio.gui.app import prepare
from studio.gui.panels.gallery import GalleryPanel
from studio.gui.session import Session

FRAME = 0.016  # seconds
PATIENCE = 120.0  # seconds
GESTURES = {"slow wheel": 40, "fast wheel": 240, "flung": 1200, "bar dragged": 40_000}


class Elsewhere(Session):
    """A session whose gallery is a given folder."""

    folder = Path()

    @property
    def gallery_folder(self) -> Path:
        return self.folder


class Pauses:
    """The longest time between two rounds of the event loop."""

    def __init__(self) -> None:
        self.worst, self.last = 0.0, time.perf_counter()
        self.timer = QTimer(interval=0)
        self.timer.timeout.connect(self.tick)

    def tick(self) -> None:
        """Take note of the time since the last round."""
        now = time.perf_counter()
        self.worst, self.last = max(self.worst, now - self.last), now


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--side", type=int, default=128)
    asked = parser.parse_args()
    app = prepare(["gallery_page"])
    session = Elsewhere()
    session.folder = asked.folder
    panel = GalleryPanel(session)
    panel.resize(1352, 860)
    panel.wall.set_side(asked.side)
    began = time.perf_counter()
    panel.show()
    wait(app, lambda: panel.hanging.hung is not None)
    wait(app, lambda: filled(panel))
    print(f"{len(panel.wall.choice.ids):,} pictures on the wall after", end=" ")
    print(f"{time.perf_counter() - began:.2f} s, {panel.wall.layout_.columns} in a row")
    for name, step in GESTURES.items():
        scroll(app, panel, name, step, asked.frames)
    jumps(app, panel)
    held(app, panel)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at most {peak:.0f} MB; {len(panel.wall.store)} thumbnails", end=" ")
    print(f"in {panel.wall.store.used / 2**20:.0f} MB")
    assert session.close(10)


def wait(app, done) -> None:
    """Serve events until something is so."""
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.001)


def filled(panel: GalleryPanel) -> bool:
    """Tell whether every picture in sight has arrived."""
    wall = panel.wall
    plan = wall.layout_
    seen = plan.seen(wall.top, wall.top + plan.high)
    return bool(seen) and all(int(wall.choice.ids[k]) in wall.store for k in seen)


def scroll(app, panel: GalleryPanel, name: str, step: int, frames: int) -> None:
    """Scroll by so many pixels a frame, back and forth at the ends."""
    bar = panel.wall.verticalScrollBar()
    bar.setValue(0)
    wait(app, lambda: filled(panel))
    wall, cpu, blank = [], [], 0
    for _ in range(frames):
        if not 0 <= bar.value() + step <= bar.maximum():
            step = -step
        start, busy = time.perf_counter(), time.thread_time()
        bar.setValue(bar.value() + step)
        app.processEvents()
        wall.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.thread_time() - busy))
        blank += not filled(panel)
        time.sleep(max(0.0, FRAME - (time.perf_counter() - start)))
    told = "  ".join(f"{word} {spread(each)}" for word, each in (("wall", wall), ("cpu", cpu)))
    print(f"{name:12} {step:6} px: {told}; {100 * blank / frames:.0f} % with a gray cell")


def spread(times: list[float]) -> str:
    """Return the middle, the 95th percentile and the longest of times in ms."""
    ordered = sorted(times)
    last = ordered[int(0.95 * len(ordered))]
    return f"p50 {statistics.median(times):5.2f} p95 {last:5.2f} max {ordered[-1]:6.2f} ms"


def jumps(app, panel: GalleryPanel) -> None:
    """Tell how long a page takes until all of it is there, at places never seen."""
    bar, times = panel.wall.verticalScrollBar(), []
    for k in range(40):
        start = time.perf_counter()
        bar.setValue((k * 7919 * 131) % max(1, bar.maximum()))
        wait(app, lambda: filled(panel))
        times.append(1000 * (time.perf_counter() - start))
    print(f"a page jumped to is whole after {spread(times)}")


def held(app, panel: GalleryPanel) -> None:
    """Tell the longest time that the window is held up while one searches and chooses all."""
    pauses = Pauses()
    pauses.timer.start()
    acts = {
        "a word": lambda: panel.search.box.setText("boss"),
        "all": panel.search.clear,
        "a color": lambda: panel.search.add("#c05020"),
        "all again": panel.search.clear,
        "starred": lambda: panel.sidebar.chosen.emit("star", False),
        "and all": panel.search.clear,
        "choose all": panel.wall.choose_all,
        "to the end": lambda: panel.wall.go(len(panel.wall.choice.ids) - 1),
        "leave": panel.hide,
        "come back": panel.show,
    }
    worst = 0.0
    for name, act in acts.items():
        pauses.worst, pauses.last = 0.0, time.perf_counter()
        act()
        end = time.monotonic() + 0.6
        wait(app, lambda end=end: time.monotonic() > end)
        print(f"  {name}: held up {1000 * pauses.worst:.1f} ms at most")
        worst = max(worst, pauses.worst)
    pauses.timer.stop()
    print(f"the window was held up {1000 * worst:.1f} ms at most")


if __name__ == "__main__":
    main()
