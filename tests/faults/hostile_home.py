"""What is kept of a user outside of projects, all of it at once, and all that reads it back."""

import hashlib
import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.faults import hostile

GONE = 2**22 + 5  # no process has that number
PIXELS = np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)
PARTS = ("presets", "repairs", "recovery", "settings", "packs")


def made(root: Path, project: Path) -> Path:
    """Make a home below `root` with presets, repairs, what a crash left, settings and a pack."""
    from studio.core.assets.pack_export import export_pack
    from studio.core.events import finished
    from studio.core.project import read

    home = root / "home"
    (home / "data").mkdir(parents=True)
    os.environ["XDG_DATA_HOME"] = str(home / "data")
    os.environ["XDG_CONFIG_HOME"] = str(home / "config")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    picture = root / "photo.png"
    _presets()
    journals = _repairs(picture)
    _left(project, picture, journals[0])
    _settings(project)
    finished(export_pack(read(project), None, home / "toy"))
    return home


def _presets() -> None:
    from studio.core.events import finished
    from studio.core.style.look import Look, StylePicture
    from studio.core.style.methods import methods
    from studio.core.style.presets import save_preset

    known = methods()
    styles = (StylePicture(PIXELS, 1.0), StylePicture(PIXELS[:20], 0.5))
    for name, way, some in (("Pen", "ink", ()), ("Sky", "colors", styles)):
        finished(save_preset(name, Look(way, known[way].settings(), some), PIXELS))


def _repairs(picture: Path) -> list[str]:
    """Write two journals of processes that are gone, one of a file and one of pixels alone."""
    from studio.core.painting.box import Box
    from studio.core.painting.painting import Painting
    from studio.core.photographs.photograph import Photograph, save_photograph
    from studio.core.repair import journal

    photograph = Photograph(PIXELS)
    save_photograph(photograph, picture)
    found = []
    for path in (picture, None):
        book, painting = journal.begin(photograph, "photo", path), Painting(PIXELS.copy())
        for k in range(3):
            edit = painting.replace(
                "mask", Box(k, k, k + 9, k + 9), np.full((9, 9), 200 + k, np.uint8), f"edit {k}"
            )
            assert edit is not None
            book.add(edit, k)
        about = json.loads((book.folder / journal.ABOUT).read_bytes())
        about |= {"process": GONE, "started": 1.0}
        (book.folder / journal.ABOUT).write_text(json.dumps(about))
        found.append(book.folder.name)
    return found


def _left(project: Path, picture: Path, journal: str) -> None:
    """Hold something of every workspace, as a window does whose process is gone."""
    from studio import paths
    from studio.core.recovery.shelf import Held, Shelf

    shelf = Shelf(paths.recovery() / f"{GONE}-1.00-00000000")
    for workspace, values in _held(str(project), str(picture), journal).items():
        pictures = {
            "style": {"source0": PIXELS, "mask0mask": PIXELS[..., 0]},
            "explore": {"corner0": PIXELS, "corner3": PIXELS},
        }.get(workspace, {})
        held = Held(f"a {workspace}", "some words", values, pictures, lambda: PIXELS)
        shelf.keep(workspace, f"key {workspace}", held)


def _held(project: str, picture: str, journal: str) -> dict[str, dict[str, Any]]:
    """Return the values that the workspaces hold, as `studio.gui.holding` takes them."""
    from studio.core.data.import_settings import ImportSettings
    from studio.core.explore.place import Place
    from studio.core.project import Plan
    from studio.core.repair.request import RepairSettings
    from studio.core.style.methods import methods

    place = Place(np.zeros((2, 3, 3), np.float32)).to_json()
    way = ["ink", methods()["ink"].settings().model_dump(mode="json")]
    style = {"setup": way, "styles": [[0, 1.0]], "masks": 0, "words": "ink"}
    shown = {"styles": [[0, 1.0]], "masks": 0, "history": [style], "made": None}
    shown |= {"sources": ["s"], "masksets": [["mask"]]}
    plan = Plan().model_dump(mode="json")
    tagged = {"project": project, "run": 1, "yes": [place], "no": [place], "name": "n"}
    train = {"name": "n", "dataset": "toy", "family": "gan", "preset": "a", "settings": {}}
    loaded = ImportSettings().model_dump(mode="json")
    return {
        "library": {"project": project, "source": picture, "name": "n", "settings": loaded},
        "train": {"project": project, **train, "plan": plan, "start_from": 0},
        "explore": tagged | {"corners": {"0": place, "3": place}, "dot": [0.5, 0.25]},
        "style": shown | {"path": picture, "name": "n", "slots": [way, None], "at": 0},
        "repair": {"journal": journal, "settings": RepairSettings().model_dump(mode="json")},
        "export": {"paths": [picture], "row": 0, "kind": "sheet", "settings": {}, "endings": {}},
        "place": {"project": project, "page": "train", "train": 1},
    }


def _settings(project: Path) -> None:
    """Remember what a window does."""
    from studio.gui.memory import Memory
    from studio.gui.widgets.export_kinds import KINDS

    memory = Memory()
    memory.remember(project)
    memory.keep_weights(project / "project.json")
    memory.keep_tells(False)
    memory.keep_export_folder(project)
    memory.keep_geometry(_widget().saveGeometry())
    for kind in KINDS:
        memory.keep_export_settings(kind.id, kind.settings().model_dump(mode="json"))


