"""Pickles that pose as weights, tensor files that lie: refused, nothing run, little memory."""

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.canary import Trial, sentence, watched
from tests.faults.hostile_weights import (
    MARK,
    disguised,
    headers,
    hurt_tensors,
    pickles,
    sound_tensors,
)
from tests.faults.test_hostile_projects import again, base, entered, place, plant, root

__all__ = ["base", "root"]  # fixtures
HERE = "tests.faults.test_hostile_checkpoints:"


def doors(root: Path) -> dict[str, Callable[[Path], Any]]:
    """Return all that reads tensors or arrays from a file, by name; each may raise Refused."""
    from studio.core import checkpoint
    from studio.core.assets.pack import opened
    from studio.core.data.packed import open_packed
    from studio.core.events import Refused
    from studio.core.metrics import inception
    from studio.core.metrics.own import kept
    from studio.core.style.vgg import reading

    dataset, judge = root / "toy.atelier" / "datasets" / "toy", root / "judge"
    judge.mkdir(exist_ok=True)

    def tensors(path: Path) -> None:
        try:
            checkpoint.load_checkpoint(lie(root / "step-00000001", path.read_bytes()))
        except checkpoint.Damaged as damaged:
            raise Refused(str(damaged)) from None

    def pictures(path: Path) -> None:
        shutil.copyfile(path, dataset / "pictures.npy")
        open_packed(dataset)

    def own(path: Path) -> None:
        shutil.copyfile(path, judge / "judge.safetensors")
        said = {"schema": 1, "fingerprint": "a", "channels": 3, "sha256": hashed(path)}
        (judge / "judge.json").write_text(json.dumps(said))
        if kept(judge, "a") is None:
            raise Refused("It is learned anew.")

    known = (reading.read, tensors, pictures, own, opened, inception.load)
    return {f"{each.__module__}.{each.__name__}": each for each in known}


def hashed(path: Path) -> str:
    """Return a file's hash."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lie(step: Path, data: bytes) -> Path:
    """Return a checkpoint of these tensors whose hashes are right."""
    step.mkdir(exist_ok=True)
    (step / "tensors.safetensors").write_bytes(data)
    (step / "state.json").write_text("{}")
    hashes = {name: hashed(step / name) for name in ("tensors.safetensors", "state.json")}
    (step / "MANIFEST.json").write_text(json.dumps({"schema": 1, "sha256": hashes}))
    return step


def opening(root: Path, base: str) -> Callable[[Path, list[str]], str]:
    """Return what puts a file before doors, and says what was wrong with the refusals."""
    from studio.core.events import Refused

    plant(root)
    again(Path(base), root / "toy.atelier")
    known = doors(root)

    def opened(path: Path, names: list[str]) -> str:
        wrong = []
        for name in names or known:
            try:
                known[name](path)
                wrong.append(f"{name} took it")
            except Refused as refused:
                wrong += [f"{name}: {told}"] if (told := sentence(refused)) else []
            except BaseException as error:
                wrong.append(f"{name} raises {error!r:.300} at {place(error)}")
        ran = [str(p) for p in (Path(MARK), root / MARK) if p.exists()]
        return "; ".join(wrong + [f"it ran: {each}" for each in ran])

    return opened


def payloads(root: Path, base: str) -> Trial:
    """Put every pickle, as every kind of file, before every door."""
    opened = opening(root, base)
    known = list(pickles().items())

    def trial(number: int) -> str:
        name, data = known[number % len(known)]
        files = list(disguised(data).items())
        ending, whole = files[number // len(known) % len(files)]
        path = root / f"weights{ending}"
        path.write_bytes(whole)
        wrong = opened(path, [])
        return f"{name} as {ending}: {wrong}" if wrong else ""

    trial(0)
    return trial


QUICK = ["studio.core.style.vgg.reading.read", f"{__name__}.tensors"]


def tensors(root: Path, base: str) -> Trial:
    """Put tensor files that lie before what reads them."""
    opened = opening(root, base)
    listed, sound = list(headers()), sound_tensors()

    def trial(number: int) -> str:
        path = root / "weights.safetensors"
        path.write_bytes(listed[number] if number < len(listed) else hurt_tensors(number, sound))
        wrong = opened(path, [] if number < len(listed) else QUICK)
        return f"{path.read_bytes()[:100]!r}: {wrong}" if wrong.replace(TOOK, "") else ""

    trial(len(listed))
    return trial


TOOK = f"{__name__}.tensors took it"  # names and shapes are looked at by the model they are for


def mended(root: Path) -> Trial:
    """Run a pickle: the test's own test."""
    os.chdir(root)
    known = list(pickles().values())
    return lambda number: str(pickle.loads(known[number]))[:0]


def amounts() -> int:
    """Return how many trials it takes to put each pickle into each kind of file."""
    return len(pickles()) * len(disguised(b""))


@pytest.mark.timeout(3600)
def test_a_pickle_that_poses_as_weights_runs_nothing(root, base, promise, amount) -> None:
    with promise("Hostile files", "code posing as weights is refused by all, and not run") as kept:
        found = watched(f"{HERE}payloads", root, 0, amount(80, amounts()), base=base)
        entered(kept, found)


@pytest.mark.timeout(3600)
def test_tensors_that_lie_are_refused(root, base, promise, amount) -> None:
    with promise(
        "Hostile files", "a tensor file whose head lies is refused in little room"
    ) as kept:
        entered(kept, watched(f"{HERE}tensors", root, 0, amount(500, 100_000), base=base))


def test_a_reader_of_pickles_would_be_found_out(root) -> None:
    (root / "tmp").mkdir(parents=True)
    found = watched(f"{HERE}mended", root, 0, 3)
    assert len(found.broken) >= 3 and any("pickle.find_class" in text for text in found.broken)


def test_there_are_enough_pickles_and_they_are_no_empty_threat(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(pickles()) >= 40 and len(list(headers())) >= 30
    pickle.loads(pickles()["protocol 4"])
    assert (tmp_path / MARK).exists()
