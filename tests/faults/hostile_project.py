"""A project with everything in it, and all that reads a part of one."""

import os
import random
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.faults import hostile

STEPS = 3
FOLDERS = ("9x", "²", "١", "00", "1.5", "9" * 300, "CON", "0x10", "1 ", "９")


def made(folder: Path) -> Path:
    """Make a project with a set, a run, all that was found in its model, a gallery; return it."""
    from studio.core import project as projects
    from studio.core import training
    from studio.core.events import finished
    from studio.core.explore.directions import direction, save_directions
    from studio.core.explore.opening import open_run
    from studio.core.explore.route import Key, Route
    from tests.core import toys

    folder.mkdir(parents=True, exist_ok=True)
    project = toys.project(folder)
    _, run = toys.finish(training.start(project, toys.request("vae", STEPS), toys.known(STEPS)))
    opened = finished(open_run(project, run.number))
    place = opened.explorer.seed(0)
    for title in ("Seed", "Breed"):
        opened.exploration.add(place, title, (0,), (opened.explorer.digest, STEPS), pixels())
    opened.exploration.star(0, True)
    import torch

    way = direction("Size", torch.from_numpy(place.latent))
    save_directions(run, opened.explorer.digest, (way,))
    path = Route((Key(place, 4, "ease"), Key(place, 4, "ease")), False, 12.0)
    projects.write_json(run.folder / "explore" / "route.json", path.to_json())
    _surroundings(project, run, opened, place)
    return project.folder


def _surroundings(project: Any, run: Any, opened: Any, place: Any) -> None:
    """Fill the gallery, and write all that is kept beside runs and sets."""
    from studio.core.events import finished
    from studio.core.explore import keeping
    from studio.core.gallery.gallery import open_gallery
    from studio.core.metrics.evaluation import Evaluation, save
    from studio.core.project import ORIGIN
    from studio.core.provenance import alarm, rights

    gallery = keeping.gallery(project)
    gallery.mkdir(exist_ok=True)
    keeping.keep(opened.explorer, place, pixels(), gallery / "kept-0001.png", {})
    found = finished(open_gallery(gallery))
    found.star(found.search(_query()))
    found.tag(found.search(_query()), "red")
    found.board(found.search(_query()), "wall")
    found.close()
    save(
        Evaluation(
            run=1,
            step=STEPS,
            created=0.0,
            seconds=1.0,
            seed=0,
            count=4,
            compared=4,
            training=4,
            held_out=4,
            encoder="house",
            scores=(),
            nearest=(1,),
            closest=(),
            picture="a.png",
        ),
        run,
    )
    rights.keep_rights(project.dataset("toy"), rights.Rights(author="someone"))
    alarm.choose(project, "block")
    (run.folder / ORIGIN).write_text('{"hash": "ab", "record": {"schema": 2}}')


def pixels() -> np.ndarray:
    """Return the picture that is kept."""
    return np.full((16, 16, 4), 200, np.uint8)


def _query() -> Any:
    from studio.core.gallery.query import Query

    return Query()


def hurt(folder: Path, rng: random.Random) -> str:
    """Hurt a file of the project, or put something in its way; say which."""
    way = rng.random()
    if way < 0.06:
        return _odd_folder(folder, rng)
    if way < 0.12:
        return _in_the_way(folder, rng)
    path = rng.choice(hostile.files(folder))
    data = path.read_bytes()
    if way < 0.2 and path.parent.name.startswith("step-"):
        return _sealed_lie(path.parent, rng)
    hurt = hostile.hurt(data, path.name, rng)
    path.write_bytes(hurt)
    return f"{path.relative_to(folder)} {hurt[:80]!r}"


def _odd_folder(folder: Path, rng: random.Random) -> str:
    """Copy a run, a checkpoint or a set under a name that no program gives."""
    sources = ("runs/001", f"runs/001/checkpoints/step-{STEPS:08d}", "datasets/toy")
    source = folder / rng.choice(sources)
    prefix = "step-" if source.name.startswith("step-") else ""
    goal = source.with_name(prefix + rng.choice(FOLDERS))
    try:
        shutil.copytree(source, goal)
    except OSError:  # no name for this disk
        return "nothing"
    return f"copied to {goal.relative_to(folder)}"


