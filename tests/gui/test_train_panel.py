"""The Train workspace against a session that only remembers what it was asked."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from train_scene import FakeSession, ToySettings, add_run, add_set, scene, sprites, story

from studio.core import project as projects
from studio.core.events import Note, Progress, Samples, finished
from studio.core.project import Plan, Run
from studio.core.request import TrainRequest
from studio.gui.panels.train import TrainPanel
from studio.gui.widgets.recording import recalled


def shown(qtbot: QtBot, session: FakeSession) -> TrainPanel:
    panel = TrainPanel(session)  # type: ignore[arg-type]  # a session that only takes notes
    qtbot.addWidget(panel)
    panel.resize(1300, 800)
    panel.show()
    return panel


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    return FakeSession(scene(tmp_path, runs=2))


@pytest.fixture
def panel(qtbot: QtBot, session: FakeSession) -> TrainPanel:
    return shown(qtbot, session)


def trained(session: FakeSession, steps: int) -> None:
    """A run of `steps` steps begins and has said so."""
    session.begin()
    add_run(session.project, 0, "New", end="")  # type: ignore[arg-type]  # it is open here
    session.project_changed.emit()
    session.events.emit("train", story(steps))


# what to train


def test_without_pictures_one_button_leads_to_the_library(qtbot: QtBot, tmp_path: Path) -> None:
    session = FakeSession(projects.create(tmp_path / "empty.atelier"))
    panel = shown(qtbot, session)
    assert panel.empty.isVisible()
    assert not panel.buttons.start.isEnabled()
    with qtbot.waitSignal(panel.library_asked):
        panel.empty.button.click()
    add_set(session.project)  # type: ignore[arg-type]  # it is open here
    session.project_changed.emit()
    assert not panel.empty.isVisible()
    assert panel.buttons.start.isEnabled()


def test_before_the_engine_is_there_start_waits_and_says_why(
    qtbot: QtBot, session: FakeSession
) -> None:
    session.ready = False
    panel = shown(qtbot, session)
    assert not panel.buttons.start.isEnabled()
    assert "engine" in panel.buttons.start.toolTip()
    session.ready = True
    session.busy_changed.emit("engine")
    assert panel.buttons.start.isEnabled()


def test_without_a_project_nothing_breaks(qtbot: QtBot) -> None:
    panel = shown(qtbot, FakeSession(None))
    assert panel.empty.isVisible()


def test_the_set_is_shown_with_its_picture_and_size(panel: TrainPanel) -> None:
    assert panel.setup.set.currentText() == "Sprites"
    assert not panel.setup.set.itemIcon(0).isNull()
    assert panel.setup.set_text.text() == "12 pictures  ·  16 × 16 RGBA"


def test_a_new_set_is_chosen_at_once(panel: TrainPanel, session: FakeSession) -> None:
    add_set(session.project, "Knights", count=3)  # type: ignore[arg-type]  # it is open here
    session.project_changed.emit()
    assert panel.setup.set.currentText() == "Knights"
    panel.setup.set.setCurrentIndex(0)
    session.project_changed.emit()
    assert panel.setup.set.currentText() == "Sprites"  # what the user chose stays


def test_presets_by_intent_come_first(panel: TrainPanel) -> None:
    box = panel.setup.preset
    assert [box.itemText(k) for k in range(box.count())] == ["Quick look", "Best", "", "Textbook"]
    assert panel.setup.preset_text.text() == "Quick look: so and so."


def test_a_preset_brings_its_settings_and_time(panel: TrainPanel) -> None:
    panel.setup.preset.setCurrentIndex(1)
    panel.setup.preset.activated.emit(1)
    assert panel.setup.form.value == ToySettings(width=64)
    assert panel.setup.request == TrainRequest(
        dataset="sprites", family="toy", preset="best", plan=Plan(minutes=60.0)
    )


def test_start_asks_for_exactly_what_is_shown(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    panel.setup.fold.button.click()
    rate = panel.setup.form.fields["rate"].editor.holder()
    rate.setFocus()
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    seed = panel.setup.plan.fields["seed"].editor.holder()
    qtbot.keyClick(seed, Qt.Key.Key_Up)
    panel.setup.name.setText("Mine")
    panel.buttons.start.click()
    wanted = TrainRequest(
        dataset="sprites",
        family="toy",
        preset="quick",
        settings={"rate": 2e-3},
        plan=Plan(minutes=2.0, seed=1),
        name="Mine",
    )
    assert [a for a in session.asked if a[0] == "train"] == [("train", wanted)]
    assert panel.setup.fold.button.text() == "Settings  ·  1 changed"


def test_control_return_starts(panel: TrainPanel, session: FakeSession, qtbot: QtBot) -> None:
    panel.activateWindow()
    qtbot.keyClick(panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [a[0] for a in session.asked if a[0] == "train"] == ["train"]


def test_a_refused_setting_stops_start_and_says_why(panel: TrainPanel, qtbot: QtBot) -> None:
    box = panel.setup.plan.fields["seed"].editor.holder()
    box.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(box, "-4")
    assert panel.setup.request is None
    assert not panel.buttons.start.isEnabled()
    assert "'seed' does not accept -4" in panel.buttons.start.toolTip()
    assert "'seed'" in panel.forecast.second.text()


# start, pause, stop


def buttons(panel: TrainPanel) -> dict[str, bool]:
    row = (panel.buttons.start, panel.buttons.pause, panel.buttons.stop)
    return {b.text(): b.isEnabled() for b in row if b.isVisible()}


def test_the_buttons_say_what_can_be_done(panel: TrainPanel, session: FakeSession) -> None:
    assert buttons(panel) == {"Start training": True}
    panel.buttons.start.click()
    assert buttons(panel) == {"Pause": True, "Stop": True}
    panel.buttons.pause.click()
    assert session.paused("train")
    assert buttons(panel) == {"Continue": True, "Stop": True}
    panel.buttons.pause.click()
    assert not session.paused("train")
    panel.buttons.stop.click()
    assert buttons(panel) == {"Pause": False, "Saving…": False}
    assert ("stop", "train") in session.asked
    session.end()
    assert buttons(panel) == {"Start training": True}


def test_a_training_begun_elsewhere_is_shown_too(qtbot: QtBot, session: FakeSession) -> None:
    session.begin()
    panel = shown(qtbot, session)
    assert buttons(panel) == {"Pause": True, "Stop": True}


# the run on show


def test_the_newest_run_is_on_show_at_first(panel: TrainPanel) -> None:
    assert panel.view.title.text() == "2  Run of 600"
    assert panel.view.timeline.step == 600
    assert np.array_equal(panel.view.grids["ema"].pictures, sprites(16, 60))  # type: ignore
    assert panel.view.health.word.text() == "Healthy"


def test_another_run_shows_its_own_history(panel: TrainPanel, qtbot: QtBot) -> None:
    panel.list.choose(1)
    assert panel.view.timeline.steps == [0, 100, 200, 300]
    assert np.array_equal(panel.view.grids["raw"].pictures, sprites(16, 35))  # type: ignore
    qtbot.waitUntil(lambda: bool(panel.view.plot.view.lines))
    assert panel.view.plot.view.lines["loss"].raw[0][-1] == 300


def test_scrubbing_moves_grids_and_plot_cursor_together(panel: TrainPanel) -> None:
    panel.view.timeline.slider.setValue(2)
    assert np.array_equal(panel.view.grids["ema"].pictures, sprites(16, 20))  # type: ignore
    assert np.array_equal(panel.view.grids["raw"].pictures, sprites(16, 25))  # type: ignore
    assert panel.view.plot.view.cursor_step == 200
    panel.view.plot.step_picked.emit(410)
    assert panel.view.timeline.step == 400
    assert np.array_equal(panel.view.grids["ema"].pictures, sprites(16, 40))  # type: ignore


def test_training_is_followed_live(panel: TrainPanel, session: FakeSession) -> None:
    trained(session, 200)
    assert panel.live == 3
    assert panel.list.current == 3
    assert panel.view.timeline.steps == [0, 100, 200]
    assert np.array_equal(panel.view.grids["ema"].pictures, sprites(16, 20))  # type: ignore
    session.events.emit("train", [Samples(300, "ema", sprites(16, 99))])
    assert panel.view.timeline.step == 300
    assert np.array_equal(panel.view.grids["ema"].pictures, sprites(16, 99))  # type: ignore
    session.events.emit("train", [Samples(300, "raw", sprites(16, 98))])
    assert np.array_equal(panel.view.grids["raw"].pictures, sprites(16, 98))  # type: ignore


def test_the_live_run_is_read_though_another_is_chosen_meanwhile(
    panel: TrainPanel, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Run] = []
    monkeypatch.setattr(session, "recall", asked.append)
    trained(session, 200)  # its log is being read
    session.events.emit("train", story(300, 210))
    panel.list.choose(1)
    assert [run.number for run in asked] == [3, 1]
    session.done.emit("recall", finished(recalled(asked[1])))  # the newest request alone is served
    assert panel.view.recording.folder == asked[1].folder
    assert [run.number for run in asked] == [3, 1, 3]
    session.done.emit("recall", finished(recalled(asked[2])))
    assert panel.recording.step == 300 and panel.early is None


def test_looking_back_is_not_interrupted_by_training(
    panel: TrainPanel, session: FakeSession
) -> None:
    trained(session, 200)
    panel.view.timeline.go_to(100)
    session.events.emit("train", story(400, 210))
    assert panel.view.timeline.step == 100
    assert panel.view.timeline.steps[-1] == 400
    panel.list.choose(1)
    session.events.emit("train", story(500, 410))
    assert panel.view.timeline.steps == [0, 100, 200, 300]
    panel.list.choose(3)
    assert panel.view.timeline.step == 500
    assert panel.view.recording.curves["loss"].steps[-1] == 500


def test_measuring_before_the_run_exists_attaches_to_nothing(
    panel: TrainPanel, session: FakeSession
) -> None:
    session.begin()
    session.events.emit("train", [Progress(0, 3, "Measuring this machine")])
    assert panel.live is None
    assert panel.view.title.text() == "2  Run of 600"


def test_pausing_shows_in_the_list(panel: TrainPanel, session: FakeSession) -> None:
    trained(session, 200)
    session.pause("train", True)
    row = panel.list._row(panel.list.list.currentItem())
    assert row is not None
    assert (row.status, row.step) == ("paused", 200)


def test_the_end_leaves_the_run_on_show(
    panel: TrainPanel, session: FakeSession, qtbot: QtBot
) -> None:
    trained(session, 200)
    panel.view.timeline.go_to(100)
    with (panel.runs[3].folder / "log.jsonl").open("a") as log:
        log.write('{"event": "ended", "how": "stopped"}\n')
    session.end()
    assert panel.view.timeline.step == 100
    assert panel.live is None
    row = panel.list._row(panel.list.list.currentItem())
    assert row is not None
    assert row.status == "stopped"


def test_health_speaks_of_the_run_on_show(panel: TrainPanel, session: FakeSession) -> None:
    trained(session, 200)
    session.events.emit("train", [Note("back", "warning", "rollback", 100)])
    panel._judge()
    assert panel.view.health.word.text() == "Watch"
    assert "unstable" in panel.view.health.text.text()
    panel.list.choose(1)
    assert panel.view.health.word.text() == "Healthy"


def test_hovering_marks_the_same_picture_in_both_grids(panel: TrainPanel) -> None:
    panel.view.grids["ema"].set_current(7)
    assert panel.view.grids["raw"].current == 7
    panel.view.grids["raw"].set_current(-1)
    assert panel.view.grids["ema"].current == -1


def test_a_click_enlarges(panel: TrainPanel, qtbot: QtBot) -> None:
    grid = panel.view.grids["raw"]
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell(4).center())
    box = panel.view.lightbox
    assert box is not None
    assert box.isVisible()
    assert box.mapTo(panel, QPoint(0, 0)) == QPoint(0, 0)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()


# the list's wishes


def test_rename_reaches_the_disk(panel: TrainPanel, session: FakeSession) -> None:
    panel.list.renamed.emit(1, "Knights")
    assert session.project is not None
    assert session.project.run(1).record.name == "Knights"
    assert panel.list._items()[1].text() == "Knights"


def test_the_title_follows_a_rename(panel: TrainPanel) -> None:
    panel.list.renamed.emit(2, "Knights")
    assert panel.view.title.text() == "2  Knights"


def test_continue_completes_the_plan_or_adds_to_a_finished_one(
    panel: TrainPanel, session: FakeSession
) -> None:
    add_run(session.project, 100, end="stopped")  # type: ignore[arg-type]  # it is open here
    session.project_changed.emit()
    panel.list.resume_asked.emit(3)
    panel.list.resume_asked.emit(1)
    assert session.asked[-2:] == [("resume", 3, None), ("resume", 1, Plan(minutes=2.0))]


def test_duplicate_fills_the_form(panel: TrainPanel) -> None:
    panel.list.duplicate_asked.emit(1)
    assert panel.setup.request == TrainRequest(
        dataset="sprites",
        family="toy",
        preset="best",
        settings={"width": 128},
        plan=Plan(minutes=7, seed=3),
    )


def test_delete_is_handed_on(panel: TrainPanel, session: FakeSession) -> None:
    panel.list.delete_asked.emit(1)
    assert session.asked[-1] == ("delete", 1)


def test_a_deleted_run_makes_room_for_the_newest(panel: TrainPanel, session: FakeSession) -> None:
    panel.list.choose(1)
    panel.runs[1].folder.rename(panel.runs[1].folder.with_name("gone"))
    session.project_changed.emit()
    assert panel.view.title.text() == "2  Run of 600"


def test_another_project_forgets_the_first(
    panel: TrainPanel, session: FakeSession, tmp_path: Path
) -> None:
    session.project = scene(tmp_path / "other", runs=1)
    session.project_changed.emit()
    assert panel.view.title.text() == "1  Run of 300"
    assert len(panel.list._items()) == 1


def test_every_button_has_a_name(panel: TrainPanel) -> None:
    from PySide6.QtWidgets import QAbstractButton

    nameless = [
        b
        for b in panel.findChildren(QAbstractButton)
        if not (b.text() or b.accessibleName() or b.objectName() or b.toolTip())
    ]
    assert nameless == []
