"""A model of every family, trained for a few steps once, for all tests of this folder."""

from collections.abc import Callable
from functools import cache

import pytest

from studio.core import training
from studio.core.explore.explorer import Explorer, open_explorer
from studio.core.project import Project
from tests.core import toys

STEPS = 12


@pytest.fixture(scope="session")
def explorers(tmp_path_factory) -> Callable[[str], tuple[Explorer, Project]]:
    """Return a function from a family's id to an explorer of it and its project."""

    @cache
    def trained(family: str) -> tuple[Explorer, Project]:
        project = toys.project(tmp_path_factory.mktemp(family))
        asked = toys.request(family, STEPS)
        toys.finish(training.start(project, asked, toys.known(STEPS)))
        return toys.finish(open_explorer(project))[1], project

    return trained
