"""Autoregressive: paints a picture pixel by pixel, each likely after those before it."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from studio.core import latents as normal
from studio.core.family import Batch, Family, ImageSize, Learner, Model, Preset
from studio.core.learning import Optimizer
from studio.core.nets import inverse_cdf, particles
from studio.core.nets.palette import Counter
from studio.core.nets.particles import Choose, Rows
from studio.core.nets.pixel_codes import Code, LevelCode, PaletteCode
from studio.core.nets.pixelcnn import PixelNet, Scan
from studio.core.nets.segments import Segments
from studio.core.settings import Settings, field

Network = Literal["palette", "pixelcnn"]
LOOKED_AT = 64  # steps in which colours are counted
NAMELESS = 0.1  # share of pictures learned without their class
LONGEST = {"palette": 48, "pixelcnn": 32}  # pixels on a side, for drawing in bearable time
FEWEST = 16
DECAY, WARM_UP = 0.01, 20


class AutoregressiveSettings(Settings):
    """What predicts the next pixel, and how boldly it is chosen."""

    network: Network = field(
        "palette",
        label="Network",
        help="palette paints with few colors, for pixel art; pixelcnn with all, for tiny photos.",
    )
    colors: int = field(
        64,
        label="Colors",
        help="Of the palette; more shades are harder to choose from.",
        ge=2,
        le=256,
        logarithmic=True,
    )
    width: int = field(
        48,
        label="Width",
        help="More sees finer relations of near pixels and trains slower.",
        ge=4,
        le=512,
        logarithmic=True,
    )
    blocks: int = field(
        3,
        label="Blocks",
        help="More looks further around a pixel, and draws and trains slower.",
        ge=1,
        le=32,
    )
    depth: int = field(
        4,
        label="Overview",
        help="Layers that see the whole picture so far; 0 leaves them out.",
        ge=0,
        le=32,
    )
    context: int = field(
        192,
        label="Overview's width",
        help="More remembers more of the picture and trains slower.",
        ge=32,
        le=2048,
        logarithmic=True,
        advanced=True,
    )
    segment: int = field(
        16,
        label="Segment",
        help="Pixels the overview takes at once; fewer is finer and slower.",
        ge=1,
        le=64,
        unit="px",
        logarithmic=True,
        advanced=True,
    )
    mixtures: int = field(
        10,
        label="Mixtures",
        help="Of pixelcnn: how many guesses it may weigh for a pixel's color.",
        ge=1,
        le=50,
        advanced=True,
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
        4e-3,
        label="Learning rate",
        help="Too high and the loss jumps.",
        ge=1e-6,
        le=1e-1,
        logarithmic=True,
    )
    dropout: float = field(
        0.0,
        label="Forgetting",
        help="The share of pixels hidden while learning; keeps few pictures from being copied.",
        ge=0,
        le=0.9,
    )
    temperature: float = field(
        1.0,
        label="Temperature",
        help="Less draws the usual more cleanly, more is bolder and messier.",
        ge=0.1,
        le=2,
        drawing=True,
    )
    top_p: float = field(
        1.0,
        label="Likeliest share",
        help="Below 1 the unlikeliest colors of each pixel are never chosen.",
        ge=0.05,
        le=1,
        drawing=True,
    )


class PixelModel(Model):
    """Symbols in reading order, each by its probability given all before it, exactly.

    A latent is a number per symbol: the symbol drawn is the one whose share of [0, 1] holds Φ of
    it. Temperature and top-p change the shares of `draw` and `encode` alike, never `forward`.
    """

    def __init__(self, settings: AutoregressiveSettings, size: ImageSize, code: Code):
        super().__init__()
        self.settings, self.code, self.channels = settings, code, size.channels
        self.latent_shape = (code.symbols, size.height, size.width)
        overview = None
        inputs, width = code.inputs, settings.width
        if settings.depth:
            shape = (settings.segment, settings.context, settings.depth)
            overview = Segments(inputs, width, size, *shape)
        self.net = PixelNet(inputs, code.outputs, size, width, settings.blocks, overview)
        code.start(self.net.head)

    def forward(
        self, symbols: Tensor, labels: Tensor | None, hidden: Tensor | None = None
    ) -> Tensor:
        """Return the log probability [n] of pictures of symbols [n, s, h, w], in nats.

        `hidden` [n, 1, h, w] is 1 for the pixels the network may not see.
        """
        planes = self.code.planes(symbols)
        if hidden is not None:
            planes = planes * (1 - hidden)
        numbers = self.net(planes, labels)
        return self.code.log_likelihood(numbers, symbols).flatten(1).sum(1)

    @torch.no_grad()
    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield the images row by row, black or clear where nothing is drawn yet."""
        u = normal.normal_to_uniform(normal.precise(latents))
        images = latents.new_full((len(latents), self.channels, *self.latent_shape[1:]), -1.0)

        def choose(p: Tensor, k: int, y: int, x: int) -> Tensor:
            return inverse_cdf.pick(p, u[:, k, y, x])

        for y, known in enumerate(self._scan(latents, labels, choose)):
            images = images.clone()
            images[:, :, y] = self.code.images(known[:, :, y : y + 1])[:, :, 0]
            yield images

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        """Return the latents that `draw` without labels turns into the symbols of `images`.

        Each is the middle of its symbol's share, found along the very pass that draws.
        """
        known = self.code.read(images)
        u = normal.precise(images.new_zeros(known.shape))

        def choose(p: Tensor, k: int, y: int, x: int) -> Tensor:
            u[:, k, y, x] = inverse_cdf.middle(p, known[:, k, y, x])
            return known[:, k, y, x]

        for _ in self._scan(images, None, choose):
            pass
        return torch.special.ndtri(u).to(images)

    def repair(
        self, images: Tensor, mask: Tensor, latents: Tensor, labels: Tensor | None = None
    ) -> Iterator[Tensor]:
        """Yield the images row by row; of several draws those go on that fit what comes after."""
        return particles.repaired(self.code, self._scan, images, mask, latents, labels)

    def _scan(self, like: Tensor, labels: Tensor | None, choose: Choose) -> Rows:
        """Yield the symbols after each row, chosen by `choose`; takes an order to go on in."""
        count, height, width = self.latent_shape
        known = torch.zeros(len(like), count, height, width, dtype=torch.int64, device=like.device)
        scan = Scan(self.net, labels, like)
        for y in range(height):
            scan.begin_row(y)
            for x in range(width):
                numbers, pixel = scan.pixel(x), known[:, :, y, x]
                for k in range(count):
                    weights = self.code.log_weights(numbers, known, k, y, x)
                    p = inverse_cdf.tempered(
                        weights, self.settings.temperature, self.settings.top_p
                    )
                    pixel[:, k] = choose(p, k, y, x)
                scan.put(x, self.code.planes(pixel[:, :, None, None])[:, :, 0, 0])
            order = yield known
            if order is not None:
                known = known[order]
                scan.keep(order)


