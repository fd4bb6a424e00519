"""Diffusion: learns to take noise away, and draws by starting from nothing but noise."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from studio.core.family import Batch, Family, ImageSize, Learner, Model, Preset
from studio.core.learning import Optimizer
from studio.core.nets import consistency, repainting, samplers
from studio.core.nets.denoiser import Denoiser, bits_bound
from studio.core.nets.noise_levels import Objective
from studio.core.nets.players import asked, row
from studio.core.nets.unet import COARSEST, automatic_patch, widths
from studio.core.settings import Settings, field

Sampler = Literal["dpm-solver", "heun", "ddim", "ddpm"]
WARM_UP = 20
FEWEST = 16
LARGEST_GRID = 64
ENCODING_STEPS, INSTANT_ENCODING_STEPS = 40, 60
BOUND_LOOKS = 32
WATCHED = (0.5, 1.0, 2.0)  # noise levels in units of the pictures' deviation
SECOND_CALL = 1.2  # the level an instant model is called at again
CLEANED = 1.02


class DiffusionSettings(Settings):
    """What the network is made of, how it learns to see through noise, and how it draws."""

    objective: Objective = field(
        "edm",
        label="Objective",
        help="edm learns fastest and draws in few steps; the others are the textbooks'.",
    )
    width: int = field(
        48,
        label="Width",
        help="More draws finer pictures and trains slower.",
        ge=8,
        le=512,
        logarithmic=True,
    )
    blocks: int = field(
        1,
        label="Depth",
        help="Residual blocks per resolution; more is finer and slower.",
        ge=1,
        le=4,
    )
    patch: int = field(
        0,
        label="Patch",
        help="Pixels on a side taken together; larger is faster and coarser, 0 goes by the size.",
        ge=0,
        le=8,
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
        3e-3,
        label="Learning rate",
        help="Too high and the loss jumps, too low and the pictures stay blobs.",
        ge=1e-6,
        le=1e-2,
        logarithmic=True,
    )
    nameless: float = field(
        0.1,
        label="Nameless share",
        help="This share learns without its class, so that guidance has something to push from.",
        ge=0,
        le=1,
        advanced=True,
    )
    instant: bool = field(
        False,
        label="Instant",
        help="Learns to draw at once; start it from a trained run of the same settings.",
        advanced=True,
    )
    sampler: Sampler = field(
        "dpm-solver",
        label="Sampler",
        help="dpm-solver needs the fewest steps, heun two calls each; ddpm adds new noise.",
        drawing=True,
    )
    steps: int = field(
        14,
        label="Drawing steps",
        help="More draws cleaner and takes longer; ddpm wants hundreds.",
        ge=1,
        le=1000,
        logarithmic=True,
        drawing=True,
    )
    eta: float = field(
        0.0,
        label="New noise",
        help="How much noise ddim renews on its way; 0 makes neighbors draw alike.",
        ge=0,
        le=1,
        advanced=True,
        drawing=True,
    )
    calls: int = field(
        2,
        label="Instant calls",
        help="How often an instant model looks; 1 is fastest, 2 is clearer.",
        ge=1,
        le=2,
        advanced=True,
        drawing=True,
    )
    guidance: float = field(
        1.5,
        label="Guidance",
        help="More draws the class more plainly and all its pictures more alike; 1 is none.",
        ge=0,
        le=10,
        drawing=True,
    )
    guidance_low: float = field(
        0.2,
        label="Guidance until",
        help="Guidance ends when less noise than this is left; details stay free.",
        ge=0,
        le=200,
        advanced=True,
        drawing=True,
    )
    guidance_high: float = field(
        5.0,
        label="Guidance from",
        help="Guidance begins when less noise than this is left; layouts stay free.",
        ge=0,
        le=200,
        advanced=True,
        drawing=True,
    )


class DiffusionModel(Model):
    """A denoiser, called again and again from pure noise on; the latent is that noise.

    Labels choose the class; -1 or None is any. `encode` inverts `draw` without labels, about as
    well as the steps resolve the way.
    """

    def __init__(self, settings: DiffusionSettings, size: ImageSize):
        super().__init__()
        self.settings = settings
        self.latent_shape = (size.channels, size.height, size.width)
        side = min(size.height, size.width)
        patch = settings.patch or automatic_patch(side)
        wide = widths(settings.width, side, patch)
        self.denoiser = Denoiser(size, patch, wide, settings.blocks, settings.objective)

    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield what the sampler sees coming, then the images."""
        settings, levels = self.settings, self.denoiser.levels
        denoise = self._guided(row(labels, latents))
        noise = latents * levels.high
        if settings.instant:
            return self._cleaned(samplers.ddim(denoise, noise, self.instant_path()))
        path = levels.path(settings.steps)
        if settings.sampler == "heun":
            return self._cleaned(samplers.heun(denoise, noise, path))
        if settings.sampler == "dpm-solver":
            return self._cleaned(samplers.dpm_solver(denoise, noise, path))
        eta = 1.0 if settings.sampler == "ddpm" else settings.eta
        own = samplers.own_noise(latents) if eta else None
        return self._cleaned(samplers.ddim(denoise, noise, path, eta, own))

    @torch.no_grad()
    def repair(
        self, images: Tensor, mask: Tensor, latents: Tensor, labels: Tensor | None = None
    ) -> Iterator[Tensor]:
        """Yield what the sampler sees coming where it is hidden, then the images."""
        denoise, noise = self._guided(row(labels, latents)), samplers.own_noise(latents)
        sigmas = repainting.path(float(self.denoiser.known_spread))
        found = repainting.repainted(denoise, images, mask, noise, sigmas, self.settings.instant)
        yield from (seen.where(mask, images) for seen in self._cleaned(found))

    def instant_path(self) -> list[float]:
        """Return the levels an instant model is called at, and 0."""
        return [*(self.denoiser.levels.high, SECOND_CALL)[: self.settings.calls], 0.0]

    def _cleaned(self, images: Iterator[Tensor]) -> Iterator[Tensor]:
        """Saturate what is all but clear, opaque, black or white; keep color within alpha."""
        for image in images:
            clean = (image * CLEANED).clamp(-1, 1)
            if clean.shape[1] == 4:
                clean = torch.minimum(clean, clean[:, 3:])
            yield clean

    def _guided(self, rows: Tensor) -> samplers.Denoise:
        """Return the denoiser for `rows`, guided by the class where there is one to ask for."""
        settings, named = self.settings, asked(rows, self.denoiser.net.condition.labels)

        def denoise(x: Tensor, sigma: float) -> Tensor:
            level = torch.full((len(x),), sigma, device=x.device)
            inside = settings.guidance_low <= sigma <= settings.guidance_high
            if not named or not inside or settings.guidance == 1 or settings.instant:
                return self.denoiser(x, level, rows)
            both = self.denoiser(
                torch.cat([x, x]), level.repeat(2), torch.cat([torch.zeros_like(rows), rows])
            )
            return samplers.guided(both[: len(x)], both[len(x) :], settings.guidance)

        return denoise

    def encode(self, images: Tensor) -> Tensor:
        """Return latents [n, c, h, w] that `draw` without labels turns back into about `images`.

        The probability flow's ODE, backwards (Song et al. 2021); an instant model, which has none,
        is asked by gradient descent which noise it would turn into the images.
        """
        if self.settings.instant:
            return self._searched(images)
        levels = self.denoiser.levels
        rising = [s for s in levels.path(ENCODING_STEPS) if s][::-1]
        start = images + rising[0] * samplers.own_noise(images)()
        *_, noise = samplers.heun(self._guided(row(None, images)), start, rising)
        return noise / levels.high

    def _searched(self, images: Tensor) -> Tensor:
        denoise = self._guided(row(None, images))
        high = self.denoiser.levels.high
        with torch.enable_grad():
            latents = (images / high + samplers.own_noise(images)()).requires_grad_()
            adam = torch.optim.Adam([latents], 0.05)
            for _ in range(INSTANT_ENCODING_STEPS):
                *_, drawn = samplers.ddim(denoise, high * latents, self.instant_path())
                loss = (drawn - images).square().mean((1, 2, 3)).sum()
                (latents.grad,) = torch.autograd.grad(loss, latents)
                adam.step()
        return latents.detach()

    @torch.no_grad()
    def bits(self, images: Tensor, labels: Tensor | None, rng: Any) -> Tensor:
        """Return the variational bound in bits per value [n]; see `bits_bound`."""
        return bits_bound(self.denoiser, images, row(labels, images), rng, BOUND_LOOKS)


