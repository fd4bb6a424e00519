"""What a row's next pixels may know of the whole picture: a transformer over short segments."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.family import ImageSize
from studio.core.nets.players import row
from studio.core.nets.transformer import Cache, Transformer

HEAD = 32  # numbers per attention head


class Memory(NamedTuple):
    """What `next` keeps between segments."""

    cache: Cache
    labels: Tensor


class Segments(nn.Module):
    """A causal transformer whose tokens are segments of `length` pixels of a row.

    A picture costs length times fewer tokens than pixels; what happens within a segment is left to
    the convolutions it feeds. The class is the first token.
    """

    def __init__(
        self, inputs: int, outputs: int, size: ImageSize, length: int, width: int, depth: int
    ):
        super().__init__()
        self.inputs, self.outputs, self.length = inputs, outputs, length
        self.height, self.width = size.height, size.width
        self.columns = -(-size.width // length)
        self.first = nn.Embedding(size.classes + 1, width)
        self.inner = nn.Linear(length * inputs, width)
        self.rows = nn.Parameter(0.1 * torch.randn(size.height, 1, width))
        self.across = nn.Parameter(0.1 * torch.randn(1, self.columns, width))
        self.net = Transformer(width, depth, max(1, width // HEAD), causal=True)
        self.outer = nn.Linear(width, length * outputs)

    def forward(self, x: Tensor, labels: Tensor | None) -> Tensor:
        """Return [n, outputs, h, w]: for each pixel what the segments before its own tell, for
        planes x [n, inputs, h, w].
        """
        more = self.columns * self.length - self.width
        cut = functional.pad(x, (0, more)).unflatten(3, (self.columns, self.length))
        tokens = self.inner(cut.permute(0, 2, 3, 4, 1).flatten(3).flatten(1, 2))
        first = self.first(row(labels, x))[:, None].to(tokens.dtype)
        tokens = torch.cat([first, tokens[:, :-1]], 1) + self._places()
        told = self.outer(self.net(tokens)).view(
            len(x), self.height, self.columns * self.length, self.outputs
        )
        return told.permute(0, 3, 1, 2)[..., : self.width]

    def _places(self) -> Tensor:
        return (self.rows + self.across).flatten(0, 1)

    def begin(self, labels: Tensor) -> Memory:
        """Return the memory before the first segment, for embedding rows `labels` [n]."""
        return Memory([], labels)

    def next(self, number: int, last: Tensor | None, memory: Memory) -> Tensor:
        """Return [n, length, outputs] for segment `number`, given the pixels `last`
        [n, length, inputs] of the one before it (None at the first).
        """
        token = self.first(memory.labels) if last is None else self.inner(last.flatten(1))
        told = self.net.next((token + self._places()[number])[:, None], memory.cache)
        return self.outer(told).view(-1, self.length, self.outputs)
