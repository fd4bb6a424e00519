"""The loop: stop, pause, resume, sick steps, memory, disk; always on real families, tiny."""

import errno
import hashlib
import json
import re

import pytest
import torch

from studio.core import checkpoint, preview, project, training
from studio.core.events import Note, Progress, Refused, Samples, Saved, Scalars
from studio.core.families import families
from studio.core.health import Remedy
from studio.core.learning import Optimizer
from studio.core.project import Plan
from tests.core import toys

FAMILIES = sorted(families())


def tensors_of(run):
    """Return the newest checkpoint's tensors."""
    return checkpoint.newest(run.checkpoints)[1]


def digest(run) -> str:
    tensors = tensors_of(run)
    whole = hashlib.sha256()
    for name in sorted(tensors):
        whole.update(name.encode() + tensors[name].contiguous().numpy().tobytes())
    return whole.hexdigest()


@pytest.mark.parametrize("family", FAMILIES)
def test_resumed_run_equals_the_uninterrupted_one(tmp_path, family):
    whole = toys.project(tmp_path / "whole", count=120)  # enough to hold some out
    _, reference = toys.finish(training.start(whole, toys.request(family, 130), toys.known(130)))

    torn = toys.project(tmp_path / "torn", count=120)
    job = training.start(torn, toys.request(family, 130), toys.known(130))
    stopped = next(e.step for e in job if isinstance(e, Scalars) and e.step >= 5)
    job.close()
    assert stopped < 30, "stopped too late to leave 100 steps"
    assert torn.run().history().status == "stopped"
    _, resumed = toys.finish(training.resume(torn))
    assert resumed.history().step == 130
    assert digest(resumed) == digest(reference)


def test_a_run_leaves_grids_scalars_checkpoint_and_status(tmp_path):
    made = toys.project(tmp_path)
    events, run = toys.finish(training.start(made, toys.request("gan", 12)))
    kinds = {type(e) for e in events}
    assert {Scalars, Samples, Saved, Note} <= kinds
    history = run.history()
    assert history.status == "finished" and history.step == 12 and history.saved == 12
    assert {s.kind for s in history.samples} == {"ema", "raw"}
    assert history.samples[-1].load().shape[1:] == (16, 16, 4)
    assert made.run().record.plan.steps == 12


def test_same_latents_at_every_step(tmp_path):
    made = toys.project(tmp_path)
    events, _ = toys.finish(training.start(made, toys.request("vae", 6)))
    grids = [e.pictures for e in events if isinstance(e, Samples) and e.kind == "ema"]
    assert len({g.shape for g in grids}) == 1 and (grids[0] != grids[-1]).any()


def test_stop_saves_the_step_it_reached(tmp_path):
    made = toys.project(tmp_path)
    job = training.start(made, toys.request("gan", 10_000))
    for event in job:
        if isinstance(event, Scalars):
            job.close()
            break
    values = checkpoint.newest(made.run().checkpoints)[2]
    assert values["step"] >= event.step and made.run().history().status == "stopped"


def test_stop_while_the_first_grid_is_drawn_leaves_a_model_to_go_on_from(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "PULL", 0.0)
    made = toys.project(tmp_path)
    job = training.start(made, toys.request("diffusion", 5), toys.known(5))
    next(e for e in job if isinstance(e, Progress) and e.text == "Training")
    job.close()
    assert made.run().history().status == "stopped" and not made.run().history().samples
    _, run = toys.finish(training.resume(made))
    assert run.history().step == 5 and run.history().status == "finished"


def test_pause_says_what_it_freed_and_changes_nothing(tmp_path):
    straight = toys.project(tmp_path / "straight")
    _, reference = toys.finish(training.start(straight, toys.request("gan", 20), toys.known(20)))
    paused = toys.project(tmp_path / "paused")
    job = training.start(paused, toys.request("gan", 20), toys.known(20))
    while not isinstance(next(job), Scalars):
        pass
    event = job.send("pause")
    assert isinstance(event, Note) and event.kind == "pause"
    _, run = toys.finish(job)
    assert digest(run) == digest(reference)


