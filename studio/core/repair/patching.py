"""Fill thick holes with texture from elsewhere in the picture."""

import numpy as np

from studio.core.events import Job
from studio.core.repair.classic import telea
from studio.core.repair.hole import Filler, Hole


def fill(hole: Hole) -> Job[np.ndarray]:
    """Fill with patches of seven pixels."""
    return (yield from telea(hole))


FILLS: dict[str, Filler] = {"Texture": fill}
