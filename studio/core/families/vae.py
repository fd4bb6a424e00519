"""VAE: compresses pictures to a few numbers and back; quick to learn, and it reads pictures in."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from studio.core.family import Batch, Family, ImageSize, Learner, Model, Preset
from studio.core.learning import Optimizer
from studio.core.nets.autoencoder import Decoder, Encoder
from studio.core.nets.mixture import Mixture
from studio.core.nets.reconstruction import Critic, edges, unlikeness
from studio.core.nets.variational import (
    best_log_sigma,
    bits_per_value,
    dequantized,
    divergence,
    gaussian_nll,
    log_weight,
    with_free_bits,
)
from studio.core.settings import Settings, field

FITTED_ON, PER_CLASS = 1024, 16
WARM_UP = 20
ACTIVE = 0.01  # variance of a code's mean over pictures below which it says nothing
SAMPLES = 16  # codes a picture's bits are estimated from
FEWEST = 2


class VaeSettings(Settings):
    """How large the network is and what it attends to."""

    width: int = field(
        32,
        label="Width",
        help="More keeps finer detail and trains slower.",
        ge=4,
        le=512,
        logarithmic=True,
    )
    depth: int = field(
        0,
        label="Depth",
        help="Residual blocks at either end; more is finer and slower.",
        ge=0,
        le=4,
    )
    latent: int = field(
        64,
        label="Latent size",
        help="How many numbers describe a picture.",
        ge=2,
        le=1024,
        logarithmic=True,
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
        help="Too high and the loss jumps.",
        ge=1e-6,
        le=1e-2,
        logarithmic=True,
    )
    beta: float = field(
        1.0,
        label="β",
        help="More makes the latent space smoother and the pictures blurrier.",
        ge=0,
        le=20,
    )
    warm_up: float = field(
        0.1,
        label="KL warm-up",
        help="The share of the run in which β grows from 0; more lets detail in first.",
        ge=0,
        le=1,
        advanced=True,
    )
    free_bits: float = field(
        0.0,
        label="Free bits",
        help="Nats each latent number may say for free; raise it when few of them are active.",
        ge=0,
        le=4,
        advanced=True,
    )
    critic: float = field(
        0.7,
        label="Critic",
        help="A judge sharpens the pictures; 1 weighs it like the likelihood, 0 is none.",
        ge=0,
        le=4,
    )
    critic_from: float = field(
        0.4,
        label="Critic's entry",
        help="The share of the run after which the critic joins.",
        ge=0,
        le=1,
        advanced=True,
    )
    sharpness: float = field(
        0.1,
        label="Sharpness",
        help="Weight of edges at three scales beside the plain likelihood.",
        ge=0,
        le=10,
    )
    perceptual: float = field(
        0.0,
        label="Perceptual",
        help="Weight of what the house encoder sees; more is truer to shape and trains slower.",
        ge=0,
        le=10,
    )


class VaeModel(Model):
    """Encoder, decoder and the mixture between them.

    A latent has one coordinate more than a code: the last chooses the mixture's component. Labels
    choose among the components of their class; -1 or None is any class. `encode` inverts `draw`
    without labels.
    """

    log_sigma: Tensor

    def __init__(self, settings: VaeSettings, size: ImageSize):
        super().__init__()
        self.latent_shape = (settings.latent + 1,)
        self.encoder = Encoder(
            settings.latent, size.height, size.width, size.channels, settings.width, settings.depth
        )
        self.decoder = Decoder(
            settings.latent, size.height, size.width, size.channels, settings.width, settings.depth
        )
        self.mixture = Mixture(settings.latent, size.classes)
        self.register_buffer("log_sigma", torch.zeros(()))

    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield the images once."""
        codes = self.mixture.decode(latents, self._rows(labels, latents))
        yield self.decoder(codes).clamp(-1, 1)

    def _rows(self, labels: Tensor | None, like: Tensor) -> Tensor:
        if labels is not None and self.mixture.classes:
            return labels.clamp_min(-1) + 1
        return torch.zeros(len(like), dtype=torch.int64, device=like.device)

    @property
    def point_shape(self) -> tuple[int, ...]:
        """One code, whitened: between them nothing jumps, as no component has to be chosen."""
        return (self.latent_shape[0] - 1,)

    def points(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return whitened codes [n, d]; a label chooses among the components of its class."""
        return self.mixture.whitened(self.mixture.decode(latents, self._rows(labels, latents)))

    def draw_points(self, points: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield the images once; a point says the class itself."""
        yield self.decoder(self.mixture.colored(points)).clamp(-1, 1)

    def calm(self, points: Tensor, truncation: Tensor) -> Tensor:
        """Draw towards the middle of the component that a point belongs to."""
        latents = self.mixture.encode(self.mixture.colored(points))
        calm = torch.cat([latents[:, :-1] * truncation[:, None], latents[:, -1:]], 1)
        return torch.where(truncation[:, None] == 1, points, self.points(calm))

    def relabeled(self, points: Tensor, labels: Tensor) -> Tensor:
        """Keep the place within the component, and take a component of the class."""
        return self.points(self.mixture.encode(self.mixture.colored(points)), labels)

    def encode(self, images: Tensor) -> Tensor:
        """Return latents [n, d + 1] that `draw` without labels turns back into about `images`."""
        return self.mixture.encode(self.encoder(images)[0])

    @torch.no_grad()
    def bits(self, images: Tensor, labels: Tensor | None, rng: Any) -> Tensor:
        """Return an upper bound of the bits per value [n], from 16 codes a picture (Burda et al.
        2016).

        It is that of the model as trained: codes from N(0, I), σ as fitted last; labels don't
        matter.
        """
        images = dequantized(images, rng)
        mean, log_variance = self.encoder(images)
        weights = []
        for _ in range(SAMPLES):
            noise = torch.randn(mean.shape, generator=rng, device=mean.device)
            code = mean + (0.5 * log_variance).exp() * noise
            nll = gaussian_nll(images, self.decoder(code), self.log_sigma)
            weights.append(log_weight(nll, noise, code, log_variance))
        nats = math.log(SAMPLES) - torch.stack(weights).logsumexp(0)
        return bits_per_value(nats, images[0].numel())


class Bound(NamedTuple):
    """What the evidence bound of a batch is made of: what was drawn, -log likelihood [n] and the
    divergence [n, d] in nats, log σ, and the codes' means [n, d].
    """

    drawn: Tensor
    nll: Tensor
    divergences: Tensor
    log_sigma: Tensor
    mean: Tensor


class VaeLearner(Learner):
    """Maximizes the evidence bound, with σ always at its optimum, so there is no weight to tune.

    A critic may join late: a judge of real against reconstructed pictures, with as much say about
    each picture as the likelihood has.
    """

    in_parts = "with nearly the same result: σ is fitted to each part"

    def __init__(self, model: Any, settings: VaeSettings, size: ImageSize):
        super().__init__()
        self.model = model
        self.settings = settings
        self.optimizer = Optimizer(
            model.parameters(), settings.rate, (0.9, 0.99), final=0.05, warmup=WARM_UP
        )
        self.critic = Critic(size, settings.width) if settings.critic else None

    @property
    def coder(self) -> VaeModel:
        """The model, known to be a VAE."""
        assert isinstance(self.model, VaeModel)
        return self.model

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """One step. Plots the bound in bits per value, its divergence in nats, σ in grey levels and
        how many latent numbers are active.
        """
        plots: list[Tensor] = []
        drawings: list[Tensor] = []
        critic = self.critic if progress >= self.settings.critic_from else None
        beta = self.settings.beta * min(1.0, progress / max(1e-9, self.settings.warm_up))

        def loss(x: Tensor, labels: Tensor | None, noise: Tensor) -> Tensor:
            found = self._bound(x, noise)
            likelihood, sigma = found.nll.mean(), found.log_sigma.exp().detach()
            plots.append(self._plotted(found))
            total = likelihood + self.settings.sharpness * edges(x, found.drawn) / sigma
            total = total + beta * with_free_bits(found.divergences, self.settings.free_bits)
            if self.settings.perceptual:
                seen = unlikeness(x, found.drawn) * x[0].numel()
                total = total + self.settings.perceptual * seen
            if critic is not None:
                drawings.append(found.drawn.detach())
                objection = critic.objects(x, labels, found.drawn, likelihood)
                total = total + self.settings.critic * objection
            return total / x[0].numel()

        noise = self._noise(images, rng)
        value = self.optimizer.minimize(loss, images, labels, noise, progress=progress)
        names = ("bits", "divergence", "sigma", "active")
        values = {"loss": value, **dict(zip(names, torch.stack(plots).mean(0), strict=True))}
        if critic is not None:
            # what was drawn before the last pictures is what memory was too small for
            drawn = torch.cat(drawings)[-len(images) :]
            values["critic"] = critic.learn(images, labels, drawn, rng, progress)
        return values

    def _noise(self, images: Tensor, rng: Any) -> Tensor:
        shape = (len(images), self.settings.latent)
        return torch.randn(shape, generator=rng, device=images.device)

    def _bound(self, images: Tensor, noise: Tensor, log_sigma: Tensor | None = None) -> Bound:
        mean, log_variance = self.coder.encoder(images)
        drawn = self.coder.decoder(mean + (0.5 * log_variance).exp() * noise)
        log_sigma = best_log_sigma(images, drawn) if log_sigma is None else log_sigma
        nll = gaussian_nll(images, drawn, log_sigma)
        return Bound(drawn, nll, divergence(mean, log_variance), log_sigma, mean)

    def _plotted(self, found: Bound) -> Tensor:
        divergence = found.divergences.sum(1).mean()
        bits = bits_per_value(found.nll.mean() + divergence, found.drawn[0].numel())
        active = (found.mean.var(0, correction=0) > ACTIVE).sum()
        return torch.stack([bits, divergence, 127.5 * found.log_sigma.exp(), active]).detach()

    @torch.no_grad()
    def watch(self, seen: Batch, unseen: Batch, rng: Any, progress: float) -> dict[str, Tensor]:
        """The bound in bits per value of pictures learned from and held out."""
        own = self._bound(seen.images, self._noise(seen.images, rng))
        other = self._bound(unseen.images, self._noise(unseen.images, rng), own.log_sigma)
        return {"seen": self._plotted(own)[0], "unseen": self._plotted(other)[0]}

    def optimizers(self) -> Mapping[str, Optimizer]:
        """The model's optimizer, and the critic's if there is one."""
        if self.critic is None:
            return {"model": self.optimizer}
        return {"model": self.optimizer, "critic": self.critic.optimizer}

    @torch.no_grad()
    def finish(
        self, images: Iterator[tuple[Tensor, Tensor | None]], model: Model, rng: Any
    ) -> Mapping[str, float]:
        """Fit σ and the mixture of `model` to a thousand pictures, or 16 per class."""
        assert isinstance(model, VaeModel)
        codes, labels, errors, count = [], [], [], 0
        for part, classes in images:
            mean, log_variance = model.encoder(part)
            noise = torch.randn(mean.shape, generator=rng, device=mean.device)
            drawn = model.decoder(mean + (0.5 * log_variance).exp() * noise)
            errors.append((part - drawn).square().flatten(1).mean(1))
            codes.append(mean.float())
            labels.append(classes)
            count += len(part)
            if count >= max(FITTED_ON, PER_CLASS * model.mixture.classes):
                break
        model.log_sigma.copy_(0.5 * torch.cat(errors).mean().clamp_min(1e-6).log())
        known = [y for y in labels if y is not None]
        model.mixture.fit(torch.cat(codes), torch.cat(known) if known else None, rng)
        return {}


def _objection(settings: VaeSettings, size: ImageSize, count: int) -> str:
    if count >= FEWEST:
        return ""
    return "One picture has nothing in common with others; add some, a dozen or more."


def _preset(id: str, title: str, summary: str, minutes: float, **settings: Any) -> Preset:
    return Preset(id, title, summary, VaeSettings(**settings), minutes)


FAMILY = Family(
    id="vae",
    title="VAE",
    summary="Learns within seconds, stays steady, and reads your own pictures in.",
    settings=VaeSettings,
    tiny=VaeSettings(width=8, latent=8, batch=8, depth=1, critic_from=0.02, rate=5e-3),
    presets=(
        _preset(
            "quick", "Quick look", "Readable in seconds, crisp in minutes, on a processor.", 3.0
        ),
        _preset(
            "standard",
            "Standard",
            "Half an hour on a graphics card.",
            30.0,
            width=64,
            depth=1,
            latent=64,
            batch=128,
            rate=1e-3,
        ),
        _preset(
            "best",
            "Best",
            "Hours on a graphics card.",
            240.0,
            width=128,
            depth=2,
            latent=128,
            batch=256,
            rate=5e-4,
        ),
    ),
    model=VaeModel,
    learner=VaeLearner,
    losses=("loss",),
    objection=_objection,
)
