"""Recovery: what is not saved is kept beside the user's files, and given back after a crash."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explore_scene import collected_here
from pytestqt.qtbot import QtBot
from repair_scene import at_rest as repair_at_rest
from repair_scene import picture, written
from style_scene import at_rest, proven, restyled
from style_scene import paint as paint_style

from studio import paths
from studio.core.events import finished
from studio.core.recovery import shelf
from studio.core.recovery.offers import offers
from studio.core.repair import journal
from studio.gui import recovery
from studio.gui.session import Session
from studio.gui.window import Window

LONG = 15_000  # ms


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often; what begins in a test of the engine is not loaded."""
    monkeypatch.setattr(recovery, "INTERVAL", 50)
    monkeypatch.setattr(Session, "warm_up", lambda *_: None)


def unasked(window: Any) -> None:
    """Let a window close without a question."""
    window.leaving = time.monotonic()


@pytest.fixture
def windows(qtbot: QtBot) -> Iterator[Any]:
    """Make windows as a start does; each is left without a word at the end."""
    made: list[Window] = []

    def make() -> Window:
        window = Window(Session())
        window.session.ready = True
        qtbot.addWidget(window, before_close_func=unasked)
        window.resize(1200, 800)
        window.show()
        made.append(window)
        qtbot.waitUntil(lambda: window.recovery.keeper.shelf is not None, timeout=LONG)
        return window

    with collected_here():
        yield make
        for window in made:
            if window.recovery.dialog is not None:
                window.recovery.dialog.reject()
            window.recovery.keeper.timer.stop()
            assert window.session.close(20)


