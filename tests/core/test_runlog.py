"""The run log: appended, torn, replayed."""

import numpy as np
import pytest

from studio.core import runlog
from studio.core.events import Note, Progress, Refused, Samples, Saved, Scalars


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "samples").mkdir()
    return tmp_path


def story(count):
    for step in range(1, count + 1):
        yield Progress(step, count, "Training")
        yield Scalars(step, {"loss": 1 / step}, step / 10)
    yield Samples(count, "ema", np.full((3, 4, 5, 1), 9, np.uint8))
    yield Note("Look", "warning", "health", count)


def test_everything_recorded_is_replayed(folder):
    events = list(runlog.recorded(story(4), runlog.RunLog(folder), 0))
    assert len(events) == 10
    history = runlog.replay(folder)
    steps, values = history.series["loss"]
    assert list(steps) == [1, 2, 3, 4] and values[1] == 0.5
    assert history.status == "finished" and history.seconds == 0.4
    assert (history.samples[0].load() == 9).all() and history.samples[0].load().shape == (
        3,
        4,
        5,
        1,
    )
    assert history.notes[0].text == "Look"


def test_stop_and_failure_are_told_apart(folder):
    job = runlog.recorded(story(4), runlog.RunLog(folder), 0)
    next(job)
    job.close()
    assert runlog.replay(folder).status == "stopped"

    def broken():
        yield Progress(0, 1, "")
        raise ValueError("no such luck")

    with pytest.raises(ValueError, match="luck"):
        list(runlog.recorded(broken(), runlog.RunLog(folder), 0))
    history = runlog.replay(folder)
    assert history.status == "failed" and history.notes[-1].text == "no such luck"


def test_a_stop_that_could_not_save_is_raised_and_written_down(folder):
    def unsaved():
        try:
            yield Progress(0, 1, "")
        except GeneratorExit:
            raise Refused("The work is lost.") from None

    job = runlog.recorded(unsaved(), runlog.RunLog(folder), 0)
    next(job)
    with pytest.raises(Refused, match="work is lost"):
        job.close()
    history = runlog.replay(folder)
    assert history.status == "stopped" and history.notes[-1].text == "The work is lost."


def test_orders_reach_the_job(folder):
    heard = []

    def listening():
        while True:
            heard.append((yield Progress(0, None, "")))

    job = runlog.recorded(listening(), runlog.RunLog(folder), 0)
    next(job)
    job.send("pause")
    next(job)
    job.close()
    assert heard == ["pause", None]


@pytest.mark.parametrize("kind", ["rollback", "memory"])
def test_going_back_drops_what_is_trained_anew(folder, kind):
    list(runlog.recorded(story(6), runlog.RunLog(folder), 0))
    log = runlog.RunLog(folder)
    log.started(3)
    log.record(Scalars(4, {"loss": 9.0}, 1.0))
    log.record(Note("went back", "warning", kind, 2))
    log.record(Scalars(3, {"loss": 8.0}, 1.0))
    history = runlog.replay(folder)
    assert list(history.series["loss"][0]) == [1, 2, 3] and history.series["loss"][1][-1] == 8.0
    assert history.status == "running" and not history.samples


def test_torn_and_foreign_lines_are_passed_over(folder):
    list(runlog.recorded(story(2), runlog.RunLog(folder), 0))
    path = folder / "log.jsonl"
    path.write_bytes(path.read_bytes() + b'[1]\n{"event": "sca\xff')
    log = runlog.RunLog(folder)
    log.record(Saved(2, folder / "step-00000002"))
    assert runlog.replay(folder).step == 2 and runlog.replay(folder).saved == 0


def test_saved_is_what_is_on_disk(folder):
    for name in ("step-00000004", "step-00000020", "step-00000030"):
        (folder / "checkpoints" / name).mkdir(parents=True)
    for name in ("step-00000004", "step-00000020"):
        (folder / "checkpoints" / name / "MANIFEST.json").write_text("{}")
    assert runlog.replay(folder).saved == 20


def test_not_a_number_is_kept_as_such(folder):
    log = runlog.RunLog(folder)
    log.record(Scalars(1, {"loss": float("nan")}, 0.1))
    assert np.isnan(runlog.replay(folder).series["loss"][1][0])


def test_no_log_is_an_empty_history(folder):
    assert runlog.replay(folder) == runlog.History()


def test_a_note_of_a_megabyte_is_cut(folder):
    log = runlog.RunLog(folder)
    log.record(Note("x" * 1_000_000))
    log.file.close()
    (note,) = runlog.replay(folder).notes
    assert len(note.text) == runlog.TEXT_AT_MOST and note.text.endswith("x…")