class LevelModel(PixelModel):
    """A model of 8-bit pictures, which knows how probable they are."""

    def bits(self, images: Tensor, labels: Tensor | None, rng: Any) -> Tensor:
        """Return bits per value [n], exact; temperature and top-p are left out."""
        return -self(self.code.read(images), labels) / (math.log(2) * images[0].numel())


def build(settings: AutoregressiveSettings, size: ImageSize) -> PixelModel:
    """Return the model of `settings`.

    Only pixelcnn's is a `Likelihood`: what a palette network knows is the probability of pictures
    in its own few colors, which compares with no other model's bits.
    """
    if settings.network == "palette":
        return PixelModel(settings, size, PaletteCode(settings.colors, size))
    return LevelModel(settings, size, LevelCode(settings.mixtures, size.channels))


class AutoregressiveLearner(Learner):
    """Makes the pictures likely. The palette is fitted in the first steps, then kept.

    The colors met are counted for 64 steps; at the first, and whenever there are twice as many
    pictures, the palette follows from where it was, so that its places keep their meaning.
    """

    def __init__(self, model: Any, settings: AutoregressiveSettings, size: ImageSize):
        super().__init__()
        self.model = model
        self.settings = settings
        self.optimizer = Optimizer(
            model.parameters(),
            settings.rate,
            (0.9, 0.99),
            decay=DECAY,
            clip=1.0,
            warmup=WARM_UP,
            final=0.02,
        )
        self.colors = Counter(size.channels)

    @property
    def painter(self) -> PixelModel:
        """The model, known to be autoregressive."""
        assert isinstance(self.model, PixelModel)
        return self.model

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """One step. Plots bits per symbol: a pixel of a palette, else a channel's level."""
        self._count(images)
        hidden = _chosen(self.settings.dropout, images[:, :1], rng).float()
        if labels is not None:
            labels = labels.masked_fill(_chosen(NAMELESS, labels, rng), -1)

        def loss(symbols: Tensor, labels: Tensor | None, hidden: Tensor) -> Tensor:
            return self._bits(symbols, labels, hidden if self.settings.dropout else None)

        symbols = self.painter.code.read(images)
        return {"loss": self.optimizer.minimize(loss, symbols, labels, hidden, progress=progress)}

    def _bits(self, symbols: Tensor, labels: Tensor | None, hidden: Tensor | None = None) -> Tensor:
        return -self.model(symbols, labels, hidden).mean() / (math.log(2) * symbols[0].numel())

    def _count(self, images: Tensor) -> None:
        step, code = self.optimizer.steps, self.painter.code
        if step > LOOKED_AT or not isinstance(code, PaletteCode):
            return
        known = self.colors.add(images)
        if step & (step - 1) == 0:
            code.palette.fit(known)

    @torch.no_grad()
    def watch(self, seen: Batch, unseen: Batch, rng: Any, progress: float) -> dict[str, Tensor]:
        """Return the bits per symbol of pictures learned from and of pictures held out."""
        code = self.painter.code
        return {
            "seen": self._bits(code.read(seen.images), seen.labels),
            "unseen": self._bits(code.read(unseen.images), unseen.labels),
        }

    def optimizers(self) -> Mapping[str, Optimizer]:
        """The model's optimizer."""
        return {"model": self.optimizer}

    @torch.no_grad()
    def finish(
        self, images: Iterator[tuple[Tensor, Tensor | None]], model: Model, rng: Any
    ) -> Mapping[str, float]:
        """Tell how far the palette is from the pictures' colors, in grey levels; change nothing."""
        assert isinstance(model, PixelModel)
        if isinstance(model, LevelModel):
            return {}
        part, _ = next(images)
        far = part - model.code.images(model.code.read(part))
        return {"palette_error": 127.5 * float(far.square().mean().sqrt())}


