"""The document: a readable folder with packed picture sets, runs and kept pictures."""

import json
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from send2trash import send2trash

from studio import __version__
from studio.core import durable, locking, migrating, runlog
from studio.core.durable import sync_folder as sync_folder
from studio.core.durable import write_json as write_json
from studio.core.durable import write_whole as write_whole
from studio.core.events import Job, Note, Refused, cut, finished
from studio.core.settings import Settings, field

SCHEMA = migrating.SCHEMA
SUFFIX = ".atelier"
FOLDERS = ("datasets", "runs", "gallery")
NUMBER = re.compile("[0-9]{1,9}")  # of a run, as its folder's name
FORBIDDEN = frozenset('<>:"/\\|?*')  # in names on Windows, and what it keeps names for
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
DEVICES |= {f"{port}{k}" for port in ("com", "lpt") for k in "0123456789¹²³"}
LONGEST = 120  # bytes
WORDS = ("name", "family", "preset")  # of a run's record, which are shown
SIZE_AT_MOST = 1 << 24  # bytes of project.json; ours has a hundred
ORIGIN = "origin.json"  # in a run that came in a pack


class Plan(Settings):
    """How long and where a run trains. What is trained belongs to the family's own settings."""

    minutes: float = field(
        3.0,
        label="Time",
        help="Training ends after this long, saved.",
        ge=0.01,
        le=100_000,
        unit="min",
    )
    steps: int = field(
        0,
        label="Steps",
        help="Train exactly this many steps; 0 takes as many as fit into the time.",
        ge=0,
        le=100_000_000,
        advanced=True,
    )
    seed: int = field(
        0,
        label="Seed",
        help="Another number gives another model from the same pictures.",
        ge=0,
        le=2**31 - 1,
    )
    mirror: bool = field(
        False,
        label="Mirror pictures",
        help="Also learn mirrored pictures. Wrong for letters and for faces looking one way.",
    )
    held_out: float = field(
        0.05,
        label="Held out",
        help="This share of the pictures is not learned, to notice mere memorizing (from 100 on).",
        ge=0,
        le=0.5,
        advanced=True,
    )
    device: str = field(
        "auto",
        label="Device",
        help="auto takes the GPU if there is one. Or: cpu, cuda, mps.",
        advanced=True,
    )
    threads: int = field(
        0,
        label="CPU threads",
        help="0 leaves one core for the window; more is faster only on an idle machine.",
        ge=0,
        le=256,
        advanced=True,
    )


class RunRecord(Settings):
    """A run's settings as it was started (`run.json`); never changed afterwards, except its
    name.
    """

    schema_version: int = SCHEMA
    name: str
    created: float
    dataset: str
    family: str
    preset: str
    settings: dict[str, Any]
    plan: Plan
    start_from: int = 0
    version: str = __version__


Status = Literal["running", "interrupted", "stopped", "finished", "failed"]


@dataclass(frozen=True)
class Run:
    """One training in a project: its folder, number and record. Progress is read from its log."""

    folder: Path
    number: int
    record: RunRecord

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints, newest last by name."""
        return self.folder / "checkpoints"

    @property
    def samples(self) -> Path:
        """The folder of sample grids."""
        return self.folder / "samples"

    def history(self) -> runlog.History:
        """Replay the run's log."""
        return runlog.replay(self.folder)

    def origin(self) -> dict[str, Any]:
        """Return "hash" and "record" of the pack a run came in; {} for one trained here."""
        try:
            found = json.loads((self.folder / ORIGIN).read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Project:
    """An opened project: its folder and name. Sets and runs are found on disk when asked for."""

    folder: Path
    name: str

    def dataset(self, id: str) -> Path:
        """Return the folder of the packed set `id`; it may not exist yet."""
        return inside(self.folder / "datasets", id)

    def datasets(self) -> list[Path]:
        """Return the folders of all packed sets, oldest first."""
        found = [m.parent for m in (self.folder / "datasets").glob("[!.]*/manifest.json")]
        return sorted(found, key=lambda f: (f.stat().st_mtime, f.name))

    def runs(self) -> list[Run]:
        """Return all runs that can be read, by number."""
        found = numbered(self.folder / "runs")
        return [run for number in sorted(found) if (run := self._read(found[number], number))]

    def run(self, number: int | None = None) -> Run:
        """Return run `number`, or the newest; raise Refused if there is none."""
        runs = {r.number: r for r in self.runs()}
        if not runs:
            raise Refused(f"The project {self.folder} has no runs yet; train one first.")
        if number is not None and number not in runs:
            raise Refused(f"{self.folder} has no run {number}; it has {', '.join(map(str, runs))}.")
        return runs[max(runs) if number is None else number]

    def new_run(self, record: RunRecord) -> Run:
        """Make the folder of a new run with the next free number and write its record."""
        number = 1 + max(numbered(self.folder / "runs"), default=0)
        folder = self.folder / "runs" / f"{number:03d}"
        made = folder.with_name(durable.hidden())
        try:
            for part in ("checkpoints", "samples"):
                (made / part).mkdir(parents=True)
            write_json(made / "run.json", record.model_dump())
            made.rename(folder)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)
            raise
        durable.sync_folder(folder.parent)
        return Run(folder, number, record)

    def _read(self, folder: Path, number: int) -> Run | None:
        try:
            record = RunRecord.model_validate_json((folder / "run.json").read_bytes())
            json.dumps(record.model_dump(), allow_nan=False)  # as it is written when it is renamed
        except (OSError, ValueError, RecursionError):
            return None
        words = {word: cut(getattr(record, word)) for word in WORDS}
        return Run(folder, number, record.model_copy(update=words))


