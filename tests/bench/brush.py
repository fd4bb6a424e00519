"""How long the canvas takes from a pen's move to the paint on the screen, and what undo keeps.

    OMP_NUM_THREADS=1 .venv/bin/python -m tests.bench.brush [SIDE ...]

The real widget at 1400x900, offscreen, on pictures of 4096x4096 and 8192x8192; a stroke of 60
moves for each radius, hardness and zoom. Milliseconds of the process's own CPU time from the event
until everything is painted (wall time beside it). Goals: p95 of 8 ms at 4096, 16 ms at 8192; 200
strokes in 200 MB, undone and done again to the bit. Blocked: the longest the window stood still.
"""

import hashlib
import math
import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from studio.core.painting.painting import Painting
from studio.core.painting.preview import Preview, prepare
from studio.gui.widgets.canvas import Canvas

GOALS = {4096: 8.0, 8192: 16.0}
RADII, ZOOMS, HARDNESS = (8, 64, 256), (0.0, 1.0, 4.0), (1.0, 0.5)
MOVES = 60
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
KINDS = {
    "press": QEvent.Type.MouseButtonPress,
    "move": QEvent.Type.MouseMove,
    "lift": QEvent.Type.MouseButtonRelease,
}


def photograph(side: int, channels: int = 3, depth: type = np.uint8) -> np.ndarray:
    """Return a picture [side, side, channels] with something in it."""
    rng = np.random.default_rng(0)
    tile = rng.integers(0, np.iinfo(depth).max, (512, 512, channels), dtype=depth)
    return np.ascontiguousarray(np.tile(tile, (side // 512, side // 512, 1)))


def send(canvas: Canvas, kind: str, x: float, y: float) -> tuple[float, float]:
    """Send a mouse event, paint what it asks for; return CPU and wall milliseconds of both."""
    button = NONE if kind == "move" else LEFT
    held = NONE if kind == "lift" else LEFT
    at, keys = QPointF(x, y), Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(KINDS[kind], at, canvas.mapToGlobal(at), button, held, keys)
    cpu, wall = time.process_time(), time.perf_counter()
    QApplication.sendEvent(canvas, event)
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)


def stroke(canvas: Canvas, seed: int) -> list[tuple[str, float, float]]:
    """Draw a wavy stroke across the widget; return what each event took."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(200, 500), rng.uniform(200, 700)
    found = [("press", *send(canvas, "press", x, y))]
    for k in range(MOVES):
        x = min(x + rng.uniform(8, 18), 1390)
        y = min(max(y + 14 * math.sin(k / 5 + seed), 10), 890)
        found.append(("move", *send(canvas, "move", x, y)))
    return [*found, ("lift", *send(canvas, "lift", x, y))]


def built(pixels: np.ndarray) -> tuple[Preview, float]:
    """Return the preview and how long the longest pull for it took, in ms."""
    job, longest = prepare(pixels), 0.0
    while True:
        begun = time.process_time()
        try:
            next(job)
        except StopIteration as ended:
            return ended.value, longest
        finally:
            longest = max(longest, 1000 * (time.process_time() - begun))


def blocked(name: str, work: object) -> None:
    """Print how long the window stands still for `work()` and painting what comes of it."""
    begun = time.process_time()
    work()  # type: ignore[operator]  # a bound method without arguments
    QApplication.processEvents()
    print(f"    {name:34}{1000 * (time.process_time() - begun):8.1f} ms")


def pace(canvas: Canvas, side: int) -> None:
    """Print a line for each zoom, radius and hardness."""
    print(
        f"{'zoom':>6}{'radius':>8}{'hard':>6}{'p50':>8}{'p95':>8}{'most':>8}{'p95 wall':>10}"
        f"{'lift':>8}"
    )
    worst = 0.0
    for zoom in ZOOMS:
        canvas.zoom(zoom) if zoom else canvas.fit()
        for radius in RADII:
            for hardness in HARDNESS:
                canvas.set_brush(2 * radius, hardness)
                QApplication.processEvents()
                stroke(canvas, 99)
                timed = [each for seed in range(3) for each in stroke(canvas, seed)]
                cpu = sorted(each[1] for each in timed if each[0] != "lift")
                wall = sorted(each[2] for each in timed if each[0] != "lift")
                lift = max(each[1] for each in timed if each[0] == "lift")
                late = cpu[int(0.95 * (len(cpu) - 1))]
                worst = max(worst, late)
                print(
                    f"{zoom or 'fit':>6}{radius:8}{hardness:6}"
                    f"{cpu[len(cpu) // 2]:8.2f}{late:8.2f}{cpu[-1]:8.2f}"
                    f"{wall[int(0.95 * (len(wall) - 1))]:10.2f}{lift:8.2f}"
                )
    goal = GOALS.get(side, 16.0)
    print(f"worst p95 {worst:.2f} ms, goal {goal:.0f}: {'met' if worst <= goal else 'missed'}")


def undoing(canvas: Canvas, painting: Painting) -> None:
    """Draw 200 strokes, undo and redo them all, and print what that took and kept."""
    canvas.fit()
    while painting.position:
        canvas.undo()
    painting.edits.clear()
    start = hashlib.sha256(painting.mask).digest()
    for k in range(200):
        canvas.set_brush(2 * RADII[k % 3], HARDNESS[k % 2])
        canvas.set_tool("eraser" if k % 4 == 3 else "brush")
        stroke(canvas, k)
    end, kept = hashlib.sha256(painting.mask).digest(), sum(e.size for e in painting.edits)
    count, times = len(painting.edits), []
    for step in (canvas.undo, canvas.redo):
        for _ in range(count):
            begun = time.process_time()
            step()
            QApplication.processEvents()
            times.append(1000 * (time.process_time() - begun))
        wanted = start if step == canvas.undo else end
        same = hashlib.sha256(painting.mask).digest() == wanted
        print(f"{step.__name__}: {'bit-exact' if same else 'NOT THE SAME'}")
    times.sort()
    print(
        f"{count} strokes keep {kept / 1e6:.2f} MB; a step p50 {times[len(times) // 2]:.1f} ms, "
        f"p95 {times[int(0.95 * len(times))]:.1f}, most {times[-1]:.1f}"
    )


def main(sides: list[int]) -> None:
    """Print all of it for each size."""
    app = QApplication.instance() or QApplication([])
    for side in sides:
        pixels = photograph(side)
        preview, longest = built(pixels)
        print(f"\n{side}x{side}, preview in pulls of at most {longest:.0f} ms")
        canvas, painting = Canvas(), Painting(pixels)
        canvas.resize(1400, 900)
        canvas.show()
        blocked("show_painting", lambda c=canvas, p=painting, v=preview: c.show_painting(p, v))
        pace(canvas, side)
        undoing(canvas, painting)
        for zoom in (0.3, 0.7, 1.0, 1.5, 4.0):
            blocked(f"zoom to {zoom:g}", lambda c=canvas, z=zoom: c.zoom(z))
        canvas.close()
    del app


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or list(GOALS))
