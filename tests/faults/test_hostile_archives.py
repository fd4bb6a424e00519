"""Zips and packs of strangers: no part leads out, nothing bombs, a sentence says what is wrong."""

import contextlib
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.core.data.made import encoded, photo
from tests.faults.canary import Trial, sentence, watched
from tests.faults.hostile_archives import hurt, kinds
from tests.faults.test_hostile_projects import entered, place, plant, root

__all__ = ["root"]  # a fixture
HERE = "tests.faults.test_hostile_archives:"
LARGE = 1 << 20  # bytes from which on a zip is not hurt further
SOUND = ("sound", "a program in front", "wide and right", "wide and exact")


def pictures() -> dict[str, bytes]:
    """Return two sound pictures."""
    return {"one.png": encoded(photo()), "two.png": encoded(photo(seed=1))}


def chosen(number: int, known: dict[str, bytes]) -> tuple[str, bytes]:
    """Return each kind as it is, then hurt ones."""
    if number < len(known):
        return list(known.items())[number]
    small = [data for data in known.values() if 0 < len(data) < LARGE]
    return "hurt", hurt(number, small)


def told(act: Any) -> tuple[str, Any]:
    """Return what is wrong with how an action ended, and its result if it has one."""
    from studio.core.events import Refused

    try:
        return "", act()
    except Refused as refused:
        return sentence(refused), None
    except BaseException as error:
        return f"raises {error!r:.300} at {place(error)}", None


def zips(root: Path) -> Trial:
    """Import every zip into a project; of the sound parts none may be lost where it was whole."""
    from studio.core import project as projects
    from studio.core.data import importing, pool
    from studio.core.data.import_settings import ImportSettings
    from studio.core.events import finished

    plant(root)
    pool.possible = lambda: False  # its workers are processes of their own, and guarded as such
    folder = projects.create(root / "home.atelier", "home").folder
    known, path = kinds(pictures()), root / "strange.zip"

    def trial(number: int) -> str:
        name, data = chosen(number, known)
        path.write_bytes(data)
        wrong, draft = told(lambda: finished(importing.draft(str(path), ImportSettings(), folder)))
        if draft is not None:
            skipped = [sentence(ValueError(text)) for _, text in draft.report.skipped]
            wrong += "; ".join(filter(None, skipped[:2]))
            importing.discard(draft)
        if name in SOUND and (draft is None or draft.manifest.count != 2):
            wrong += " the pictures were not taken"
        wrong += f" the file was changed {name}" * (path.read_bytes() != data)
        left = [each.name for each in (folder / "datasets").glob("*")]
        shutil.rmtree(folder / "datasets", ignore_errors=True)
        wrong += f" left {left}" if left else ""
        return f"{name}: {wrong}" if wrong else ""

    trial(0)
    return trial


def packs(root: Path, base: str) -> Trial:
    """Take in every pack: none but the sound one is a model."""
    from studio.core import project as projects
    from studio.core.assets.pack import about
    from studio.core.assets.pack_import import import_pack
    from studio.core.events import finished

    plant(root)
    with zipfile.ZipFile(base) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    known = kinds(parts)
    known["sound"] = Path(base).read_bytes()
    home = projects.create(root / "home.atelier", "home")
    path = root / "strange.atelierpack"
    before = {each.relative_to(home.folder) for each in home.folder.rglob("*")}

    def trial(number: int) -> str:
        name, data = chosen(number, known)
        path.write_bytes(data)
        wrong = told(lambda: about(path))[0]
        again, run = told(lambda: finished(import_pack(path, home)))
        wrong += again
        if (run is None) == (name == "sound") or (run and data != known["sound"]):
            wrong += f" taken: {run is not None}"
        if run is not None:
            shutil.rmtree(run.folder)
        left = {each.relative_to(home.folder) for each in home.folder.rglob("*")} - before
        wrong += f" left {sorted(map(str, left))[:3]}" if left else ""
        return f"{name}: {wrong}" if wrong else ""

    trial(0)
    before |= {each.relative_to(home.folder) for each in home.folder.rglob("*")}
    return trial


def unpacking(root: Path) -> Trial:
    """Be a reader that joins names to a folder and unpacks it all: the test's own test."""
    known, path = kinds(pictures()), root / "strange.zip"
    home = root / "a" / "b"
    held: list[bytes] = []

    def trial(number: int) -> str:
        path.write_bytes(chosen(number, known)[1])
        broken = (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError)
        with contextlib.suppress(*broken), zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:4]:
                held.append(archive.read(entry))
                (home / entry.filename).parent.mkdir(parents=True, exist_ok=True)
                (home / entry.filename).write_bytes(held[-1])
        return ""

    return trial


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pack as the program writes it."""
    from studio.core.assets.pack_export import export_pack
    from studio.core.events import finished
    from tests.core.assets.trained import trained

    folder = tmp_path_factory.mktemp("packs")
    return str(finished(export_pack(trained(folder, "gan"), None, folder / "toy")).paths[0])


@pytest.mark.timeout(3600)
def test_a_zip_is_read_or_refused_by_a_sentence(root, promise, amount) -> None:
    with promise("Hostile files", "a strange zip: nothing outside, little memory, a word") as kept:
        entered(kept, watched(f"{HERE}zips", root, 0, amount(120, 10_000)))


@pytest.mark.timeout(3600)
def test_a_pack_is_taken_whole_or_refused(root, pack, promise, amount) -> None:
    with promise("Hostile files", "a strange pack is no model, and leaves nothing") as kept:
        entered(kept, watched(f"{HERE}packs", root, 0, amount(120, 10_000), base=pack))


def test_a_reader_that_unpacks_would_be_found_out(root) -> None:
    found = watched(f"{HERE}unpacking", root, 0, 24)
    assert any("outside" in text for text in found.broken), found.broken


def test_there_are_enough_kinds_and_only_few_are_sound() -> None:
    known = kinds(pictures())
    assert len(known) >= 70 and set(SOUND) <= known.keys()
    assert len({*known.values()}) == len(known)
    sizes = [len(data) for data in known.values()]
    assert max(sizes) < 16 << 20 and sum(size < LARGE for size in sizes) > 60
