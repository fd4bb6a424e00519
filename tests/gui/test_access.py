"""Access: a held project is shut with a sentence, opens by itself, and gives its lock back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core import locking
from studio.core import project as projects
from studio.gui.access import Access


@pytest.fixture
def access(qtbot: QtBot, tmp_path: Path) -> Iterator[Access]:
    """Access to a project that nobody holds yet."""
    made = Access()
    made.project = projects.create(tmp_path / "p.atelier")
    yield made
    assert made.close(5)
    made.release()


def test_an_open_project_is_held_and_given_back(access: Access) -> None:
    assert access.project
    access.hold()
    assert not access.shut and not access.refused("train")
    with pytest.raises(locking.Taken):
        locking.take(access.project.folder)
    access.release()
    locking.take(access.project.folder).free()


def test_a_held_project_is_shut_until_it_is_free(access: Access, qtbot: QtBot) -> None:
    assert access.project
    folder, told = access.project.folder, []
    access.failed.connect(lambda lane, why: told.append((lane, why)))
    lock = locking.take(folder)
    access.hold()
    assert "another Atelier" in access.shut and "look, explore and export" in access.shut
    assert access.refused("train") and told == [("train", access.shut)]
    assert access.refused("marks", folder / "gallery")
    assert not access.refused("marks", folder.parent), "what lies elsewhere may be changed"
    assert locking.why_not(folder / "runs") == access.shut
    with qtbot.waitSignal(access.access_changed, timeout=5000):
        lock.free()
    assert not access.shut and not locking.why_not(folder)
