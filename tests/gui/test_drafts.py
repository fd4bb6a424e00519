"""Drafts: pictures on their way into a project, kept, thrown away, or made anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from studio.core import project as projects
from studio.core.data.import_settings import ImportSettings
from studio.core.data.packed import open_packed
from studio.core.events import Refused
from studio.gui import engine
from studio.gui.session import Session


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    assert session.close(10)


@pytest.fixture
def failures(session: Session) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    session.failed.connect(lambda lane, text: heard.append((lane, text)))
    return heard


def test_draft_is_kept_only_when_accepted(
    qtbot: QtBot, session: Session, tmp_path: Path, pictures: Path
) -> None:
    session.new_project(tmp_path / "p")
    before = sorted((f, f.read_bytes()) for f in pictures.rglob("*.png"))
    with qtbot.waitSignal(session.done, timeout=20000) as done:
        session.import_pictures(str(pictures), ImportSettings())
    assert done.args[0] == "import" and done.args[1] is session.draft
    assert session.draft and session.draft.report.kept == 13
    assert session.project and session.project.datasets() == []
    with qtbot.waitSignal(session.done, timeout=20000) as done:
        session.accept_draft()
    assert done.args[0] == "accept"
    assert session.draft is None
    assert session.project.datasets() == [done.args[1].folder]
    assert sorted((f, f.read_bytes()) for f in pictures.rglob("*.png")) == before


def test_a_newer_import_replaces_the_one_at_work(
    qtbot: QtBot, session: Session, tmp_path: Path, pictures: Path
) -> None:
    session.new_project(tmp_path / "p")
    drafts: list[Any] = []
    session.done.connect(lambda lane, draft: drafts.append(draft))
    session.import_pictures(str(pictures), ImportSettings())
    session.import_again(ImportSettings(width=48, height=48))
    session.import_again(ImportSettings(width=64, height=64))
    qtbot.waitUntil(lambda: bool(drafts), timeout=20000)
    assert [d.manifest.width for d in drafts] == [64]
    session.discard_draft()
    assert list((session.project.folder / "datasets").iterdir()) == []  # type: ignore[union-attr] (is there)


def test_loose_pictures_are_imported_without_their_neighbours(
    qtbot: QtBot, session: Session, tmp_path: Path, pictures: Path
) -> None:
    session.new_project(tmp_path / "p")
    with qtbot.waitSignal(session.done, timeout=20000):
        session.import_paths([pictures / "cats" / "01.png", pictures / "cats" / "03.png"], None)
    assert session.draft and [p.name for p in open_packed(session.draft.folder).packings] == [
        "01.png",
        "03.png",
    ]


def test_import_without_a_project_makes_one(qtbot: QtBot, session: Session, pictures: Path) -> None:
    with qtbot.waitSignal(session.done, timeout=20000):
        session.import_paths([pictures], None)
    assert session.project and session.project.name == "my pictures"


def test_a_project_made_for_an_import_goes_when_nothing_came_of_it(
    qtbot: QtBot, session: Session, failures: list[Any], tmp_path: Path, pictures: Path
) -> None:
    session.import_pictures(str(tmp_path / "gone"), None)
    qtbot.waitUntil(lambda: bool(failures), timeout=20000)
    made = session.project.folder  # type: ignore[union-attr] (is there)
    assert made.exists()
    session.new_project(tmp_path / "other")
    assert not made.exists() and session.project.name == "other"  # type: ignore[union-attr] (is there)
    kept = projects.create(tmp_path / "kept.atelier").folder
    (kept / "gallery" / "star.png").write_bytes(b"x")
    engine.remove_if_empty(kept)
    assert (kept / "project.json").exists()


def test_bad_source_is_one_sentence(
    qtbot: QtBot, session: Session, failures: list[Any], tmp_path: Path
) -> None:
    session.new_project(tmp_path / "p")
    session.import_pictures(str(tmp_path / "gone"), ImportSettings())
    qtbot.waitUntil(lambda: bool(failures), timeout=20000)
    assert failures[0][0] == "import" and "gone" in failures[0][1]
    assert session.draft is None
    assert list((tmp_path / "p.atelier" / "datasets").iterdir()) == []


def test_pictures_go_into_the_open_project_or_a_new_one(session: Session, tmp_path: Path) -> None:
    made = session.anywhere("cats")
    assert made is not None and made.folder.exists() and "cats" in made.folder.name
    assert session.anywhere("dogs") is made
    session.leave_project()
    assert not made.folder.exists()


@pytest.mark.parametrize("error", [Refused("Not so."), OSError("Not so.")])
def test_a_quick_action_that_is_refused_is_said(
    session: Session, failures: list[tuple[str, str]], error: Exception
) -> None:
    def refuse() -> None:
        raise error

    assert session._ask("import", refuse) is None
    assert failures == [("import", "Not so.")]