def _chosen(share: float, like: Tensor, rng: Any) -> Tensor:
    """Return bool of `like`'s shape, true for about `share` of it."""
    return torch.rand(like.shape, generator=rng, device=like.device) < share


def objection(settings: AutoregressiveSettings, size: ImageSize, count: int) -> str:
    """Say what is too large to be painted pixel by pixel, or too few to learn from."""
    longest, side = LONGEST[settings.network], max(size.height, size.width)
    if size.height * size.width > longest * longest:
        other = "the palette network" if longest < side <= 48 else "smaller pictures"
        return (
            f"{size.width} x {size.height} pixels are too many to paint one by one, at most about"
            f" {longest} x {longest} are bearable; choose VQ-VAE, a GAN or {other}."
        )
    if count < FEWEST:
        return (
            f"{count} pictures would only be learned by heart; add more, at least {FEWEST},"
            " or choose a GAN with augmentation."
        )
    return ""


def _preset(id: str, title: str, summary: str, minutes: float, **settings: Any) -> Preset:
    return Preset(id, title, summary, AutoregressiveSettings(**settings), minutes)


LARGE = {"width": 96, "blocks": 6, "depth": 8, "context": 384, "segment": 8}
LARGE |= {"batch": 64, "rate": 1e-3, "dropout": 0.05}

FAMILY = Family(
    id="autoregressive",
    title="Autoregressive",
    summary="Paints pixel by pixel in the exact colors of pixel art; steady, honest, slow to draw.",
    settings=AutoregressiveSettings,
    tiny=AutoregressiveSettings(
        colors=16, width=24, blocks=2, depth=1, context=32, segment=8, batch=8, rate=1e-2
    ),
    presets=(
        _preset("quick", "Quick look", "Sprites and icons in minutes on a processor.", 5.0),
        _preset("standard", "Standard", "Half an hour on a graphics card.", 30.0, **LARGE),
        _preset(
            "best",
            "Best",
            "Hours on a graphics card.",
            240.0,
            width=128,
            blocks=9,
            depth=12,
            context=512,
            segment=4,
            batch=128,
            rate=5e-4,
            dropout=0.1,
        ),
        _preset(
            "pixelcnn",
            "Textbook: PixelCNN",
            "All colors, two causal streams, a mixture of logistics; with exact likelihood.",
            20.0,
            network="pixelcnn",
            blocks=6,
            depth=0,
            rate=2e-3,
        ),
    ),
    model=build,
    learner=AutoregressiveLearner,
    smooth=False,
    losses=("loss",),
    objection=objection,
)
