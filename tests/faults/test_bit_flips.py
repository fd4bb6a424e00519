"""A single bit that flips on the disk: found in every kind of file, told in one sentence, with a
way on.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch

from studio.core import checkpoint
from studio.core import project as projects
from studio.core.assets import pack as packs
from studio.core.assets.exporting import export
from studio.core.assets.kind import Item
from studio.core.assets.kinds import kinds
from studio.core.assets.pack_export import export_pack
from studio.core.assets.pack_import import import_pack
from studio.core.data import importing
from studio.core.data.packed import open_packed, verified
from studio.core.events import Refused, finished
from studio.core.gallery.keeping import keep
from studio.core.gallery.verifying import examined
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import unlike
from tests.core.assets.trained import trained
from tests.core.data.made import encoded, imported, photo
from tests.core.data.made import folder as filled

WORDS = "single bits flipped in {}: all detected"
SEED = 20261122


def flipped(files: list[Path], count: int, seed: int = SEED) -> Iterator[tuple[Path, str]]:
    """Flip one bit at a time, in each file as often; yield the file and which bit it is."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        path = files[number % len(files)]
        data = path.read_bytes()
        place = int(rng.integers(8 * len(data)))
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        yield path, f"{path.name}, bit {place}"
        path.write_bytes(data)


def sentence(job: Callable[[], object]) -> str:
    """Return what is said where something is refused; "" where nothing is."""
    try:
        job()
    except (Refused, checkpoint.Damaged) as said:
        text = str(said)
        return text if text.endswith(".") and "\n" not in text and len(text) < 400 else ""
    return ""


def all_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_checkpoints(promise, amount, tmp_path):
    tensors = {f"ema.{k}": torch.arange(200.0) + k for k in range(4)}
    for step in (1, 2):
        state = {"step": step, "loss": 1e-05, "family": "gan"}
        path = checkpoint.save_checkpoint(tmp_path, step, tensors, state)
    with promise("Integrity", WORDS.format("a checkpoint")) as kept:
        for _, bit in flipped(all_of(path), amount(100, 1000)):
            older, _, _, troubles = checkpoint.newest(tmp_path)
            way_on = older.name == "step-00000001" and len(troubles) == 1
            kept.check(way_on and troubles[0].startswith("step-00000002 is damaged"), bit)


def test_sets(promise, amount, tmp_path):
    made = projects.create(tmp_path / "p.atelier")
    names = {f"{kind}/{k}.png": encoded(photo(seed=k)) for kind in "ab" for k in range(3)}
    source = filled(tmp_path / "pets", names)
    folder = importing.accept(imported(source, made.folder, width=16, height=16)).folder

    def used() -> None:
        packed = open_packed(folder)
        finished(verified(packed))
        _ = packed.labels

    used()
    with promise("Integrity", WORDS.format("a picture set")) as kept:
        for _, bit in flipped(all_of(folder), amount(100, 1000)):
            kept.check("import the pictures again" in sentence(used), bit)
    with promise("Integrity", "a damaged set is whole again once imported again") as kept:
        for number, (path, bit) in enumerate(flipped(all_of(folder), amount(3, 30))):
            whole = path.read_bytes()
            importing.accept(imported(source, made.folder, width=16, height=16))
            kept.check(not sentence(used) and path.read_bytes() != whole, f"{number}: {bit}")


def test_kept_pictures(promise, amount, tmp_path):
    path = keep(tmp_path, photo(seed=3), Record(title="moss", family="gan", seed=7), "Hero")
    assert examined(path)[0] == []
    with promise("Integrity", WORDS.format("a kept picture")) as kept:
        for _, bit in flipped(all_of(tmp_path), amount(60, 1000)):
            problems = examined(path)[0]
            kept.check(bool(problems) and "hero-0001.png" in problems[0], bit)


def test_exports(promise, amount, tmp_path):
    items = [Item(f"walk {k}", Photograph(photo(seed=k)), Record(seed=k)) for k in range(3)]
    kind = kinds()["sheet"]
    _, paths = finished(export(kind, items, kind.settings(), tmp_path / "hero.png"))
    assert len(paths) == 3 and unlike(paths[0]) == []
    with promise("Integrity", WORDS.format("an export")) as kept:
        for _, bit in flipped(all_of(tmp_path), amount(100, 1000)):
            said = unlike(paths[0])
            kept.check(len(said) == 1 and "hero" in said[0], bit)


def test_packs(promise, amount, tmp_path):
    path = finished(export_pack(trained(tmp_path, "gan"), None, tmp_path / "toy")).paths[0]
    home = projects.create(tmp_path / "home.atelier")

    def used() -> None:
        finished(packs.weights(packs.opened(path)))
        packs.opened(path).preview()

    used()
    with promise("Integrity", WORDS.format("a pack")) as kept:
        for _, bit in flipped([path], amount(40, 1000)):
            kept.check(bool(sentence(used)), bit)
    with promise("Integrity", "no run is made of a pack with a flipped bit") as kept:
        for _, bit in flipped([path], amount(5, 60)):
            refused = bool(sentence(lambda: finished(import_pack(path, home))))
            kept.check(refused and home.runs() == [] and bool(unlike(path)), bit)


def test_the_flips_find_what_has_no_seal(tmp_path, monkeypatch):
    path = checkpoint.save_checkpoint(tmp_path, 1, {"ema.a": torch.ones(3)}, {"step": 1})
    flips = [path / "MANIFEST.json"]

    def missed() -> int:
        load = partial(checkpoint.load_checkpoint, path)
        return sum(not sentence(load) for _ in flipped(flips, 60))

    assert missed() == 0
    monkeypatch.setattr(checkpoint, "unsealed", json.loads)
    assert missed() > 5
