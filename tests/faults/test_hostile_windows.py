"""Hurt and strange projects in the window: each opens, or a sentence says why not; all is text."""

import logging
import random
from pathlib import Path

import pytest

from tests.faults import hostile_project
from tests.faults.canary import Trial, watched
from tests.faults.hostile_clicks import clicks
from tests.faults.hostile_window import NAMES, Shown, renamed
from tests.faults.test_hostile_projects import again, base, entered, plant, root

__all__ = ["base", "root"]  # fixtures
HERE = "tests.faults.test_hostile_windows:"
LONG = 60.0  # seconds a trial
CLICKS = 35  # of `hostile_clicks`; fewer where the disk has no such names


def hurt(root: Path, base: str) -> Trial:
    """Double-click on all that is no project or a strange one; after that, open hurt projects in
    the window and show every page.
    """
    plant(root)
    logging.getLogger().addHandler(logging.NullHandler())  # it goes to a file, in the program
    shown = Shown()
    known = list(clicks(root / "clicked", Path(base)).items())

    def trial(number: int) -> str:
        if 0 <= number < len(known):
            what, path = known[number]
            wrong = shown.clicked(path, what.endswith("opens"))
            return f"{what}: {'; '.join(wrong)}" if wrong else ""
        folder = root / "ab"[number % 2] / "toy.atelier"  # the other one is open
        folder.parent.mkdir(exist_ok=True)
        again(Path(base), folder)
        what = hostile_project.hurt(folder, random.Random(number)) if number >= 0 else "nothing"
        wrong = shown.opened(folder)
        return f"{what}: {'; '.join(wrong)}" if wrong else ""

    for number in (-2, -1):
        if wrong := trial(number):
            raise RuntimeError(wrong)
    return trial


def named(root: Path, base: str, naked: bool = False) -> Trial:
    """Open a project whose names are of all kinds; `naked`, without the window's style."""
    plant(root)
    shown, known = Shown(), list(NAMES.items())
    if naked:
        shown.window.setStyleSheet("")

    def trial(number: int) -> str:
        folder = root / "ab"[number % 2] / "toy.atelier"
        folder.parent.mkdir(exist_ok=True)
        again(Path(base), folder)
        what, name = known[number % len(known)]
        if number >= 0:
            renamed(folder, name)
        wrong = shown.opened(folder)
        return f"{what}: {'; '.join(wrong)}" if wrong else ""

    for number in (-2, -1):
        if wrong := trial(number):
            raise RuntimeError(wrong)
    return trial


@pytest.mark.timeout(3600)
def test_a_hurt_project_in_the_window(root, base, promise, amount) -> None:
    with promise(
        "Hostile files", "double-clicked: a hurt project or any file opens, or a sentence"
    ) as kept:
        entered(kept, watched(f"{HERE}hurt", root, 0, CLICKS + amount(3, 120), LONG, base=base))


@pytest.mark.timeout(3600)
def test_strange_names_are_shown_as_text(root, base, promise, amount) -> None:
    count = amount(4, len(NAMES))
    with promise("Hostile files", "names that are HTML, colors or long are shown as text") as kept:
        entered(kept, watched(f"{HERE}named", root, 0, count, LONG, base=base))


def test_html_in_a_label_would_be_found_out(root, base, amount) -> None:
    if not amount(0, 1):
        pytest.skip("it starts one more window: the full set only")
    found = watched(f"{HERE}named", root, 0, 1, LONG, base=base, naked=True)
    assert any("as HTML" in text for text in found.broken), found.broken
