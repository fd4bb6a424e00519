"""Training in the window against headless; and how late the window's loop is meanwhile.

    .venv/bin/python -m tests.bench.window_training [ROUNDS] [SECONDS] [--threads N] [--json]

Both train the same starter sprites in quick look, the same threads and precision, in a process of
their own, plots and grids visible; steps a second are taken by the wall clock between the first
and last values that arrive. Meanwhile a 16 ms timer in the window measures how late it is served,
after a warm-up. `used` is a window whose user scrubs through the grids and changes pages all the
time. Rounds are interleaved; medians are compared. `share` is the processor time of the window's
thread in a second of training, which other programs don't disturb as they do the wall clock. The
window is real (xcb) if DISPLAY is set.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

WARM_UP = 4.0  # seconds of training before anything is measured
PLANNED = 30.0  # minutes: so that no training ends before enough was heard of it
ENOUGH = 20  # times that values were heard, at least, however busy the machine is
GOALS = {"ratio": 0.97, "p99": 16.0, "max": 50.0}
SCRUB, TURN = 50, 1500  # ms between two steps of the slider, between two pages
PAGES = ("train", "explore", "train", "gallery", "train", "library")


def main() -> None:
    """Print peer, ours, ratio, share and lag, for one thread and for all."""
    words = argparse.ArgumentParser()
    words.add_argument("rounds", type=int, nargs="?", default=3)
    words.add_argument("seconds", type=float, nargs="?", default=20.0)
    words.add_argument("--threads", type=int, nargs="*", default=[1, os.cpu_count() or 1])
    words.add_argument("--json", action="store_true")
    asked = words.parse_args()
    found = measure(asked.rounds, asked.seconds, tuple(sorted(set(asked.threads))))
    if asked.json:
        print(json.dumps(found))
        return
    for threads, figures in found.items():
        report(threads, figures)


def measure(rounds: int, seconds: float, threads: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """Return the figures by number of threads."""
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        measured("prepare", folder, 1, 0)
        for count in threads:
            each: dict[str, list[dict[str, Any]]] = {role: [] for role in ROLES}
            for _ in range(rounds):
                for role in ROLES:
                    each[role].append(measured(role, folder, count, seconds))
            found[str(count)] = summary(each)
    return found


def summary(each: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return medians over the rounds: steps a second, their ratio, lag in ms and share."""
    peer, our = (statistics.median(r["steps"] for r in each[n]) for n in ("headless", "window"))
    found: dict[str, Any] = {"headless": peer, "window": our, "ratio": our / peer}
    found["rounds"] = [
        round(o["steps"] / p["steps"], 3)
        for p, o in zip(each["headless"], each["window"], strict=True)
    ]
    for role in ("window", "used"):
        lags = [statistics.median(r["lag"][k] for r in each[role]) for k in range(3)]
        share = statistics.median(r["share"] for r in each[role])
        worst = max(r["lag"][2] for r in each[role])
        found[f"{role} lag"] = dict(zip(("p50", "p99", "max"), lags, strict=True))
        found[f"{role} lag"]["worst"] = worst
        found[f"{role} share"] = share
    return found


def report(threads: str, found: dict[str, Any]) -> None:
    """Print one comparison."""
    print(f"{threads} threads, steps/s: peer (headless) {found['headless']:.2f}", end="")
    print(f"  ours (window) {found['window']:.2f}")
    print(f"  ratio {found['ratio']:.3f} (goal {GOALS['ratio']})  rounds {found['rounds']}")
    for role in ("window", "used"):
        lag = found[f"{role} lag"]
        print(f"  {role}: lag ms p50 {lag['p50']:.2f}  p99 {lag['p99']:.1f}", end="")
        print(f" (goal {GOALS['p99']:.0f})  max {lag['max']:.1f} (goal {GOALS['max']:.0f})", end="")
        share = found[f"{role} share"]
        print(f"  worst {lag['worst']:.1f}  share {1000 * share:.0f} ms/s")