def test_stop_while_paused_saves(tmp_path):
    made = toys.project(tmp_path)
    job = training.start(made, toys.request("gan", 10_000))
    while not isinstance(next(job), Scalars):
        pass
    job.send("pause")
    job.close()
    assert made.run().history().status == "stopped"
    assert checkpoint.newest(made.run().checkpoints)[2]["step"] > 0


def test_another_seed_is_another_model_and_the_same_seed_the_same(tmp_path):
    digests = []
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        made = toys.project(tmp_path / folder)
        _, run = toys.finish(training.start(made, toys.request("vae", 5, seed=seed), toys.known(5)))
        digests.append(digest(run))
    assert digests[0] == digests[1] != digests[2]


def poison(monkeypatch, family: str, steps: set[int], forever: bool = False):
    """Make `learn` see pictures that are not numbers at `steps` (once each unless forever)."""
    learner = type(next(iter([built(family)])))
    original, left = learner.learn, set(steps)

    def learn(self, images, labels, rng, progress):
        step = round(progress * 60)
        if step in left:
            if not forever:
                left.discard(step)
            images = images * float("nan")
        return original(self, images, labels, rng, progress)

    monkeypatch.setattr(learner, "learn", learn)


def built(family: str):
    known = families()[family]
    from studio.core.family import ImageSize

    size = ImageSize(16, 16, 4, 3)
    return known.learner(known.model(known.tiny, size), known.tiny, size)


def test_one_bad_step_is_left_out(tmp_path, monkeypatch):
    poison(monkeypatch, "vae", {20})
    made = toys.project(tmp_path)
    events, run = toys.finish(training.start(made, toys.request("vae", 60)))
    assert not [e for e in events if isinstance(e, Note) and e.kind == "rollback"]
    assert all(bool(torch.isfinite(t.float()).all()) for t in tensors_of(run).values())


def test_three_bad_steps_roll_back_at_half_the_rate_and_say_so(tmp_path, monkeypatch):
    poison(monkeypatch, "vae", {20, 21, 22})
    made = toys.project(tmp_path)
    events, run = toys.finish(training.start(made, toys.request("vae", 60)))
    notes = [e for e in events if isinstance(e, Note) and e.kind == "rollback"]
    assert len(notes) == 1 and "half the learning rate" in notes[0].text
    _, tensors, values, _ = checkpoint.newest(run.checkpoints)
    assert values["retries"] == 1 and values["optimizers"]["model"]["scale"] == 0.5
    assert all(bool(torch.isfinite(t.float()).all()) for t in tensors.values())
    steps = run.history().series["loss"][0]
    assert list(steps) == sorted(set(steps)), "the replayed curve must not go back"


def test_a_hopeless_run_ends_with_a_sentence_and_keeps_its_checkpoint(tmp_path, monkeypatch):
    poison(monkeypatch, "vae", {20, 21, 22}, forever=True)
    made = toys.project(tmp_path)
    with pytest.raises(Refused, match="unstable"):
        toys.finish(training.start(made, toys.request("vae", 60)))
    assert made.run().history().status == "failed"
    assert checkpoint.newest(made.run().checkpoints)[2]["step"] <= 20


@pytest.mark.parametrize("family", FAMILIES)
def test_out_of_memory_splits_the_batch_and_says_so(tmp_path, monkeypatch, family):
    original, planted = Optimizer._backward, [True]

    def backward(self, loss, batch):
        if self.chunks == 1 and planted:
            planted.clear()
            raise RuntimeError(
                "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried…"
            )
        return original(self, loss, batch)

    made = toys.project(tmp_path)
    job = training.start(made, toys.request(family, 10))
    events = []
    for event in job:
        events.append(event)
        if isinstance(event, Saved):  # the probe is over
            monkeypatch.setattr(Optimizer, "_backward", backward)
    notes = [e for e in events if isinstance(e, Note) and e.kind == "memory"]
    assert len(notes) == 1 and "2 parts" in notes[0].text
    assert made.run().history().status == "finished"


def test_a_full_disk_is_said_and_training_goes_on(tmp_path, monkeypatch):
    original = checkpoint.save_checkpoint

    def full(folder, step, tensors, state):
        if step:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(folder, step, tensors, state)

    monkeypatch.setattr(checkpoint, "save_checkpoint", full)
    made = toys.project(tmp_path)
    events, _ = toys.finish(training.start(made, toys.request("gan", 8)))
    notes = [e for e in events if isinstance(e, Note) and e.kind == "save"]
    assert notes and "No space left" in notes[0].text


