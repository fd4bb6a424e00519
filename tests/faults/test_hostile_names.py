"""Names that lead elsewhere, through all that makes a file's name of one: nothing lands outside."""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.data.made import encoded, photo
from tests.faults import hostile
from tests.faults.canary import Trial, sentence, watched
from tests.faults.test_hostile_projects import base, entered, place, plant, root

__all__ = ["base", "root"]  # fixtures
HERE = "tests.faults.test_hostile_names:"
NAMES = hostile.names(500)
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
DEVICES |= {f"{port}{k}" for port in ("com", "lpt") for k in "123456789¹²³"}
MISLEADING = "\x7f\ufeff\u2028\u2029\u202a\u202b\u202d\u202e\u2066\u2067\ud800"
PIXELS = np.full((12, 12, 4), 90, np.uint8)
OURS = (".atelier.lock", ".trash")
Door = Callable[[str], Any]


def portable(name: str) -> bool:
    """Tell whether Windows, macOS and Linux all can hold a file or folder of this name."""
    device = name.split(".")[0].strip().casefold() in DEVICES
    odd = set(name) & set('<>:"/\\|?*') or any(ord(c) < 32 or c in MISLEADING for c in name)
    size = len(name.encode(errors="replace"))
    return not device and not odd and name[-1:] not in (".", " ") and size <= 255


def doors(home: Path) -> dict[str, Door]:
    """Return all that makes a file in `home` by a name, by its own."""
    from studio.core import project as projects
    from studio.core.gallery.keeping import keep
    from studio.core.provenance.record import Record

    made = projects.create(home / "made.atelier", "Made")
    keep(home / "gallery", PIXELS[..., :3], Record(), "first")
    known = (*_kept(home), *_exported(home), *_imported(home, made.folder))
    return {each.__name__: each for each in known}


def _kept(home: Path) -> tuple[Door, ...]:
    from studio.core import project as projects
    from studio.core.events import finished
    from studio.core.gallery.gallery import open_gallery
    from studio.core.gallery.keeping import keep
    from studio.core.provenance.record import Record
    from studio.core.style.look import Look
    from studio.core.style.methods import methods
    from studio.core.style.presets import save_preset
    from studio.gui import engine

    way = next(iter(methods().values()))

    def project(name: str) -> None:
        projects.create(engine.free(home / "projects", name))

    def kept(name: str) -> None:
        keep(home / "gallery", PIXELS, Record(title="a"), name)

    def preset(name: str) -> None:
        list(save_preset(name, Look(way.name, way.settings(), ()), PIXELS[..., :3]))

    def marked(name: str) -> None:
        found = finished(open_gallery(home / "gallery"))
        try:
            found.tag([1], name)
            found.board([1], name)
            found.rename_board("a", name)
        finally:
            found.close()

    return project, kept, preset, marked


def _exported(home: Path) -> tuple[Door, ...]:
    from studio.core.assets.exporting import export
    from studio.core.assets.kind import Item
    from studio.core.assets.kinds import kinds
    from studio.core.photographs.photograph import Photograph
    from studio.repair_actions import Target

    def write(kind: str, names: list[str], target: Path) -> None:
        way = kinds()[kind]
        items = [Item(name, Photograph(PIXELS)) for name in names]
        list(export(way, items[: way.most or 2], way.settings(), target))

    def target(name: str) -> None:
        write("sheet", ["a", "b"], home / name.rpartition("/")[2])

    def repaired(name: str) -> None:
        if portable(Path(name).name):  # others are as odd as the picture beside them
            for file in Target(f"{home / 'repaired'}/").files(Path(name), 2):
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(b"repaired")

    def stickers(name: str) -> None:
        write("stickers", [name, f"{name}2"], home / "stickers")

    def contact(name: str) -> None:
        write("contact", [name, f"{name}2"], home / "contact.png")

    def sheet(name: str) -> None:
        write("sheet", [name, f"{name}2"], home / "sheet.png")

    def maps(name: str) -> None:
        write("maps", [name], home / "maps")

    return target, repaired, stickers, contact, sheet, maps


