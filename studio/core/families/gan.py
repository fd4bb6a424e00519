"""GAN: two players, one draws and one judges; sharp pictures, drawn at once."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from studio.core.data.augment import augment
from studio.core.events import Refused
from studio.core.family import Batch, Family, ImageSize, Learner, Model, Preset
from studio.core.learning import Optimizer
from studio.core.nets import adversarial, normalization, players, textbook
from studio.core.nets.adaptive import AdaptiveAmount
from studio.core.settings import Settings, field

Network = Literal["light", "projected", "residual", "mlp-784", "dcgan-28", "dcgan-64"]
Loss = Literal["saturating", "non-saturating", "lsgan", "hinge", "wgan-gp", "r1", "relativistic"]
Augmentation = Literal["none", "translation", "translation,cutout", "color,translation,cutout"]
FEWEST = 8


class GanSettings(Settings):
    """What the two players are made of and how they play."""

    network: Network = field(
        "residual",
        label="Network",
        help="projected draws best in minutes, residual in hours, light is small; or a textbook's.",
    )
    loss: Loss = field(
        "relativistic",
        label="Loss",
        help="How the players score. relativistic is the most stable; others: the textbooks'.",
    )
    width: int = field(
        32,
        label="Width",
        help="More draws finer pictures and trains slower.",
        ge=4,
        le=512,
        logarithmic=True,
    )
    blocks: int = field(
        1, label="Depth", help="Residual blocks per resolution of the residual network.", ge=1, le=4
    )
    latent: int = field(
        64,
        label="Latent size",
        help="How many numbers describe a picture.",
        ge=2,
        le=1024,
        advanced=True,
    )
    batch: int = field(
        64,
        label="Batch",
        help="Pictures per step; more is steadier and slower.",
        ge=2,
        le=4096,
        logarithmic=True,
    )
    rate: float = field(
        2e-4,
        label="Learning rate",
        help="Of the player who draws; too high and the pictures fall apart.",
        ge=1e-6,
        le=1e-2,
        logarithmic=True,
    )
    judge_rate: float = field(
        2e-4,
        label="Judge's rate",
        help="Learning rate of the player who judges.",
        ge=1e-6,
        le=1e-2,
        logarithmic=True,
        advanced=True,
    )
    rate_end: float = field(
        0.25,
        label="Final rate",
        help="The learning rates fall to this share by the end.",
        ge=0.0,
        le=1.0,
        advanced=True,
    )
    beta1: float = field(
        0.0,
        label="Adam beta 1",
        help="Memory of the steps' direction.",
        ge=0,
        le=0.99,
        advanced=True,
    )
    beta2: float = field(
        0.99,
        label="Adam beta 2",
        help="Memory of the steps' size.",
        ge=0.5,
        le=0.9999,
        advanced=True,
    )
    gamma: float = field(
        0.0,
        label="Gradient penalty",
        help="Holds the judge back (r1, relativistic); 0 chooses by picture size.",
        ge=0,
        le=1000,
        advanced=True,
    )
    penalty_every: int = field(
        4,
        label="Penalty interval",
        help="Compute the gradient penalty every so many steps, as much stronger.",
        ge=1,
        le=64,
        advanced=True,
    )
    augmentation: Augmentation = field(
        "color,translation,cutout",
        label="Augmentation",
        help="Changes pictures before judging, so that few suffice; what is drawn stays unchanged.",
    )
    augment_amount: float = field(
        0.5,
        label="Augmentation amount",
        help="The share of pictures that are changed; only the start of it if it adapts.",
        ge=0,
        le=1,
    )
    adaptive: bool = field(
        True,
        label="Adapt augmentation",
        help="Changes more pictures as soon as the judge knows yours by heart, else fewer.",
    )


class GanModel(Model):
    """The player who draws. A label enters as an embedding beside the latent; -1 is no label."""

    def __init__(self, settings: GanSettings, size: ImageSize):
        super().__init__()
        self.latent_shape = (settings.latent,)
        self.labels = nn.Embedding(size.classes + 1, settings.latent) if size.classes else None
        if self.labels is not None:  # as loud as the latent, a label drowns it (R3GAN: fan-in)
            nn.init.normal_(self.labels.weight, 0, size.classes**-0.5)
        inputs = settings.latent * (2 if size.classes else 1)
        self.net = players.generator(
            settings.network, inputs, size, settings.width, settings.blocks
        )

    def forward(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        """Return images in about [-1, 1], with gradients."""
        if self.labels is None:
            return self.net(latents)
        return self.net(torch.cat([latents, self.labels(players.row(labels, latents))], 1))

    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield the images once."""
        yield self(latents, labels).clamp(-1, 1)


