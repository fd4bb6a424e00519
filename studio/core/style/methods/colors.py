"""Colors alone: the palette of the style, the picture otherwise untouched."""

import numpy as np

from studio.core.colors.oklab import to_oklab
from studio.core.events import Job, Progress
from studio.core.style import strips
from studio.core.style.color import SAMPLES, Palette
from studio.core.style.method import Method, Style, StyleSettings, Task


def palette(styles: tuple[Style, ...]) -> Palette:
    """Return the palette of the styles together."""
    found = [Palette.of(to_oklab(_sample(style))) for style in styles]
    return Palette.mixed(found, [style.weight for style in styles])


def _sample(style: Style) -> np.ndarray:
    """Return an even sample of a style's colors, as many as a palette is measured on."""
    flat = style.colors.reshape(-1, 3) if style.open is None else style.colors[style.open]
    return flat[:: max(1, len(flat) // SAMPLES)]


def stylize(task: Task, settings: StyleSettings) -> Job[np.ndarray]:
    """Move the content's colors to the styles' palette, by optimal transport in OKLab."""
    content, share = task.content, np.float32(settings.strength)
    yield Progress(0, 1, "Colors")
    painted = yield from strips.recolored(content, palette(task.styles), Progress(0, 1, "Colors"))
    for rows in strips.rows(*content.shape[:2]):
        painted[rows] = content[rows] + share * (painted[rows] - content[rows])
    return painted


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
