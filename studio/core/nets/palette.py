"""A palette: the few colors a set of pixel art is made of, found by counting and k-means."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

KNOWN_AT_MOST = 8192
ROUNDS = 12
SERVED = 1e-6  # below it a color is met exactly


class Colors(NamedTuple):
    """Distinct colors [m, c] in [-1, 1] on the grid of 8 bits, and how often each was met [m]."""

    values: Tensor
    counts: Tensor


class Palette(nn.Module):
    """Up to `size` colors in [-1, 1]; before `fit` they are random."""

    colors: Tensor
    fitted: Tensor

    def __init__(self, size: int, channels: int):
        super().__init__()
        self.register_buffer("colors", torch.rand(size, channels) * 2 - 1)
        self.register_buffer("fitted", torch.tensor(False))

    def places(self, images: Tensor) -> Tensor:
        """Return the place of the nearest color, int64 [n, h, w], for images [n, c, h, w]."""
        pixels, colors = images.float().permute(0, 2, 3, 1), self.colors
        with torch.autocast(images.device.type, enabled=False):
            far = colors.square().sum(1) - 2 * pixels @ colors.T
        return far.argmin(-1)

    def images(self, places: Tensor) -> Tensor:
        """Return images [n, c, h, w] of palette places [n, h, w]."""
        return self.colors[places].permute(0, 3, 1, 2)

    @torch.no_grad()
    def fit(self, known: Colors) -> None:
        """Move the colors to where `known` ones are, from where they were fitted before.

        Common colors weigh by the root of their count, so that a large ground leaves places for
        small bright details. When there are no more colors than places the palette is exact.
        """
        met = known.counts > 0
        values, weights = known.values[met], known.counts[met].sqrt()
        colors = self.colors if self.fitted else spread(values, weights, len(self.colors))
        for _ in range(ROUNDS):
            colors = _moved(colors, values, weights)
        nearest = _distances(colors, values).argmin(1)
        self.colors.copy_(values[nearest])  # means of colors are colors nobody painted with
        self.fitted.fill_(True)


class Counter(nn.Module):
    """Counts the colors of one batch after the other; its state is kept by a checkpoint."""

    values: Tensor
    counts: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer("values", torch.zeros(KNOWN_AT_MOST, channels))
        self.register_buffer("counts", torch.zeros(KNOWN_AT_MOST))

    @torch.no_grad()
    def add(self, images: Tensor) -> Colors:
        """Return all colors met so far, those of images [n, c, h, w] included."""
        known = merged(Colors(self.values, self.counts), count(images))
        self.values.copy_(known.values)
        self.counts.copy_(known.counts)
        return known


def count(images: Tensor) -> Colors:
    """Return the distinct colors of images [n, c, h, w], rounded to 8 bits, the commonest first.

    Only the 8192 commonest are kept, in a fixed shape: what is missing has count 0.
    """
    channels = images.shape[1]
    pixels = images.float().clamp(-1, 1).permute(0, 2, 3, 1).reshape(-1, channels)
    return _commonest(pixels, torch.ones(len(pixels), device=images.device))


def merged(a: Colors, b: Colors) -> Colors:
    """Return the colors of both, counted together."""
    return _commonest(torch.cat([a.values, b.values]), torch.cat([a.counts, b.counts]))


def _commonest(values: Tensor, counts: Tensor) -> Colors:
    levels = ((values + 1) * 127.5).round().long()
    place = 256 ** torch.arange(values.shape[1], device=values.device)
    codes, which = torch.unique((levels * place).sum(1), return_inverse=True)
    total = torch.zeros(len(codes), device=counts.device).index_add_(0, which, counts)
    total, order = total.sort(descending=True, stable=True)
    codes, total = codes[order][:KNOWN_AT_MOST], total[:KNOWN_AT_MOST]
    colors = (codes[:, None] // place % 256).float() / 127.5 - 1
    missing = KNOWN_AT_MOST - len(codes)
    return Colors(
        nn.functional.pad(colors, (0, 0, 0, missing)), nn.functional.pad(total, (0, missing))
    )


def spread(values: Tensor, weights: Tensor, size: int) -> Tensor:
    """Choose `size` of the colors, each the worst served by those before it."""
    chosen = values[weights.argmax()][None]
    far = (values - chosen).square().sum(1)
    for _ in range(size - 1):
        new = values[(far * weights).argmax()][None]
        far = torch.minimum(far, (values - new).square().sum(1))
        chosen = torch.cat([chosen, new])
    return chosen


def _moved(colors: Tensor, values: Tensor, weights: Tensor) -> Tensor:
    """One round of Lloyd's; a color nobody is near to takes the place of the worst served."""
    distance, nearest = _distances(values, colors).min(1)
    total = torch.zeros(len(colors), device=colors.device).index_add_(0, nearest, weights)
    sums = torch.zeros_like(colors).index_add_(0, nearest, values * weights[:, None])
    moved = torch.where(total[:, None] > 0, sums / total.clamp_min(1e-9)[:, None], colors)
    served = distance.square() * weights
    worst = served.argsort(descending=True, stable=True)
    worst = worst[served[worst] > SERVED]
    idle = (total == 0).nonzero()[: len(worst), 0]
    moved[idle] = values[worst[: len(idle)]]
    return moved


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """Return all distances, without the rounding by which equal colors seem apart."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
