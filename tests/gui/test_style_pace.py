"""How soon a look follows a slider, in seconds of this process's CPU, as others may use it too."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from repair_scene import LONG, session_here
from skimage import data
from style_scene import panel_on, styled

from studio.gui.panels.style import StylePanel
from studio.gui.session import Session

TRIES = 5


@pytest.fixture
def session() -> Iterator[Session]:
    with session_here() as made:
        yield made


def slid(panel: StylePanel, qtbot: QtBot, field: str) -> float:
    """Return the median seconds from a slider's move until something of it is painted."""
    editor, desk, taken = panel.options.form.fields[field].editor, panel.proofs, []
    for number in range(TRIES):
        qtbot.waitUntil(lambda: desk._at_work is None, timeout=LONG)
        begun = time.process_time()
        editor.slider.setValue(40 + 25 * number)  # type: ignore[attr-defined]  # a number between bounds

        def shown() -> bool:
            proof = desk.slots[0].proof
            return proof is not None and proof.wish == desk.wish()

        qtbot.waitUntil(shown, timeout=LONG)
        panel.canvas.repaint()
        taken.append(time.process_time() - begun)
    return median(taken)


@pytest.mark.parametrize(
    ("method", "field", "most"),
    [("ink", "detail", 0.3), ("oil", "brush", 0.3), ("colors", "strength", 0.3)],
)
def test_a_look_follows_the_slider(
    session: Session, qtbot: QtBot, tmp_path: Path, method: str, field: str, most: float
) -> None:
    Image.fromarray(data.coffee()).save(tmp_path / "coffee.png")
    Image.fromarray(data.rocket()).save(tmp_path / "rocket.png")
    panel = panel_on(session, qtbot)
    panel.setups.choose(method)
    if method == "colors":
        styled(session, qtbot, panel, tmp_path / "rocket.png")
    panel.take([tmp_path / "coffee.png"])
    qtbot.waitUntil(lambda: panel.proofs.slots[0].proof is not None, timeout=LONG)
    assert slid(panel, qtbot, field) < most
    qtbot.waitUntil(lambda: panel.proofs._at_work is None, timeout=LONG)


def test_the_window_stays_awake_while_a_slider_is_dragged(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    Image.fromarray(data.coffee()).save(tmp_path / "coffee.png")
    panel = panel_on(session, qtbot)
    panel.setups.choose("ink")
    panel.take([tmp_path / "coffee.png"])
    qtbot.waitUntil(lambda: panel.proofs.slots[0].proof is not None, timeout=LONG)
    editor, shown, seen = panel.options.form.fields["detail"].editor, [], 0
    panel.proofs.looked.connect(lambda: shown.append(panel.proofs.slots[0].proof))
    for notch in range(0, 200, 4):
        editor.slider.setValue(notch)  # type: ignore[attr-defined]  # a number between bounds
        qtbot.wait(16)
        seen = len({id(proof) for proof in shown})
    assert seen > 3, "looks are shown while it moves, not only at its end"
    qtbot.waitUntil(lambda: panel.proofs._at_work is None, timeout=LONG)
    proof = panel.proofs.slots[0].proof
    assert proof is not None and proof.wish == panel.proofs.wish(), "and the last wish wins"
