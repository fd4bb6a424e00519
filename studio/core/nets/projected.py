"""A judge that looks through the house encoder's frozen eyes (Sauer et al. 2021, Projected GAN)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from studio.core import encoder
from studio.core.nets import adversarial

SLOPE = 0.2
DEPTH = 3  # maps at strides 2, 4 and 8
CHANNELS = (16, *encoder.WIDTHS[:DEPTH])
SAMENESS = 2.0  # weight beside a hinge loss; 0 loses all variety within a class in minutes
COARSEST = 4  # a head halves its map until the short side is at most this


class Head(nn.Module):
    """One map, mixed by a fixed random 1x1 projection, to a map of logits."""

    def __init__(self, channels: int, width: int, halvings: int, classes: int):
        super().__init__()
        mixing = torch.randn(width, channels, 1, 1) / math.sqrt(channels)
        self.mixing = nn.Buffer(mixing)
        self.downs = nn.ModuleList(
            spectral_norm(nn.Conv2d(width, width, 4, 2, 1)) for _ in range(halvings)
        )
        self.look = spectral_norm(nn.Conv2d(width, width, 3, padding=1))
        self.logit = spectral_norm(nn.Conv2d(width, 1, 1))
        # Random from the start: from 0, as in the plain judge, classes came apart much later.
        self.labels = nn.Embedding(classes + 1, width) if classes else None

    def forward(self, x: Tensor, rows: Tensor) -> Tensor:
        """Return logits [n, places] of a projected map, given each label's row."""
        for down in self.downs:
            x = functional.leaky_relu(down(x), SLOPE)
        x = functional.leaky_relu(self.look(x), SLOPE)
        logits = self.logit(x)
        if self.labels is not None:  # Miyato & Koyama 2018, at every place, as loud as the logit
            named = (self.labels(rows)[:, :, None, None] * x).sum(1, keepdim=True)
            logits = logits + named / math.sqrt(x.shape[1])
        return logits.flatten(1)


def pixels(images: Tensor) -> Tensor:
    """Return [n, 16, h / 2, w / 2]: the pixels themselves, so that no pattern hides from the eyes.

    Without them the model learns a cross-hatch that the encoder's first halving does not see.
    """
    return functional.pixel_unshuffle(encoder.framed(images), 2)


class ProjectedJudge(nn.Module):
    """Images to logits [n, places]: a head for each of the encoder's maps.

    The encoder is no part of this module's state: it never changes and comes with the program.
    """

    def __init__(self, height: int, width: int, classes: int, channels: int = 64):
        super().__init__()
        side = min(-(-height // 16), -(-width // 16)) * 16
        self.heads = nn.ModuleList(
            Head(c, channels, max(0, round(math.log2(side / stride / COARSEST))), classes)
            for c, stride in zip(CHANNELS, (2, *encoder.STRIDES[:DEPTH]), strict=True)
        )

    def see(self, images: Tensor) -> list[Tensor]:
        """Return the projected maps, the costly part; no weight that learns is in it."""
        eyes = encoder.load(images.device)
        maps = [pixels(images), *eyes.features(images, DEPTH)]
        mixings = [head.get_buffer("mixing") for head in self.heads]
        return [functional.conv2d(x, m) for x, m in zip(maps, mixings, strict=True)]

    def judged(self, seen: list[Tensor], labels: Tensor | None) -> Tensor:
        """Return logits [n, places] of what `see` returned; high is real."""
        none = torch.full((len(seen[0]),), -1, device=seen[0].device)
        rows = (none if labels is None else labels).clamp_min(-1) + 1
        logits = [head(x, rows) for head, x in zip(self.heads, seen, strict=True)]
        return torch.cat(logits, 1)

    def sameness(
        self, real: list[Tensor], drawn: list[Tensor], labels: Tensor | None
    ) -> Tensor | float:
        """Return what the model pays for drawing a class's pictures alike, of what `see` returned.

        Asked for a class, it may settle on the one picture this judge likes best: each step shows a
        few pictures of a class, judged one at a time, so the judge hardly misses the others.
        """
        if labels is None:
            return 0.0
        pairs = zip(real, drawn, strict=True)
        far = [adversarial.energy_distance(x, y, labels) for x, y in pairs]
        return SAMENESS * torch.stack(far).mean()

    def forward(self, images: Tensor, labels: Tensor | None) -> Tensor:
        """Return logits [n, places] of images [n, c, h, w] in [-1, 1]."""
        return self.judged(self.see(images), labels)
