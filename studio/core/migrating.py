"""Forward steps from a project's first schema to the present one: old manifests get their seals.

Each step is a pure function of what a file says; what it does not know stays. A copy of every file
is kept beside it before it is changed, and project.json comes last: a crash anywhere leaves a
project that opens, and the next start goes on.
"""

import json
from pathlib import Path
from typing import Any

from studio.core.durable import write_whole
from studio.core.events import Job, Progress
from studio.core.sealing import file_hash, sealed

SCHEMA = 2  # of a project: manifests of checkpoints and sets are sealed
TEXT = "Bringing the project up to date"
Values = dict[str, Any]


def project_2(values: Values) -> Values:
    """From a project of schema 1 to one of 2."""
    return {**values, "schema": 2}


def checkpoint_2(values: Values) -> Values:
    """From a checkpoint's manifest of schema 1 to one of 2, which is sealed."""
    return {**values, "schema": 2}


def set_2(values: Values, hashes: dict[str, str]) -> Values:
    """From a set's manifest of schema 1 to one of 2: sealed, with the SHA-256 of its files."""
    return {**values, "schema_version": 2, "sha256": hashes}


def due(folder: Path) -> bool:
    """Tell whether a project is of an earlier schema."""
    return _old(folder / "project.json", "schema") is not None


def migrate(folder: Path) -> Job[None]:
    """Bring all that a project of an earlier schema holds up to date.

    Damaged files stay as they are. Raises OSError where something can't be written.
    """
    values = _old(folder / "project.json", "schema")
    if values is None:
        return
    yield Progress(0, None, TEXT)
    for path in sorted(folder.glob("runs/*/checkpoints/**/step-*/MANIFEST.json")):
        said = _old(path, "schema")
        if said is not None:
            _change(path, sealed(checkpoint_2(said)))
            yield Progress(0, None, TEXT)
    for path in sorted(folder.glob("datasets/[!.]*/manifest.json")):
        said = _old(path, "schema_version")
        if said is not None:
            hashes = {}
            for name in ("pictures.npy", "pictures.json"):
                hashes[name] = yield from file_hash(path.with_name(name), TEXT)
            _change(path, sealed(set_2(said, hashes)))
    _change(folder / "project.json", json.dumps(project_2(values), indent=1).encode())


def _old(path: Path, key: str) -> Values | None:
    """Return what a file of schema 1 says; None for any other."""
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and values.get(key) == 1 else None


def _change(path: Path, data: bytes) -> None:
    """Write a file anew, after a copy of what it was."""
    write_whole(path.with_name(f"{path.name}.schema-1"), path.read_bytes())
    write_whole(path, data)
