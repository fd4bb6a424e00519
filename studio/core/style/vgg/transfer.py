"""Style transfer with VGG19: from coarse to fine, by Gatys' statistics or by neighbors."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from studio.core import device as machine
from studio.core.events import Drawn, Job, Progress, Refused
from studio.core.style.color import recolored
from studio.core.style.method import Style
from studio.core.style.methods.colors import palette
from studio.core.style.vgg import gatys, neighbors
from studio.core.style.vgg.gatys import Source
from studio.core.style.vgg.network import SMALLEST, Loss, Network, Pooling
from studio.core.style.vgg.optimizing import Schedule, optimized
from studio.core.style.vgg.pictures import colors, fitted, padded, resized, scales, tensor
from studio.core.style.vgg.reading import Trained, read

COARSEST = {"gatys": 96, "neighbors": 64}
PIXEL = 4000  # bytes that a pixel takes while the network is run there and back
SHARE = 0.5  # of the free memory that may be used
EVERY = 5  # steps between two pictures on the way
NOISE = 0.02  # what the seed changes at the start
CONTENT = 0.06  # weight of Gatys' content at full strength; 100 times that at none
KEPT = 0.35  # how much less of the photograph neighbors are sought for at full strength
SMOOTH = 0.1

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """How to work: `way` is gatys or neighbors, `detail` the longer side in pixels, `steps` at the
    finest scale, `scale` the styles' longer side as a part of the picture's.
    """

    way: str
    detail: int
    steps: int
    scale: float
    strength: float
    seed: int


@dataclass(frozen=True, eq=False)
class Scene:
    """What is painted: float32 [h, w, 3] of the working size, its start, and the styles."""

    content: np.ndarray
    start: np.ndarray
    styles: tuple[Style, ...]


def network_for(
    path: Path, trained: Trained, pooling: Pooling, device: torch.device
) -> tuple[Network, bool]:
    """Read the user's file onto a device; also tell whether its filters look random.

    A processor that multiplies bfloat16 in hardware does so, in half the time. Raises Refused.
    """
    vgg19 = read(path, trained)
    fast = device.type == "cpu" and machine.has_fast_bf16()
    network = vgg19.network.placed(device, torch.bfloat16 if fast else torch.float32)
    return replace(network, pooling=pooling), vgg19.random


def afforded(detail: int, device: torch.device) -> int:
    """Return the longer side, at most `detail`, that the device's free memory is enough for."""
    free = machine.free_memory(device)
    return max(SMALLEST, min(detail, int((free * SHARE / PIXEL) ** 0.5)))


@torch.no_grad()
def painted(
    network: Network, content: np.ndarray, styles: tuple[Style, ...], plan: Plan
) -> Job[np.ndarray]:
    """Return `content`, float32 [h, w, 3] in [0, 1], painted in the styles at `plan.detail` pixels
    or its own size, whichever is less. `network` lies on the device that is to work.

    Yields Progress, and Drawn: at once in the styles' colors, then every few steps.
    """
    scene = _scene(content, styles, plan)
    yield Drawn(np.rint(scene.start[None] * 255).astype(np.uint8))
    sides = scales(max(scene.content.shape[:2]), COARSEST[plan.way])
    steps = [round(plan.steps * 1.5 ** (len(sides) - 1 - i)) for i in range(len(sides))]
    picture, done = scene.start, 0
    for side, count in zip(sides, steps, strict=True):
        view = _view(scene, picture, side, plan.scale, device_of(network))
        job = _at_scale(network, view, count, plan, last=side == sides[-1])
        while True:
            try:
                step, now = next(job)
            except StopIteration as ended:
                picture = ended.value
                break
            if now is not None:
                yield Drawn(np.rint(now[None] * 255).astype(np.uint8))
            yield Progress(done + step, sum(steps), f"Painting at {side} pixels")
        done += count
    return picture


@dataclass(frozen=True, eq=False)
class View:
    """A scene at one scale, as the network takes it: [1, 3, h, w]; without padding, `size`."""

    content: Tensor
    start: Tensor
    sources: list[Source]
    size: tuple[int, int]

    def bare(self, picture: Tensor) -> np.ndarray:
        """Return a picture as float32 [h, w, 3], without padding."""
        return np.ascontiguousarray(colors(picture)[: self.size[0], : self.size[1]])