def automatic_gamma(size: ImageSize, batch: int) -> float:
    """Return R3GAN's penalty weight: 0.5 at 32 px, 4x per doubling, for batch 256."""
    pixels = size.height * size.width
    return 0.5 * pixels / 1024 * max(1.0, 256 / batch)


class Round(NamedTuple):
    """What both losses of a step are computed from: images as changed, and what the judge saw."""

    real: Tensor
    drawn: Tensor
    seen_real: list[Tensor]
    seen_drawn: list[Tensor]


class GanLearner(Learner):
    """Plays one round a step: the judge first, then the model, on the same real images."""

    in_parts = "with nearly the same result: each part has chances and statistics of its own"

    def __init__(self, model: Any, settings: GanSettings, size: ImageSize):
        super().__init__()
        self.model, self.settings = model, settings
        self.judge = players.judge(settings.network, size, settings.width, settings.blocks)
        players.initialize(settings.network, model.net, self.judge)
        kinds = settings.augmentation
        self.kinds = () if kinds == "none" else tuple(kinds.split(","))
        self.augmentation = AdaptiveAmount(settings.augment_amount, settings.adaptive)
        self.gamma = settings.gamma or automatic_gamma(size, settings.batch)
        betas, final = (settings.beta1, settings.beta2), settings.rate_end
        self.drawing = Optimizer(model.parameters(), settings.rate, betas, final=final)
        self.judging = Optimizer(self.judge.parameters(), settings.judge_rate, betas, final=final)

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """One round. Plots both losses and how far the judge tells real from drawn (its margin).

        Both players meet the same drawn pictures, so they are drawn, changed and seen once, unless
        memory asks for parts.
        """
        gamma = self.gamma * 10**-progress  # to a tenth at the end, as R3GAN does
        margin: list[Tensor] = []
        kept: list[Round] = []

        def judging(real: Tensor, labels: Tensor | None, latents: Tensor) -> Tensor:
            whole = len(real) == len(images)
            kept.clear()  # first: memory may have been too small for what is in it
            kept.append(now := self._round(real, labels, latents, rng, whole))
            a = self.judge.judged(now.seen_real, labels)
            b = self.judge.judged([x.detach() for x in now.seen_drawn], labels)
            margin.append((a.detach() - b.detach()).float().mean())
            loss = adversarial.discriminator_loss(self.settings.loss, a, b)
            return loss + self._penalty(now.real, now.drawn.detach(), labels, gamma, rng)

        def drawing(real: Tensor, labels: Tensor | None, latents: Tensor) -> Tensor:
            ready = kept and len(kept[0].drawn) == len(latents) and kept[0].drawn.requires_grad
            now = kept.pop() if ready else self._round(real, labels, latents, rng, True)
            b = self.judge.judged(now.seen_drawn, labels)
            loss = adversarial.generator_loss(self.settings.loss, self._real(now, labels, b), b)
            return loss + self.judge.sameness(now.seen_real, now.seen_drawn, labels)

        shape = (len(images), *self.model.latent_shape)
        latents = torch.randn(shape, generator=rng, device=images.device)
        judge_loss = self.judging.minimize(judging, images, labels, latents, progress=progress)
        loss = self.drawing.minimize(drawing, images, labels, latents, progress=progress)
        return {"loss": loss, "judge": judge_loss, "margin": torch.stack(margin).mean()}

    def _round(
        self, real: Tensor, labels: Tensor | None, latents: Tensor, rng: Any, gradients: bool
    ) -> Round:
        """Draw, change and see; with gradients only where the model will learn from it."""
        with torch.set_grad_enabled(gradients):
            drawn = self._changed(self.model(latents, labels), rng)
            seen_drawn = self.judge.see(drawn)
        with torch.no_grad():
            real = self._changed(real, rng)
            return Round(real, drawn, self.judge.see(real), seen_drawn)

    def _changed(self, images: Tensor, rng: torch.Generator) -> Tensor:
        return augment(images, self.kinds, self.augmentation.amount, rng)

    def _real(self, now: Round, labels: Tensor | None, b: Tensor) -> Tensor:
        if self.settings.loss != "relativistic":
            return b
        with torch.no_grad():
            return self.judge.judged(now.seen_real, labels)

    def _penalty(
        self, real: Tensor, drawn: Tensor, labels: Tensor | None, gamma: float, rng: torch.Generator
    ) -> Tensor:
        """The gradient penalty every few steps and as much stronger (Karras et al. 2020: lazy)."""
        every = self.settings.penalty_every
        if self.judging.steps % every:
            return torch.zeros((), device=real.device)
        with torch.autocast(real.device.type, enabled=False):
            real, drawn = real.float(), drawn.float()
            value = adversarial.penalty(
                self.settings.loss, lambda x: self._logit(x, labels), real, drawn, gamma, rng
            )
        return every * value

    def _logit(self, images: Tensor, labels: Tensor | None) -> Tensor:
        return self.judge(images, labels).reshape(len(images), -1).mean(1)

    @torch.no_grad()
    def watch(self, seen: Batch, unseen: Batch, rng: Any, progress: float) -> dict[str, Tensor]:
        """Measure what the judge learned by heart, and change more or fewer pictures for it."""
        latents = torch.randn(
            len(seen.images), *self.model.latent_shape, generator=rng, device=seen.images.device
        )
        drawn = Batch(self.model(latents, seen.labels), seen.labels)
        logits = [self._logit(self._changed(x, rng), y) for x, y in (seen, unseen, drawn)]
        overfit = self.augmentation.observe(*logits)
        return {"overfit": overfit, "augment": self.augmentation.amount.clone()}

    def optimizers(self) -> Mapping[str, Optimizer]:
        """Both players' optimizers."""
        return {"drawing": self.drawing, "judging": self.judging}

    def finish(
        self, images: Iterator[tuple[Tensor, Tensor | None]], model: Model, rng: Any
    ) -> Mapping[str, float]:
        """Measure BatchNorm statistics of `model` anew: averaged weights fit none met before."""
        if normalization.present(model):
            normalization.measure(model, model.latent_shape, [y for _, y in images], rng)
        return {}


