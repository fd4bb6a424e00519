"""Directions are found in every family, named by what they do, and kept safely."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.core.events import Refused
from studio.core.explore import answers as asking
from studio.core.explore import directions as ways
from studio.core.explore import effects
from studio.core.explore.answers import Answers
from studio.core.families import families
from studio.core.family import Model
from tests.core.toys import finish

NAMES = list(effects.WORDS)


class Painter(Model):
    """A model whose latent is a disk's place, size and color, hidden by a rotation."""

    latent_shape = (8,)

    def __init__(self):
        super().__init__()
        rng = torch.Generator().manual_seed(3)
        self.turn = torch.linalg.qr(torch.randn(8, 8, generator=rng)).Q

    def draw(self, latents, labels=None):
        x, y, size, red, blue = (0.3 * v[:, None, None] for v in (latents @ self.turn).T[:5])
        place = torch.linspace(-1, 1, 24)
        far = ((place - 0.3 * x) ** 2 + (place[:, None] - 0.3 * y) ** 2).sqrt()
        cover = torch.sigmoid(20 * (0.5 + 0.2 * size - far))
        color = [torch.sigmoid(red) * cover, 0.4 * cover, torch.sigmoid(blue) * cover, cover]
        yield torch.stack(color, 1) * 2 - 1


@pytest.fixture
def painted(explorers):
    """An explorer of the painter."""
    explorer, _ = explorers("gan")
    size = explorer.size._replace(height=24, width=24, classes=0)
    return replace(explorer, model=Painter(), size=size, classes=())


def test_known_factors_are_found_apart_and_named(painted):
    _, found = finish(ways.find_directions(painted, count=8))
    by_name = {d.name: d.vector @ painted.model.turn.numpy() for d in found}
    for name, axis in (("moves right", 0), ("moves down", 1), ("larger", 2)):
        way = by_name[name]
        assert way[axis] > 0.9, f"{name} also moves {np.round(way, 2)}"
    assert all(abs(np.linalg.norm(d.vector) - 1) < 1e-4 for d in found)


def test_the_search_is_the_same_each_time(painted):
    first, again = (finish(ways.find_directions(painted, 4, seed=2))[1] for _ in range(2))
    assert [(d.id, d.name) for d in first] == [(d.id, d.name) for d in again]


@pytest.mark.parametrize("family", sorted(families()))
def test_every_family_has_directions(family, explorers, monkeypatch):
    monkeypatch.setattr(asking, "draws", lambda explorer: 24)
    monkeypatch.setattr(ways, "TRIED_ON", 2)
    monkeypatch.setattr(ways, "LOOKS", 3)
    explorer, _ = explorers(family)
    events, found = finish(ways.find_directions(explorer, count=3, label=1))
    assert 1 <= len(found) <= 3 and len({d.name for d in found}) == len(found)
    assert all(d.vector.shape == explorer.shape and d.vector.dtype == np.float32 for d in found)
    knowing = explorer.with_directions({d.id: d.vector for d in found})
    place = knowing.seed(0, 1).with_slider(found[0].id, 3.0)
    assert knowing.pictures([place]).shape[0] == 1
    jumps = any("jump" in getattr(event, "text", "") for event in events)
    assert jumps != explorer.family.smooth


def test_a_search_can_be_stopped(painted):
    job = ways.find_directions(painted)
    next(job)
    job.close()


@pytest.mark.parametrize(("count", "label"), [(0, None), (3, 99), (3, -1)])
def test_nonsense_is_refused(painted, count, label):
    with pytest.raises(Refused):
        finish(ways.find_directions(painted, count, label=label))


def test_a_model_that_draws_one_picture_is_refused(painted, monkeypatch):
    monkeypatch.setattr(
        Painter,
        "draw_points",
        lambda self, latents, labels=None: iter([torch.zeros(len(latents), 4, 24, 24)]),
    )
    with pytest.raises(Refused, match="look the same"):
        finish(ways.find_directions(painted))


