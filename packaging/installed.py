"""Run by `.venv`'s own Python: which packages of a lock are missing or half installed, as JSON."""

import json
import sys
from importlib import metadata
from pathlib import Path

try:
    from packaging.requirements import Requirement
except ImportError:
    from pip._vendor.packaging.requirements import Requirement


def requirements(lock: str) -> list[Requirement]:
    """Return the lock's requirements that apply to this Python and system."""
    lines = [line.split(" \\")[0].strip() for line in lock.splitlines() if line[:1].isalnum()]
    found = [Requirement(line) for line in lines]
    return [r for r in found if r.marker is None or r.marker.evaluate()]


def whole(found: metadata.Distribution) -> bool:
    """Tell whether an installer finished this package: the list of its files is completed last."""
    record = found.read_text("RECORD") or ""
    return "/INSTALLER," in record.replace("\\", "/")


def report(lock: Path) -> dict[str, object]:
    """Return how many packages are wanted, which are missing, and half-installed ones' traces."""
    wanted = requirements(lock.read_text("utf-8"))
    missing, damaged = [], []
    for requirement in wanted:
        try:
            found = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            missing.append(requirement.name)
            continue
        if not whole(found):
            # importlib.metadata names a package's own folder only in `_path`
            damaged.append(str(found.locate_file("") / found._path.name))  # type: ignore[attr-defined]
            missing.append(requirement.name)
        elif not requirement.specifier.contains(found.version, prereleases=True):
            missing.append(requirement.name)
    return {"total": len(wanted), "missing": missing, "damaged": damaged}


if __name__ == "__main__":
    print(json.dumps(report(Path(sys.argv[1]))))
