"""From the mouse to the painted picture in the real window, beside the bare forward pass.

    .venv/bin/python -m tests.bench.explore_latency PROJECT [--run N] [--moves 300]
                                                    [--training STEPS]

Opens the window offscreen on a copy of PROJECT, drags over the live picture (one move event every
8 ms, as a mouse sends them), and measures for each picture shown how long ago the newest move it
answers was made: the time from the event to the end of the paint. Beside it the bare forward pass
of the same model, in the same process and thread count, before and after. --training trains a run
of the same kind for STEPS steps twice in the window, computed alike, first undisturbed, then
dragging all the time, and tells whether both models are bit-identical and how much longer the
second took.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from studio.core.request import Forecast, Numerics, TrainRequest

EVERY = 8  # ms between two moves
PATIENCE = 600.0  # seconds


class Drag:
    """Moves the mouse over the canvas and notes when what it asked for is painted."""

    def __init__(self, panel, moves: int):
        self.panel, self.left = panel, moves
        self.asked: dict[int, float] = {}  # the place asked for, by identity, and when
        self.latencies: list[float] = []
        self.shown = 0
        self.begun = time.perf_counter()
        panel.canvas.painted.connect(self.on_painted)
        panel.stand.viewed.connect(self.on_viewed)
        self.pending: float | None = None
        look = panel.session.look

        def noted(find, draft):
            now = time.perf_counter()

            def timed(explorer):
                place = find(explorer)
                self.asked[id(place.latent)] = now
                self.keep.append(place.latent)  # or an id could come twice
                return place

            look(timed, draft)

        self.keep: list = []
        panel.session.look = noted
        self.timer = QTimer(interval=EVERY)
        self.timer.timeout.connect(self.move)
        self.send(QEvent.Type.MouseButtonPress, 0.0)
        self.timer.start()

    def send(self, kind, t: float) -> None:
        """Send one mouse event, on a curve through the canvas."""
        canvas = self.panel.canvas
        at = QPointF(canvas.width() * (0.3 + 0.4 * t), canvas.height() * (0.4 + 0.2 * t))
        button = Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, at, button, button, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(canvas, event)

    def move(self) -> None:
        """Send the next move, and at last the release."""
        self.left -= 1
        if self.left <= 0:
            self.timer.stop()
            self.seconds = time.perf_counter() - self.begun
            self.panel.session.look = type(self.panel.session).look.__get__(self.panel.session)
            self.send(QEvent.Type.MouseButtonRelease, 1.0)
            return
        self.send(QEvent.Type.MouseMove, (self.left % 100) / 100)

    def on_viewed(self, view) -> None:
        """Remember when the picture that is shown next was asked for."""
        self.pending = self.asked.get(id(view.place.latent))

    def on_painted(self) -> None:
        """Count the time from the move to the end of this paint."""
        if self.pending is not None:
            self.latencies.append(1000 * (time.perf_counter() - self.pending))
            self.pending, self.shown = None, self.shown + 1


def bare(explorer, rounds: int, draft: bool) -> list[float]:
    """Return ms of each of `rounds` forward passes to a picture."""
    place, found = explorer.seed(0), []
    for _ in range(rounds):
        begun = time.perf_counter()
        explorer.pictures([place], draft)
        found.append(1000 * (time.perf_counter() - begun))
    return found


def wait(app, ready) -> None:
    """Serve events until `ready()`."""
    until = time.monotonic() + PATIENCE
    ticking = QTimer(interval=50)  # or a wait without events would never end
    ticking.start()
    while not ready():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.monotonic() > until:
            raise SystemExit("the window did not get there in time")


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[int(0.95 * (len(values) - 1))]


def main() -> None:
    """Print one line for the window, one for the bare pass, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("--run", type=int)
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--training", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            os.environ[name] = place
        copy = Path(shutil.copytree(asked.project, Path(place) / "copy.atelier"))
        measure(copy, asked)


