"""Nothing found is lost: the tree survives closing, crashes and damage."""

import json

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.explore.exploration import Exploration
from studio.core.explore.place import Place

MODEL = ("d" * 16, 100)


def place(seed: int) -> Place:
    return Place(np.random.default_rng(seed).standard_normal(8).astype(np.float32))


def picture(level: int) -> np.ndarray:
    return np.full((16, 12, 4), level, np.uint8)


def grown(folder) -> Exploration:
    """A root with two children, one of them starred with a note, and a child of both."""
    tree = Exploration(folder)
    tree.add(place(0), "Seed 0", (), MODEL, picture(10))
    tree.add(place(1), "Drag", (0,), MODEL, picture(20))
    tree.go(0)
    tree.add(place(2), "Size +1", (0,), MODEL)
    tree.add(place(3), "Child", (1, 2), MODEL, picture(30))
    tree.star(2, True)
    tree.note(2, "  the one  ")
    return tree


def test_the_tree_is_there_again(tmp_path):
    before = grown(tmp_path)
    after = Exploration(tmp_path)
    assert after.at == before.at == 3 and after.damaged == 0
    assert [s.parents for s in after.steps.values()] == [(), (0,), (0,), (1, 2)]
    assert [s.title for s in after.steps.values()] == ["Seed 0", "Drag", "Size +1", "Child"]
    assert after.steps[2].star and after.steps[2].note == "the one"
    assert np.array_equal(after.steps[3].picture, picture(30)) and after.steps[2].picture is None
    assert np.array_equal(after.steps[1].place.latent, place(1).latent)


def test_undo_climbs_and_redo_goes_back_down(tmp_path):
    tree = grown(tmp_path)
    assert tree.undone() == 1
    tree.go(1)
    assert tree.undone() == 0 and tree.redone() == 3
    tree.go(0)
    assert tree.undone() is None and tree.redone() == 2
    assert Exploration(tmp_path).at == 0


def test_a_torn_line_costs_itself_alone(tmp_path):
    grown(tmp_path)
    path = tmp_path / "steps.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    tree = Exploration(tmp_path)
    assert tree.damaged == 1 and len(tree.steps) == 4
    tree.add(place(9), "After", (3,), MODEL)
    again = Exploration(tmp_path)
    assert again.damaged == 1 and again.steps[4].title == "After"


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[" * 5000,
        b"7",
        b'"add"',
        b"[]",
        b"{}",
        b'{"at": 99}',
        b'{"at": []}',
        b'{"add": "x"}',
        b'{"add": 1, "parents": [[1]], "title": 0}',
        b'{"star": 0}',
        b'{"note": 99, "text": "x"}',
    ],
)
def test_damage_is_counted_not_raised(tmp_path, line):
    grown(tmp_path)
    with (tmp_path / "steps.jsonl").open("ab") as file:
        file.write(line + b"\n")
    tree = Exploration(tmp_path)
    assert len(tree.steps) == 4 and tree.damaged == 1


def test_a_latent_that_is_not_finite_is_left_out(tmp_path):
    grown(tmp_path)
    values = {"add": 4, "parents": [], "title": "x", "digest": "x", "step": 0}
    bad = place(0).to_json() | {"latent": "AADAfwAAwH8AAMB/AADAfwAAwH8AAMB/AADAfwAAwH8="}
    with (tmp_path / "steps.jsonl").open("a") as file:
        file.write(json.dumps(values | {"place": bad}) + "\n")
    tree = Exploration(tmp_path)
    assert tree.damaged == 1 and 4 not in tree.steps


def test_a_missing_or_broken_thumbnail_is_none(tmp_path):
    grown(tmp_path)
    (tmp_path / "thumbnails" / "000000.png").write_bytes(b"no picture")
    (tmp_path / "thumbnails" / "000001.png").unlink()
    tree = Exploration(tmp_path)
    assert tree.steps[0].picture is None and tree.steps[1].picture is None


def test_thumbnails_are_small(tmp_path):
    tree = Exploration(tmp_path)
    step = tree.add(place(0), "Large", (), MODEL, np.zeros((200, 100, 1), np.uint8))
    assert step.picture.shape == (64, 32, 1)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match="no step 5"):
        Exploration(tmp_path).go(5)
