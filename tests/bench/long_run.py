"""A run of a million logged steps and ten thousand grids: how fast it opens, how it scrubs.

    .venv/bin/python -m tests.bench.long_run [LINES] [GRIDS] [--json]

A project with such a run is written, its log as a training writes it: kept in numbers as it grows.
The window, with the engine loaded, opens it: seconds until the curves and the newest grids are
painted, and the longest that the window's thread was busy at a stretch. Then the slider goes
through the recorded steps, a grid of both models and the plot's cursor each frame. `cold` is the
same project without what was kept beside the log, as an older Atelier left it. Seconds are the
wall clock's; `busy` is processor time of the window's thread, which other programs don't disturb.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

LINES, GRIDS = 1_000_000, 10_000
GOALS = {"open": 2.0, "block": 50.0, "fps": 30.0, "p95": 33.0, "grown": 1000.0}
FRAMES = 600  # of the recorded steps, evenly chosen, in order
LOOKS = 60  # different grids
NAMES = ("loss", "judge", "margin", "real", "fake", "overfit", "augment", "rate")


def measure(lines: int = LINES, grids: int = GRIDS) -> dict[str, dict[str, float]]:
    """Return the figures, opened "cold" and "warm"."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), lines, grids)
        return {role: measured(role, folder) for role in ("cold", "warm")}


def measured(role: str, folder: str) -> dict[str, float]:
    """Open and scrub in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.long_run", role, folder]
    environment = os.environ | {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
    if not os.environ.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


def make(folder: Path, lines: int, grids: int) -> Path:
    """Write a project with one run of so many logged steps and grids; return its folder."""
    from studio.core import logparts, project
    from studio.core.project import Plan, RunRecord

    made = project.create(folder / "long.atelier")
    plan = Plan(minutes=100)
    record = RunRecord(
        name="A long run",
        created=time.time(),
        dataset="none",
        family="gan",
        preset="best",
        settings={},
        plan=plan,
    )
    run = made.new_run(record)
    sheets = [sheet(k / LOOKS) for k in range(LOOKS)]
    steps = np.linspace(1, lines, max(1, grids // 2)).astype(int)
    for k, step in enumerate(steps):
        for kind in ("ema", "raw"):
            data = sheets[k * LOOKS // len(steps)]
            (run.samples / f"step-{step:08d}-{kind}.png").write_bytes(data)
    log = run.folder / "log.jsonl"
    with log.open("w") as file:
        for text in story(lines, set(steps.tolist())):
            file.write(text + "\n")
    end = -1
    while (following := logparts.keep_next(log, max(end, 0))) != end:
        end = following
    return made.folder


def story(lines: int, sampled: set[int]):
    """Yield the log's lines."""
    noise = np.random.default_rng(0).standard_normal((lines, len(NAMES)))
    trend = 1 + 2 * np.exp(-np.arange(lines) / max(1, lines / 8))
    yield json.dumps({"event": "started", "step": 0, "pid": 1, "since": 0.0, "changes": {}})
    for k in range(lines):
        step = k + 1
        told = {n: float(v) for n, v in zip(NAMES, (trend[k] + 0.1 * noise[k]), strict=True)}
        line = {"event": "scalars", "step": step, "seconds": round(0.05 * step, 3)}
        yield json.dumps({**line, "values": told})
        for kind in ("ema", "raw") if step in sampled else ():
            file = f"step-{step:08d}-{kind}.png"
            shape = {"file": file, "count": 64, "height": 32, "width": 32}
            yield json.dumps({"event": "samples", "step": step, "kind": kind, **shape})
    yield json.dumps({"event": "ended", "how": "stopped"})


def sheet(progress: float) -> bytes:
    """Return the PNG of a grid of 64 pictures, 32 x 32, as large as grids are: photographs that
    come out of noise.
    """
    import io

    import skimage.data
    from PIL import Image

    from studio.core import pictures

    rng = np.random.default_rng(7)
    photos = [skimage.data.coffee(), skimage.data.chelsea(), skimage.data.astronaut()]
    cells = []
    for k in range(64):
        photo = photos[k % 3]
        y, x = (int(rng.integers(0, side - 96)) for side in photo.shape[:2])
        grain = rng.standard_normal((32, 32, 3)) * 60 * (1 - progress)
        cell = photo[y : y + 96 : 3, x : x + 96 : 3]
        cells.append(np.clip(cell + grain, 0, 255).astype(np.uint8))
    held = io.BytesIO()
    Image.fromarray(pictures.grid(np.stack(cells))).save(held, "PNG")
    return held.getvalue()


