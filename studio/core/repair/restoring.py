"""Restore thin damage from what lies beside it."""

import numpy as np

from studio.core.events import Job
from studio.core.repair.classic import biharmonic
from studio.core.repair.hole import Hole


def fill(hole: Hole) -> Job[np.ndarray]:
    """Fill scratches, letters and dead pixels."""
    return (yield from biharmonic(hole))
