"""VGG19: what a network that knows pictures finds in the style, found again in the photograph."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from studio.core import settings
from studio.core.events import Job, Note, Progress
from studio.core.style.method import Method, StyleSettings, Task

if TYPE_CHECKING:
    from studio.core.style.vgg.transfer import Plan

STEPS = {"quick": 60, "normal": 120, "best": 300}  # at the finest scale; more at coarser ones
# Strength below which the picture fades into the photograph. Neighbors have no other way to keep
# more of it: what they are sought for hardly tells in the result.
FAINT = {"gatys": 0.25, "neighbors": 1.0}
NOISE = "look like noise, as of a network that was never trained; the result will be rough."
PARTS, PAINTING = 1000, 950  # of the whole, and of it before enlarging, for progress


class VggSettings(StyleSettings):
    """Settings of style transfer with the user's VGG19."""

    way: Literal["gatys", "neighbors"] = settings.field(
        "gatys",
        label="Way",
        help="gatys spreads colors and textures over the picture as a whole; neighbors gives each "
        "place the strokes of the most similar place in the style.",
    )
    scale: float = settings.field(
        1.0,
        label="Style scale",
        help="How large the style picture is beside the photograph: small gives fine strokes.",
        ge=0.25,
        le=2.0,
        logarithmic=True,
    )
    quality: Literal["quick", "normal", "best"] = settings.field(
        "normal",
        label="Quality",
        help="How long it paints: normal takes twice as long as quick, best five times.",
    )
    detail: int = settings.field(
        384,
        label="Detail",
        help="Pixels of the longer side that are painted on, then enlarged. Twice as many take "
        "four times as long: on a processor 256 takes minutes, 1024 an hour.",
        ge=128,
        le=2048,
        unit="px",
        logarithmic=True,
    )
    pooling: Literal["average", "max"] = settings.field(
        "average",
        label="Pooling",
        help="average paints smoother than max, with which the network was trained.",
        advanced=True,
    )
    trained: Literal["auto", "torchvision", "caffe"] = settings.field(
        "auto",
        label="File from",
        help="Where the VGG19 file comes from. Try the other one if results look dull.",
        advanced=True,
    )
    device: str = settings.field(
        "auto",
        label="Device",
        help="auto takes the graphics card where there is one; or cpu, cuda, mps.",
        advanced=True,
    )


def plan(settings: VggSettings, detail: int) -> "Plan":
    """Return how to work, at `detail` pixels."""
    from studio.core.style.vgg.transfer import Plan

    return Plan(
        settings.way,
        detail,
        STEPS[settings.quality],
        settings.scale,
        settings.strength,
        settings.seed,
    )


def stylize(task: Task, settings: VggSettings) -> Job[np.ndarray]:
    """Paint a small copy with the network, and enlarge it by the photograph.

    A pull takes as long as one layer of the network: at 256 pixels about 100 ms of a core, at 512
    up to 0.5 s.
    """
    if settings.strength == 0 or task.weights is None:
        return task.content.copy()
    yield Progress(0, None, "Reading VGG19")
    from studio.core import device
    from studio.core.style.vgg import transfer

    place = device.choose(settings.device)
    network, random = transfer.network_for(task.weights, settings.trained, settings.pooling, place)
    if random:
        yield Note(f"The filters in {task.weights.name} {NOISE}", "warning", kind="vgg")
    detail = transfer.afforded(settings.detail, place)
    if detail < min(settings.detail, max(task.content.shape[:2])):
        yield Note(f"Painting at {detail} pixels: memory is short for more.", kind="detail")
    small = yield from _counted(
        transfer.painted(network, task.content, task.styles, plan(settings, detail))
    )
    del network
    return (yield from _enlarged(task.content, small, settings.strength / FAINT[settings.way]))


def _counted(job: Job[np.ndarray]) -> Job[np.ndarray]:
    """Pass painting on; what it counts becomes its part of the whole."""
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return ended.value
        if isinstance(event, Progress):
            event = Progress(event.done * PAINTING // (event.total or 1), PARTS, event.text)
        yield event


def _enlarged(content: np.ndarray, small: np.ndarray, share: float) -> Job[np.ndarray]:
    """Return the small painting at the content's size; below 1, `share` of it over that."""
    from studio.core.style.vgg.enlarging import enlarged

    out = small
    if small.shape != content.shape:
        out = np.empty_like(content)
        for done in enlarged(content, small, out):
            yield Progress(PAINTING + round(done * (PARTS - PAINTING)), PARTS, "Enlarging")
    if share < 1:
        out -= content
        out *= np.float32(share)
        out += content
    return out


METHOD = Method(
    name="vgg",
    title="VGG19",
    summary="The style picture's colors, textures and strokes, found by your own VGG19 file.",
    settings=VggSettings,
    stylize=stylize,
    presets={
        "Quick look": {"quality": "quick", "detail": 256},
        "Whole painting": {},
        "Fine strokes": {"scale": 0.5},
        "Stroke by stroke": {"way": "neighbors"},
    },
    styled=True,
    weighted=True,
    rank=80,
    preview={"quality": "quick", "detail": 128},  # 20 to 40 s of a core, else minutes
)