def test_a_damaged_checkpoint_is_passed_over_with_a_sentence(tmp_path):
    made = toys.project(tmp_path)
    _, run = toys.finish(training.start(made, toys.request("gan", 8)))
    newest = checkpoint.checkpoints(run.checkpoints)[-1] / "tensors.safetensors"
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(data)
    events, _ = toys.finish(training.resume(made))
    assert any(isinstance(e, Note) and "damaged" in e.text for e in events)


def test_resume_trains_on_beyond_the_plan(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 5)))
    with pytest.raises(Refused, match="all of its plan"):
        toys.finish(training.resume(made))
    _, run = toys.finish(training.resume(made, plan=Plan(steps=4)))
    assert run.history().step == 9


def test_a_run_may_start_from_another_ones_model(tmp_path):
    made = toys.project(tmp_path)
    _, first = toys.finish(training.start(made, toys.request("vae", 5)))
    request = toys.request("vae", 5).updated({"start_from": first.number})
    job = training.start(made, request, toys.known(5))
    next(e for e in job if isinstance(e, Saved))
    job.close()
    second = made.run(2)
    _, before, _, _ = checkpoint.newest(first.checkpoints)
    _, after, values, _ = checkpoint.newest(second.checkpoints, 0)
    assert second.record.start_from == first.number and values["step"] == 0
    measured = "mixture|log_sigma"  # anew before each save, on what the model is then
    learned = [k for k in before if k.startswith("ema.") and not re.search(measured, k)]
    assert learned and all(torch.equal(before[k], after[k]) for k in learned)
    assert all(torch.equal(before[k], after[k.replace("ema.", "learner.model.")]) for k in learned)


def test_a_run_of_another_make_is_no_start(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("vae", 5)))
    with pytest.raises(Refused, match="another make"):
        toys.finish(training.start(made, toys.request("gan", 5).updated({"start_from": 1})))
    with pytest.raises(Refused, match="no run 7"):
        toys.finish(training.start(made, toys.request("gan", 5).updated({"start_from": 7})))
    assert [run.number for run in made.runs()] == [1]


def test_changed_pictures_are_refused(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 5)))
    manifest = made.dataset("toy") / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"fingerprint": "other"}))
    with pytest.raises(Refused, match="other pictures"):
        toys.finish(training.resume(made, plan=Plan(steps=4)))


def test_minutes_end_a_run(tmp_path):
    made = toys.project(tmp_path)
    _, run = toys.finish(training.start(made, toys.request("gan", 0, minutes=0.02)))
    assert run.history().status == "finished" and 0 < run.history().seconds < 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"family": "nonsense"}, "no family"),
        ({"preset": "nonsense"}, "no preset"),
        ({"settings": {"nonsense": 1}}, "no setting 'nonsense'"),
        ({"settings": {"batch": -3}}, "'batch' does not accept -3"),
        ({"dataset": "gone"}, "not in the project"),
        ({"plan": Plan(device="cuda:7")}, "no device"),
    ],
)
def test_wrong_requests_are_refused_in_a_sentence(tmp_path, change, words):
    made = toys.project(tmp_path)
    request = toys.request("gan", 5).updated(change)
    with pytest.raises(Refused, match=words):
        toys.finish(training.start(made, request))
    assert made.runs() == []


def test_an_interrupted_run_is_seen_as_such(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 5)))
    log = made.run().folder / "log.jsonl"
    lines = [line for line in log.read_text().splitlines() if '"ended"' not in line]
    dead = [line.replace('"pid": ', '"pid": 99999') for line in lines]
    log.write_text("\n".join(dead) + '\n{"event": "scal')
    run = project.open(made.folder).run()
    assert run.history().status == "interrupted" and run.history().saved == 5