def numbered(runs: Path) -> dict[int, Path]:
    """Return the folders of runs by number; what has another name is none of them."""
    return {int(f.name): f for f in runs.glob("[0-9]*") if NUMBER.fullmatch(f.name)}


def create(folder: Path, name: str = "") -> Project:
    """Make a new project folder; raise Refused if something is there already or it can't be
    written.
    """
    if not _vacant(folder):
        raise Refused(f"{folder} exists already; choose another name for the new project.")
    name = name or folder.name.removesuffix(SUFFIX)
    try:
        for part in FOLDERS:
            (folder / part).mkdir(parents=True, exist_ok=True)
        write_json(
            folder / "project.json",
            {"schema": SCHEMA, "name": name, "created": time.time(), "version": __version__},
        )
    except OSError as error:
        raise Refused(
            f"The project {folder} can't be made: {error.strerror}. Choose another folder."
        ) from None
    return Project(folder.absolute(), name)


def _vacant(folder: Path) -> bool:
    """Tell whether there is nothing but what a crash left while a project was made here."""
    if not folder.is_dir():
        return not folder.exists()
    durable.sweep(folder)
    left = list(folder.iterdir())
    return all(p.name in FOLDERS and p.is_dir() and not any(p.iterdir()) for p in left)


def open(folder: Path) -> Project:
    """Open a project folder, tended; raise Refused with the reason if it is none or from a newer
    program.
    """
    found = look(folder)
    finished(tend(folder))
    return found


def look(folder: Path) -> Project:
    """Return the project in a folder, as `read` does, after a look over all that it holds: what is
    no file may be a trap, as a pipe's or device's contents never end.
    """
    if (trap := durable.endless(folder)) is not None:
        raise Refused(
            f"{trap.relative_to(folder).as_posix()} in {folder} is a pipe or a device, which no"
            " project holds; remove it to open the project."
        )
    return read(folder)


def due(folder: Path) -> bool:
    """Tell, in a moment, whether `tend` may have more to do than to look."""
    return durable.interrupted() or migrating.due(folder)


def tend(folder: Path) -> Job[None]:
    """Do what every start owes a project: remove what a crash left, and bring the files of an
    earlier version up to date. What can't be written stays as it is, and can be read all the same.
    A project that another program holds is left to that one.
    """
    if locking.why_not(folder) or locking.holder(folder) not in (None, os.getpid()):
        return
    durable.recover()
    durable.sweep_project(folder)
    try:
        yield from migrating.migrate(folder)
    except OSError as error:
        text = f"The project could not be brought up to date: {error.strerror or error}."
        yield Note(f"{text} It is used as it is.", "warning")


def read(folder: Path) -> Project:
    """Return the project in a folder without writing anything; raise Refused as `open` does."""
    try:
        with (folder / "project.json").open("rb") as file:
            stored = json.loads(file.read(SIZE_AT_MOST))
        schema, name = int(stored["schema"]), str(stored["name"])
    except OSError:
        raise Refused(
            f"{folder} is not an Atelier project; open a folder that ends in {SUFFIX}."
        ) from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise Refused(
            f"{folder / 'project.json'} is damaged; the runs and pictures beside it are untouched."
        ) from None
    if schema > SCHEMA:
        raise Refused(f"{folder} was made by a newer Atelier; update the program to open it.")
    return Project(folder.absolute(), cut(name))


def open_or_create(folder: Path) -> Project:
    """Open the project at `folder`, or make it if there is nothing yet."""
    return open(folder) if (folder / "project.json").exists() else create(folder)


def rename(run: Run, name: str) -> Run:
    """Give the run another name, the only thing of a record that may change."""
    record = run.record.updated({"name": name.strip() or run.record.name})
    write_json(run.folder / "run.json", record.model_dump())
    return Run(run.folder, run.number, record)


def delete(run: Run) -> None:
    """Move the run's folder to the desktop's trash; raise Refused if that is impossible."""
    try:
        send2trash(run.folder)
    except OSError as error:
        raise Refused(f"Run {run.number} can't be moved to the trash: {error}.") from None


def inside(root: Path, name: str) -> Path:
    """Join a name from a file or a user to `root`; raise Refused if it would leave `root`."""
    path = root / name
    try:
        whole, top = path.resolve(), root.resolve()
    except (OSError, ValueError, RuntimeError):  # a null byte, a ring of links
        whole = top = root
    if not name or not whole.is_relative_to(top) or whole == top:
        raise Refused(f"{name[:80]!r} is not a name inside {root}.")
    return path


def file_name(text: str) -> str:
    """Return `text` as a file's or folder's name that every system can hold, in its own letters."""
    plain = "".join(c if c.isprintable() and c not in FORBIDDEN else "-" for c in text)
    plain = plain.encode("utf-8", "replace")[:LONGEST].decode("utf-8", "ignore").strip(" .")
    if plain.partition(".")[0].strip().casefold() in DEVICES:
        plain = f"_{plain}"
    return plain or "Pictures"


def slug(text: str) -> str:
    """Return `text` as a short file name that every system accepts."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    return plain or "pictures"