def crashed(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a window as kill -9 does: whatever is on disk stays, and its process is gone."""
    quiet(window, qtbot)
    window.recovery.keeper.timer.stop()
    assert window.session.aside.close(20)
    own = window.recovery.keeper.shelf.folder
    gone = own.rename(own.with_name(f"{2**22 + 5}-1.00-{own.name[-8:]}"))
    assert any(gone.iterdir())
    monkeypatch.setattr(journal, "_alive", lambda *_: False)


def quiet(window: Window, qtbot: QtBot) -> None:
    """Wait until all that is held is kept."""
    keeper = window.recovery.keeper

    def same() -> bool:
        taken = {each: keeper._taken(each) for each in recovery.KEPT}
        kept = {each: held for each, held in taken.items() if held is not None}
        return kept.keys() == keeper.kept.keys() and all(
            held.same(keeper.kept[each]) for each, held in kept.items()
        )

    qtbot.waitUntil(same, timeout=LONG)


def offered(window: Window, qtbot: QtBot) -> Any:
    """Wait for the dialog."""
    qtbot.waitUntil(lambda: window.recovery.dialog is not None, timeout=LONG)
    return window.recovery.dialog


def page(window: Window, id: str) -> Any:
    """Show a workspace and return it."""
    window.show_page(id)
    return window.pages[id]


def styled(window: Window, qtbot: QtBot, folder: Path) -> Any:
    """Show Style with a picture and a method that needs no style."""
    panel = page(window, "style")
    panel.setups.choose("ink")
    panel.take([written(folder)])
    qtbot.waitUntil(lambda: panel.content.content is not None, timeout=LONG)
    at_rest(window.session, qtbot)
    return panel


def test_style_is_as_it_was(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = windows()
    panel = styled(one, qtbot, tmp_path)
    panel.sources.take([written(tmp_path, "style.png", h=30, w=30)])
    qtbot.waitUntil(lambda: len(panel.sources.sources) == 1, timeout=LONG)
    name = next(iter(type(panel.setups.now.settings).model_fields))
    proven(panel, qtbot)
    restyled(panel, qtbot)
    made = panel.proofs.result.pixels
    panel.setups.flip()
    panel.setups.choose("oil")
    before = [(slot.method, slot.settings) for slot in panel.setups.slots]
    panel.masking.paint("mask")
    paint_style(panel, qtbot, (20, 20), (50, 30))
    mask = panel.masking.masks.layers["mask"]
    crashed(one, qtbot, monkeypatch)

    two = windows()
    dialog = offered(two, qtbot)
    row = next(row for row in dialog.rows if row.found.workspace == "style")
    assert row.found.title == "photo.png" and "1 look" in row.told.text() and name
    assert row.found.thumbnail is not None
    dialog.recover.click()
    qtbot.waitUntil(lambda: "style" in two.pages, timeout=LONG)
    again: Any = two.pages["style"]
    qtbot.waitUntil(lambda: again.content.content is not None, timeout=LONG)
    qtbot.waitUntil(lambda: "mask" in again.masking.masks.layers, timeout=LONG)
    assert again.content.content.path == tmp_path / "photo.png"
    assert [(slot.method, slot.settings) for slot in again.setups.slots] == before
    assert again.setups.at == 1 and len(again.sources.sources) == 1
    assert np.array_equal(again.masking.masks.layers["mask"], mask)
    assert again.unsaved and np.array_equal(again.content.made.pixels, made)
    at_rest(two.session, qtbot)


def test_a_picture_without_a_file_is_there_again(
    windows: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = windows()
    panel = page(one, "style")
    pixels = picture(channels=4)
    one.session.open_content(pixels, "Pasted picture")
    qtbot.waitUntil(lambda: panel.content.content is not None, timeout=LONG)
    at_rest(one.session, qtbot)
    crashed(one, qtbot, monkeypatch)
    two = windows()
    offered(two, qtbot).recover.click()
    qtbot.waitUntil(
        lambda: "style" in two.pages and two.pages["style"].content.content is not None,  # type: ignore[attr-defined]  # StylePanel's
        timeout=LONG,
    )
    assert np.array_equal(two.pages["style"].content.content.photograph.pixels, pixels)  # type: ignore[attr-defined]  # StylePanel's
    at_rest(two.session, qtbot)


def test_a_repair_goes_on_with_its_settings(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from repair_scene import paint

    one = windows()
    panel = page(one, "repair")
    panel.take([written(tmp_path)])
    qtbot.waitUntil(lambda: panel.desk.opened is not None, timeout=LONG)
    panel.options.form.show_value(panel.options.settings.updated({"method": "telea", "seed": 7}))
    one.activateWindow()
    qtbot.waitUntil(one.isActiveWindow)
    paint(panel, qtbot, (20, 20), (40, 30))
    repair_at_rest(one.session, qtbot)
    mask = panel.desk.painting.mask.copy()
    assert mask.any()
    crashed(one, qtbot, monkeypatch)
    two = windows()
    dialog = offered(two, qtbot)
    (row,) = [row for row in dialog.rows if row.found.workspace == "repair"]
    assert "1 step" in row.told.text() and row.found.thumbnail is not None
    dialog.recover.click()
    qtbot.waitUntil(
        lambda: "repair" in two.pages and two.pages["repair"].desk.opened is not None,  # type: ignore[attr-defined]  # RepairPanel's
        timeout=LONG,
    )
    again: Any = two.pages["repair"]
    assert np.array_equal(again.desk.painting.mask, mask)
    assert (again.options.settings.method, again.options.settings.seed) == ("telea", 7)
    repair_at_rest(two.session, qtbot)
    quiet(two, qtbot)
    assert [each.workspace for each in known()].count("repair") == 1


def known() -> list[shelf.Found]:
    """Return all that lies in the folder of side files, whosever it is."""
    return shelf.held_in(sorted(paths.recovery().glob("*")))


def exported(window: Window, qtbot: QtBot, found: list[Path]) -> Any:
    """Show the export room with pictures."""
    window.export(found)
    panel: Any = window.pages["export"]
    qtbot.waitUntil(lambda: len(panel.exporting.picks) == len(found), timeout=LONG)
    return panel


def test_the_export_room_is_as_it_was(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [written(tmp_path, f"{k}.png") for k in range(3)]
    one = windows()
    panel = exported(one, qtbot, found)
    panel.exporting.choose("sheet")
    sheet = panel.exporting.values
    name = next(n for n, v in sheet.model_dump().items() if type(v) is int)
    changed = sheet.updated({name: getattr(sheet, name) + 1})
    panel.exporting._on_changed(changed)
    panel.target.folder, panel.target.name, panel.target._own = tmp_path, "my sheet", True
    crashed(one, qtbot, monkeypatch)
    found[1].unlink()
    two = windows()
    dialog = offered(two, qtbot)
    dialog.recover.click()
    qtbot.waitUntil(lambda: "export" in two.pages, timeout=LONG)
    again: Any = two.pages["export"]
    qtbot.waitUntil(lambda: len(again.exporting.picks) == 2, timeout=LONG)
    assert again.exporting.kind.id == "sheet" and again.exporting.values == changed
    assert (again.target.folder, again.target.name) == (tmp_path, "my sheet")
    qtbot.waitUntil(lambda: not two.recovery.wanted, timeout=LONG)


def test_a_draft_is_read_again(
    windows: Any, qtbot: QtBot, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = windows()
    one.session.new_project(tmp_path / "p")
    panel = page(one, "library")
    settings = panel.form.value.updated({"width": 24, "height": 24})
    panel.form.show_value(settings)
    with qtbot.waitSignal(one.session.done, timeout=LONG):
        one.session.import_paths([pictures], settings)
    draft = one.session.draft
    crashed(one, qtbot, monkeypatch)
    one.session.discard_draft()  # the next start sweeps what the process left
    one.session.release()
    two = windows()
    dialog = offered(two, qtbot)
    (row,) = [row for row in dialog.rows if row.found.workspace == "library"]
    assert row.found.thumbnail is not None and "not kept yet" in row.told.text()
    with qtbot.waitSignal(two.session.done, timeout=LONG):
        dialog.recover.click()
    assert two.session.draft is not None and draft is not None
    assert two.session.draft.manifest.fingerprint == draft.manifest.fingerprint
    assert two.pages["library"].form.value == settings  # type: ignore[attr-defined]  # LibraryPanel's


def test_trains_form_is_filled_in_again(
    windows: Any, qtbot: QtBot, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.core.families import families

    def ready(window: Window) -> None:
        window.session._families = list(families().values())
        window.session.busy_changed.emit("engine")

    one = windows()
    one.session.new_project(tmp_path / "p")
    with qtbot.waitSignal(one.session.done, timeout=LONG):
        one.session.import_paths([pictures], None)
    with qtbot.waitSignal(one.session.done, timeout=LONG):
        one.session.accept_draft()
    setup = page(one, "train").setup
    ready(one)
    quiet(one, qtbot)
    assert "train" not in one.recovery.keeper.kept, "nothing was changed yet"
    setup.family.setCurrentIndex(setup.family.findData("diffusion"))
    setup._family_chosen()
    setup.plan.show_value(setup.plan.value.updated({"minutes": 77.0, "seed": 5}))
    setup.name.setText("mine")
    asked = setup.request
    crashed(one, qtbot, monkeypatch)
    one.session.release()
    two = windows()
    two.session._families = list(families().values())
    dialog = offered(two, qtbot)
    (row,) = [row for row in dialog.rows if row.found.workspace == "train"]
    assert row.found.title == "mine"
    dialog.recover.click()
    qtbot.waitUntil(lambda: not two.recovery.wanted and "train" in two.pages, timeout=LONG)
    qtbot.waitUntil(lambda: two.pages["train"].setup.name.text() == "mine", timeout=LONG)  # type: ignore[attr-defined]  # TrainPanel's
    assert two.pages["train"].setup.request == asked  # type: ignore[attr-defined]  # TrainPanel's
    qtbot.waitUntil(lambda: two.stack.currentWidget() is two.pages["train"], timeout=LONG)


def test_a_run_goes_on(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.core.recovery.test_offers import held_run, run_that_trained

    run = run_that_trained(tmp_path / "p.atelier")
    held_run(paths.recovery(), run)
    resumed: list[int] = []
    monkeypatch.setattr(Session, "resume", lambda _, run, plan=None: resumed.append(run.number))
    window = windows()
    dialog = offered(window, qtbot)
    assert "fluffy" in dialog.rows[0].name.text() and "1200" in dialog.rows[0].told.text()
    dialog.recover.click()
    qtbot.waitUntil(lambda: resumed == [run.number], timeout=LONG)
    assert window.session.project and window.session.project.folder == tmp_path / "p.atelier"


def test_nothing_is_offered_after_a_quit(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = windows()
    styled(one, qtbot, tmp_path)
    quiet(one, qtbot)
    assert one.recovery.keeper.shelf.folder.exists()
    one.close()
    assert list(paths.recovery().iterdir()) == []
    two = windows()
    qtbot.wait(300)
    assert two.recovery.dialog is None


def test_what_a_signal_ended_is_offered(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = windows()
    styled(one, qtbot, tmp_path)
    quiet(one, qtbot)
    one.leave()
    qtbot.waitUntil(lambda: [each.workspace for each in known()] == ["style"], timeout=LONG)


def test_later_keeps_it_and_discard_asks(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QMessageBox

    one = windows()
    styled(one, qtbot, tmp_path)
    crashed(one, qtbot, monkeypatch)
    two = windows()
    offered(two, qtbot).later.click()
    qtbot.waitUntil(lambda: two.recovery.dialog is None)
    assert {each.workspace for each in known()} == {"style", "place"}
    monkeypatch.setattr(shelf, "_alive", lambda _: False)
    three = windows()
    dialog = offered(three, qtbot)
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    dialog.discard.click()
    assert three.recovery.dialog is dialog
    dialog.discard.click()
    qtbot.waitUntil(lambda: not known(), timeout=LONG)


def test_a_crash_while_recovering_is_harmless(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = windows()
    styled(one, qtbot, tmp_path)
    crashed(one, qtbot, monkeypatch)
    for _ in range(2):
        window = windows()
        dialog = offered(window, qtbot)
        assert [row.found.workspace for row in dialog.rows].count("style") == 1
        dialog.recover.click()
        qtbot.waitUntil(lambda w=window: "style" in w.recovery.keeper.kept, timeout=LONG)
        at_rest(window.session, qtbot)
        crashed(window, qtbot, monkeypatch)
    assert len([each for each in finished(offers()) if each.workspace == "style"]) == 1


def test_a_workspace_that_breaks_is_logged_once_and_the_others_are_kept(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from studio.gui.holding import place

    def broken(_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(place, "take", broken)
    window = windows()
    styled(window, qtbot, tmp_path)
    qtbot.waitUntil(lambda: "style" in window.recovery.keeper.kept, timeout=LONG)
    assert [record.message for record in caplog.records].count(
        "what place holds could not be taken"
    ) == 1


def test_what_can_not_be_read_is_a_sentence_and_stays(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows()
    styled(window, qtbot, tmp_path)
    crashed(window, qtbot, monkeypatch)
    (one,) = [each for each in finished(offers()) if each.workspace == "style"]
    for workspace, values in (("style", {"path": 5}), ("explore", {}), ("train", {"project": 1})):
        shelf.Shelf(one.folder).keep(workspace, workspace, shelf.Held("cat", "", values))
    Path(one.folder).rename(one.folder.with_name(f"{2**22 + 5}-1.00-00000000"))
    again, told = windows(), []
    again.session.failed.connect(lambda _, sentence: told.append(sentence))
    dialog = offered(again, qtbot)
    dialog.recover.click()
    qtbot.waitUntil(lambda: not again.recovery.wanted and len(told) == 2, timeout=LONG)
    assert all("cat could not be recovered" in each and each.endswith(".") for each in told)
    assert {each.name for each in paths.recovery().glob("*/*.held")} >= {
        *("style.held", "explore.held", "train.held")
    }


def test_a_disk_that_is_full_is_told_once(
    windows: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "write_whole", full)
    window, told = windows(), []
    window.session.failed.connect(lambda _, sentence: told.append(sentence))
    styled(window, qtbot, tmp_path)
    qtbot.waitUntil(lambda: bool(told), timeout=LONG)
    qtbot.wait(400)
    assert len(told) == 1 and "No space left" in told[0]
    monkeypatch.undo()
    monkeypatch.setattr(Session, "warm_up", lambda *_: None)
    qtbot.waitUntil(lambda: "style" in window.recovery.keeper.kept, timeout=LONG)