def objection(settings: GanSettings, size: ImageSize, count: int) -> str:
    """Say why these pictures can't be learned with these settings, and what to do instead."""
    if settings.network == "dcgan-64":
        try:
            textbook.dcgan64_doublings(size.height, size.width)
        except Refused as refused:
            return str(refused)
    if count < FEWEST:
        return (
            f"{count} pictures are too few for a GAN, which would only repeat them: bring at"
            f" least {FEWEST}, or cut larger pictures into tiles."
        )
    return ""


def _preset(id: str, title: str, summary: str, minutes: float, **settings: Any) -> Preset:
    return Preset(id, title, summary, GanSettings(**settings), minutes)


TEXTBOOK = {
    "loss": "non-saturating",
    "beta1": 0.5,
    "beta2": 0.999,
    "augmentation": "none",
    "rate_end": 1.0,
    "latent": 100,
}

FAMILY = Family(
    id="gan",
    nameless=False,
    title="GAN",
    summary="Sharp pictures, drawn at once: sprites, icons, textures, also from few pictures.",
    settings=GanSettings,
    tiny=GanSettings(
        network="light",
        width=8,
        batch=8,
        latent=8,
        rate=2e-3,
        judge_rate=2e-3,
        gamma=1.0,
        penalty_every=2,
        augmentation="translation",
    ),
    presets=(
        _preset(
            "quick",
            "Quick look",
            "First recognizable pictures in minutes on a processor.",
            3.0,
            network="projected",
            loss="hinge",
            width=24,
            batch=32,
            rate=2e-3,
            judge_rate=2e-3,
            augmentation="translation,cutout",
        ),
        _preset(
            "standard", "Standard", "Half an hour on a graphics card.", 30.0, width=64, batch=256
        ),
        _preset("best", "Best", "Hours on a graphics card.", 360.0, width=128, blocks=2, batch=256),
        _preset(
            "light",
            "Light",
            "Digits and tiny sprites in seconds on a processor.",
            1.0,
            network="light",
            width=24,
            batch=16,
            rate=2e-3,
            judge_rate=1e-3,
            gamma=2.0,
            penalty_every=8,
            augmentation="none",
        ),
        _preset(
            "mlp-784",
            "Textbook: MLP",
            "100-128-256-784 against 784-256-128-1.",
            5.0,
            network="mlp-784",
            **TEXTBOOK,
        ),
        _preset(
            "dcgan-28",
            "Textbook: DCGAN 28",
            "Two doublings by 5x5 transposed convolutions.",
            15.0,
            network="dcgan-28",
            **TEXTBOOK,
        ),
        _preset(
            "dcgan-64",
            "Textbook: DCGAN 64",
            "Radford's network, widths 64 to 512.",
            60.0,
            network="dcgan-64",
            width=64,
            **{**TEXTBOOK, "batch": 128},
        ),
    ),
    model=GanModel,
    learner=GanLearner,
    losses=("loss", "judge"),
    objection=objection,
)
