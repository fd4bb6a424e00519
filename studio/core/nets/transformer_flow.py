"""TarFlow (Zhai et al. 2024): an exactly invertible stack of causal transformers over patches."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.nets.affine import Flow, bounded
from studio.core.nets.transformer import Cache, Transformer

LEAST_SPREAD = 0.03  # a direction in which patches vary less is not stretched further
HEAD = 32  # channels per attention head
EAGER = 8.0  # the typical picture of a class is learned so many times as fast as the rest


def patch_side(height: int, width: int, tokens: int) -> int:
    """Return the side of the smallest square patch that cuts a picture into at most `tokens`."""
    sides = range(1, max(height, width) + 1)
    return next(p for p in sides if -(-height // p) * -(-width // p) <= max(1, tokens))


def order(block: int, rows: int, columns: int) -> Tensor:
    """Return the places of patches [rows * columns] in the sequence in which a block tells them.

    By rows, columns, columns, rows, and every other time backward, so that neighboring blocks see
    what the other did not.
    """
    places = torch.arange(rows * columns).view(rows, columns)
    places = places.T if block % 4 in (1, 2) else places
    return places.flatten().flip(0) if block % 2 else places.flatten()


class Whitening(nn.Module):
    """A fixed affine map that gives patches unit covariance, measured once; the identity before.

    What varies most comes first.
    """

    mean: Tensor
    there: Tensor
    back: Tensor
    log_det: Tensor

    def __init__(self, values: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("there", torch.eye(values))
        self.register_buffer("back", torch.eye(values))
        self.register_buffer("log_det", torch.zeros(()))  # per patch

    @torch.no_grad()
    def measure(self, patches: Tensor) -> None:
        """Set the map by the mean and covariance of patches [n, t, values]."""
        flat = patches.flatten(0, 1).cpu().double()
        count, values = flat.shape
        known = torch.cov(flat.T).reshape(values, values)
        alike = known.diagonal().mean() * torch.eye(values, dtype=known.dtype)
        known = (count * known + values * alike) / (count + values)  # few patches tell little
        spread, axes = torch.linalg.eigh(known)
        spread, axes = spread.flip(0), axes.flip(1)
        spread = spread.clamp_min(LEAST_SPREAD**2).sqrt()
        self.mean.copy_(flat.mean(0))
        self.there.copy_(axes / spread)
        self.back.copy_((axes * spread).T)
        self.log_det.copy_(-spread.log().sum())

    def forward(self, patches: Tensor) -> Tensor:
        """Return whitened patches."""
        return (patches - self.mean) @ self.there

    def inverse(self, patches: Tensor) -> Tensor:
        """Undo `forward`."""
        return patches @ self.back + self.mean


class AutoregressiveBlock(nn.Module):
    """z = (x - b) exp(-a), a and b of a patch told by the patches before it and by the class."""

    def __init__(
        self, tokens: int, values: int, width: int, depth: int, classes: int, order: Tensor
    ):
        """`order` [tokens] is the sequence in which patches are told."""
        super().__init__()
        self.enter = nn.Linear(values, width)
        self.places = nn.Parameter(torch.randn(tokens, width) * 0.1)
        self.starts = nn.Embedding(classes + 1, width)
        self.body = Transformer(width, depth, max(1, width // HEAD), causal=True)
        self.leave = nn.Linear(width, 2 * values)
        nn.init.normal_(self.starts.weight, 0, 0.1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        self.register_buffer("order", order, persistent=False)
        self.register_buffer("places_of", order.argsort(), persistent=False)

    order: Tensor
    places_of: Tensor

    def forward(self, x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (z, log determinant [n]) of patches x [n, t, values], classes by embedding row."""
        x = x[:, self.order]
        start = self.starts(rows)[:, None]
        before = torch.cat([torch.zeros_like(start), self.enter(x[:, :-1])], 1)
        shift, log_scale = self._told(self.body(before + start + self.places))
        z = (x - shift) * torch.exp(-log_scale)
        return z[:, self.places_of], -log_scale.sum((1, 2))

    def inverse(self, z: Tensor, rows: Tensor, guidance: float = 0.0) -> Tensor:
        """Undo `forward`, one patch after the other.

        `guidance` above 0 moves what the class tells away from what any class tells.
        """
        told_twice = guidance != 0 and bool((rows != 0).any())
        rows = torch.cat([rows, torch.zeros_like(rows)]) if told_twice else rows
        start = self.starts(rows)[:, None]
        before, cache, found = torch.zeros_like(start), Cache(), []
        for k, one in enumerate(z[:, self.order].split(1, 1)):
            told = self._told(self.body.next(before + start + self.places[k], cache))
            shift, log_scale = (guided(t, guidance) if told_twice else t for t in told)
            found.append(one * torch.exp(log_scale) + shift)
            newest = self.enter(found[-1])
            before = torch.cat([newest, newest]) if told_twice else newest
        return torch.cat(found, 1)[:, self.places_of]

    def _told(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(hidden.device.type, enabled=False):  # its rounding would end up in z
            shift, log_scale = self.leave(hidden.float()).chunk(2, -1)
        return shift, bounded(log_scale)


def guided(told: Tensor, guidance: float) -> Tensor:
    """Extrapolate from the second half of the batch (any class) beyond the first (the class)."""
    ours, any_class = told.chunk(2)
    return ours + guidance * (ours - any_class)


class TransformerFlow(Flow):
    """Pictures to standard-normal latents and back: whitened patches, then blocks to and fro."""

    def __init__(
        self,
        shape: tuple[int, int, int],
        patch: int,
        width: int,
        depths: tuple[int, ...],
        classes: int,
    ):
        """`shape` is (channels, height, width), both sides multiples of `patch`."""
        super().__init__(shape)
        self.patch = patch
        tokens, values = shape[1] // patch * (shape[2] // patch), shape[0] * patch**2
        self.whitening = Whitening(values)
        self.typical = nn.Embedding(classes + 1, tokens * values)
        nn.init.zeros_(self.typical.weight)
        self.blocks = nn.ModuleList(
            AutoregressiveBlock(
                tokens,
                values,
                width,
                depth,
                classes,
                order(k, shape[1] // patch, shape[2] // patch),
            )
            for k, depth in enumerate(depths)
        )

    def measure(self, images: Tensor, rows: Tensor) -> None:
        """Set what is fixed from a first batch of images [n, c, h, w]."""
        self.whitening.measure(self._cut(images))
        self.measured.fill_(True)

    def forward(self, images: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (latents [n, c h w], log determinants [n]) of images [n, c, h, w]."""
        with torch.autocast(images.device.type, enabled=False):
            x = self.whitening(self._cut(images.float()))
            x = x - EAGER * self.typical(rows).view_as(x)
        total = self.whitening.log_det * x.shape[1]
        for block in self.blocks:
            x, log_det = block(x, rows)
            total = total + log_det
        return x.flatten(1), total

    def inverse(self, latents: Tensor, rows: Tensor, guidance: float = 0.0) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] as they come about, block by block; the last is exact."""
        x = latents.unflatten(1, (-1, self.shape[0] * self.patch**2))
        typical = EAGER * self.typical(rows)
        typical = (typical + guidance * (typical - EAGER * self.typical.weight[0])).view_as(x)
        for block in reversed(self.blocks):
            assert isinstance(block, AutoregressiveBlock)
            x = block.inverse(x, rows, guidance)
            yield self._joined(self.whitening.inverse(x + typical))

    def _cut(self, images: Tensor) -> Tensor:
        return functional.pixel_unshuffle(images, self.patch).flatten(2).transpose(1, 2)

    def _joined(self, patches: Tensor) -> Tensor:
        grid = (self.shape[1] // self.patch, self.shape[2] // self.patch)
        return functional.pixel_shuffle(patches.transpose(1, 2).unflatten(2, grid), self.patch)
