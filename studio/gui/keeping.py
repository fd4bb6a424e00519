"""What workspaces keep in the gallery, with where it comes from. Runs in workers."""

from dataclasses import replace
from typing import Any

import numpy as np

from studio.core.events import Job, Progress
from studio.core.photographs.photograph import Photograph
from studio.core.project import Project
from studio.core.provenance.origins import of_run
from studio.core.provenance.record import Record
from studio.core.repair.live import OpenedPicture, recorded
from studio.core.style.profiles import carried
from studio.gui import restyling


def styled(
    content: restyling.Content, pixels: np.ndarray, wish: Any
) -> Job[tuple[Photograph, Record]]:
    """Return a restyled picture as the photograph it is kept as, and where it comes from."""
    photograph = carried(content.photograph, pixels)
    return photograph, (yield from restyling.recorded(wish, photograph.pixels))


def repaired(opened: OpenedPicture, pixels: np.ndarray) -> Job[tuple[Photograph, Record]]:
    """Return a repaired picture as the photograph it is kept as, and where it comes from."""
    photograph = replace(opened.photograph, pixels=pixels)
    return photograph, (yield from recorded(opened, pixels))


def sampled(
    pixels: np.ndarray, project: Project, number: int, step: int
) -> Job[tuple[np.ndarray, Record]]:
    """Return a picture that a run drew while it trained, and where it comes from."""
    return pixels, (yield from drawn(project, number, step, "train"))


def drawn(project: Project, number: int, step: int, workspace: str) -> Job[Record]:
    """Return where a picture comes from that a run drew, at a step, on a grid of a workspace."""
    yield Progress(0, None, "")
    known = of_run(project, project.run(number))
    return known.model_copy(update={"workspace": workspace, "step": step})