class DiffusionLearner(Learner):
    """Shows the denoiser pictures under noise of all levels; or makes a trained one instant."""

    def __init__(self, model: Any, settings: DiffusionSettings, size: ImageSize):
        super().__init__()
        self.model = model
        self.settings = settings
        self.optimizer = Optimizer(
            model.parameters(), settings.rate, (0.9, 0.99), final=0.05, warmup=WARM_UP, clip=1.0
        )

    @property
    def denoiser(self) -> Denoiser:
        """The model's denoiser."""
        assert isinstance(self.model, DiffusionModel)
        return self.model.denoiser

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """One step. Plots the loss: the mean square error of what the network says."""
        denoiser = self.denoiser
        denoiser.measure(images)
        sigma = self._levels(len(images), rng)
        noise = torch.randn(images.shape, generator=rng, device=images.device)
        named = torch.rand(len(images), generator=rng, device=images.device)
        rows = torch.where(named < self.settings.nameless, 0, row(labels, images))

        def loss(x: Tensor, sigma: Tensor, noise: Tensor, rows: Tensor) -> Tensor:
            if self.settings.instant:
                return consistency.loss(denoiser, x, sigma, noise, rows, progress)
            return denoiser.error(x, sigma, noise, rows).mean()

        value = self.optimizer.minimize(loss, images, sigma, noise, rows, progress=progress)
        return {"loss": value}

    def _levels(self, count: int, rng: torch.Generator) -> Tensor:
        spread = self.denoiser.known_spread
        if self.settings.instant:
            return consistency.levels(count, spread, rng)
        return self.denoiser.levels.draw(count, spread, rng)

    @torch.no_grad()
    def watch(self, seen: Batch, unseen: Batch, rng: Any, progress: float) -> dict[str, Tensor]:
        """Compare the loss on pictures learned from and held out, under the same middling noise."""
        noise = torch.randn(seen.images.shape, generator=rng, device=seen.images.device)
        found = {}
        for name, batch in (("seen", seen), ("unseen", unseen)):
            rows = row(batch.labels, batch.images)
            errors = [
                self.denoiser.error(
                    batch.images,
                    (level * self.denoiser.known_spread).expand(len(rows)),
                    noise[: len(rows)],
                    rows,
                ).mean()
                for level in WATCHED
            ]
            found[name] = torch.stack(errors).mean()
        return found

    def optimizers(self) -> Mapping[str, Optimizer]:
        """The denoiser's optimizer."""
        return {"model": self.optimizer}