def _in_the_way(folder: Path, rng: random.Random) -> str:
    """Put a folder, a link, nothing or a pipe where a file is."""
    path = rng.choice(hostile.files(folder))
    path.unlink()
    kind = rng.choice(("folder", "link", "loop", "nothing", "outside", "pipe", "zeros"))
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "zeros":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "outside":
        path.symlink_to(folder.parent / "not there")
    return f"{path.relative_to(folder)} is a {kind}"


def _sealed_lie(step: Path, rng: random.Random) -> str:
    """Change a checkpoint's state or tensors, and its manifest so that the hashes are right."""
    import hashlib
    import json

    name = rng.choice(("state.json", "tensors.safetensors"))
    data = (step / name).read_bytes()
    data = hostile.hurt(data, name, rng)
    if name == "tensors.safetensors" and rng.random() < 0.6:
        data = hurt_header((step / name).read_bytes(), rng)
    (step / name).write_bytes(data)
    files = ("tensors.safetensors", "state.json")
    hashes = {each: hashlib.sha256((step / each).read_bytes()).hexdigest() for each in files}
    manifest = {"schema": 1, "step": STEPS, "torch": "2", "sha256": hashes}
    (step / "MANIFEST.json").write_text(json.dumps(manifest))
    return f"checkpoint {name}, its hash right"


def hurt_header(data: bytes, rng: random.Random) -> bytes:
    """Return a safetensors file whose header says something else, of its true length."""
    import json

    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    text = hostile.written(hostile.hurt_json(header, rng))
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def affected(what: str, known: Iterable[str]) -> list[str]:
    """Return which readers read what was hurt."""
    found = [names for part, names in READERS.items() if part in what.split(" ")[0]]
    return [name for name in known if not found or name in found[0]]


READERS = {
    "checkpoints": "models explored",
    "checkpoint": "models explored",
    "explore/": "explored",
    "evaluations": "said",
    "gallery": "gallery",
    "log.jsonl": "runs",
    "samples": "runs",
    "origin.json": "runs said",
    "run.json": "runs models explored said changed",
    "pictures": "sets",
    "datasets": "sets said",
}


def readers(folder: Path) -> dict[str, Callable[[], Any]]:
    """Return all that opens a project, or a part of one, by name; each may raise Refused."""
    known = (_project, _sets, _runs, _models, _explored, _gallery, _said, _changed)
    return {each.__name__.strip("_"): partial(each, folder) for each in known}


def _project(folder: Path) -> Any:
    from studio.core import project as projects

    return projects.open(folder)


def _sets(folder: Path) -> None:
    from studio.core.data.packed import open_packed
    from studio.core.provenance import rights

    for each in _project(folder).datasets():
        packed = open_packed(each)
        rights.rights_of(each)
        assert packed.pictures[:2].dtype == np.uint8
        assert packed.packings is not None
        assert packed.labels is None or len(packed.labels) >= 0


def _runs(folder: Path) -> None:
    for run in _project(folder).runs():
        history = run.history()
        run.origin()
        for sample in history.samples[-2:]:
            with suppress(OSError, ValueError, SyntaxError):  # as its callers expect
                sample.load()


def _models(folder: Path) -> None:
    from studio.core import checkpoint

    for run in _project(folder).runs():
        checkpoint.newest(run.checkpoints)


def _explored(folder: Path) -> None:
    from studio.core.events import finished
    from studio.core.explore.exploration import exploration
    from studio.core.explore.opening import open_run

    opened = finished(open_run(_project(folder)))
    assert exploration(opened.run).damaged >= 0


def _gallery(folder: Path) -> None:
    from studio.core.events import finished
    from studio.core.gallery.gallery import open_gallery
    from studio.core.provenance import chain

    found = finished(open_gallery(_project(folder).folder / "gallery"))
    try:
        ids = found.search(_query())
        found.thumbnails(ids)
        found.counts()
        for entry in found.entries(ids):
            finished(chain.trace(found.folder / entry.name))
    finally:
        found.close()


def _said(folder: Path) -> None:
    from studio.core.metrics import evaluation
    from studio.core.provenance import alarm, origins

    found = _project(folder)
    alarm.choice_of(found)
    for run in found.runs():
        evaluation.newest(run)
        origins.of_run(found, run)


def _changed(folder: Path) -> None:
    from studio.core import project as projects

    projects.rename(_project(folder).run(), "other")
