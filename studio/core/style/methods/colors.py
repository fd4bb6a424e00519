"""Colors alone: the palette of the style, the picture otherwise untouched."""

import numpy as np

from studio.core.events import Job, Progress
from studio.core.style.color import Palette, recolored, to_oklab
from studio.core.style.method import Method, Style, StyleSettings, Task


def palette(styles: tuple[Style, ...]) -> Palette:
    """Return the palette of the styles together."""
    open_ = [s.colors if s.open is None else s.colors[s.open][None] for s in styles]
    return Palette.mixed([Palette.of(to_oklab(c)) for c in open_], [s.weight for s in styles])


def stylize(task: Task, settings: StyleSettings) -> Job[np.ndarray]:
    """Move the content's colors to the styles' palette, by optimal transport in OKLab."""
    yield Progress(0, 2, "Colors")
    painted = recolored(task.content, palette(task.styles))
    yield Progress(1, 2, "Colors")
    return task.content + np.float32(settings.strength) * (painted - task.content)


METHOD = Method(
    name="colors",
    title="Colors",
    summary="The palette of the style picture, nothing else.",
    settings=StyleSettings,
    stylize=stylize,
    presets={"Full": {}, "Tinted": {"strength": 0.5}},
    styled=True,
    rank=90,
)