def window(folder: Path, cold: bool) -> dict[str, float]:
    """Open the project in the window, then go through its steps."""
    import shutil

    from studio.core import logparts
    from studio.gui.app import prepare
    from studio.gui.garbage import Garbage
    from studio.gui.panels.train import TrainPanel
    from studio.gui.session import Session
    from studio.gui.window import Window

    project = folder / "long.atelier"
    if cold:
        shutil.rmtree(project / "runs" / "001" / logparts.FOLDER)
    sys.setswitchinterval(0.001)
    app = prepare([])
    session = Session()
    shown = Window(session)
    shown.resize(1440, 900)
    shown.show()
    garbage = Garbage()
    session.busy_changed.connect(garbage.settle)
    while not session.ready or session.runner.title("engine"):
        app.processEvents()
        time.sleep(0.01)
    shown.show_page("train")
    panel = shown.pages["train"]
    assert isinstance(panel, TrainPanel)
    before = peak()
    opened = opening(app, session, panel, project)
    frames = scrubbing(app, panel)
    memory = peak()
    session.close(20)
    return {**opened, **frames, "memory": memory, "grown": memory - before}


def peak() -> float:
    """Return the most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def opening(app: Any, session: Any, panel: Any, project: Path) -> dict[str, float]:
    """Open the project; return the seconds until all is on show, and until anything is."""
    start = time.perf_counter()
    stretches, first = [], 0.0
    began = time.thread_time()
    session.open_project(project)
    while panel.view.recording.status != "stopped" or session.runner.title("recall"):
        app.processEvents()
        stretches.append(time.thread_time() - began)
        if not first and panel.view.grids["ema"].count:
            first = time.perf_counter() - start
        time.sleep(0.001)
        began = time.thread_time()
    app.processEvents()  # paint
    stretches.append(time.thread_time() - began)
    whole = time.perf_counter() - start
    for _ in range(100):  # what follows: the curves, redrawn at their pace, and the run list
        began = time.thread_time()
        app.processEvents()
        stretches.append(time.thread_time() - began)
        time.sleep(0.005)
    assert panel.view.plot.view.lines and panel.view.grids["raw"].count
    return {"open": whole, "first": first, "block": 1000 * max(stretches)}


def scrubbing(app: Any, panel: Any) -> dict[str, float]:
    """Move the slider through the steps; return frames a second and ms a frame."""
    slider = panel.view.timeline.slider
    places = np.unique(np.linspace(0, slider.maximum(), FRAMES).astype(int))
    walls, busy = [], []
    slider.setValue(0)
    app.processEvents()
    for place in places[1:]:
        began, worked = time.perf_counter(), time.thread_time()
        slider.setValue(int(place))
        app.processEvents()
        walls.append(time.perf_counter() - began)
        busy.append(time.thread_time() - worked)
    p50, p95, most = 1000 * np.percentile(walls, (50, 95, 100))
    worked = 1000 * np.percentile(busy, (50, 95))
    found = {"fps": 1000 / float(np.mean(walls) * 1000), "p50": p50, "p95": p95, "max": most}
    return {**found, "busy p50": worked[0], "busy p95": worked[1], "frames": len(walls)}


def report(found: dict[str, dict[str, float]]) -> None:
    """Print the figures with their goals."""
    for role, figures in found.items():
        print(f"{role}: opens in {figures['open']:.2f} s (goal {GOALS['open']:.0f}, warm),", end="")
        print(f" newest grid after {figures['first']:.2f} s,", end="")
        print(f" longest block {figures['block']:.0f} ms (goal {GOALS['block']:.0f})")
        print(f"  scrubs at {figures['fps']:.0f} frames/s (goal {GOALS['fps']:.0f}),", end="")
        print(f" p95 {figures['p95']:.1f} ms (goal {GOALS['p95']:.0f}), p50 {figures['p50']:.1f},")
        print(f"  busy p50 {figures['busy p50']:.1f} p95 {figures['busy p95']:.1f} ms,", end="")
        print(f" memory {figures['memory']:.0f} MB with the engine,", end="")
        print(f" {figures['grown']:.0f} MB for the run (goal {GOALS['grown']:.0f})")


if __name__ == "__main__":
    if sys.argv[1:2] in (["cold"], ["warm"]):
        ended = window(Path(sys.argv[2]), sys.argv[1] == "cold")
        print(json.dumps({name: round(float(value), 3) for name, value in ended.items()}))
        sys.stdout.flush()
        os._exit(0)
    amounts = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    figures = measure(*amounts)
    print(json.dumps(figures)) if "--json" in sys.argv else report(figures)
