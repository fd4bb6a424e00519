"""An exhaustive walk: every point where saving touches the disk, with every fault.

Afterwards the newest announced checkpoint loads and equals its hash, nothing of the user's is
damaged, the next start leaves nothing behind, and the operation works again.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from studio import paths
from studio.core import checkpoint, durable
from studio.core import project as projects
from studio.core.assets.kind import File
from studio.core.assets.pack_export import export_pack
from studio.core.assets.pack_import import import_pack
from studio.core.assets.writing import write_all
from studio.core.data import importing
from studio.core.data.packed import open_packed, verified
from studio.core.events import finished
from studio.core.gallery import keeping, marks, trash
from studio.core.gallery.keeping import keep
from studio.core.painting.box import Box
from studio.core.painting.painting import Painting
from studio.core.photographs.photograph import Photograph, open_photograph
from studio.core.project import Plan, RunRecord
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import embedded
from studio.core.repair import journal
from tests.core.assets.trained import trained
from tests.core.data.made import encoded, imported, photo
from tests.core.data.made import folder as filled
from tests.faults.planting import DONE, Operation, Walk, state

WORDS = "a fault at every point: {}"
QUICK = {"save": 1, "prune": 1, "save again": 2}  # in the quick set one of so many cases
SELDOM = 25
TENSORS = {"ema.a": torch.arange(6.0), "optimizer.a": torch.ones(3)}
NEWER = {"ema.a": torch.arange(6.0) + 1, "optimizer.a": torch.zeros(3)}


def saved(folder: Path, *steps: int) -> None:
    for step in steps:
        checkpoint.save_checkpoint(folder, step, TENSORS, {"step": step})


def loads(folder: Path) -> str:
    """Return what is wrong with any checkpoint in a folder."""
    for path in filter(Path.is_dir, folder.rglob("step-*")):
        try:
            tensors, values = checkpoint.load_checkpoint(path)
        except checkpoint.Damaged as damaged:
            return str(damaged)
        if values["step"] != int(path.name[5:]) or not any(
            name.startswith("ema.") for name in tensors
        ):
            return f"{path.name} is another"
    return ""


def swept(folder: Path) -> None:
    durable.recover()
    checkpoint.sweep(folder)


def pruned(folder: Path, _: int) -> str:
    steps = {int(path.name[5:]) for path in checkpoint.checkpoints(folder)}
    return loads(folder) or ("" if {0, 10, 20, 21, 22, 23} <= steps else f"only {steps} are left")


def aside(folder: Path, ended: int) -> str:
    steps = [int(path.name[5:]) for path in folder.rglob("step-*")]
    newest = int(checkpoint.newest(folder)[0].name[5:])
    if sorted(steps) != [1, 2, 3] or newest not in (1, 3):
        return f"{steps} are left, {newest} is the newest"
    return loads(folder) or ("" if ended != DONE or newest == 1 else "did not go back")


CHECKPOINTS = (
    Operation(
        "save",
        lambda f: saved(f, 1, 2),
        lambda f: saved(f, 3),
        swept,
    ),
    Operation(
        "save again",
        lambda f: saved(f, 1, 2),
        lambda f: checkpoint.save_checkpoint(f, 2, NEWER, {"step": 2}),
        swept,
    ),
    Operation(
        "prune",
        lambda f: saved(f, 0, 10, 11, 12, 20, 21, 22, 23),
        lambda f: checkpoint.prune(f, 100),
        swept,
        pruned,
    ),
)
GOING_BACK = Operation(
    "put aside", lambda f: saved(f, 1, 2, 3), lambda f: checkpoint.put_aside(f, 1), swept, aside
)


def files(folder: Path) -> None:
    (folder / "a.txt").write_text("old a")
    (folder / "c.txt").write_text("old c")


NEW = [File("a.txt", b"new a"), File("deep/er/b.txt", b"new b"), File("c.txt", b"new c")]
EXPORT = Operation(
    "export over files that are there",
    files,
    lambda f: finished(write_all(NEW, f, True)),
    lambda _: durable.recover(),
)


def project(folder: Path) -> None:
    made = projects.create(folder / "p.atelier")
    pictures = {f"{k}.png": encoded(photo(seed=k)) for k in range(3)}
    filled(folder / "pets", pictures)
    made.new_run(RECORD)


RECORD = RunRecord(
    name="a", created=1.0, dataset="d", family="gan", preset="quick", settings={}, plan=Plan()
)


def first_schema(folder: Path) -> None:
    """Make a project as the first version wrote it."""
    project(folder)
    place = folder / "p.atelier"
    importing.accept(imported(folder / "pets", place))
    saved(place / "runs" / "001" / "checkpoints", 5)
    for path in [*place.rglob("MANIFEST.json"), *place.rglob("manifest.json")]:
        values = json.loads(path.read_bytes())
        values.pop("seal")
        key = "schema" if "schema" in values else "schema_version"
        path.write_text(json.dumps({**values, key: 1}))
    path = place / "project.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "schema": 1, "mine": 1}))


def opened(folder: Path) -> None:
    projects.open(folder / "p.atelier")


def migrated(folder: Path, _: int) -> str:
    place = folder / "p.atelier"
    finished(verified(open_packed(projects.read(place).datasets()[0])))
    values = json.loads((place / "project.json").read_bytes())
    return loads(place) or ("" if (values["schema"], values["mine"]) == (2, 1) else "lost")


def took_in(folder: Path) -> None:
    importing.accept(imported(folder / "pets", folder / "p.atelier"))


def damaged_set(folder: Path) -> None:
    project(folder)
    took_in(folder)
    place = projects.read(folder / "p.atelier").datasets()[0]
    (place / "rights.json").write_text("mine")
    data = bytearray((place / "pictures.npy").read_bytes())
    data[-3] ^= 1
    (place / "pictures.npy").write_bytes(data)


def repaired(folder: Path, ended: int) -> str:
    (place,) = (folder / "p.atelier" / "datasets").iterdir()
    if (place / "rights.json").read_text() != "mine":
        return "rights are lost"
    if ended == DONE:
        finished(verified(open_packed(place)))
    return ""


PICTURE = photo(seed=7)


def kept(folder: Path) -> None:
    keep(folder, PICTURE, Record(title="moss", created=1.0), "Hero")


def gallery(folder: Path) -> None:
    for _ in range(2):
        kept(folder)
    marks.say(folder, {"names": ["hero-0001.png"], "star": True, "on": True})


def gallery_opened(folder: Path) -> None:
    durable.recover()
    durable.sweep(folder)
    trash.mend(folder)


def whole(folder: Path, ended: int) -> str:
    found = sorted(folder.glob("*.png"))
    for path in found:
        record = embedded(path)
        if not np.array_equal(open_photograph(path).pixels, PICTURE) or record is None:
            return f"{path.name} is not whole"
    there = {path.name for path in folder.glob("*.json")}
    needed = {f"{path.name}.json" for path in found}
    if not {"hero-0001.png.json", "hero-0002.png.json"} <= there <= needed:
        return f"sidecars: {there}"
    return "" if ended != DONE or len(there) == len(found) == 3 else "is not what was announced"


def removed(folder: Path) -> None:
    gallery(folder)
    trash.remove(folder, "hero-0001.png")


def marked(folder: Path) -> None:
    marks.say(folder, {"names": ["hero-0002.png"], "tag": "boss", "on": True})


def remembered(folder: Path) -> dict:
    """Return all but the times of the marks, and what a crash cut off."""
    found = state(folder)
    found.pop(marks.FILE)
    return found | {"marks": marks.replay(folder)}


def renamed(folder: Path) -> None:
    projects.rename(projects.read(folder / "p.atelier").run(1), "better")


def numbered(folder: Path, ended: int) -> str:
    runs = projects.read(folder / "p.atelier").runs()
    there = sorted(p.name for p in (folder / "p.atelier" / "runs").iterdir())
    sound = len(runs) == len(there) and len(runs) == (2 if ended == DONE else len(runs))
    return "" if sound and runs[0].record == RECORD else f"runs: {there}"


REST = (
    GOING_BACK,
    Operation("migrate", first_schema, opened, opened, migrated),
    Operation("import", project, took_in, opened),
    Operation("import over a damaged set", damaged_set, took_in, opened, repaired),
    Operation("keep in the gallery", gallery, kept, gallery_opened, whole),
    Operation("mark", gallery, marked, gallery_opened, seen=remembered),
    Operation(
        "to the trash",
        gallery,
        lambda f: trash.remove(f, "hero-0001.png"),
        gallery_opened,
        seen=lambda f: {k: v for k, v in state(f).items() if k != keeping.TRASH},
    ),
    Operation(
        "back from the trash",
        removed,
        lambda f: trash.restore(f, "hero-0001.png"),
        gallery_opened,
        seen=lambda f: {k: v for k, v in state(f).items() if k != keeping.TRASH},
    ),
    Operation("rename a run", project, renamed, opened),
    Operation(
        "begin a run",
        project,
        lambda f: projects.read(f / "p.atelier").new_run(RECORD),
        opened,
        numbered,
    ),
)


def packed(folder: Path) -> None:
    finished(export_pack(projects.read(folder / "toy.atelier"), None, folder / "toy"))


def pack_there(folder: Path) -> None:
    trained(folder, "gan")
    packed(folder)
    projects.create(folder / "home.atelier")


def taken_in(folder: Path) -> None:
    finished(import_pack(folder / "toy.atelierpack", projects.read(folder / "home.atelier")))


def run_whole(folder: Path, ended: int) -> str:
    home = projects.read(folder / "home.atelier")
    runs, there = home.runs(), list((home.folder / "runs").iterdir())
    if len(runs) != len(there) or (ended == DONE and len(runs) != 1):
        return f"runs: {there}"
    if runs and (runs[0].history().status != "finished" or not runs[0].origin()):
        return "half a run"
    return loads(home.folder)


def repairing(_: Path) -> None:
    paint = Painting(PICTURE.copy())
    book = journal.begin(Photograph(PICTURE), "moss")
    for index in (0, 1, 1):  # the third takes the place of the second, which is undone
        if paint.position > index:
            paint.undo()
            book.move(index)
        box = Box(index, 0, index + 4, 9)
        value = np.full((4, 9, 3), 10 * len(book.links), np.uint8)
        edit = paint.replace("picture", box, value, "stroke")
        assert edit is not None
        book.add(edit, index)


def found_again(folder: Path, ended: int) -> str:
    repairs = journal.unfinished()
    there = list((folder / "repairs").iterdir()) if (folder / "repairs").is_dir() else []
    if len(repairs) != len(there) or (ended == DONE and len(repairs) != 1):
        return f"{there} of which {len(repairs)} are told"
    for repair in repairs:
        again = finished(journal.replay(repair))
        if again.lost or (ended == DONE and again.painting.position != 2):
            return f"{again.lost} edits lost, {again.painting.position} done"
    return ""


PACKS = (
    Operation(
        "export a pack",
        lambda f: projects.open(trained(f, "gan").folder),
        packed,
        lambda f: projects.open(f / "toy.atelier"),
    ),
    Operation(
        "take in a pack",
        pack_there,
        taken_in,
        lambda f: projects.open(f / "home.atelier"),
        run_whole,
    ),
)
REPAIR = Operation(
    "a repair's journal",
    lambda f: (f / "repairs").mkdir(),
    repairing,
    lambda _: journal.unfinished(),
    found_again,
)
ALL = (*CHECKPOINTS, *REST, EXPORT, *PACKS, REPAIR)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("operation", ALL, ids=lambda o: o.name.replace(" ", "-"))
def test_every_point(promise, amount, tmp_path, monkeypatch, operation):
    monkeypatch.setattr(paths, "repairs", lambda: tmp_path / "now" / "work" / "repairs")
    every = amount(QUICK.get(operation.name, SELDOM), 1)
    with promise("Saving", WORDS.format(operation.name)) as kept_:
        walk = Walk(operation, tmp_path, monkeypatch)
        for number, fault in [*walk.cases()][::every]:
            wrong = walk.tried(number, fault)
            kept_.check(not wrong, f"{walk.named(number, fault)}: {wrong}")
        kept_.say(f"{len(walk.points)} points")


def broken(operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Tell whether the walk notices that an operation breaks its promise."""
    walk = Walk(operation, tmp_path, monkeypatch)
    return any(walk.tried(*case) for case in reversed([*walk.cases()]))


def test_the_walk_finds_files_written_in_place(tmp_path, monkeypatch):
    renaming = next(o for o in REST if o.name == "rename a run")
    monkeypatch.setattr(durable, "write_whole", lambda path, data: path.write_bytes(data))
    assert broken(renaming, tmp_path, monkeypatch)


def test_the_walk_finds_a_checkpoint_removed_before_it_is_replaced(tmp_path, monkeypatch):
    def naive(made: Path, goal: Path) -> None:
        shutil.rmtree(goal, ignore_errors=True)
        made.rename(goal)

    monkeypatch.setattr(checkpoint, "replace_folder", naive)
    assert broken(CHECKPOINTS[1], tmp_path, monkeypatch)


def test_the_walk_finds_leftovers(tmp_path, monkeypatch):
    operation = replace(CHECKPOINTS[0], start=lambda _: None)
    assert broken(operation, tmp_path, monkeypatch)
