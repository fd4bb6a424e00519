"""A project with a run of a few steps."""

from pathlib import Path
from typing import Any

from studio.core.events import finished
from studio.core.project import Project
from studio.core.training import start
from tests.core import toys


def trained(folder: Path, family: str, steps: int = 2, **shape: Any) -> Project:
    """Return a new project with one trained run of tiny settings."""
    project = toys.project(folder, **shape)
    finished(start(project, toys.request(family, steps), toys.known(steps)))
    return project