def _imported(home: Path, made: Path) -> tuple[Door, ...]:
    from studio.core import project as projects
    from studio.core.data.packed import open_packed

    place = home.parent / "in"

    def zipped(name: str) -> None:
        with zipfile.ZipFile(place / "names.zip", "w") as archive:
            archive.writestr("good.png", encoded(photo()))
            archive.writestr(name.encode(errors="replace").decode() or "a", encoded(photo(seed=1)))
        taken(made, str(place / "names.zip"))

    def folder(name: str) -> None:
        path = place / "names" / name
        if inside(path, place / "names"):
            with suppress(OSError):  # no name for this disk
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(encoded(photo()))
        taken(made, str(place / "names"))

    def dataset(name: str) -> None:
        open_packed(projects.open(made).dataset(name))

    return zipped, folder, dataset


def taken(project: Path, source: str) -> None:
    """Import a source and keep it."""
    from studio.core.data import importing
    from studio.core.data.import_settings import ImportSettings
    from studio.core.events import finished

    importing.accept(finished(importing.draft(source, ImportSettings(), project)))


def inside(path: Path, folder: Path) -> bool:
    """Tell whether a user could have a file of this name in the folder."""
    try:
        return Path(os.path.realpath(path)).is_relative_to(folder) and path != folder
    except (OSError, ValueError):
        return False


def state(top: Path) -> dict[str, str]:
    """Return the hash of every file below a folder that is no index and no log."""
    found = {}
    for path in sorted(top.rglob("*")):
        if path.is_file() and path.suffix not in (".db", ".jsonl") and path.name not in OURS:
            found[str(path.relative_to(top))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def everywhere(root: Path) -> Trial:
    """Give every name to every door, twice: the second time must not touch what the first made."""
    from studio.core.events import Refused

    home = root / "up" / "home"
    (root / "up" / "in" / "names").mkdir(parents=True)
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = str(home)
    plant(root)
    known = list(doors(home).items())

    def trial(number: int) -> str:
        if number % len(known) == 0:  # a name that is new to all of them
            shutil.rmtree(root / "up")
            (root / "up" / "in" / "names").mkdir(parents=True)
            known[:] = doors(home).items()
        (called, door), name = known[number % len(known)], NAMES[number // len(known) % len(NAMES)]
        wrong: list[str] = []
        for _ in range(2):
            before = state(home)
            try:
                door(name)
            except Refused as refused:
                wrong += [told] if (told := sentence(refused)) else []
            except BaseException as error:
                wrong.append(f"raises {error!r:.200} at {place(error)}")
            after = state(home)
            wrong += [f"{file} was changed" for file in before if after.get(file) != before[file]]
            odd = {part for file in after.keys() - before.keys() for part in Path(file).parts}
            wrong += [f"made {part!r}" for part in odd if not portable(part)]
        others = [path for path in (root / "up").iterdir() if path.name not in ("home", "in")]
        if others:
            wrong.append(f"made {[path.name for path in others]} outside")
        for path in others:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return f"{called} {name!r:.80}: {'; '.join(wrong)}" if wrong else ""

    return trial


@pytest.mark.timeout(3600)
def test_no_name_leads_out_or_over_anything(root, promise, amount) -> None:
    with promise("Hostile files", "no name leads out, over a file, or to a device") as kept:
        entered(kept, watched(f"{HERE}everywhere", root, 0, amount(260, 3000)))


def test_portable_is_what_all_systems_hold() -> None:
    assert all(map(portable, ("a.png", "console.png", "ü ñ.png", "com10", "a" * 255)))
    for name in ("con", "AUX.png", "nul .txt", "a:b", "a.", "a ", "a\nb", "a" * 256, "a/b", "COM¹"):
        assert not portable(name), name
