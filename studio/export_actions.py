"""What the verbs of `atelier export` do: open pictures, export them, say what it came to."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core import locking
from studio.core import project as projects
from studio.core.assets.exporting import export as exported
from studio.core.assets.items import open_items
from studio.core.assets.kind import Kind
from studio.core.events import Refused
from studio.terminal import pull, write_json

if TYPE_CHECKING:
    from studio.core.assets.onnx_model import Exported
    from studio.core.project import Project


@dataclass(frozen=True)
class Target:
    """Where an export goes, and whether it may replace what is there."""

    out: str
    overwrite: bool


@dataclass(frozen=True)
class Told:
    """Whether files say where they come from, are signed, and whose copies are looked for."""

    provenance: bool = True
    credentials: bool = False
    guard: Path | None = None

    def project(self, pictures: Sequence[Path]) -> "Project | None":
        """Return the project that is named, or that the first picture lies in."""
        from studio.core.provenance.rights import project_around

        if self.credentials and not self.provenance:
            raise Refused("Credentials say where files come from; leave out --no-provenance.")
        return projects.open(self.guard) if self.guard else project_around(pictures[0])


def export_onnx(
    folder: Path,
    number: int | None,
    step: int | None,
    given: dict[str, Any],
    changes: dict[str, Any],
    target: Target,
    json_lines: bool,
) -> None:
    """Write a run's model as ONNX."""
    from studio.core.assets import onnx_model

    project = projects.open(folder)
    settings = onnx_model.OnnxSettings().updated(given)
    where = Path(target.out), settings, step, changes, target.overwrite
    say(pull(onnx_model.export_onnx(project, number, *where), json_lines), json_lines)


def export_pack(
    folder: Path, number: int | None, step: int | None, target: Target, json_lines: bool
) -> None:
    """Write a run's model as a pack."""
    from studio.core.assets.pack_export import export_pack as packing

    project = projects.open(folder)
    job = packing(project, number, Path(target.out), step, target.overwrite)
    say(pull(job, json_lines), json_lines)


def import_pack(path: Path, folder: Path | None, json_lines: bool) -> None:
    """Make the model in a pack a run of the project, which is made where there is none."""
    from studio.core.assets.pack import opened
    from studio.core.assets.pack_import import import_pack as taking

    opened(path)  # what is no pack makes no project
    goal = folder or Path(f"{path.stem}{projects.SUFFIX}")
    new = not (goal / "project.json").exists()
    project = projects.open_or_create(goal)
    try:
        with locking.writing(project.folder):
            run = pull(taking(path, project), json_lines)
    except BaseException:
        if new:
            _unmade(project.folder)
        raise
    if json_lines:
        said = {"run": run.number, "name": run.record.name, "project": str(project.folder)}
        write_json({"event": "result", **said})
    else:
        print(f"Run {run.number} of {project.folder}: {run.record.name}.")


def about(path: Path, json_lines: bool) -> None:
    """Say what a pack is, without taking it in."""
    from studio.core.assets import pack

    found = pack.about(path)
    if json_lines:
        write_json({"event": "result", **found})
        return
    classes = f", {len(found['classes'])} classes" if found["classes"] else ""
    print(f"{found['name']}: {found['family']}, {found['width']} × {found['height']}{classes}")
    print(f"step {found['step']}, model {found['model']}, packed by {found['program']}")
    print(f"{found['bytes'] / 1e6:.1f} MB, hash {found['hash']}")
    for right in found["rights"]:
        print("Rights: " + ", ".join(str(value) for value in right.values() if value))


def _unmade(folder: Path) -> None:
    """Take away a project made for a pack that could not be taken in; nothing is in it yet."""
    with suppress(OSError):
        for part in projects.FOLDERS:
            (folder / part).rmdir()
        (folder / "project.json").unlink()
        folder.rmdir()


def say(exported: "Exported", json_lines: bool) -> None:
    """Say what a model's export came to."""
    if json_lines:
        files = [str(path) for path in exported.paths]
        write_json({"event": "result", "files": files, "words": exported.words, **exported.facts})
    else:
        print(f"{exported.paths[0]}: {exported.words}.")


def export(
    kind: Kind,
    pictures: Sequence[Path],
    given: dict[str, Any],
    target: Target,
    told: Told,
    json_lines: bool,
) -> None:
    """Export pictures, files or folders of them, as this kind does."""
    from studio.core.provenance.alarm import guard

    settings = kind.settings().updated(given)
    project = told.project(pictures)
    items = pull(open_items(pictures), json_lines)
    check = None if project is None else guard(project)
    where = Path(target.out), target.overwrite
    job = exported(kind, items, settings, *where, check, told.provenance, told.credentials)
    product, paths = pull(job, json_lines)
    if json_lines:
        write_json(
            {"event": "result", "files": [str(p) for p in paths], "words": product.words}
            | (product.facts or {})
        )
    else:
        print(f"{paths[0]}: {product.words}.")
