"""Checkpoints: all or nothing, verified, pruned with care."""

import errno
import json

import pytest
import torch

from studio.core import checkpoint
from studio.core.events import Refused

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(3)}


def test_round_trip(tmp_path):
    path = checkpoint.save_checkpoint(tmp_path, 7, TENSORS, {"step": 7})
    tensors, state = checkpoint.load_checkpoint(path)
    assert path.name == "step-00000007" and state == {"step": 7}
    assert all(torch.equal(tensors[k], TENSORS[k]) for k in TENSORS)


@pytest.mark.parametrize("name", ["tensors.safetensors", "state.json", "MANIFEST.json"])
def test_any_flipped_bit_is_found(tmp_path, name):
    path = checkpoint.save_checkpoint(tmp_path, 1, TENSORS, {"step": 1, "loss": 0.5})
    data = (path / name).read_bytes()
    for place in range(0, len(data), max(1, len(data) // 60)):
        flipped = bytearray(data)
        flipped[place] ^= 4
        (path / name).write_bytes(flipped)
        with pytest.raises(checkpoint.Damaged):
            checkpoint.load_checkpoint(path)


@pytest.mark.parametrize(
    ("call", "at"),
    [("write_synced", 0), ("write_synced", 1), ("write_synced", 2), ("sync_folder", 0)],
)
def test_a_failing_disk_leaves_the_older_checkpoint_and_nothing_half(
    tmp_path, monkeypatch, call, at
):
    checkpoint.save_checkpoint(tmp_path, 1, TENSORS, {"step": 1})
    original, calls = getattr(checkpoint, call), iter(range(100))

    def failing(*arguments):
        if next(calls) == at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(*arguments)

    monkeypatch.setattr(checkpoint, call, failing)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save_checkpoint(tmp_path, 2, TENSORS, {"step": 2})
    assert checkpoint.newest(tmp_path)[2]["step"] in (1, 2)
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000001"]


def test_newest_passes_over_the_damaged_and_says_why(tmp_path):
    for step in (1, 2):
        checkpoint.save_checkpoint(tmp_path, step, TENSORS, {"step": step})
    (tmp_path / "step-00000002" / "tensors.safetensors").write_bytes(b"x")
    path, _, state, troubles = checkpoint.newest(tmp_path)
    assert (
        state["step"] == 1 and path.name.endswith("1") and "step-00000002 is damaged" in troubles[0]
    )
    with pytest.raises(Refused, match="has saved no model yet; choose another run, or train a new"):
        checkpoint.newest(tmp_path / "nothing")


def test_damage_everywhere_is_one_sentence_with_a_way_on(tmp_path):
    for step in (1, 2):
        path = checkpoint.save_checkpoint(tmp_path, step, TENSORS, {"step": step})
        (path / "state.json").write_text("{}")
    with pytest.raises(
        Refused, match=r"no sound model \(step-00000002 is damaged.*; choose"
    ) as said:
        checkpoint.newest(tmp_path)
    assert str(said.value).count(". ") == 0


def test_newest_at_most_at_a_step(tmp_path):
    for step in (1, 5, 9):
        checkpoint.save_checkpoint(tmp_path, step, TENSORS, {"step": step})
    assert checkpoint.newest(tmp_path, 6)[2]["step"] == 5


def test_saving_a_step_again_replaces_it(tmp_path):
    checkpoint.save_checkpoint(tmp_path, 3, TENSORS, {"step": 3})
    checkpoint.save_checkpoint(tmp_path, 3, {"a": torch.zeros(1)}, {"step": 3})
    assert set(checkpoint.newest(tmp_path)[1]) == {"a"}
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000003"]


def test_pruning_keeps_the_newest_and_one_per_tenth(tmp_path):
    for step in range(0, 101, 2):
        checkpoint.save_checkpoint(tmp_path, step, TENSORS, {"step": step})
        checkpoint.prune(tmp_path, 100)
    steps = [int(p.name[5:]) for p in checkpoint.checkpoints(tmp_path)]
    assert steps[-3:] == [96, 98, 100] and set(range(0, 101, 10)) <= set(steps) and len(steps) <= 14


def test_left_overs_of_a_crash_are_swept(tmp_path):
    for name in (".tmp-00000009-1", ".old-step-00000004", ".atelier-4194303-1-abcdef00.tmp"):
        (tmp_path / name).mkdir(parents=True)
    checkpoint.save_checkpoint(tmp_path, 1, TENSORS, {"step": 1})
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000001"]


@pytest.mark.parametrize("name", [".old-00000003-99", ".atelier-4194303-1-abcdef00.was.{}"])
def test_a_checkpoint_moved_away_by_a_crash_is_put_back(tmp_path, name):
    path = checkpoint.save_checkpoint(tmp_path, 3, TENSORS, {"step": 3})
    path.rename(tmp_path / name.format(path.name))
    checkpoint.sweep(tmp_path)
    assert checkpoint.newest(tmp_path)[0] == path and len(list(tmp_path.iterdir())) == 1


def test_one_of_the_first_schema_has_no_seal_and_loads(tmp_path):
    path = checkpoint.save_checkpoint(tmp_path, 3, TENSORS, {"step": 3})
    manifest = json.loads((path / "MANIFEST.json").read_bytes())
    del manifest["seal"]
    (path / "MANIFEST.json").write_text(json.dumps(manifest))
    with pytest.raises(checkpoint.Damaged):
        checkpoint.load_checkpoint(path)
    (path / "MANIFEST.json").write_text(json.dumps({**manifest, "schema": 1}))
    assert checkpoint.load_checkpoint(path)[1] == {"step": 3}


def test_going_back_is_undone_where_a_move_fails(tmp_path, monkeypatch):
    for step in (1, 2, 3):
        checkpoint.save_checkpoint(tmp_path, step, TENSORS, {"step": step})
    move, moves = checkpoint.Path.rename, iter(range(9))

    def failing(path, goal):
        if next(moves) == 1:
            raise OSError(errno.EIO, "Input/output error")
        return move(path, goal)

    monkeypatch.setattr(checkpoint.Path, "rename", failing)
    with pytest.raises(OSError, match="Input"):
        checkpoint.put_aside(tmp_path, 1)
    assert [p.name[-1] for p in checkpoint.checkpoints(tmp_path)] == ["1", "2", "3"]


def test_pruning_keeps_the_newest_that_is_known_to_be_well(tmp_path):
    for step in range(1, 40):
        state = {"step": step, "healthy": min(step, 7)}
        checkpoint.save_checkpoint(tmp_path, step, TENSORS, state)
        checkpoint.prune(tmp_path, 10_000)
    assert [int(p.name[5:]) for p in checkpoint.checkpoints(tmp_path)] == [1, 7, 37, 38, 39]


def test_a_save_that_says_nothing_of_health_vouches_for_itself(tmp_path):
    for step in (1, 2):
        checkpoint.save_checkpoint(tmp_path, step, TENSORS, {"step": step})
    paths = checkpoint.checkpoints(tmp_path)
    assert checkpoint.healthy(paths) == 2 and checkpoint.healthy([]) == 0
    (paths[-1] / "state.json").write_text("[")
    assert checkpoint.healthy(paths) == 1
