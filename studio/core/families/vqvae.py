"""VQ-VAE: pictures become a small grid of code numbers; a transformer learns which go together."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from studio.core.family import Batch, Family, ImageSize, Learner, Model, Preset
from studio.core.learning import Optimizer
from studio.core.nets import players, token_repair
from studio.core.nets.quantizers import LEVELS, Codebook, Fsq
from studio.core.nets.reconstruction import Critic, edges, unlikeness
from studio.core.nets.token_drawing import TokenDrawing
from studio.core.nets.token_prior import TokenPrior
from studio.core.nets.tokenizer import Tokenizer
from studio.core.nets.variational import best_log_sigma, bits_per_value, dequantized, gaussian_nll
from studio.core.settings import Settings, field

COMMITMENT, SHARPNESS = 0.25, 0.1
CRITIC_FROM = 0.6  # of the first stage
NAMELESS = 0.1  # of labels are hidden in training, so that draws without a class are learned too
REMEMBERED = 0.01  # of the code frequencies is the newest batch's
WARM_UP = 20
FITTED_ON = 512
PREVIEWS = 4
FEWEST = 32


class VqvaeSettings(Settings):
    """How pictures become codes, and how the codes are learned and drawn."""

    codes: Literal["64", "240", "1000", "4375"] = field(
        "1000",
        label="Codes",
        help="More keep finer detail, fewer are learned sooner and from fewer pictures.",
    )
    cell: Literal["auto", "4", "8", "16"] = field(
        "auto",
        label="Cell",
        help="Pixels that one code stands for, along each side; larger is quicker and coarser.",
    )
    quantizer: Literal["fsq", "codebook"] = field(
        "fsq",
        label="Quantizer",
        help="fsq uses all codes by itself; codebook learns what they stand for, as the textbook.",
    )
    prior: Literal["maskgit", "causal"] = field(
        "maskgit",
        label="Prior",
        help="maskgit draws many codes at a time, causal one after the other: slower, steadier.",
    )
    width: int = field(
        48,
        label="Width",
        help="More keeps finer detail and trains slower.",
        ge=4,
        le=512,
        logarithmic=True,
    )
    depth: int = field(
        2,
        label="Depth",
        help="Residual blocks at either end; more is finer and slower.",
        ge=0,
        le=8,
    )
    prior_width: int = field(
        128,
        label="Prior's width",
        help="More learns finer how codes go together, and trains slower.",
        ge=8,
        le=1024,
        logarithmic=True,
    )
    prior_depth: int = field(
        4,
        label="Prior's depth",
        help="Layers that look at all codes; more sees larger shapes and trains slower.",
        ge=1,
        le=24,
    )
    share: float = field(
        0.45,
        label="First stage",
        help="The share of the run spent on the codes; the rest learns how they go together.",
        ge=0,
        le=0.9,
    )
    batch: int = field(
        32,
        label="Batch",
        help="Pictures per step; more is steadier and slower.",
        ge=2,
        le=4096,
        logarithmic=True,
    )
    rate: float = field(
        2e-3,
        label="Learning rate",
        help="Of the first stage; too high and the loss jumps.",
        ge=1e-6,
        le=1e-2,
        logarithmic=True,
    )
    prior_rate: float = field(
        1e-3,
        label="Prior's rate",
        help="Learning rate of the second stage; too high and the loss jumps.",
        ge=1e-6,
        le=1e-2,
        logarithmic=True,
    )
    critic: float = field(
        0.0,
        label="Critic",
        help="A judge sharpens the pictures; 1 weighs it like the likelihood, 0 is none.",
        ge=0,
        le=4,
    )
    perceptual: float = field(
        0.0,
        label="Perceptual",
        help="Weight of what the house encoder sees; more is truer to shape and trains slower.",
        ge=0,
        le=10,
    )
    steps: int = field(
        12,
        label="Steps",
        help="Rounds in which maskgit draws a picture; more fit together better and take longer.",
        ge=1,
        le=64,
        drawing=True,
    )
    temperature: float = field(
        1.0,
        label="Temperature",
        help="Lower draws what is usual and clean, higher what is rare and wild.",
        ge=0.1,
        le=2,
        drawing=True,
    )
    guidance: float = field(
        1.0,
        label="Guidance",
        help="How strictly a class is drawn; above 1 is clearer and less varied.",
        ge=0,
        le=8,
        drawing=True,
    )


class VqvaeModel(Model):
    """Tokenizer and prior. A latent is a grid: its first layer chooses each place's code by inverse
    CDF; for MaskGIT a second one says how chance takes part in the order of places.
    """

    log_sigma: Tensor

    def __init__(self, settings: VqvaeSettings, size: ImageSize):
        super().__init__()
        self.settings, self.classes = settings, size.classes
        count, causal = int(settings.codes), settings.prior == "causal"
        quantizer = Fsq(LEVELS[count]) if settings.quantizer == "fsq" else Codebook(count)
        cell = 0 if settings.cell == "auto" else int(settings.cell)
        self.tokenizer = Tokenizer(size, quantizer, cell, settings.width, settings.depth)
        grid, codes = self.tokenizer.grid, quantizer.codes
        self.latent_shape = (1 if causal else 2, grid.height, grid.width)
        wide, deep = settings.prior_width, settings.prior_depth
        self.prior = TokenPrior(
            grid.height * grid.width, count, codes.shape[1], size.classes, wide, deep, causal
        )
        self.register_buffer("log_sigma", torch.zeros(()))

    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield about four previews, what is not drawn yet being guessed, then the images."""
        places = self.prior.histogram.shape[0]
        rounds = places if self.prior.causal else min(places, self.settings.steps)
        shown = {rounds * k // PREVIEWS - 1 for k in range(1, PREVIEWS)} | {rounds - 1}
        found = self._drawing().drawn(latents.flatten(2), self.rows(labels, latents))
        for k, tokens in enumerate(found):
            if k in shown:
                yield self.tokenizer.decoded(tokens)

    def encode(self, images: Tensor) -> Tensor:
        """Return latents that `draw` without labels turns into what the codes keep of `images`."""
        found = self._drawing().latents(self.tokenizer.tokens(images), self.rows(None, images))
        return found.unflatten(2, self.latent_shape[1:])

    def repair(
        self, images: Tensor, mask: Tensor, latents: Tensor, labels: Tensor | None = None
    ) -> Iterator[Tensor]:
        """Yield the images as the codes of what is hidden are drawn, given the others."""
        drawing, rows = self._drawing(token_repair.COOLER), self.rows(labels, latents)
        return token_repair.repaired(self.tokenizer, drawing, images, mask, latents, rows)

    @torch.no_grad()
    def bits(self, images: Tensor, labels: Tensor | None, rng: Any) -> Tensor:
        """Return a bound of the bits per value [n]: those of the codes, exactly as they are drawn,
        and those of the picture around what they stand for (a Gaussian with one σ for all).
        """
        tokens = self.tokenizer.tokens(images)
        order = torch.randn(tokens.shape, generator=rng, device=images.device)
        nats = self._drawing().nats(tokens, order, self.rows(labels, images))
        drawn = self.tokenizer.decoded(tokens)
        rest = gaussian_nll(dequantized(images, rng), drawn, self.log_sigma)
        return bits_per_value(nats + rest, images[0].numel())

    def _drawing(self, cooler: float = 1.0) -> TokenDrawing:
        chosen = self.settings
        return TokenDrawing(
            self.prior,
            self.tokenizer.quantizer.codes,
            chosen.steps,
            chosen.temperature * cooler,
            chosen.guidance,
        )

    def rows(self, labels: Tensor | None, like: Tensor) -> Tensor:
        """Return the prior's row of each of `like`'s labels: 0 for none, else label + 1."""
        return players.row(labels if self.classes else None, like)


class VqvaeLearner(Learner):
    """Learns the codes first; then, with these as they are, how they go together."""

    in_parts = "with nearly the same result: σ is fitted to each part"

    def __init__(self, model: Any, settings: VqvaeSettings, size: ImageSize):
        super().__init__()
        self.model, self.settings = model, settings
        self.tokenizing = Optimizer(
            model.tokenizer.parameters(), settings.rate, (0.9, 0.99), final=0.05, warmup=WARM_UP
        )
        self.predicting = Optimizer(
            model.prior.parameters(),
            settings.prior_rate,
            (0.9, 0.98),
            decay=0.02,
            clip=1.0,
            final=0.05,
            warmup=WARM_UP,
        )
        self.critic = Critic(size, settings.width) if settings.critic else None

    @property
    def coder(self) -> VqvaeModel:
        """The model, known to be a VQ-VAE."""
        assert isinstance(self.model, VqvaeModel)
        return self.model

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """One step of the stage that `progress` is in.

        Plots PSNR in dB and the share of codes in use, then bits per token.
        """
        share = self.settings.share
        if progress < share:
            return self._tokenize(images, labels, rng, progress / share)
        return self._predict(images, labels, rng, (progress - share) / (1 - share))

    def _tokenize(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        tokenizer, quantizer = self.coder.tokenizer, self.coder.tokenizer.quantizer
        critic = self.critic if progress >= CRITIC_FROM else None
        met: list[tuple[Tensor, Tensor, Tensor]] = []
        if self.tokenizing.steps == 0:
            with torch.no_grad():
                quantizer.begin(tokenizer.encoder(images), rng)

        def loss(x: Tensor, labels: Tensor | None) -> Tensor:
            vectors, found, drawn = tokenizer(x)
            met.append((vectors.detach(), found.tokens, drawn.detach()))
            log_sigma = best_log_sigma(x, drawn)
            likelihood = gaussian_nll(x, drawn, log_sigma).mean()
            total = likelihood + SHARPNESS * edges(x, drawn) / log_sigma.exp().detach()
            if self.settings.perceptual:
                total = total + self.settings.perceptual * unlikeness(x, drawn) * x[0].numel()
            if critic is not None:
                objection = critic.objects(x, labels, drawn, likelihood)
                total = total + self.settings.critic * objection
            return total / x[0].numel() + COMMITMENT * found.commitment

        values = {"loss": self.tokenizing.minimize(loss, images, labels, progress=progress)}
        # what was met before the last pictures is what memory was too small for
        vectors, tokens, drawn = (
            torch.cat(part)[-len(images) :] for part in zip(*met, strict=True)
        )
        quantizer.adapt(vectors, tokens, rng)
        self.coder.prior.count(tokens.flatten(1), max(REMEMBERED, 1 / self.tokenizing.steps))
        if critic is not None:
            values["critic"] = critic.learn(images, labels, drawn, rng, progress)
        psnr = 10 * torch.log10(4 / (images - drawn).square().mean().clamp_min(1e-12))
        return values | {"psnr": psnr, "codes": self.coder.prior.usage()}

    def _predict(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        rows = self.coder.rows(labels, images)
        rows = rows * (torch.rand(len(rows), generator=rng, device=rows.device) >= NAMELESS)
        with torch.no_grad():
            tokens = self.coder.tokenizer.tokens(images)
        prior, codes = self.coder.prior, self.coder.tokenizer.quantizer.codes
        hiding = prior.hiding(tokens, rng)
        asked = hiding.sum() / len(hiding)

        def loss(tokens: Tensor, rows: Tensor, hiding: Tensor) -> Tensor:
            return prior.nats(tokens, rows, hiding, codes).sum() / len(tokens) / asked

        value = self.predicting.minimize(loss, tokens, rows, hiding, progress=progress)
        return {"prior": value / math.log(2)}

    @torch.no_grad()
    def watch(self, seen: Batch, unseen: Batch, rng: Any, progress: float) -> dict[str, Tensor]:
        """Bits per token of pictures learned from and held out, once the prior learns."""
        if progress < self.settings.share:
            return {}
        prior, tokenizer = self.coder.prior, self.coder.tokenizer
        values = {}
        for name, batch in (("seen", seen), ("unseen", unseen)):
            tokens, rows = (
                tokenizer.tokens(batch.images),
                self.coder.rows(batch.labels, batch.images),
            )
            hiding = prior.hiding(tokens, rng)
            nats = prior.nats(tokens, rows, hiding, tokenizer.quantizer.codes)
            values[name] = nats.sum() / hiding.sum() / math.log(2)
        return values

    def optimizers(self) -> Mapping[str, Optimizer]:
        """Those of both stages, and the critic's if there is one."""
        both = {"tokenizer": self.tokenizing, "prior": self.predicting}
        return both if self.critic is None else both | {"critic": self.critic.optimizer}

    @torch.no_grad()
    def finish(
        self, images: Iterator[tuple[Tensor, Tensor | None]], model: Model, rng: Any
    ) -> Mapping[str, float]:
        """Measure how far pictures are from what their codes stand for."""
        assert isinstance(model, VqvaeModel)
        errors, count = [], 0
        for part, _ in images:
            drawn = model.tokenizer.decoded(model.tokenizer.tokens(part))
            errors.append((part - drawn).square().flatten(1).mean(1))
            count += len(part)
            if count >= FITTED_ON:
                break
        model.log_sigma.copy_(0.5 * torch.cat(errors).mean().clamp_min(1e-6).log())
        return {}


def _objection(settings: VqvaeSettings, size: ImageSize, count: int) -> str:
    if count >= FEWEST:
        return ""
    return f"A VQ-VAE needs {FEWEST} pictures or more; a GAN gets along with these {count}."


def _preset(id: str, title: str, summary: str, minutes: float, **settings: Any) -> Preset:
    return Preset(id, title, summary, VqvaeSettings(**settings), minutes)


QUICK = "First recognizable pictures in minutes on a processor."
STANDARD, BEST = "Half an hour on a graphics card.", "Hours on a graphics card."
LARGE = {"width": 96, "prior_width": 256, "prior_depth": 8, "batch": 128, "critic": 0.5}
LARGER = {"width": 128, "depth": 4, "prior_width": 512, "prior_depth": 12, "batch": 256}
FINER = {"codes": "4375", "critic": 0.7, "share": 0.35, "steps": 16, "prior_rate": 3e-4}

FAMILY = Family(
    id="vqvae",
    title="VQ-VAE",
    draft={"steps": 4},
    summary="Builds pictures from a small alphabet of parts; crisp, varied, reads pictures in.",
    settings=VqvaeSettings,
    tiny=VqvaeSettings(
        codes="64",
        width=16,
        depth=1,
        prior_width=32,
        prior_depth=1,
        batch=8,
        rate=1e-2,
        prior_rate=1e-2,
        share=0.4,
    ),
    presets=(
        _preset("quick", "Quick look", QUICK, 4.0, codes="240"),
        _preset("standard", "Standard", STANDARD, 30.0, rate=1e-3, prior_rate=5e-4, **LARGE),
        _preset("best", "Best", BEST, 300.0, rate=5e-4, **LARGER, **FINER),
    ),
    model=VqvaeModel,
    learner=VqvaeLearner,
    smooth=False,
    losses=("loss", "prior"),
    objection=_objection,
)
