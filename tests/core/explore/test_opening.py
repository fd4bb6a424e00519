"""A model opens with all that was found in it; damage costs itself and is told."""

import json
import shutil

import numpy as np
import pytest
import torch

from studio.core import checkpoint
from studio.core import project as projects
from studio.core.events import Note, Published, Refused
from studio.core.explore import directions, opening, studies
from studio.core.explore.exploration import exploration
from studio.core.explore.route import Key, Route
from tests.core.toys import finish


@pytest.fixture
def project(explorers, tmp_path):
    """A copy of the VAE's project that a test may change."""
    return projects.open(shutil.copytree(explorers("vae")[1].folder, tmp_path / "mine.atelier"))


@pytest.fixture
def opened(project):
    return finish(opening.open_run(project))[1]


def named(opened, name):
    rng = np.random.default_rng(len(name))
    vector = rng.standard_normal(opened.explorer.shape).astype(np.float32)
    return directions.direction(name, torch.from_numpy(vector))


def test_a_run_opens_empty_at_first(opened):
    assert not opened.exploration.steps and opened.directions == () and not opened.route.keys
    assert opened.explorer.step == 12


def test_all_that_was_found_is_there_again(project, opened):
    one = named(opened, "Size")
    directions.save_directions(opened.run, opened.explorer.digest, [one])
    place = opened.explorer.seed(1)
    opened.exploration.add(place, "Seed 1", (), (opened.explorer.digest, 12))
    finish(studies.draw_route(opened, Route((Key(place, 2), Key(place, 2)))))
    again = finish(opening.open_run(project, 1))[1]
    assert [d.name for d in again.directions] == ["Size"]
    assert np.array_equal(again.explorer.directions[one.id], one.vector)
    assert again.exploration.current.title == "Seed 1" and len(again.route.keys) == 2


def test_damage_is_told_and_the_rest_is_there(project, opened):
    tree = opened.exploration
    for seed in (1, 2):
        tree.add(opened.explorer.seed(seed), f"Seed {seed}", (), (opened.explorer.digest, 12))
    with (tree.folder / "steps.jsonl").open("ab") as file:
        file.write(b"\xff\xfe nothing\n{}\n")
    events, again = finish(opening.open_run(project))
    told = [event for event in events if isinstance(event, Note)]
    assert len(told) == 1 and told[0].level == "warning" and "2 lines" in told[0].text
    assert [step.title for step in again.exploration.steps.values()] == ["Seed 1", "Seed 2"]


@pytest.mark.parametrize("text", ["", "[", "7", "{}", '{"keys": [{}]}', "[" * 9999])
def test_a_damaged_route_is_none(project, opened, text):
    folder = opened.run.folder / "explore"
    folder.mkdir(exist_ok=True)
    (folder / "route.json").write_text(text)
    assert not finish(opening.open_run(project))[1].route.keys


def test_another_models_route_is_none(project, opened):
    finish(studies.draw_route(opened, Route((Key(opened.explorer.seed(1), 2),))))
    path = opened.run.folder / "explore" / "route.json"
    values = json.loads(path.read_text())
    values["keys"][0]["place"] |= {"shape": [1, 1], "latent": "AACAPw=="}
    path.write_text(json.dumps(values))
    assert not finish(opening.open_run(project))[1].route.keys


def test_another_checkpoint_keeps_steps_and_directions(project, opened):
    knowing = opened.knowing((named(opened, "Size"),))
    place = knowing.explorer.seed(1)
    knowing.exploration.add(place, "Seed 1", (), (opened.explorer.digest, 12))
    early = finish(opening.at_step(knowing, project, 0))[1]
    assert early.explorer.step == 0 and early.exploration is knowing.exploration
    assert [d.name for d in early.directions] == ["Size"]
    id = early.directions[0].id
    a, b = (early.explorer.points([p]) for p in (place, place.with_slider(id, 1.0)))
    assert not torch.equal(a, b), "its sliders work there"
    drawn = [model.explorer.pictures([place]) for model in (early, knowing)]
    assert not np.array_equal(*drawn)


def test_directions_found_in_that_checkpoint_come_first(project, opened):
    early = finish(opening.at_step(opened, project, 0))[1]
    directions.save_directions(opened.run, early.explorer.digest, [named(opened, "Early")])
    knowing = opened.knowing((named(opened, "Size"),))
    there = finish(opening.at_step(knowing, project, 0))[1]
    assert [d.name for d in there.directions] == ["Early"]
    assert len(there.explorer.directions) == 2, "a place may still use the other"


def test_what_a_training_publishes_is_explored(project, opened):
    _, tensors, values, _ = checkpoint.newest(opened.run.checkpoints, 0)
    published = Published(77, tensors, values | {"step": 77})
    followed = finish(opening.as_published(opened, published))[1]
    assert followed.explorer.step == 77 and followed.exploration is opened.exploration
    early = finish(opening.at_step(opened, project, 0))[1]
    place = opened.explorer.seed(2)
    assert np.array_equal(followed.explorer.pictures([place]), early.explorer.pictures([place]))


def test_a_picture_is_kept_in_the_gallery_and_opens_there(project, opened):
    one = named(opened, "Size")
    knowing = opened.knowing((one,))
    place = knowing.explorer.seed(5, 2).with_slider(one.id, 1.0)
    paths = [finish(opening.kept(project, knowing, place, None, None))[1] for _ in range(2)]
    assert [path.name for path in paths] == ["run1-vae-0001.png", "run1-vae-0002.png"]
    again, found = finish(opening.open_kept(project, paths[0]))[1]
    assert found.sliders == {one.id: 1.0}
    drawn = again.explorer.pictures([found])
    assert np.array_equal(drawn, knowing.explorer.pictures([place])), "drawn in full, with sliders"


def test_no_such_run_is_refused(project):
    with pytest.raises(Refused):
        finish(opening.open_run(project, 9))


def test_without_a_sound_checkpoint_it_is_a_sentence(project):
    for path in project.run().checkpoints.glob("step-*/tensors.safetensors"):
        path.write_bytes(b"broken")
    with pytest.raises(Refused):
        finish(opening.open_run(project))


def test_a_broken_newest_checkpoint_opens_the_one_before(project):
    newest = max(project.run().checkpoints.glob("step-*"))
    (newest / "tensors.safetensors").write_bytes(b"broken")
    events, found = finish(opening.open_run(project))
    assert found.explorer.step == 0
    assert any("instead" in event.text for event in events if isinstance(event, Note))


def test_the_history_of_two_runs_is_their_own(project, opened):
    opened.exploration.add(opened.explorer.seed(0), "Seed 0", (), (opened.explorer.digest, 12))
    assert len(exploration(project.run(1)).steps) == 1
    with pytest.raises(Refused):
        exploration(project.run(2))
