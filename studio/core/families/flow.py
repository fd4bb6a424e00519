"""Flow: turns pictures into noise and back without loss, and knows how probable they are."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.family import Batch, Family, ImageSize, Learner, Model, Preset
from studio.core.latents import rng as seeded
from studio.core.learning import Optimizer
from studio.core.nets import langevin, players
from studio.core.nets.affine import GREY, Flow, grain, nats
from studio.core.nets.coupling import CouplingFlow
from studio.core.nets.grids import crop
from studio.core.nets.samplers import own_noise
from studio.core.nets.transformer_flow import TransformerFlow, patch_side
from studio.core.nets.wavelet import DetailFlow
from studio.core.settings import Settings, field

Network = Literal["tarflow", "glow", "realnvp"]
NAMELESS = 0.1  # of the pictures are shown without their class, so that none can be asked for
FEWEST, LARGEST = 32, 128  # pictures; pixels a side
INVERTED = 8  # pictures on which the inverse is checked
GRAIN = 7  # seed of the grain of pictures that are read in
WARM_UP = 20  # steps
WORST = 1e3  # the error said when a picture does not come back at all


class FlowSettings(Settings):
    """What the flow is made of, how it learns, and how it draws."""

    network: Network = field(
        "tarflow",
        label="Network",
        help="tarflow draws best; glow and realnvp are the textbooks' and draw at once.",
    )
    width: int = field(
        128,
        label="Width",
        help="More tells finer pictures and trains slower.",
        ge=8,
        le=1024,
        logarithmic=True,
    )
    blocks: int = field(
        3,
        label="Blocks",
        help="How often a picture is gone through; of glow and realnvp, how often it is halved.",
        ge=1,
        le=16,
    )
    depth: int = field(
        2, label="Depth", help="Layers of each block; more is finer and slower.", ge=1, le=32
    )
    patches: int = field(
        64,
        label="Patches",
        help="The coarse picture is told in at most so many pieces; more is finer and much slower.",
        ge=4,
        le=1024,
        logarithmic=True,
        advanced=True,
    )
    coarse: int = field(
        16,
        label="Coarse size",
        help="Pictures are told at most so many pixels wide first, their details after that by a "
        "quicker network; less is faster, more is crisper.",
        ge=4,
        le=256,
        unit="px",
        logarithmic=True,
    )
    batch: int = field(
        16,
        label="Batch",
        help="Pictures per step; more is steadier and slower.",
        ge=2,
        le=4096,
        logarithmic=True,
    )
    rate: float = field(
        1e-3,
        label="Learning rate",
        help="Too high and the loss jumps.",
        ge=1e-6,
        le=1e-2,
        logarithmic=True,
    )
    noise: float = field(
        0.1,
        label="Noise",
        help="Grain added while learning; more draws calmer shapes and fewer fine details. At 0 "
        "only the steps between grey levels are filled, which makes bits per value comparable.",
        ge=0,
        le=0.5,
    )
    denoise: float = field(
        1.0,
        label="Remove grain",
        help="1 takes the learned grain out of a drawn picture, 0 leaves it in.",
        ge=0,
        le=1.5,
        drawing=True,
    )
    temperature: float = field(
        0.85,
        label="Temperature",
        help="Less draws safer and more alike pictures, 1 the whole variety.",
        ge=0.1,
        le=1.2,
        drawing=True,
    )
    guidance: float = field(
        0.0,
        label="Guidance",
        help="More exaggerates what is typical of the class asked for; tarflow only.",
        ge=0,
        le=5,
        drawing=True,
    )


def network(settings: FlowSettings, size: ImageSize) -> Flow:
    """Return the flow of `settings` on a canvas no smaller than pictures of `size`."""
    if settings.network == "tarflow":
        return _transformer(settings, size)
    levels = max(1, min(settings.blocks, int(math.log2(min(size.height, size.width))) - 1))
    mixed = settings.network == "glow"
    return CouplingFlow(
        _canvas(size, 2**levels), settings.width, settings.depth, levels, size.classes, mixed
    )


def _transformer(settings: FlowSettings, size: ImageSize) -> Flow:
    """Return a transformer flow of the coarse picture, with the details of every doubling."""
    doublings = max(0, math.ceil(math.log2(max(size.height, size.width) / settings.coarse)))
    height, width = (-(-side // 2**doublings) for side in (size.height, size.width))
    patch = patch_side(height, width, settings.patches)
    c, h, w = _canvas(ImageSize(height, width, size.channels), patch)
    depths = (settings.depth,) * settings.blocks
    flow: Flow = TransformerFlow((c, h, w), patch, settings.width, depths, size.classes)
    for k in range(1, doublings + 1):
        flow = DetailFlow(flow, (c, h << k, w << k), settings.width // 2, size.classes)
    return flow


def _canvas(size: ImageSize, unit: int) -> tuple[int, int, int]:
    height, width = (-(-side // unit) * unit for side in (size.height, size.width))
    return size.channels, height, width


class FlowModel(Model):
    """An invertible network between pictures and standard-normal latents of as many values.

    Pictures whose sides the network can't take are continued at their edges and cut out again. The
    continuation is modelled too: `bits` counts it, and is an upper bound for such sizes.
    """

    def __init__(self, settings: FlowSettings, size: ImageSize):
        super().__init__()
        self.settings, self.size = settings, size
        self.flow = network(settings, size)
        self.latent_shape = (math.prod(self.flow.shape),)

    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield images as the blocks are undone, exact at last, then without the learned grain."""
        rows, images = self.rows(labels, latents), latents
        warm = latents * self.settings.temperature
        for images in self.flow.inverse(warm, rows, self.settings.guidance):
            yield self._shown(images)
        if self.settings.denoise and self.settings.noise:
            yield self._shown(self._denoised(images, rows))

    def encode(self, images: Tensor) -> Tensor:
        """Return latents [n, d] that `draw` without labels turns back into `images`.

        Exactly so where no grain is removed; else the grain that will be removed is put in, always
        the same, for a flow knows pictures without grain as little as `draw` leaves them with it.
        """
        canvas, noise = self.on_canvas(images), self.settings.denoise * self.settings.noise
        if noise:
            canvas = canvas + grain(canvas[:1].cpu(), noise, seeded(GRAIN)).to(canvas)
        latents, _ = self.flow(canvas, self.rows(None, images))
        return latents / self.settings.temperature

    @torch.no_grad()
    def bits(self, images: Tensor, labels: Tensor | None, rng: Any) -> Tensor:
        """Return bits per value [n] under uniform dequantization: exact, or where the canvas is
        larger than the picture an upper bound. Learned noise is part of the density, so only
        models trained with noise 0 come near what other families need.
        """
        canvas = self.on_canvas(images)
        filled = canvas + grain(canvas, 0.0, rng)
        log_density = -nats(*self.flow(filled, self.rows(labels, images)))
        whole = canvas[0].numel() * math.log(1 / GREY) - log_density
        return whole / math.log(2) / images[0].numel()

    @torch.no_grad()
    def repair(
        self, images: Tensor, mask: Tensor, latents: Tensor, labels: Tensor | None = None
    ) -> Iterator[Tensor]:
        """Yield the images as what is hidden gets likelier, beginning with what they hold there."""
        surprise, noise = self._surprise(self.rows(labels, latents)), own_noise(latents)
        canvas, hidden = self.on_canvas(images), self.on_canvas(mask.float()) > 0
        found = langevin.climbed(surprise, canvas, hidden, noise, self.settings.noise)
        yield from map(self._shown, found)

    def rows(self, labels: Tensor | None, like: Tensor) -> Tensor:
        """Return the row of each label in the embeddings: 0 for none, and where none exist."""
        return players.row(labels if self.size.classes else None, like)

    def on_canvas(self, images: Tensor) -> Tensor:
        """Continue images at their edges to the size the network takes."""
        more = [a - b for a, b in zip(self.flow.shape[1:], images.shape[2:], strict=True)]
        if not any(more):
            return images
        (top, left), (down, right) = [m // 2 for m in more], [m - m // 2 for m in more]
        return functional.pad(images, (left, right, top, down), mode="replicate")

    def _shown(self, canvas: Tensor) -> Tensor:
        images = crop(canvas, self.size.height, self.size.width)
        return torch.nan_to_num(images, 0.0).clamp(-1, 1)

    def _denoised(self, canvas: Tensor, rows: Tensor) -> Tensor:
        """Return x + s² ∇ log p(x), the mean of what was there before noise s (Efron 2011)."""
        slope = langevin.slope(self._surprise(rows), canvas)
        return canvas - self.settings.denoise * self.settings.noise**2 * slope

    def _surprise(self, rows: Tensor) -> Callable[[Tensor], Tensor]:
        return lambda canvas: nats(*self.flow(canvas, rows))


class FlowLearner(Learner):
    """Maximizes the exact likelihood of pictures with a little noise."""

    def __init__(self, model: Any, settings: FlowSettings, size: ImageSize):
        super().__init__()
        self.model = model
        self.settings = settings
        self.optimizer = Optimizer(
            model.parameters(),
            settings.rate,
            (0.9, 0.95),
            decay=1e-4,
            clip=1.0,
            warmup=WARM_UP,
            final=0.02,
        )

    @property
    def drawer(self) -> FlowModel:
        """The model, known to be a flow."""
        assert isinstance(self.model, FlowModel)
        return self.model

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """One step. Plots the negative log likelihood in nats and in bits, per value."""
        noisy = self._noisy(images, rng)
        rows = self.drawer.rows(labels, images)
        nameless = torch.rand(len(images), generator=rng, device=images.device) < NAMELESS
        rows = rows.masked_fill(nameless, 0)
        if self.optimizer.steps == 0 and not self.drawer.flow.measured:
            self.drawer.flow.measure(noisy, rows)
        value = self.optimizer.minimize(self._nats, noisy, rows, progress=progress)
        return {"loss": value, "bits": _bits(value)}

    def optimizers(self) -> Mapping[str, Optimizer]:
        """The one optimizer."""
        return {"model": self.optimizer}

    @torch.no_grad()
    def watch(self, seen: Batch, unseen: Batch, rng: Any, progress: float) -> dict[str, Tensor]:
        """Return bits per value, with the noise learned with, of both batches."""
        values = {}
        for name, (images, labels) in {"seen": seen, "unseen": unseen}.items():
            rows = self.drawer.rows(labels, images)
            values[name] = _bits(self._nats(self._noisy(images, rng), rows))
        return values

    @torch.no_grad()
    def finish(
        self, images: Iterator[tuple[Tensor, Tensor | None]], model: Model, rng: Any
    ) -> Mapping[str, float]:
        """Return the largest error of a value of a few pictures sent through the flow and back."""
        assert isinstance(model, FlowModel)
        part, labels = next(images)
        rows = model.rows(labels, part)[:INVERTED]
        noisy = model.on_canvas(part[:INVERTED])
        noisy = noisy + grain(noisy, self.settings.noise, rng)
        latents, _ = model.flow(noisy, rows)
        *_, back = model.flow.inverse(latents, rows)
        error = (back - noisy).abs().max()
        return {"inverse": float(torch.nan_to_num(error, WORST).clamp_max(WORST))}

    def _noisy(self, images: Tensor, rng: Any) -> Tensor:
        canvas = self.drawer.on_canvas(images)
        return canvas + grain(canvas, self.settings.noise, rng)

    def _nats(self, noisy: Tensor, rows: Tensor) -> Tensor:
        return nats(*self.drawer.flow(noisy, rows)).mean() / noisy[0].numel()


def _bits(nats_per_value: Tensor) -> Tensor:
    return nats_per_value / math.log(2) - math.log2(GREY)


def objection(settings: FlowSettings, size: ImageSize, count: int) -> str:
    """Say why `count` pictures of `size` can't be learned, and what to do instead."""
    if count < FEWEST:
        return (
            f"A flow needs at least {FEWEST} pictures, here are {count}; "
            "add pictures, or choose the family VAE."
        )
    if max(size.height, size.width) > LARGEST:
        return (
            f"A flow takes at most {LARGEST} pixels a side, these have {size.width} x "
            f"{size.height}; import them smaller, or choose the family VAE or GAN."
        )
    return ""


def _preset(id: str, title: str, summary: str, minutes: float, **settings: Any) -> Preset:
    return Preset(id, title, summary, FlowSettings(**settings), minutes)


LARGE = {"width": 384, "blocks": 6, "depth": 4, "patches": 256, "coarse": 32}
LARGE |= {"batch": 128, "rate": 3e-4, "noise": 0.07, "temperature": 0.95}

FAMILY = Family(
    id="flow",
    title="Flow",
    summary="Reads pictures in without loss and says exactly how probable they are.",
    settings=FlowSettings,
    tiny=FlowSettings(width=32, blocks=2, depth=1, patches=16, batch=8, rate=5e-3),
    presets=(
        _preset("quick", "Quick look", "Shapes and colors in minutes, on a processor.", 8.0),
        _preset("standard", "Standard", "Half an hour on a graphics card.", 30.0, **LARGE),
        _preset(
            "best",
            "Best",
            "Hours on a graphics card.",
            300.0,
            width=768,
            blocks=8,
            depth=6,
            patches=256,
            coarse=64,
            batch=256,
            rate=1e-4,
            noise=0.05,
            temperature=1.0,
        ),
        _preset(
            "bits",
            "Likelihood",
            "Learns without grain: bits per value that can be compared with other families'.",
            15.0,
            noise=0.0,
            temperature=1.0,
        ),
        _preset(
            "glow",
            "Glow",
            "The textbook's flow of 1x1 convolutions and couplings.",
            30.0,
            network="glow",
            width=64,
            depth=8,
            rate=5e-4,
            batch=32,
            noise=0.0,
            temperature=0.7,
        ),
        _preset(
            "realnvp",
            "Real NVP",
            "The textbook's flow of checkerboards and channels.",
            30.0,
            network="realnvp",
            width=64,
            depth=4,
            rate=5e-4,
            batch=32,
            noise=0.0,
            temperature=0.8,
        ),
    ),
    model=FlowModel,
    learner=FlowLearner,
    losses=("loss",),
    objection=objection,
)
