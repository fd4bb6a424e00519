"""Hurt projects: each opens, or a sentence says why not; nothing runs, nothing outside changes."""

import json
import logging
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from studio.core.recovery import shelf
from tests.faults import hostile, hostile_home, hostile_project
from tests.faults.canary import Outcome, Trial, sentence, watched
from tests.faults.page import Promise

HERE = "tests.faults.test_hostile_projects:"
ALL = 16  # one trial of so many reads every part, the others those that the hurt file is of
PLANTED = "raise SystemExit(open('ran', 'w').write('a module of the project was imported'))\n"


def cores(root: Path, base: str) -> Trial:
    """Read every part of a hurt project, as the command line and the window's jobs do."""
    from studio.core.events import Refused

    plant(root)
    folder = root / "toy.atelier"

    def trial(number: int) -> str:
        again(Path(base), folder)
        what = hostile_project.hurt(folder, random.Random(number)) if number >= 0 else ""
        wrong, readers = [], hostile_project.readers(folder)
        for name in readers if number % ALL == 0 else hostile_project.affected(what, readers):
            read = readers[name]
            try:
                read()
            except Refused as refused:
                wrong += [f"{name} {told}"] if (told := sentence(refused)) else []
                if number < 0:
                    raise
            except BaseException as error:
                wrong.append(f"{name} raises {error!r:.300} at {place(error)}")
                if number < 0:
                    raise
        return f"{what}: {'; '.join(wrong)}" if wrong else ""

    trial(-ALL)  # as it is, all of it opens
    return trial


def homes(root: Path, base: str, trusting: bool = False) -> Trial:
    """Read back what is kept of a user after one file of it was hurt; what is beside that must all
    be there, and the file itself must stay. `trusting`: a reader is in use that breaks.
    """
    project = root / "toy.atelier"
    again(Path(base), project)
    home = hostile_home.made(root, project)
    plant(root)
    whole, readers = root / "whole", hostile_home.readers()
    again(home, whole)
    there = {part: read(home) for part, read in readers.items()}
    logging.getLogger().addHandler(logging.NullHandler())  # it goes to a file, in the program
    if trusting:
        shelf._said = lambda file: json.loads(file.read_bytes().partition(b"\n")[2])

    def trial(number: int) -> str:
        again(whole, home)
        path = hostile_home.hurt(home, random.Random(number))
        part, owner = hostile_home.part_of(path, home), hostile_home.owner_of(path, home)
        try:
            found = readers[part](home)
        except BaseException as error:
            return f"{path.relative_to(home)} raises {error!r:.300} at {place(error)}"
        gone = there[part] - found - {owner}
        words = f"{path.relative_to(home)} {path.name} hides {sorted(gone)}" if gone else ""
        kept = owner in found or part != "recovery" or any(home.rglob(path.name))
        return words if kept else f"{words}; {path.name} is gone"

    return trial


def place(error: BaseException) -> str:
    """Return where an exception came from."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        if "studio" in trace.tb_frame.f_code.co_filename:
            where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where


def again(base: Path, folder: Path) -> None:
    """Put the project back as it was."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder, symlinks=True)


def plant(root: Path) -> None:
    """Lay a module where an import by a name out of a file would find it."""
    (root / "atelier_planted.py").write_text(PLANTED)
    sys.path.insert(0, str(root))
    os.chdir(root)
    Image.init()  # it tries to import what is not there for kinds of files that are not read


def entered(kept: Promise, found: Outcome) -> None:
    """Enter what was watched into a promise."""
    kept.count(found.tried - len(found.broken))
    for text in found.broken:
        kept.check(False, text)
    kept.say(found.figures())


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Where projects are hurt: in memory where there is such a disk, as all is synced."""
    if not Path("/dev/shm").is_dir():
        yield tmp_path / "root"
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="atelier-") as folder:
        yield Path(folder) / "root"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A whole project."""
    return str(hostile_project.made(tmp_path_factory.mktemp("base")))


@pytest.mark.timeout(3600)
def test_a_hurt_project_opens_or_a_sentence_says_why_not(root, base, promise, amount) -> None:
    with promise(
        "Hostile files", "a hurt project opens, or a sentence; no code, no socket"
    ) as kept:
        entered(kept, watched(f"{HERE}cores", root, 0, amount(300, 10_000), base=base))


@pytest.mark.timeout(3600)
def test_what_is_kept_of_a_user_is_read_back_or_left_out(root, base, promise, amount) -> None:
    words = "hurt presets, repairs, settings, packs: told, no other lost"
    with promise("Hostile files", words) as kept:
        entered(kept, watched(f"{HERE}homes", root, 0, amount(100, 10_000), base=base))


def test_a_reader_that_trusts_what_it_reads_is_found_out(root, base, amount) -> None:
    if not amount(0, 1):
        pytest.skip("it makes one more home: the full set only")
    found = watched(f"{HERE}homes", root, 0, 400, base=base, trusting=True)
    assert found.broken


def test_names_are_as_bad_as_they_are_said_to_be() -> None:
    found = hostile.names(500)
    assert len(found) == 500 and len(set(found[:150])) > 140
    assert {"..", "a\0b", "CON", "C:\\outside"} <= set(found)