def test_a_move_leaves_what_goes_along_with_it():
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(2000, 3, generator=rng)
    known = Answers(torch.eye(3), x, None, x, torch.eye(3), x, x)
    move = ways.apart(known, torch.stack([x[:, 0] + 0.5 * x[:, 1], x[:, 1]], 1))[0]
    cosine = move / move.norm()
    assert cosine[0] > 0.97 and abs(cosine[1]) < 0.2


def test_what_hardly_changes_a_picture_is_left_out():
    x = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    known = Answers(torch.eye(3), x, None, x, torch.eye(3), x, x)
    tried = ways.Tried(torch.tensor([1.0, 0.5, 0.1]), torch.zeros(3, 8, len(NAMES)))
    found = ways.chosen(known, torch.eye(3), tried, 3)
    assert [d.name for d in found] == ["Direction 1", "Direction 2"]


def test_only_a_sure_effect_has_a_word():
    effect = torch.zeros(8, len(NAMES))
    assert ways.told(effect)[1] == ""
    effect[:, NAMES.index("large")] = -2.0
    assert ways.told(effect) == (-1.0, "larger")
    effect[:, NAMES.index("low")] = 1.9
    assert ways.told(effect)[1] == ""
    effect[:, NAMES.index("low")] = 0.0
    effect[:4, NAMES.index("large")] = 1.5
    assert ways.told(effect)[1] == ""


def some() -> tuple[ways.Direction, ...]:
    """Return two directions."""
    vectors = torch.randn(2, 4, generator=torch.Generator().manual_seed(1))
    return (
        ways.direction("larger", vectors[0]),
        ways.direction("eyes", vectors[1], ways.TAGGED, 0.9),
    )


def test_renaming_keeping_and_deleting_return_new_tuples():
    one, two = some()
    assert ways.renamed((one, two), one.id, "  big   eyes ")[0].name == "big eyes"
    assert ways.renamed((one, two), one.id, "  ")[0].name == "larger"
    assert ways.kept((one, two), one.id)[0].kept and not one.kept
    assert [d.id for d in ways.without((one, two), one.id)] == [two.id]


def test_what_is_kept_or_tagged_survives_a_new_search():
    one, two = some()
    other = ways.direction("other", torch.ones(4))
    assert [d.id for d in ways.merged((one, two), (two, other))] == [two.id, other.id]
    assert len(ways.merged(ways.kept((one, two), one.id), (other,))) == 3


def test_directions_are_read_as_they_were_saved(explorers):
    run = explorers("gan")[1].run()
    found = ways.kept(some(), some()[0].id)
    ways.save_directions(run, "abc", found)
    again = ways.load_directions(run, "abc")
    assert [(d.id, d.name, d.found, d.kept, d.accuracy) for d in again] == [
        (d.id, d.name, d.found, d.kept, d.accuracy) for d in found
    ]
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(again, found, strict=True))
    assert ways.load_directions(run, "other") == ()
    ways.save_directions(run, "abc", ())
    assert ways.load_directions(run, "abc") == ()


@pytest.mark.parametrize("suffix", ["json", "safetensors"])
@pytest.mark.parametrize("damage", [b"", b"{}", b"[" * 9999, b'{"directions": [{"id": "x"}]}'])
def test_damaged_files_are_as_good_as_none(explorers, suffix, damage):
    run = explorers("gan")[1].run()
    ways.save_directions(run, "hurt", some())
    (run.folder / "explore" / f"directions-hurt.{suffix}").write_bytes(damage)
    assert ways.load_directions(run, "hurt") == ()


def test_a_changed_vector_is_noticed(explorers):
    run = explorers("gan")[1].run()
    ways.save_directions(run, "bits", some())
    path = run.folder / "explore" / "directions-bits.safetensors"
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    assert ways.load_directions(run, "bits") == ()


def test_a_name_never_leaves_the_folder(explorers):
    with pytest.raises(Refused):
        ways.save_directions(explorers("gan")[1].run(), "../../x/../../../y", some())
