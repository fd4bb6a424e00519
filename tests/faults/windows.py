"""A program of its own that opens the real window and brings it into a state; see SCENES.

`python -m tests.faults.windows SCENE PROJECT` prints `ready` once it is there.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults import house as _offscreen  # noqa: F401 (sets the platform before Qt starts)


def ready() -> None:
    """Tell whoever started this program that the window is as wished."""
    print("ready", flush=True)


def idle(window: Any) -> None:
    """Nothing runs."""
    _when(lambda: window.session.ready, ready)


def loading(window: Any) -> None:
    """The engine is being loaded."""
    ready()


def importing(window: Any) -> None:
    """Pictures are being imported."""
    window.session.import_paths([_pictures(window)], None)
    _when(lambda: bool(window.session.title("import")), ready)


def training(window: Any) -> None:
    """A run is in the middle of its steps."""
    _train(window, ready)


def saving(window: Any) -> None:
    """A checkpoint is being written, slowly."""
    from studio.core import checkpoint

    write = checkpoint.write_synced

    def slowly(path: Path, data: bytes) -> None:
        ready()
        time.sleep(0.3)
        write(path, data)

    checkpoint.write_synced = slowly
    _train(window, lambda: None)


def asking(window: Any) -> None:
    """A modal dialog with its own loop is open."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QMessageBox

    QTimer.singleShot(300, ready)
    QMessageBox.question(window, "A question", "Which waits for an answer?")


def leaving(window: Any) -> None:
    """A run trains and the user is asked whether to stop it."""
    from PySide6.QtCore import QTimer

    def close() -> None:
        QTimer.singleShot(300, ready)
        window.close()

    _train(window, close)


def sampling(window: Any) -> None:
    """The explorer draws."""
    session = window.session

    def explore() -> None:
        session.explore(session.project.run())
        _when(lambda: session.opened is not None, draw)

    def draw() -> None:
        session.lay_out("", lambda found: [found.seed(k) for k in range(512)])
        ready()

    _when(lambda: session.ready, explore)


SCENES: dict[str, Callable[[Any], None]] = {
    scene.__name__: scene
    for scene in (idle, loading, importing, training, saving, asking, leaving, sampling)
}


def _pictures(window: Any) -> Path:
    import numpy as np
    from PIL import Image

    folder = Path(window.session.project.folder).parent / "pictures"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    for k in range(400):
        Image.fromarray(rng.integers(0, 255, (96, 96, 3), dtype=np.uint8)).save(folder / f"{k}.png")
    return folder


def _train(window: Any, then: Callable[[], None]) -> None:
    from studio.core.events import Scalars
    from tests.core import toys

    session, begun = window.session, []

    def told(lane: str, events: list[Any]) -> None:
        if lane == "train" and not begun and any(isinstance(e, Scalars) for e in events):
            begun.append(lane)
            then()

    session.events.connect(told)
    request = toys.request("vae", 0, minutes=30)
    _when(lambda: session.ready, lambda: session.train(request))


def _when(true: Callable[[], bool], then: Callable[[], None]) -> None:
    from PySide6.QtCore import QTimer

    if true():
        then()
    else:
        QTimer.singleShot(20, lambda: _when(true, then))


def main(scene: str, project: Path) -> int:
    """Open the window on the project, in a scene; return the program's exit code."""
    from PySide6.QtCore import QTimer

    from studio.gui import app
    from studio.gui.window import Window

    after = Window._after_first_paint

    def drive(self: Any) -> None:
        if scene == "asking":  # which needs no engine
            self.session.warm_up = lambda *_: None
        after(self)
        QTimer.singleShot(0, lambda: SCENES[scene](self))

    Window._after_first_paint = drive
    return app.launch(project)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