def test_changed_settings_hold_from_then_on_and_mark_the_curve(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 10)))
    more, change = Plan(steps=5), {"rate": 1e-4, "augment_amount": 0.9}
    events, run = toys.finish(training.resume(made, plan=more, changes=change))
    notes = [e for e in events if isinstance(e, Note) and e.kind == "remedy"]
    assert [(n.step, n.text) for n in notes] == [
        (10, "Learning rate: 0.0001; Augmentation amount: 0.9.")
    ]
    assert run.history().changes == change and run.record.settings["rate"] == 2e-3
    state = checkpoint.newest(run.checkpoints)[2]
    assert state["settings"]["rate"] == 1e-4 and state["step"] == 15
    toys.finish(training.resume(made, plan=more))
    assert checkpoint.newest(run.checkpoints)[2]["settings"]["augment_amount"] == 0.9


def test_another_batch_size_is_taken_over(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 5)))
    _, run = toys.finish(training.resume(made, plan=Plan(steps=5), changes={"batch": 4}))
    assert run.history().step == 10


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 16}, "does not fit another 'width'; start a new run"),
        ({"latent": 4, "rate": 1e-3}, "does not fit another 'latent', 'rate'"),
        ({"nonsense": 1}, "no setting 'nonsense'"),
        ({"rate": -1.0}, "'rate' does not accept -1.0"),
    ],
)
def test_changes_that_do_not_fit_are_refused_and_leave_the_run_alone(tmp_path, changes, words):
    made = toys.project(tmp_path)
    _, run = toys.finish(training.start(made, toys.request("gan", 5)))
    before = (run.folder / "log.jsonl").read_bytes(), digest(run)
    with pytest.raises(Refused, match=words):
        toys.finish(training.resume(made, plan=Plan(steps=5), changes=changes, back_to=0))
    assert ((run.folder / "log.jsonl").read_bytes(), digest(run)) == before


def test_going_back_trains_on_from_there_and_nothing_newer_comes_back(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 10)))
    toys.finish(training.resume(made, plan=Plan(steps=10)))
    events, run = toys.finish(training.resume(made, plan=Plan(steps=3), back_to=12))
    note = next(e for e in events if isinstance(e, Note) and e.kind == "remedy")
    assert note.text == "Back to step 10." and note.step == 10
    history = run.history()
    assert history.step == history.saved == 13
    assert checkpoint.newest(run.checkpoints)[2]["step"] == 13
    assert (run.checkpoints / "aside" / "step-00000020" / "MANIFEST.json").exists()


def test_changes_to_a_finished_run_get_its_plan_anew(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 6)))
    _, run = toys.finish(training.resume(made, changes={"rate": 1e-4}))
    assert run.history().step == 12


def test_a_remedy_that_stops_keeps_an_earlier_save(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("gan", 6)))
    toys.finish(training.resume(made, plan=Plan(steps=6)))
    remedy = Remedy("Keep the best", "Ends.", back_to=8, stop=True)
    events, run = toys.finish(training.treat(made, None, remedy))
    assert [e.text for e in events] == ["Back to step 6."]
    assert checkpoint.newest(run.checkpoints)[2]["step"] == run.history().saved == 6
    assert run.history().status == "finished"


def test_a_remedy_s_changes_are_applied(tmp_path):
    made = toys.project(tmp_path)
    toys.finish(training.start(made, toys.request("vae", 6)))
    remedy = Remedy("Slower", "Half.", {"rate": 5e-4})
    _, run = toys.finish(training.treat(made, 1, remedy, Plan(steps=2)))
    assert run.history().step == 8 and run.history().changes == {"rate": 5e-4}


def test_what_was_measured_beside_the_steps_is_plotted_once(tmp_path):
    made = toys.project(tmp_path, count=120)
    _, run = toys.finish(training.start(made, toys.request("vae", 300)))
    series = run.history().series
    steps, values = series["diversity"]
    grids = {s.step for s in run.history().samples}
    assert 2 <= len(steps) <= len(grids) and len(set(values)) == len(values)
    assert len(series["change"][0]) >= 1 and (series["change"][1] > 0).all()


def test_damaged_pictures_are_not_learned(tmp_path):
    made = toys.project(tmp_path)
    (made.folder / "project.json").write_text('{"schema": 1, "name": "toy"}')
    project.open(made.folder)  # seals the set
    toys.finish(training.start(made, toys.request("gan", 5)))
    path = made.dataset("toy") / "pictures.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    for job in (training.start(made, toys.request("gan", 5)), training.resume(made)):
        with pytest.raises(Refused, match="damaged; import the pictures again"):
            toys.finish(job)
    assert len(made.runs()) == 1
