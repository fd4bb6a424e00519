"""Real NVP (Dinh et al. 2017) and Glow (Kingma & Dhariwal 2018): flows of affine couplings."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.nets.affine import Flow, bounded, unbounded

LEAST_SPREAD = 0.02  # a channel that varies less is not stretched further


class ActNorm(nn.Module):
    """A scale and shift per channel that starts where a first batch has mean 0 and spread 1."""

    mean: Tensor
    spread: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, channels, 1, 1))
        self.register_buffer("spread", torch.ones(1, channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.log_scale = nn.Parameter(torch.zeros(1, channels, 1, 1))

    @torch.no_grad()
    def measure(self, x: Tensor) -> None:
        """Set the start from x [n, c, h, w]."""
        self.mean.copy_(x.mean((0, 2, 3), keepdim=True))
        self.spread.copy_(x.std((0, 2, 3), keepdim=True).clamp_min(LEAST_SPREAD))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return (y, log determinant [])."""
        log_scale = bounded(self.log_scale)
        y = (x - self.mean) / self.spread * log_scale.exp() + self.shift
        return y, (log_scale - self.spread.log()).sum() * x.shape[2] * x.shape[3]

    def inverse(self, y: Tensor) -> Tensor:
        """Undo `forward`."""
        return (y - self.shift) * (-bounded(self.log_scale)).exp() * self.spread + self.mean


class Mixing(nn.Module):
    """An invertible 1x1 convolution, kept as P L U so that its determinant is a product."""

    order: Tensor
    sign: Tensor

    def __init__(self, channels: int):
        super().__init__()
        rotation = torch.linalg.qr(torch.randn(channels, channels)).Q
        order, lower, upper = torch.linalg.lu(rotation)
        self.register_buffer("order", order)
        self.register_buffer("sign", upper.diagonal().sign())
        self.lower = nn.Parameter(lower.tril(-1))
        self.upper = nn.Parameter(upper.triu(1))
        self.log_scale = nn.Parameter(unbounded(upper.diagonal().abs().log()))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return (y, log determinant [])."""
        lower, upper = self._triangles()
        with torch.autocast(x.device.type, enabled=False):  # its rounding would end up in z
            y = torch.einsum("ij,njhw->nihw", self.order @ lower @ upper, x)
        return y, bounded(self.log_scale).sum() * x.shape[2] * x.shape[3]

    def inverse(self, y: Tensor) -> Tensor:
        """Undo `forward`."""
        lower, upper = self._triangles()
        x = torch.einsum("ji,njhw->nihw", self.order, y).flatten(2)
        x = torch.linalg.solve_triangular(lower, x, upper=False, unitriangular=True)
        return torch.linalg.solve_triangular(upper, x, upper=True).view_as(y)

    def _triangles(self) -> tuple[Tensor, Tensor]:
        one = torch.eye(len(self.lower), device=self.lower.device)
        diagonal = torch.diag(self.sign * bounded(self.log_scale).exp())
        return self.lower.tril(-1) + one, self.upper.triu(1) + diagonal


class Teller(nn.Module):
    """What one part of the channels and the class say about the other: a log scale and a shift."""

    def __init__(self, channels: int, told: int, width: int, classes: int):
        super().__init__()
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.classes = nn.Embedding(classes + 1, width)
        self.middle = nn.Conv2d(width, width, 1)
        self.last = nn.Conv2d(width, 2 * told, 3, padding=1)
        for zero in (self.last.weight, self.last.bias):
            assert zero is not None
            nn.init.zeros_(zero)

    def forward(self, x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (log scale, shift), [n, told, h, w] each; both 0 at the start."""
        x = functional.relu(self.first(x) + self.classes(rows)[:, :, None, None])
        scale, shift = self.last(functional.relu(self.middle(x))).float().chunk(2, 1)
        return bounded(scale), shift


