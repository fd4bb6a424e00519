"""From the click on *Try it now* to the first grids, and from Stop to saved: in the real window.

    .venv/bin/python -m tests.bench.try_it_now [digits|sprites] [SECONDS]

The window is ready when the click comes. The goals: first grid within 10 s, Stop within 2 s. The
grids are in the project that is named at the end; look at the one drawn at 30 s.
"""

import os
import sys
import tempfile
import time

from PySide6.QtCore import QObject, QTimer, Slot

from studio.core.events import Samples


class Watch(QObject):
    """Clicks, writes down when grids come, stops after `seconds`."""

    def __init__(self, app, session, starter: str, seconds: float):
        super().__init__()
        self.app, self.session, self.starter, self.seconds = app, session, starter, seconds
        self.clicked = self.stopped = 0.0
        self.grids: list[float] = []
        self.timer = QTimer(self, interval=20)
        self.timer.timeout.connect(self.look)
        self.timer.start()
        session.events.connect(self.heard)

    @Slot()
    def look(self) -> None:
        """Click when ready, stop when the time is over, leave when the training has ended."""
        now = time.perf_counter()
        if not self.clicked and self.session.ready and not self.session.runner.title("engine"):
            self.clicked = now
            self.session.try_now(self.starter)
        elif self.clicked and not self.stopped and now - self.clicked > self.seconds:
            self.stopped = now
            self.session.stop("train")
        elif self.stopped and not self.session.title("train"):
            self.report(now - self.stopped)

    @Slot(str, list)
    def heard(self, lane: str, events: list) -> None:
        """Note when an averaged grid arrives."""
        for event in events:
            if isinstance(event, Samples) and event.kind == "ema":
                self.grids.append(time.perf_counter() - self.clicked)

    def report(self, stopping: float) -> None:
        """Print what was measured and leave."""
        print("grids, seconds after the click:", [round(t, 1) for t in self.grids])
        print(
            f"first grid {self.grids[0]:.1f} s (goal 10); Stop to saved {stopping:.2f} s (goal 2)"
        )
        print(self.session.project.folder)
        sys.stdout.flush()
        os._exit(0)


def main() -> None:
    """Open the window and watch."""
    starter = sys.argv[1] if len(sys.argv) > 1 else "digits"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 31.0
    folder = tempfile.mkdtemp()
    os.environ |= {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "HOME": folder}
    if not os.environ.get("DISPLAY"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.setswitchinterval(0.001)
    from studio.gui.app import prepare
    from studio.gui.garbage import Garbage
    from studio.gui.session import Session
    from studio.gui.window import Window

    app = prepare([])
    session = Session()
    garbage = Garbage()
    session.busy_changed.connect(garbage.settle)
    window = Window(session)
    window.resize(1440, 900)
    window.show()
    watch = Watch(app, session, starter, seconds)
    app.exec()
    del watch


if __name__ == "__main__":
    main()