def measure(folder: Path, asked) -> None:
    """Open the window on `folder` and drag."""
    from studio.gui import theme
    from studio.gui.session import Session
    from studio.gui.window import Window

    sys.setswitchinterval(0.001)  # as the program does
    app = QApplication([])
    theme.dress(app)
    session = Session()
    window = Window(session)
    window.resize(1440, 900)
    window.show()
    wait(app, lambda: session.ready)
    session.open_project(folder)
    wait(app, lambda: window.stack.currentWidget() is not window.welcome)
    panel = explored(app, window, session, asked)
    explorer = session.opened.explorer
    if asked.training:
        undisturbed = train(app, window, session, asked.training)
        disturbed = train(app, window, session, asked.training, panel)
        drag, plain = disturbed.drag, []
    else:
        plain = bare(explorer, 35, explorer.drafts)[5:]
        drag = dragged(app, panel, asked.moves)
    told(session, drag, plain + bare(explorer, 30, explorer.drafts))
    if asked.training:
        same = undisturbed.digest == disturbed.digest
        print(
            f"training of {asked.training} steps: {undisturbed.seconds:.1f} s undisturbed,"
            f" {disturbed.seconds:.1f} s while dragging,"
            f" {'bit-identical' if same else 'DIFFERENT'} models"
        )
    wait(app, lambda: not session.title("draw"))
    session.close(20)
    window.close()


def explored(app, window, session, asked):
    """Open the run in Explore; return the panel."""
    window.show_page("explore")
    panel = window.pages["explore"]
    wait(app, lambda: panel.stand.picture is not None)
    if asked.run and session.opened.run.number != asked.run:
        session.explore(panel.runs[asked.run])
        wait(app, lambda: session.opened.run.number == asked.run)
        wait(app, lambda: panel.stand.picture is not None)
    wait(app, lambda: not session.title("forecast"))
    return panel


def dragged(app, panel, moves: int) -> Drag:
    """Drag for so many moves."""
    drag = Drag(panel, moves)
    wait(app, lambda: drag.left <= 0)
    return drag


class Trained(NamedTuple):
    """What came of a training: the averaged weights' hash, seconds of training, the drag."""

    digest: str
    seconds: float
    drag: Drag | None


def train(app, window, session, steps: int, panel=None) -> Trained:
    """Train for `steps`; drag all the time where there is a `panel` to drag on."""
    from studio.core import checkpoint
    from studio.core.explore.explorer import digest

    record, drag = session.opened.run.record, None
    request = TrainRequest(
        dataset=record.dataset,
        family=record.family,
        preset=record.preset,
        settings=record.settings,
        plan=record.plan.updated({"steps": steps}),
    )
    known = Forecast(steps, 1.0, 0.1, 0, 0, "CPU", Numerics(), threads=1)
    session._measured = (request, known)  # both are computed alike, whatever a probe would find
    session.train(request)
    wait(app, lambda: session.title("train") and session.project.runs()[-1].history().step > 0)
    window.show_page("explore")
    if panel is not None:
        drag = Drag(panel, 10**9)
    wait(app, lambda: not session.title("train"))
    if drag is not None:
        drag.left = 1
        wait(app, lambda: drag.left <= 0)
    run = session.project.runs()[-1]
    tensors = checkpoint.newest(run.checkpoints)[1]
    return Trained(digest(tensors), run.history().seconds, drag)


def told(session, drag: Drag, plain: list[float]) -> None:
    """Print what was measured."""
    explorer = session.opened.explorer
    draft = explorer.drafts
    middle, size = statistics.median(drag.latencies), explorer.size
    print(
        f"run {explorer.run}, {explorer.family.title}{', draft' * draft},"
        f" {size.width}x{size.height}: {drag.shown} of {len(drag.keep)} moves shown"
        f" in {drag.seconds:.1f} s"
    )
    print(f"mouse to paint  median {middle:.1f} ms  p95 {p95(drag.latencies):.1f} ms")
    print(f"bare forward    median {statistics.median(plain):.1f} ms  p95 {p95(plain):.1f} ms")
    print(f"ratio of medians {middle / statistics.median(plain):.2f}")


if __name__ == "__main__":
    main()
