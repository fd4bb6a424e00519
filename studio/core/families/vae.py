"""VAE: compresses pictures to a few numbers and back; quick to learn, and it reads pictures in."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.family import Family, ImageSize, Learner, Model, Preset
from studio.core.learning import Optimizer
from studio.core.nets import adversarial, players
from studio.core.nets.autoencoder import Decoder, Encoder
from studio.core.nets.mixture import Mixture
from studio.core.settings import Settings, field

LEAST_LOG_SIGMA = -6.0
LEVELS = 3
FITTED_ON, PER_CLASS = 1024, 16
WARM_UP = 50
CRITIC = "relativistic"
CRITIC_RATE, CRITIC_GAMMA, CRITIC_EVERY = 5e-4, 1.0, 8


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
    regularity: float = field(
        1.0,
        label="Regularity",
        help="More makes the latent space smoother and the pictures blurrier.",
        ge=0,
        le=20,
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


class VaeModel(Model):
    """Encoder, decoder and the mixture between them.

    A latent has one coordinate more than a code: the last chooses the mixture's component. Labels
    choose among the components of their class; -1 or None is any class. `encode` inverts `draw`
    without labels.
    """

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

    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield the images once."""
        rows = torch.zeros(len(latents), dtype=torch.int64, device=latents.device)
        if labels is not None and self.mixture.classes:
            rows = labels.clamp_min(-1) + 1
        yield self.decoder(self.mixture.decode(latents, rows)).clamp(-1, 1)

    def encode(self, images: Tensor) -> Tensor:
        """Return latents [n, d + 1] that `draw` without labels turns back into about `images`."""
        return self.mixture.encode(self.encoder(images)[0])


