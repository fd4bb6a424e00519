"""Pictures as symbols a network predicts one by one: palette places, or 256 levels a channel."""

from abc import abstractmethod

from torch import Tensor, nn
from torch.nn import functional

from studio.core.nets import logistics
from studio.core.nets.palette import Palette

EMBEDDING = 16  # numbers per palette color


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
    def log_weights(self, numbers: Tensor, before: Tensor) -> Tensor:
        """Return the log probabilities [n, k], up to a constant, of the symbol that follows those
        of the same pixel `before` [n, i], for a pixel's numbers [n, o].
        """

    @abstractmethod
    def start(self, head: nn.Conv2d) -> None:
        """Give the network's last layer start values from which it learns fast."""


class PaletteCode(Code):
    """One symbol a pixel: its color's place in a palette."""

    def __init__(self, colors: int, channels: int):
        super().__init__()
        self.palette = Palette(colors, channels)
        self.embedding = nn.Embedding(colors, EMBEDDING)
        self.symbols, self.inputs, self.outputs = 1, EMBEDDING, colors

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
        return -functional.cross_entropy(numbers.float(), symbols[:, 0], reduction="none")

    def log_weights(self, numbers: Tensor, before: Tensor) -> Tensor:
        """Return the numbers themselves."""
        return numbers

    def start(self, head: nn.Conv2d) -> None:
        """Begin with every color equally likely."""
        nn.init.zeros_(head.weight)


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

    def log_weights(self, numbers: Tensor, before: Tensor) -> Tensor:
        """Return the log probabilities [n, 256] of the next channel."""
        return logistics.log_weights(self._mixture(numbers), before)

    def start(self, head: nn.Conv2d) -> None:
        """Begin with components spread over all levels."""
        nn.init.normal_(head.weight, std=0.01)
        assert head.bias is not None
        logistics.start(head.bias, self.symbols, self.components)

    def _mixture(self, numbers: Tensor) -> logistics.Logistics:
        return logistics.logistics(numbers, self.symbols, self.components)
