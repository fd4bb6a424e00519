"""How fast the window is there, and how fast it is ready to train, beside a bare `import torch`.

    python tests/bench/startup.py [ROUNDS]

Every round starts a bare `python -c "import torch"` (the peer), then the program itself on an
offscreen screen. "first paint" runs from the start of the process to the end of the first paint;
"ready" to the moment from which Train begins at once. Medians are printed; the goals are first
paint <= 0.5 s and ready <= 1.3 x the peer.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAINT_GOAL, READY_GOAL = 0.5, 1.3

PEER = "import torch"
# The program's own way in; only the two moments are written down, and it leaves when it is ready.
OURS = """
import gc, sys, time, json
gc.disable()
from studio.__main__ import no_display, no_library
sys.setswitchinterval(0.001)
no_display(), no_library()
from studio.gui import app, window
from PySide6.QtCore import QEvent, QTimer
told = {}
class Window(window.Window):
    def event(self, event):
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and "paint" not in told:
            told["paint"] = time.time() - START
        return handled
    def _on_busy(self, lane):
        super()._on_busy(lane)
        if self.session.ready and "ready" not in told:
            told["ready"] = time.time() - START
            print(json.dumps(told), flush=True)
            import os; os._exit(0)  # what is still being loaded after that is not measured
app.Window = Window
app.launch()
"""


def clock(code: str, environment: dict[str, str]) -> tuple[float, str]:
    """Run `code` in a fresh interpreter; return its wall seconds and what it printed."""
    began = time.time()
    command = [sys.executable, "-c", code.replace("START", repr(began))]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.time() - began, done.stdout


def main() -> None:
    """Measure and print one line for each figure."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    peer, paint, ready = [], [], []
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": home}
        environment |= {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "PYTHONPATH": str(ROOT)}
        clock(PEER, environment), clock(OURS, environment)  # fills the disk cache for both
        for _ in range(rounds):
            peer.append(clock(PEER, environment)[0])
            told = json.loads(clock(OURS, environment)[1])
            paint.append(told["paint"])
            ready.append(told["ready"])
    middle = statistics.median
    print(f"bare import torch   {middle(peer):6.2f} s   (peer, median of {rounds})")
    print(f"first paint         {middle(paint):6.2f} s   goal {PAINT_GOAL} s")
    ratio = middle([ours / theirs for ours, theirs in zip(ready, peer, strict=True)])
    print(f"ready to train      {middle(ready):6.2f} s   ratio {ratio:.2f}, goal {READY_GOAL}")


if __name__ == "__main__":
    main()
