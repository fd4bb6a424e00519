"""Whose pictures a set holds: kept beside it, entered by the user, and asked before an export."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from studio.core import locking
from studio.core import project as projects
from studio.core.data.packed import Manifest, read_manifest
from studio.core.events import Refused
from studio.core.project import Project, write_json
from studio.core.provenance.record import Record, Rights

FILE = "rights.json"
LONGEST = 10_000  # characters of an entry


def rights_of(folder: Path) -> Rights:
    """Return the rights of the set in a folder; raise Refused where they can't be read."""
    try:
        return Rights.model_validate_json((folder / FILE).read_bytes())
    except FileNotFoundError:
        return Rights()
    except (OSError, ValidationError):
        raise Refused(
            f"{FILE} of the set {folder.name} can't be read; enter its rights again."
        ) from None


def keep_rights(folder: Path, rights: Rights) -> None:
    """Write the rights of the set in a folder; raise Refused."""
    locking.check(folder)
    if not (folder / "manifest.json").is_file():
        raise Refused(f"There is no picture set in {folder}; name one of the project's.")
    if any(len(value) > LONGEST for value in rights.model_dump().values()):
        raise Refused(f"An entry is longer than {LONGEST:,} characters; shorten it.")
    try:
        write_json(folder / FILE, rights.model_dump())
    except OSError as error:
        raise Refused(f"{folder / FILE} can't be written: {error.strerror or error}.") from None


def manifest_of(project: Project, version: str) -> Manifest | None:
    """Return the manifest of the project's set with this fingerprint; None where it is gone."""
    for folder in project.datasets() if version else ():
        try:
            found = read_manifest(folder)
        except Refused:
            continue
        if found.fingerprint == version:
            return found
    return None


def renewed(record: Record, project: Project) -> Record:
    """Return the record with the rights that its sets have in the project now, where they are."""
    sources = tuple(renewed(source, project) for source in record.sources)
    manifest = manifest_of(project, record.version)
    own = (rights_of(project.dataset(manifest.id)),) if manifest else ()
    if not manifest:
        inherited = [right for source in record.sources for right in source.rights]
        own = tuple(right for right in record.rights if right not in inherited)
    both = dict.fromkeys([*own, *(right for source in sources for right in source.rights)])
    rights = tuple(right for right in both if right != Rights())
    return record.model_copy(update={"sources": sources, "rights": rights})


def project_around(path: Path) -> Project | None:
    """Return the project whose folder a file lies in, as kept pictures do; None for others."""
    for folder in path.absolute().parents:
        if (folder / "project.json").is_file():
            try:
                return projects.read(folder)
            except Refused:
                return None
    return None


def current(record: Record | None, path: Path) -> Record | None:
    """Return the record of a file with the rights as they are now, if it lies in its project."""
    project = project_around(path) if record is not None else None
    return record if record is None or project is None else renewed(record, project)


def check_consent(records: Iterable[Record | None]) -> None:
    """Raise Refused where someone has not allowed that anything is made of their pictures."""
    for record in records:
        for right in record.rights if record else ():
            if right.consent == "refused":
                whose = f" of {right.author}" if right.author else ""
                raise Refused(
                    f"This is made of pictures{whose} whose use was refused, so it is not"
                    " exported; change the consent of their set in the Library first."
                )


def check_set(project: Project, dataset: str) -> None:
    """Raise Refused where the consent of a set is refused, before its model is exported."""
    check_consent([Record(rights=(rights_of(project.dataset(dataset)),))])