Steps = Generator[tuple[int, np.ndarray | None], None, np.ndarray]


def device_of(network: Network) -> torch.device:
    """Return the device that the network's filters lie on."""
    return next(iter(network.filters.values()))[0].device


def _scene(content: np.ndarray, styles: tuple[Style, ...], plan: Plan) -> Scene:
    """Return the content at working size, and in the styles' colors with a little noise."""
    open_ = tuple(style for style in styles if style.open is None or style.open.any())
    if not open_:
        raise Refused("The style picture is transparent everywhere; choose another one.")
    small = fitted(content, min(plan.detail, max(content.shape[:2])))
    colored = recolored(small, palette(open_))
    noise = np.random.default_rng(plan.seed).standard_normal(small.shape, np.float32) * NOISE
    start = np.clip(small + plan.strength * (colored + noise - small), 0, 1)
    return Scene(small, start.astype(np.float32), open_)


def _view(scene: Scene, picture: np.ndarray, side: int, scale: float, device: torch.device) -> View:
    """Return the scene at a scale, `picture` at that size being what is worked on."""
    content = fitted(scene.content, side)
    h, w = content.shape[:2]
    start = tensor(padded(resized(picture, h, w)), device)
    longer = max(SMALLEST, round(side * scale))
    sources = [_source(style, longer, device) for style in scene.styles]
    return View(tensor(padded(content), device), start, sources, (h, w))


def _source(style: Style, longer: int, device: torch.device) -> Source:
    """Return a style at the size to look at it, closed where it is padded."""
    small = fitted(style.colors, longer)
    if style.open is None and padded(small).shape == small.shape:
        return Source(tensor(small, device), style.weight)
    h, w = small.shape[:2]
    framed = np.zeros(padded(small).shape[:2], np.float32)
    framed[:h, :w] = 1 if style.open is None else resized(style.open.astype(np.float32), h, w)
    return Source(
        tensor(padded(small), device), style.weight, torch.from_numpy(framed)[None, None].to(device)
    )


def _at_scale(network: Network, view: View, count: int, plan: Plan, last: bool) -> Steps:
    """Optimize the picture of one scale; return it."""
    if plan.way == "gatys":
        weight = CONTENT * 100 ** (1 - plan.strength)
        losses = yield from _silent(gatys.losses(network, view.content, view.sources, weight))
        schedule = Schedule(count, rate=0.02, smoothness=SMOOTH)
        return view.bare((yield from _steps(network, view, view.start, losses, schedule, 0)))
    return (yield from _by_neighbors(network, view, count, plan, last))


def _by_neighbors(network: Network, view: View, count: int, plan: Plan, last: bool) -> Steps:
    """Look for neighbors of content and picture mixed; at last, of the picture, layer by layer."""
    styles = yield from _silent(neighbors.places(network, view.sources, plan.seed))
    guess = torch.lerp(view.content, view.start, KEPT * plan.strength)
    picture, done = view.start, 0
    parts = ((guess, False),) if not last else ((guess, False), (None, True), (None, True))
    for wanted, apart in parts:
        seen = picture if wanted is None else wanted
        losses = yield from _silent(neighbors.losses(network, seen, styles, apart), done)
        schedule = Schedule(count // len(parts), rate=0.005, levels=5, smoothness=SMOOTH)
        picture = yield from _steps(network, view, picture, losses, schedule, done)
        done += schedule.steps
    return view.bare(picture)


def _silent(job: Generator[None, None, T], done: int = 0) -> Generator[tuple[int, None], None, T]:
    """Pass on that time goes by while nothing is to be seen."""
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value
        yield done, None


def _steps(
    network: Network,
    view: View,
    start: Tensor,
    losses: Mapping[str, Loss],
    schedule: Schedule,
    done: int,
) -> Generator[tuple[int, np.ndarray | None], None, Tensor]:
    """Optimize; now and then yield the picture."""
    job = optimized(network, start, losses, schedule)
    shown = 0
    while True:
        try:
            step, _, picture = next(job)
        except StopIteration as ended:
            return ended.value
        fresh = step >= shown + EVERY
        shown = step if fresh else shown
        yield done + step, view.bare(picture) if fresh else None