def measured(role: str, folder: str, threads: int, seconds: float) -> dict:
    """Run one role in a process of its own; return what it measured."""
    command = [sys.executable, "-m", __spec__.name, role, folder, str(threads), str(seconds)]
    environment = os.environ | {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
    if not os.environ.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{role} with {threads} threads measured nothing: {done.stderr[-2000:]}")
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


def request(opened, threads: int):
    """Ask for the training both roles do, computed one way only, so that both compute alike."""
    from studio.core import probe
    from studio.core.project import Plan
    from studio.core.request import Numerics, TrainRequest

    probe.candidates = lambda device, request: iter([(threads, Numerics())])
    plan = Plan(minutes=PLANNED, threads=threads)
    return TrainRequest(dataset=opened.datasets()[0].name, plan=plan)


def headless(folder: Path, threads: int, seconds: float) -> dict:
    """Train without a window."""
    from studio.core import project, training
    from studio.core.events import Scalars

    opened = project.open(folder / "bench.atelier")
    heard = Heard(seconds)
    job = training.start(opened, request(opened, threads))
    while not heard.enough:
        event = next(job)
        if isinstance(event, Scalars):
            heard.add(event)
    job.close()
    return {"steps": heard.rate}


class Heard:
    """When values of which step were heard after the warm-up."""

    def __init__(self, seconds: float):
        self.seconds, self.marks, self.newest = seconds, [], 0.0
        self.limit = time.monotonic() + 60 + 5 * (WARM_UP + seconds)

    def add(self, event) -> None:
        """Take what a training tells, a studio.core.events.Scalars."""
        self.newest = event.seconds
        if event.seconds > WARM_UP:
            self.marks.append((time.perf_counter(), event.step))

    @property
    def enough(self) -> bool:
        """Tell whether as many seconds were heard of as asked for; ends the program where the
        machine is too busy for that.
        """
        if time.monotonic() > self.limit:
            print(
                f"heard of {self.newest:.1f} s of training, {len(self.marks)} times after the "
                f"first {WARM_UP:.0f} s; is the machine busy?",
                file=sys.stderr,
            )
            os._exit(1)
        marks = self.marks
        return len(marks) >= ENOUGH and marks[-1][0] - marks[0][0] >= self.seconds

    @property
    def rate(self) -> float:
        """Return steps a second between the first and the last mark."""
        (start, first), (end, last) = self.marks[0], self.marks[-1]
        return (last - first) / (end - start)


def used(folder: Path, threads: int, seconds: float) -> dict:
    """Train in the window while its user scrubs and changes pages."""
    return window(folder, threads, seconds, restless=True)


def window(folder: Path, threads: int, seconds: float, restless: bool = False) -> dict:
    """Train in the window, on show, and time a 16 ms timer meanwhile."""
    from PySide6.QtCore import QObject, Qt, QTimer, Slot

    from studio.core.events import Scalars
    from studio.gui.app import prepare as prepared
    from studio.gui.garbage import Garbage
    from studio.gui.panels.train import TrainPanel
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
            self.heard = Heard(seconds)
            self.lags, self.last, self.asked = [], 0.0, False
            self.seen, self.busy = [], []  # the wall's clock and the thread's
            self.turns = 0
            self.hand = QTimer(self, interval=SCRUB)
            self.hand.timeout.connect(self.scrub)
            self.page = QTimer(self, interval=TURN)
            self.page.timeout.connect(self.turn)
            self.timer = QTimer(self, interval=16, timerType=Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.tick)
            self.timer.start()
            session.events.connect(self.hear)
            session.busy_changed.connect(self.ended)
            session.failed.connect(self.broke)

        @Slot()
        def tick(self):
            now = time.perf_counter()
            if self.heard.marks:
                self.lags.append((now - self.last) * 1000 - 16)
                self.seen.append(now)
                self.busy.append(time.thread_time())
            self.last = now
            if self.heard.enough:
                session.stop("train")
            if session.ready and not self.asked:
                self.asked = True
                session.open_project(folder_of)
                shown.show_page("train")
                session.train(request(session.project, threads))
                if restless:
                    self.hand.start()
                    self.page.start()

        @Slot()
        def scrub(self):
            panel = shown.pages["train"]
            assert isinstance(panel, TrainPanel)
            slider = panel.view.timeline.slider
            end = max(1, slider.maximum())
            slider.setValue((slider.value() + 1) % end)

        @Slot()
        def turn(self):
            shown.show_page(PAGES[self.turns % len(PAGES)])
            self.turns += 1

        @Slot(str, list)
        def hear(self, lane, events):
            for event in events:
                if lane == "train" and isinstance(event, Scalars):
                    self.heard.add(event)

        @Slot(str)
        def ended(self, lane):
            if lane == "train" and self.heard.marks and not session.title("train"):
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
    passed = watch.seen[-1] - watch.seen[0]
    share = (watch.busy[-1] - watch.busy[0]) / passed
    return {"steps": watch.heard.rate, "lag": percentiles, "share": round(share, 4)}


ROLES = {"headless": headless, "window": window, "used": used}

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
