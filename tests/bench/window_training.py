"""Training in the window against headless; and how late the window's loop is meanwhile.

    .venv/bin/python -m tests.bench.window_training [ROUNDS] [SECONDS]

Both train the same starter sprites in quick look, the same threads and precision, in a process of
their own, plots and grids visible; steps a second are taken by the wall clock between the first
and last values that arrive. Meanwhile a 16 ms timer in the window measures how late it is served,
after a warm-up. Rounds are interleaved; medians are compared. The window is real (xcb) if DISPLAY
is set.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

WARM_UP = 4.0  # seconds of training before anything is measured


def main() -> None:
    """Print peer, ours, ratio and lag, for one thread and for all."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    with tempfile.TemporaryDirectory() as folder:
        measured("prepare", folder, 1, 0)
        for threads in sorted({1, os.cpu_count() or 1}):
            peers, ours, lags = [], [], []
            for _ in range(rounds):
                peers.append(measured("headless", folder, threads, seconds)["steps"])
                result = measured("window", folder, threads, seconds)
                ours.append(result["steps"])
                lags.append(result["lag"])
            report(threads, peers, ours, lags)


def report(threads: int, peers: list[float], ours: list[float], lags: list[list[float]]) -> None:
    """Print one comparison."""
    peer, our = statistics.median(peers), statistics.median(ours)
    p50, p99, most = (statistics.median(lag[k] for lag in lags) for k in range(3))
    each = [f"{p:.1f}/{o:.1f}" for p, o in zip(peers, ours, strict=True)]
    print(f"{threads} threads, steps/s: peer (headless) {peer:.2f}  ours (window) {our:.2f}", each)
    print(f"  ratio {our / peer:.3f} (goal 0.97)")
    print(f"  lag ms: p50 {p50:.2f}  p99 {p99:.1f} (goal 16)  max {most:.1f} (goal 50)", lags)


def measured(role: str, folder: str, threads: int, seconds: float) -> dict:
    """Run one role in a process of its own; return what it measured."""
    command = [sys.executable, "-m", __spec__.name, role, folder, str(threads), str(seconds)]
    environment = os.environ | {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
    if not os.environ.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


def prepare(folder: Path) -> dict:
    """Make the project with the sprites."""
    from studio.core import project
    from studio.core.data.import_settings import ImportSettings
    from studio.core.data.importing import accept, draft

    made = project.create(folder / "bench.atelier")
    job = draft("starter:sprites", ImportSettings(), made.folder / "datasets")
    while True:
        try:
            next(job)
        except StopIteration as stop:
            accept(stop.value)
            return {}


def request(opened, threads: int, seconds: float):
    """Ask for the training both roles do, computed one way only, so that both compute alike."""
    from studio.core import probe
    from studio.core.project import Plan
    from studio.core.request import Numerics, TrainRequest

    probe.candidates = lambda device, request: iter([(threads, Numerics())])
    plan = Plan(minutes=(seconds + WARM_UP) / 60, threads=threads)
    return TrainRequest(dataset=opened.datasets()[0].name, plan=plan)


def headless(folder: Path, threads: int, seconds: float) -> dict:
    """Train without a window."""
    from studio.core import project, training
    from studio.core.events import Scalars

    opened = project.open(folder / "bench.atelier")
    marks = []
    for event in training.start(opened, request(opened, threads, seconds)):
        if isinstance(event, Scalars) and event.seconds > WARM_UP:
            marks.append((time.perf_counter(), event.step))
    return {"steps": rate(marks)}


def window(folder: Path, threads: int, seconds: float) -> dict:
    """Train in the window, on show, and time a 16 ms timer meanwhile."""
    from PySide6.QtCore import QObject, Qt, QTimer, Slot

    from studio.core.events import Scalars
    from studio.gui.app import prepare as prepared
    from studio.gui.garbage import Garbage
    from studio.gui.session import Session
    from studio.gui.window import Window

    sys.setswitchinterval(0.001)
    app = prepared([])
    session = Session()
    shown = Window(session)
    shown.resize(1440, 900)
    shown.show()
    garbage = Garbage()
    session.busy_changed.connect(garbage.settle)
    folder_of = folder / "bench.atelier"

    class Watch(QObject):
        def __init__(self):
            super().__init__()
            self.marks, self.lags, self.last, self.asked = [], [], 0.0, False
            self.timer = QTimer(self, interval=16, timerType=Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.tick)
            self.timer.start()
            session.events.connect(self.heard)
            session.done.connect(self.ended)
            session.failed.connect(self.broke)

        @Slot()
        def tick(self):
            now = time.perf_counter()
            if self.marks:
                self.lags.append((now - self.last) * 1000 - 16)
            self.last = now
            if session.ready and not self.asked:
                self.asked = True
                session.open_project(folder_of)
                shown.show_page("train")
                session.train(request(session.project, threads, seconds))

        @Slot(str, list)
        def heard(self, lane, events):
            for event in events:
                if lane == "train" and isinstance(event, Scalars) and event.seconds > WARM_UP:
                    self.marks.append((time.perf_counter(), event.step))

        @Slot(str, object)
        def ended(self, lane, result):
            if lane == "train":
                app.quit()

        @Slot(str, str)
        def broke(self, lane, sentence):
            print(lane, sentence, file=sys.stderr)
            os._exit(1)

    watch = Watch()
    app.exec()
    session.close(20)
    lag = np.array(watch.lags[1:])
    percentiles = [round(float(v), 2) for v in np.percentile(lag, (50, 99, 100))]
    return {"steps": rate(watch.marks), "lag": percentiles}


def rate(marks: list[tuple[float, int]]) -> float:
    """Return steps a second between the first and the last mark."""
    (start, first), (end, last) = marks[0], marks[-1]
    return (last - first) / (end - start)


ROLES = {"headless": headless, "window": window}

if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "prepare":
        print(json.dumps(prepare(Path(sys.argv[2]))))
    elif len(sys.argv) == 5 and sys.argv[1] in ROLES:
        threads, seconds = int(sys.argv[3]), float(sys.argv[4])
        print(json.dumps(ROLES[sys.argv[1]](Path(sys.argv[2]), threads, seconds)))
        sys.stdout.flush()
        os._exit(0)
    else:
        main()