class Step(nn.Module):
    """ActNorm, a mixing of channels (Glow) or none (Real NVP), then one affine coupling.

    The coupling scales by sigmoid(s + 2), as Glow's code has it: near 1 at the start, never more.
    With `checkers` 0 or 1 the squares of that color tell the others; with None the first half of
    the channels tells the second, or the other way round with `swapped`.
    """

    def __init__(
        self,
        channels: int,
        width: int,
        classes: int,
        mixed: bool,
        checkers: int | None = None,
        swapped: bool = False,
    ):
        super().__init__()
        self.norm = ActNorm(channels)
        self.mixing = Mixing(channels) if mixed else None
        self.checkers, self.swapped = checkers, swapped
        half = channels if checkers is not None else channels // 2
        self.teller = Teller(half, half, width, classes)

    def forward(self, x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (y [n, c, h, w], log determinant [n])."""
        x, total = self.norm(x)
        if self.mixing is not None:
            x, more = self.mixing(x)
            total = total + more
        telling, told, where = self._parted(x)
        scale, shift = self.teller(telling, rows)
        log_scale = functional.logsigmoid(scale + 2) * where
        told = (told + shift * where) * log_scale.exp()
        return self._joined(telling, told), total + log_scale.sum((1, 2, 3))

    def inverse(self, y: Tensor, rows: Tensor) -> Tensor:
        """Undo `forward`."""
        telling, told, where = self._parted(y)
        scale, shift = self.teller(telling, rows)
        told = told * (-functional.logsigmoid(scale + 2) * where).exp() - shift * where
        x = self._joined(telling, told)
        return self.norm.inverse(x if self.mixing is None else self.mixing.inverse(x))

    def _parted(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (what tells, what is told, 1 where the latter may change)."""
        if self.checkers is None:
            first, second = x.chunk(2, 1)
            return (
                (second, first, x.new_ones(())) if self.swapped else (first, second, x.new_ones(()))
            )
        down, right = (torch.arange(s, device=x.device) for s in x.shape[2:])
        where = ((down[:, None] + right) % 2 == self.checkers).to(x.dtype)
        return x * (1 - where), x * where, where

    def _joined(self, telling: Tensor, told: Tensor) -> Tensor:
        if self.checkers is not None:
            return telling + told
        return torch.cat([told, telling] if self.swapped else [telling, told], 1)


class Level(nn.Module):
    """Steps on one grid; half of the channels are finished here, told by the other half."""

    def __init__(
        self, channels: int, width: int, depth: int, classes: int, mixed: bool, last: bool
    ):
        """`channels` come in; the grid is squeezed to half its sides and four times those."""
        super().__init__()
        fine = () if mixed else range(depth)
        self.fine = nn.ModuleList(
            Step(channels, width, classes, False, checkers=k % 2) for k in fine
        )
        self.coarse = nn.ModuleList(
            Step(4 * channels, width, classes, mixed, swapped=not mixed and k % 2 == 1)
            for k in range(depth)
        )
        self.prior = None if last else Teller(2 * channels, 2 * channels, width, classes)

    def measure(self, x: Tensor, rows: Tensor) -> Tensor:
        """Set every ActNorm's start from x, one after the other; return what goes on."""
        for steps, squeezed in ((self.fine, False), (self.coarse, True)):
            x = functional.pixel_unshuffle(x, 2) if squeezed else x
            for step in steps:
                assert isinstance(step, Step)
                step.norm.measure(x)
                x, _ = step(x, rows)
        return x if self.prior is None else x.chunk(2, 1)[0]

    def forward(self, x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
        """Return (what goes on, what is finished, log determinant [n])."""
        total = x.new_zeros(len(x))
        for step in self.fine:
            x, more = step(x, rows)
            total = total + more
        x = functional.pixel_unshuffle(x, 2)
        for step in self.coarse:
            x, more = step(x, rows)
            total = total + more
        if self.prior is None:
            return x, None, total
        x, done = x.chunk(2, 1)
        log_scale, mean = self.prior(x, rows)
        return x, (done - mean) * (-log_scale).exp(), total - log_scale.sum((1, 2, 3))

    def inverse(self, x: Tensor, done: Tensor | None, rows: Tensor) -> Tensor:
        """Undo `forward`."""
        if self.prior is not None and done is not None:
            log_scale, mean = self.prior(x, rows)
            x = torch.cat([x, done * log_scale.exp() + mean], 1)
        for step in reversed(self.coarse):
            assert isinstance(step, Step)
            x = step.inverse(x, rows)
        x = functional.pixel_shuffle(x, 2)
        for step in reversed(self.fine):
            assert isinstance(step, Step)
            x = step.inverse(x, rows)
        return x


class CouplingFlow(Flow):
    """Pictures to standard-normal latents and back, on grids that halve (multi-scale).

    `mixed` is Glow: 1x1 convolutions between couplings. Without it Real NVP: checkerboards, then
    channels. Priors of every level and of the top are learned, the top's from the class alone.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        width: int,
        depth: int,
        levels: int,
        classes: int,
        mixed: bool,
    ):
        """`shape` is (channels, height, width), both sides multiples of 2^levels."""
        super().__init__(shape)
        self.levels = nn.ModuleList(
            Level(shape[0] * 2**k, width, depth, classes, mixed, k == levels - 1)
            for k in range(levels)
        )
        top = shape[0] * 2 ** (levels + 1)
        self.top = nn.Embedding(classes + 1, 2 * top)
        nn.init.zeros_(self.top.weight)

    @torch.no_grad()
    def measure(self, images: Tensor, rows: Tensor) -> None:
        """Set what is fixed from a first batch of images [n, c, h, w]."""
        for level in self.levels:
            assert isinstance(level, Level)
            images = level.measure(images, rows)
        self.measured.fill_(True)

    def forward(self, images: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (latents [n, c h w], log determinants [n]) of images [n, c, h, w]."""
        x, total, parts = images, images.new_zeros(len(images)), list[Tensor]()
        for level in self.levels:
            x, done, more = level(x, rows)
            parts += [] if done is None else [done.flatten(1)]
            total = total + more
        mean, log_scale = self._top(rows)
        parts.append(((x - mean) * (-log_scale).exp()).flatten(1))
        return torch.cat(parts, 1), total - log_scale.sum(1).flatten() * x.shape[2] * x.shape[3]

    def inverse(self, latents: Tensor, rows: Tensor, guidance: float = 0.0) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] once. `guidance` has no meaning here."""
        grids = [
            (self.shape[0] * 2 ** (k + 1), self.shape[1] >> k + 1, self.shape[2] >> k + 1)
            for k in range(len(self.levels))
        ]
        grids[-1] = (2 * grids[-1][0], *grids[-1][1:])
        parts = latents.split([c * h * w for c, h, w in grids], 1)
        mean, log_scale = self._top(rows)
        x = parts[-1].unflatten(1, grids[-1]) * log_scale.exp() + mean
        for k in reversed(range(len(self.levels))):
            level = self.levels[k]
            assert isinstance(level, Level)
            done = None if level.prior is None else parts[k].unflatten(1, grids[k])
            x = level.inverse(x, done, rows)
        yield x

    def _top(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_scale = self.top(rows)[:, :, None, None].chunk(2, 1)
        return mean, bounded(log_scale)
