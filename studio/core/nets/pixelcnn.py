"""Causal convolutions in raster order: what every pixel may know of those before it."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.family import ImageSize
from studio.core.nets.players import row
from studio.core.nets.segments import Segments

ABOVE, BESIDE, LEFT = 2, 2, 3  # reach of the first convolutions: rows, columns to a side, columns
DILATIONS = (1, 2, 4)


class Block(nn.Module):
    """A gated residual block of two streams: one of the rows above, one of the row so far."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.dilation = dilation
        self.above = nn.Conv2d(width, 2 * width, (2, 3), dilation=dilation, padding=(0, dilation))
        self.above_out = _silent(nn.Conv2d(width, width, 1))
        self.link = nn.Conv2d(width, 2 * width, 1)
        self.left = nn.Conv2d(width, 2 * width, (1, 2), dilation=(1, dilation), bias=False)
        self.left_out = _silent(nn.Conv2d(width, width, 1))

    def down(self, above: Tensor, seen: Tensor) -> Tensor:
        """Return the upper stream, for it [n, c, h, w] and `seen`: silu of it with `dilation` more
        rows on top.
        """
        return above + self.above_out(functional.glu(self.above(seen), 1))

    def forward(self, above: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
        """Return both streams [n, c, h, w]."""
        d = self.dilation
        above = self.down(above, functional.pad(functional.silu(above), (0, 0, d, 0)))
        mixed = self.left(functional.pad(functional.silu(left), (d, 0)))
        left = left + self.left_out(functional.glu(mixed + self.link(functional.silu(above)), 1))
        return above, left


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    nn.init.zeros_(layer.weight)
    return layer


class PixelNet(nn.Module):
    """PixelCNN++'s two streams (Salimans et al. 2017), dilated instead of strided.

    Without strides a row above is computed once and a pixel once (`Scan`), so that drawing costs
    about as much as looking. `segments` adds what a transformer sees of the whole picture.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: ImageSize,
        width: int,
        blocks: int,
        segments: Segments | None = None,
    ):
        super().__init__()
        self.inputs, self.size, self.segments = inputs, size, segments
        self.above = nn.Conv2d(inputs, width, (ABOVE, 2 * BESIDE + 1), padding=(0, BESIDE))
        self.left = nn.Conv2d(inputs, width, (1, LEFT))
        self.labels = nn.Embedding(size.classes + 1, 2 * width)
        self.rows = nn.Parameter(0.1 * torch.randn(1, 2 * width, size.height, 1))
        self.columns = nn.Parameter(0.1 * torch.randn(1, 2 * width, 1, size.width))
        self.blocks = nn.ModuleList(
            Block(width, DILATIONS[k % len(DILATIONS)]) for k in range(blocks)
        )
        self.last = nn.Conv2d(width, 2 * width, 1)
        self.head = nn.Conv2d(2 * width, outputs, 1)

    def places(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return what place and class say to either stream, for embedding rows `labels` [n]."""
        known = self.rows + self.columns + self.labels(labels)[:, :, None, None]
        above, left = known.chunk(2, 1)
        return above, left

    def forward(self, x: Tensor, labels: Tensor | None) -> Tensor:
        """Return [n, outputs, h, w], each pixel's made of the pixels before it in reading order,
        for planes x [n, inputs, h, w].
        """
        to_above, to_left = self.places(row(labels, x))
        above = self.above(functional.pad(x, (0, 0, ABOVE, 0)))[:, :, :-1] + to_above
        left = self.left(functional.pad(x, (LEFT, 0)))[..., :-1] + to_left
        if self.segments is not None:
            left = left + self.segments(x, labels)
        for block in self.blocks:
            above, left = block(above, left)
        return self.head(functional.silu(self.last(functional.silu(left))))


class Scan:
    """A pass of `PixelNet` in reading order that computes each row and each pixel once.

    Call `begin_row`, then for each column `pixel` and `put`. Ramachandran et al. 2017 (fast
    generation): what a layer made of earlier pixels is kept.
    """

    def __init__(self, net: PixelNet, labels: Tensor | None, like: Tensor):
        """`like` is any tensor whose first axis counts the pictures."""
        self.net, count, width = net, len(like), net.left.out_channels
        self.blocks = [cast(Block, block) for block in net.blocks]
        rows = row(labels, like)
        self.to_above, self.to_left = net.places(rows)
        height, across = net.size.height, net.size.width
        self.canvas = self.to_above.new_zeros(count, net.inputs, height + ABOVE, across)
        self.above = [
            self.to_above.new_zeros(count, width, height + b.dilation, across) for b in self.blocks
        ]
        self.weights = [
            (_flat(b.left), b.left_out.weight[:, :, 0, 0], b.left_out.bias) for b in self.blocks
        ]
        self.first = _flat(net.left)
        self.memory = None if net.segments is None else net.segments.begin(rows)
        self.told = self.canvas.new_zeros(count, 0, width)
        self.y = 0

    def begin_row(self, y: int) -> None:
        """Compute the upper stream of row y and what it tells the row's pixels."""
        net, self.y = self.net, y
        above = net.above(self.canvas[:, :, y : y + ABOVE]) + self.to_above[:, :, y : y + 1]
        self.links: list[Tensor] = []
        for block, seen in zip(self.blocks, self.above, strict=True):
            d = block.dilation
            seen[:, :, y + d] = functional.silu(above[:, :, 0])
            above = block.down(above, seen[:, :, y : y + d + 1])
            link = block.link(functional.silu(above))[:, :, 0]
            self.links.append(link.permute(2, 0, 1).contiguous())
        shape = (self.canvas.shape[3], len(above), above.shape[1])
        self.lefts = [above.new_zeros(shape[0] + b.dilation, *shape[1:]) for b in self.blocks]

    def pixel(self, x: int) -> Tensor:
        """Return the network's numbers [n, outputs] for column x of the row begun."""
        net = self.net
        left = self._before(x) + self.to_left[:, :, self.y, x]
        if net.segments is not None:
            left = left + self._told(net.segments, x)
        for block, lefts, links, (weight, out, bias) in zip(
            self.blocks, self.lefts, self.links, self.weights, strict=True
        ):
            d = block.dilation
            lefts[x + d] = functional.silu(left)
            mixed = functional.linear(torch.cat([lefts[x], lefts[x + d]], 1), weight) + links[x]
            left = left + functional.linear(functional.glu(mixed, 1), out, bias)
        last = functional.linear(functional.silu(left), net.last.weight[:, :, 0, 0], net.last.bias)
        return functional.linear(functional.silu(last), net.head.weight[:, :, 0, 0], net.head.bias)

    def put(self, x: int, values: Tensor) -> None:
        """Set the planes [n, inputs] of column x, drawn just now."""
        self.canvas[:, :, self.y + ABOVE, x] = values

    def keep(self, order: Tensor) -> None:
        """Go on with the pictures `order` [n] of those so far, after a whole row."""
        self.canvas = self.canvas[order]
        self.above = [seen[order] for seen in self.above]
        self.told = self.told[order]
        if self.memory is not None:
            cache = [(keys[order], values[order]) for keys, values in self.memory.cache]
            self.memory = self.memory._replace(cache=cache)

    def _before(self, x: int) -> Tensor:
        pixels = self.canvas[:, :, self.y + ABOVE, max(0, x - LEFT) : x]
        pixels = functional.pad(pixels, (LEFT - pixels.shape[2], 0))
        return functional.linear(pixels.permute(0, 2, 1).flatten(1), self.first, self.net.left.bias)

    def _told(self, segments: Segments, x: int) -> Tensor:
        assert self.memory is not None
        column, within = divmod(x, segments.length)
        if within == 0:
            number = self.y * segments.columns + column
            self.told = segments.next(number, self._segment(segments, number - 1), self.memory)
        return self.told[:, within]

    def _segment(self, segments: Segments, number: int) -> Tensor | None:
        if number < 0:
            return None
        y, start = number // segments.columns, number % segments.columns * segments.length
        pixels = self.canvas[:, :, y + ABOVE, start : start + segments.length]
        return functional.pad(pixels, (0, segments.length - pixels.shape[2])).permute(0, 2, 1)


def _flat(layer: nn.Conv2d) -> Tensor:
    """Return the weights of a convolution one pixel high as [out, columns * in]."""
    return layer.weight[:, :, 0].permute(0, 2, 1).flatten(1)