def gaussian_nll(images: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
    """Return the negative log likelihood per image, and log σ: the batch's best, at least e^-6.

    Rybkin et al. 2021 (σ-VAE): σ² is the batch's mean squared error; summed over pixels, nats.
    """
    mean_square = (images - drawn).square().mean()
    log_sigma = LEAST_LOG_SIGMA + functional.softplus(
        0.5 * mean_square.clamp_min(1e-12).log() - LEAST_LOG_SIGMA
    )
    each = (
        0.5 * ((images - drawn) / log_sigma.exp()).square()
        + log_sigma
        + 0.5 * math.log(2 * math.pi)
    )
    return each.sum() / len(images), log_sigma


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(N(mean, variance) ‖ N(0, I)) per image, summed over the code, nats."""
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum() / len(mean)


def edges(images: Tensor, drawn: Tensor) -> Tensor:
    """Return the absolute difference of the Laplacian pyramids per image, summed over pixels."""
    total, difference = torch.zeros((), device=images.device), images - drawn
    for level in range(LEVELS):
        smaller = functional.avg_pool2d(difference, 2, ceil_mode=True)
        up = functional.interpolate(
            smaller, size=difference.shape[-2:], mode="bilinear", align_corners=False
        )
        total = total + 2**level * (difference - up).abs().sum() / len(images)
        difference = smaller
    return total


def balanced(criticism: Tensor, likelihood: Tensor, drawn: Tensor) -> Tensor:
    """Scale `criticism` so that its gradient on `drawn` is as long as the likelihood's.

    The critic is differentiated here and only here: what returns has its scaled value, and its
    gradient as a constant, so that the later backward pass meets the model alone.
    """
    (theirs,) = torch.autograd.grad(criticism, drawn)
    (ours,) = torch.autograd.grad(likelihood, drawn, retain_graph=True)
    scale = ours.norm() / theirs.norm().clamp_min(1e-8)
    pull = (scale * theirs * drawn).sum()
    return pull + (scale * criticism - pull).detach()


class VaeLearner(Learner):
    """Maximizes the evidence bound, with σ always at its optimum, so there is no weight to tune.

    A critic may join late: a judge of real against reconstructed pictures (Larsen et al. 2016),
    with as much say about each picture as the likelihood has (Esser et al. 2021).
    """

    def __init__(self, model: Any, settings: VaeSettings, size: ImageSize):
        super().__init__()
        self.model = model
        self.settings = settings
        self.optimizer = Optimizer(
            model.parameters(), settings.rate, (0.9, 0.99), final=0.05, warmup=WARM_UP
        )
        self.judge = players.Judge("light", size, settings.width) if settings.critic else None
        if self.judge is not None:
            self.judging = Optimizer(self.judge.parameters(), CRITIC_RATE, (0.0, 0.99), final=0.25)

    @property
    def coder(self) -> VaeModel:
        """The model, known to be a VAE."""
        assert isinstance(self.model, VaeModel)
        return self.model

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """One step. Plots the bound in bits per value, its divergence in nats, σ in grey levels."""
        plots: list[Tensor] = []
        drawings: list[Tensor] = []
        judge = self.judge if progress >= self.settings.critic_from else None

        def loss(x: Tensor, labels: Tensor | None, noise: Tensor) -> Tensor:
            mean, log_variance = self.coder.encoder(x)
            drawn = self.coder.decoder(mean + (0.5 * log_variance).exp() * noise)
            likelihood, log_sigma = gaussian_nll(x, drawn)
            kl = divergence(mean, log_variance)
            plots.append(torch.stack([likelihood + kl, kl, log_sigma]).detach())
            sharp = self.settings.sharpness * edges(x, drawn) / log_sigma.exp().detach()
            total = likelihood + self.settings.regularity * kl + sharp
            if judge is not None:
                drawings.append(drawn.detach())
                with torch.no_grad():
                    real = judge(x, labels)
                criticism = adversarial.generator_loss(CRITIC, real, judge(drawn, labels))
                total = total + self.settings.critic * balanced(criticism, likelihood, drawn)
            return total / x[0].numel()

        noise = torch.randn(len(images), self.settings.latent, generator=rng, device=images.device)
        value = self.optimizer.minimize(loss, images, labels, noise, progress=progress)
        bound, kl, log_sigma = torch.stack(plots).mean(0)
        bits = bound / images[0].numel() / math.log(2) + math.log2(127.5)
        values = {"loss": value, "bits": bits, "divergence": kl, "sigma": 127.5 * log_sigma.exp()}
        if judge is not None:
            drawn = torch.cat(drawings)[
                -len(images) :
            ]  # before them, what memory was too small for
            values["critic"] = self._judge(judge, images, labels, drawn, rng, progress)
        return values

    def _judge(
        self,
        judge: players.Judge,
        images: Tensor,
        labels: Tensor | None,
        drawn: Tensor,
        rng: Any,
        progress: float,
    ) -> Tensor:
        """Train the critic to tell real pictures from their reconstructions."""

        def loss(x: Tensor, labels: Tensor | None, drawn: Tensor) -> Tensor:
            value = adversarial.discriminator_loss(CRITIC, judge(x, labels), judge(drawn, labels))
            if self.judging.steps % CRITIC_EVERY:
                return value
            penalty = adversarial.penalty(
                "r1", lambda y: judge(y, labels), x, drawn, CRITIC_GAMMA, rng
            )
            return value + CRITIC_EVERY * penalty

        return self.judging.minimize(loss, images, labels, drawn, progress=progress)

    def optimizers(self) -> Mapping[str, Optimizer]:
        """The model's optimizer, and the critic's if there is one."""
        if self.judge is None:
            return {"model": self.optimizer}
        return {"model": self.optimizer, "critic": self.judging}

    @torch.no_grad()
    def finish(
        self, images: Iterator[tuple[Tensor, Tensor | None]], model: Model, rng: Any
    ) -> Mapping[str, float]:
        """Fit the mixture of `model` to the codes of a thousand pictures, or 16 per class."""
        assert isinstance(model, VaeModel)
        codes, labels, count = [], [], 0
        for part, classes in images:
            codes.append(model.encoder(part)[0].float())
            labels.append(classes)
            count += len(part)
            if count >= max(FITTED_ON, PER_CLASS * model.mixture.classes):
                break
        known = [y for y in labels if y is not None]
        model.mixture.fit(torch.cat(codes), torch.cat(known) if known else None, rng)
        return {}


def _preset(id: str, title: str, summary: str, minutes: float, **settings: Any) -> Preset:
    return Preset(id, title, summary, VaeSettings(**settings), minutes)


FAMILY = Family(
    id="vae",
    title="VAE",
    summary="Learns within seconds, stays steady, and reads your own pictures in.",
    settings=VaeSettings,
    tiny=VaeSettings(width=8, latent=8, batch=8, depth=1, critic_from=0.02),
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
)
