"""How noisy pictures are: three ways to scale a network, to train it and to walk from noise.

All three speak of x = picture + sigma * noise, and of the denoiser D(x, sigma) that estimates the
picture: D = skip * x + out * F(scale * x, ln(sigma) / 4) with a network F. Karras et al. 2022
("EDM") showed that DDPM and others differ in these coefficients and in the levels met only. In all
of them the loss is the plain mean square of F's error, which is that of D over out squared.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

Objective = Literal["edm", "ddpm-linear", "ddpm-cosine", "flow-matching"]
STEPS = 1000  # of the textbook's chain
LARGEST = 160.0  # levels above are as good as pure noise


class Coefficients(NamedTuple):
    """What `skip`, `out` and `scale` are at some noise levels, tensors of the levels' shape."""

    skip: Tensor
    out: Tensor
    scale: Tensor


@dataclass(frozen=True)
class Edm:
    """Karras et al. 2022: inputs, outputs and targets of the network have unit variance."""

    low: float = 0.005
    last: float = 0.02  # where a path ends; a look from there takes what noise earlier ones left
    high: float = 80.0
    mean: float = -0.5  # of ln(sigma / spread); theirs is -1.2 at a spread of 0.5
    deviation: float = 1.2
    anywhere: float = 0.1  # the share of levels that are log-uniform between low and high
    rho: float = 7.0

    def coefficients(self, sigma: Tensor, spread: Tensor) -> Coefficients:
        """Return the coefficients for pictures whose values have the deviation `spread`."""
        scale = (sigma**2 + spread**2).rsqrt()
        return Coefficients((spread * scale) ** 2, sigma * spread * scale, scale)

    def draw(self, count: int, spread: Tensor, rng: torch.Generator) -> Tensor:
        """Return levels [count] to train on: log-normal, and a few anywhere on the way.

        Karras et al. have the log-normal alone; a short run then never meets either end.
        """
        normal = torch.randn(count, generator=rng, device=spread.device)
        place, coin = torch.rand(2, count, generator=rng, device=spread.device)
        anywhere = self.low * (math.log(self.high / self.low) * place).exp()
        usual = spread * (self.mean + self.deviation * normal).exp()
        return torch.where(coin < self.anywhere, anywhere, usual)

    def path(self, steps: int) -> list[float]:
        """Return `steps` falling levels and 0; they get denser towards the end."""
        top, bottom = self.high ** (1 / self.rho), self.last ** (1 / self.rho)
        share = [k / max(1, steps - 1) for k in range(steps)]
        return [(top + s * (bottom - top)) ** self.rho for s in share] + [0.0]


@dataclass(frozen=True)
class Ddpm:
    """Ho et al. 2020: the network says what the noise is; 1,000 levels, linear or cosine.

    `betas` of the cosine are Nichol and Dhariwal's (2021).
    """

    schedule: Literal["linear", "cosine"] = "linear"

    def levels(self) -> Tensor:
        """Return sigma of the chain's 1,000 steps, rising, as float64."""
        if self.schedule == "linear":
            kept = (1 - torch.linspace(1e-4, 0.02, STEPS, dtype=torch.float64)).cumprod(0)
        else:
            time = torch.arange(STEPS + 1, dtype=torch.float64) / STEPS
            wave = ((time + 0.008) / 1.008 * torch.pi / 2).cos() ** 2
            kept = (1 - (1 - wave[1:] / wave[:-1]).clamp(max=0.999)).cumprod(0)
        return ((1 - kept) / kept).sqrt()

    @property
    def low(self) -> float:
        """The chain's smallest level."""
        return float(self.levels()[0])

    @property
    def high(self) -> float:
        """The chain's largest level that is not as good as pure noise."""
        levels = self.levels()
        return float(levels[levels <= LARGEST][-1])

    def coefficients(self, sigma: Tensor, spread: Tensor) -> Coefficients:
        """Return the coefficients; `spread` plays no part."""
        return Coefficients(torch.ones_like(sigma), -sigma, (1 + sigma**2).rsqrt())

    def draw(self, count: int, spread: Tensor, rng: torch.Generator) -> Tensor:
        """Return levels [count] to train on: any step of the chain is as likely."""
        steps = torch.randint(STEPS, (count,), generator=rng, device=spread.device)
        return self.levels().clamp_max(LARGEST).float().to(spread.device)[steps]

    def path(self, steps: int) -> list[float]:
        """Return `steps` levels of the chain, evenly apart, falling, and 0."""
        levels = self.levels()
        last = int((levels <= LARGEST).sum()) - 1
        chosen = torch.linspace(last, 0, min(steps, last + 1), dtype=torch.float64).round().long()
        return [*levels[chosen].tolist(), 0.0]


@dataclass(frozen=True)
class FlowMatching:
    """Lipman et al. 2023: straight ways from noise to picture, t = sigma / (1 + sigma) of the way.

    The network says the direction, noise - picture; t is logit-normal (Esser et al. 2024).
    """

    low: float = 0.005
    high: float = 80.0

    def coefficients(self, sigma: Tensor, spread: Tensor) -> Coefficients:
        """Return the coefficients; `spread` plays no part."""
        scale = 1 / (1 + sigma)
        return Coefficients(scale, -sigma * scale, scale)

    def draw(self, count: int, spread: Tensor, rng: torch.Generator) -> Tensor:
        """Return levels [count] to train on: the logit of t is standard normal."""
        return torch.randn(count, generator=rng, device=spread.device).exp()

    def path(self, steps: int) -> list[float]:
        """Return levels at `steps` even stretches of the way, and 0."""
        start = self.high / (1 + self.high)
        times = [start * (1 - k / steps) for k in range(steps)]
        return [t / (1 - t) for t in times] + [0.0]


NoiseLevels = Edm | Ddpm | FlowMatching


def noise_levels(objective: Objective) -> NoiseLevels:
    """Return the way called `objective`."""
    return {
        "edm": Edm(),
        "ddpm-linear": Ddpm("linear"),
        "ddpm-cosine": Ddpm("cosine"),
        "flow-matching": FlowMatching(),
    }[objective]