def _widget() -> Any:
    """Return a widget as large as a window; there is one application a process."""
    from PySide6.QtWidgets import QApplication, QWidget

    application = QApplication.instance() or QApplication(["atelier"])
    widget = QWidget()
    widget.setProperty("application", application)
    return widget


def hurt(home: Path, rng: random.Random) -> Path:
    """Hurt a file, and let the seals around it be right most of the time; return which."""
    path = rng.choice(hostile.files(home))
    data, sealed = path.read_bytes(), rng.random() < 0.8
    if path.suffix == ".held" and sealed:
        told = hostile.hurt(data.partition(b"\n")[2], "held.json", rng)
        path.write_bytes(hashlib.sha256(told).hexdigest().encode() + b"\n" + told)
    elif path.suffix == ".edit" and sealed:
        path.write_bytes(data[:32] + hostile.hurt(data[32:], path.name, rng))
        _relink(path.parent)
    elif path.suffix == ".atelierpack" and sealed:
        _repack(path, rng)
    else:
        path.write_bytes(hostile.hurt(data, path.name, rng))
    return path


def _relink(folder: Path) -> None:
    """Let the edits of a journal follow each other."""
    link = bytes.fromhex(json.loads((folder / "journal.json").read_bytes())["digest"])
    for path in sorted(folder.glob("*.edit")):
        data = path.read_bytes()[32:]
        link = hashlib.sha256(link + data).digest()
        path.write_bytes(link + data)


def _repack(path: Path, rng: random.Random) -> None:
    """Hurt a part of a pack, most often a record, and let its manifest be right about it."""
    from studio.core.assets import pack

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in pack.PARTS}
    name = rng.choice((pack.MANIFEST, pack.MANIFEST, pack.RUN, pack.RECORD, pack.PREVIEW))
    parts[name] = hostile.hurt(parts[name], name, rng)
    if name != pack.MANIFEST:
        told = json.loads(parts[pack.MANIFEST])
        digest = hashlib.sha256(parts[name]).hexdigest()
        told["parts"][name] = {"bytes": len(parts[name]), "sha256": digest}
        parts[pack.MANIFEST] = json.dumps(told).encode()
    path.write_bytes(pack.packed(parts))


def readers() -> dict[str, Callable[[Path], set[str]]]:
    """Return what reads each kind of file back: given the home, it returns the names of what is
    there, and raises AssertionError where a refusal is no sentence.
    """
    known = (_read_presets, _read_repairs, _read_recovery, _read_settings, _read_packs)
    return dict(zip(PARTS, known, strict=True))


def part_of(path: Path, home: Path) -> str:
    """Return which reader a file belongs to."""
    name = path.relative_to(home).as_posix()
    if name.startswith("config"):
        return "settings"
    return next((each for each in PARTS if f"/{each}/" in name), "packs")


def owner_of(path: Path, home: Path) -> str:
    """Return the name under which a reader gives what a file is of."""
    part = part_of(path, home)
    if part == "recovery":
        return path.stem.partition("-")[0]
    return path.parent.name if part in ("presets", "repairs") else part


def _told(refused: BaseException) -> None:
    from tests.faults.canary import sentence

    wrong = sentence(refused)
    assert not wrong, wrong


def _read_presets(_: Path) -> set[str]:
    from studio.core.events import Note
    from studio.core.style.presets import load_presets

    job = load_presets()
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return {each.name for each in ended.value}
        if isinstance(event, Note):
            _told(ValueError(event.text))


def _read_repairs(_: Path) -> set[str]:
    from studio.core.events import Refused, finished
    from studio.core.repair import journal

    found = journal.unfinished()
    for each in found:
        try:
            replayed = finished(journal.replay(each))
            assert replayed.painting.mask.shape == PIXELS.shape[:2]
        except Refused as refused:
            _told(refused)
    return {each.folder.name for each in found}


def _read_recovery(_: Path) -> set[str]:
    from studio.core.events import Refused, finished
    from studio.core.recovery.offers import offers
    from studio.gui.recovery import loaded
    from studio.gui.widgets.recovery_dialog import apart, when

    found = finished(offers())
    for each in found:
        when(each.when)
        assert apart(each, each)
        try:
            finished(loaded(each))
        except Refused as refused:
            _told(refused)
    return {each.workspace for each in found}


def _read_settings(_: Path) -> set[str]:
    from studio.gui.desks.exporting import _updated
    from studio.gui.memory import Memory
    from studio.gui.widgets.export_kinds import KINDS

    memory = Memory()
    for kind in KINDS:
        _updated(kind.settings(), memory.export_settings(kind.id))
    memory.recent(), memory.weights(), memory.tells(), memory.export_folder()
    if (geometry := memory.geometry()) is not None:
        _widget().restoreGeometry(geometry)
    return set()


def _read_packs(home: Path) -> set[str]:
    from studio.core.assets import pack
    from studio.core.events import Refused, finished

    for path in home.glob("*.atelierpack"):
        try:
            pack.about(path)
            opened = pack.opened(path)
            opened.preview()
            finished(pack.weights(opened))
        except Refused as refused:
            _told(refused)
    return set()
