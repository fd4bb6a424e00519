"""Pictures as symbols a network predicts one by one: palette places, or 256 levels a channel."""

from abc import abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.family import ImageSize
from studio.core.nets import logistics
from studio.core.nets.palette import Palette

EMBEDDING = 16  # numbers per palette color
NEAR = ((0, -1), (0, -2), (-1, 0), (-2, 0), (-1, -1), (-1, 1))  # rows and columns away


class Code(nn.Module):
    """What symbols [n, s, h, w] mean, and what a network's numbers [n, o, h, w] say about them.

    `symbols` is s, `inputs` the planes the network sees, `outputs` is o.
    """

    symbols: int
    inputs: int
    outputs: int

    @abstractmethod
    def read(self, images: Tensor) -> Tensor:
        """Return the symbols int64 [n, s, h, w] nearest to images [n, c, h, w]."""

    @abstractmethod
    def images(self, symbols: Tensor) -> Tensor:
        """Return images [n, c, h, w] in [-1, 1]."""

    @abstractmethod
    def planes(self, symbols: Tensor) -> Tensor:
        """Return what the network sees of them, float [n, inputs, h, w]; 0 means nothing known."""

    @abstractmethod
    def log_likelihood(self, numbers: Tensor, symbols: Tensor) -> Tensor:
        """Return the log probability of each pixel [n, h, w], in nats."""

    @abstractmethod
    def log_weights(self, numbers: Tensor, known: Tensor, k: int, y: int, x: int) -> Tensor:
        """Return the log probabilities [n, m], up to a constant, of symbol k of pixel (y, x).

        `numbers` [n, o] are that pixel's; of `known` [n, s, h, w] only what comes before is read.
        """

    @abstractmethod
    def start(self, head: nn.Conv2d) -> None:
        """Give the network's last layer start values from which it learns fast."""


class PaletteCode(Code):
    """One symbol a pixel: its color's place in a palette.

    Beside a number for each color the network gives one for each of a few earlier pixels: how
    likely it is that their color comes again (pointers, Vinyals et al. 2015). So it need not learn
    for every color anew that areas are plain and sprites symmetric.
    """

    table: Tensor
    exists: Tensor

    def __init__(self, colors: int, size: ImageSize):
        super().__init__()
        self.palette = Palette(colors, size.channels)
        self.embedding = nn.Embedding(colors, EMBEDDING)
        table, exists = pointers(size.height, size.width)
        self.register_buffer("table", table, persistent=False)
        self.register_buffer("exists", exists, persistent=False)
        self.symbols, self.inputs, self.colors = 1, EMBEDDING, colors
        self.outputs = colors + table.shape[1]

    def read(self, images: Tensor) -> Tensor:
        """Return the places of the nearest colors."""
        return self.palette.places(images)[:, None]

    def images(self, symbols: Tensor) -> Tensor:
        """Return images of the palette's colors."""
        return self.palette.images(symbols[:, 0])

    def planes(self, symbols: Tensor) -> Tensor:
        """Return learned numbers for each color."""
        return self.embedding(symbols[:, 0]).permute(0, 3, 1, 2)

    def log_likelihood(self, numbers: Tensor, symbols: Tensor) -> Tensor:
        """Return the log of a softmax's share."""
        flat = symbols.flatten(1)
        pointed = flat[:, self.table].transpose(1, 2)
        logits = self._logits(numbers.flatten(2), pointed, self.exists.T)
        return -functional.cross_entropy(logits, flat, reduction="none").view_as(symbols[:, 0])

    def log_weights(self, numbers: Tensor, known: Tensor, k: int, y: int, x: int) -> Tensor:
        """Return what the network and the pixels it points to say of each color."""
        place = y * known.shape[3] + x
        pointed = known.flatten(1)[:, self.table[place]]
        return self._logits(numbers, pointed, self.exists[place])

    def _logits(self, numbers: Tensor, pointed: Tensor, exists: Tensor) -> Tensor:
        own, again = numbers.float().tensor_split([self.colors], 1)
        return own.scatter_add(1, pointed, again * exists)

    def start(self, head: nn.Conv2d) -> None:
        """Begin with every color equally likely."""
        nn.init.zeros_(head.weight)


def pointers(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Return for each pixel in reading order the places of earlier ones [h * w, p], and whether
    they exist: 0 or 1.

    They are the nearest six, and the one opposite in a picture that is symmetric left to right.
    """
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    ys = torch.stack([y + dy for dy, _ in NEAR] + [y], -1)
    xs = torch.stack([x + dx for _, dx in NEAR] + [width - 1 - x], -1)
    place = ys * width + xs
    exists = (ys >= 0) & (xs >= 0) & (xs < width) & (place < (y * width + x)[..., None])
    return (place * exists).flatten(0, 1), exists.flatten(0, 1).float()


class LevelCode(Code):
    """A symbol a channel: its 8-bit level, by a mixture of discretized logistics."""

    def __init__(self, components: int, channels: int):
        super().__init__()
        self.components = components
        self.symbols, self.inputs = channels, channels + 1
        self.outputs = logistics.count(channels, components)

    def read(self, images: Tensor) -> Tensor:
        """Return the nearest levels."""
        return ((images.float().clamp(-1, 1) + 1) * 127.5).round().long()

    def images(self, symbols: Tensor) -> Tensor:
        """Return the levels as images."""
        return logistics.values(symbols)

    def planes(self, symbols: Tensor) -> Tensor:
        """Return the images, and a plane of ones that tells black from nothing known."""
        return functional.pad(logistics.values(symbols), (0, 0, 0, 0, 0, 1), value=1.0)

    def log_likelihood(self, numbers: Tensor, symbols: Tensor) -> Tensor:
        """Return the log probability of all channels together."""
        return logistics.log_likelihood(self._mixture(numbers), symbols)

    def log_weights(self, numbers: Tensor, known: Tensor, k: int, y: int, x: int) -> Tensor:
        """Return the log probabilities [n, 256] of channel k."""
        return logistics.log_weights(self._mixture(numbers), known[:, :k, y, x])

    def start(self, head: nn.Conv2d) -> None:
        """Begin with components spread over all levels."""
        nn.init.normal_(head.weight, std=0.01)
        assert head.bias is not None
        logistics.start(head.bias, self.symbols, self.components)

    def _mixture(self, numbers: Tensor) -> logistics.Logistics:
        return logistics.logistics(numbers, self.symbols, self.components)