def objection(settings: DiffusionSettings, size: ImageSize, count: int) -> str:
    """Say why these pictures can't be learned with these settings, and what to do instead."""
    if count < FEWEST:
        return (
            f"{count} pictures are too few for diffusion, which would only learn them by heart:"
            f" bring at least {FEWEST}, or take a GAN with augmentation."
        )
    shorter, longer = sorted((size.height, size.width))
    patch = settings.patch or automatic_patch(shorter)
    if patch > shorter // COARSEST:
        return f"A patch of {patch} leaves too little of {size.width}x{size.height}; set it to 0."
    if -(-longer // patch) > LARGEST_GRID:
        return (
            f"{size.width}x{size.height} in patches of {patch} would take forever to learn:"
            " set the patch to 0, or import the pictures smaller."
        )
    return ""


def _preset(id: str, title: str, summary: str, minutes: float, **settings: Any) -> Preset:
    return Preset(id, title, summary, DiffusionSettings(**settings), minutes)


LARGE = {"width": 128, "blocks": 2, "batch": 256, "rate": 1e-3, "steps": 20}

FAMILY = Family(
    id="diffusion",
    title="Diffusion",
    draft={"sampler": "dpm-solver", "steps": 4, "calls": 1},
    summary="Draws best when given time to learn; slower to draw, unless made instant.",
    settings=DiffusionSettings,
    tiny=DiffusionSettings(width=16, batch=8, rate=3e-3, steps=8),
    presets=(
        _preset("quick", "Quick look", "First recognizable pictures on a processor.", 6.0),
        _preset("standard", "Standard", "Half an hour on a graphics card.", 30.0, **LARGE),
        _preset(
            "best",
            "Best",
            "Hours on a graphics card.",
            360.0,
            width=192,
            blocks=3,
            batch=256,
            rate=5e-4,
            steps=24,
        ),
        _preset(
            "ddpm",
            "Textbook: DDPM",
            "1,000 steps from noise, each with new noise; slow to draw.",
            30.0,
            objective="ddpm-linear",
            patch=1,
            batch=64,
            rate=2e-4,
            sampler="ddpm",
            steps=1000,
            guidance=1.0,
        ),
        _preset(
            "flow-matching",
            "Flow matching",
            "Straight ways from noise to picture.",
            10.0,
            objective="flow-matching",
            sampler="heun",
            steps=15,
        ),
    ),
    model=DiffusionModel,
    learner=DiffusionLearner,
    losses=("loss",),
    objection=objection,
)
