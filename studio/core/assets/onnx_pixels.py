"""Autoregressive drawing as one loop over the pixels of a graph.

What a row or a segment of a row has in common is worked out anew for each of its pixels: that
changes nothing, costs a graph less than a loop within a loop, and is written down once.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.assets.onnx_loops import Past, following, nothing, repeated, told
from studio.core.families.autoregressive import PixelModel
from studio.core.latents import normal_to_uniform, precise
from studio.core.nets import inverse_cdf, logistics
from studio.core.nets.pixel_codes import LevelCode
from studio.core.nets.pixelcnn import ABOVE, LEFT
from studio.core.nets.players import row


class Place(NamedTuple):
    """A pixel: its number in reading order, row and column, int64 []."""

    number: Tensor
    y: Tensor
    x: Tensor


class Painting(nn.Module):
    """The symbols of a picture one after the other, by the network the model learned.

    Carried are: the planes of what is painted, the symbols, the last pixels of the row, the upper
    stream's rows and the row's last values of every block, and the past of the segments.
    """

    def __init__(self, model: PixelModel):
        super().__init__()
        self.model = model
        self.net: Any = model.net
        self.code: Any = model.code
        self.height, self.width = model.latent_shape[1:]
        segments = self.net.segments
        self.across = segments.columns * segments.length if segments is not None else self.width

    def forward(self, latent: Tensor, label: Tensor | None = None) -> Tensor:
        """Return the images of the symbols."""
        u = normal_to_uniform(precise(latent)).flatten(2)
        rows = row(label, latent)
        to_above, to_left = (part.clone() for part in self.net.places(rows))  # no views in loops

        def paint(k: Tensor, *carried: Tensor) -> tuple[Tensor, ...]:
            return self._painted(_place(k, self.width), carried, u, rows, to_above, to_left)

        symbols = repeated(paint, self.height * self.width, self._empty(latent))[1]
        return self.code.images(symbols.unflatten(2, (self.height, self.width)))

    def _empty(self, latent: Tensor) -> tuple[Tensor, ...]:
        net, n = self.net, latent.shape[0]
        wide = net.left.out_channels
        spaces = [b.dilation for b in net.blocks]
        canvas = latent.new_zeros(n, net.inputs, self.height + ABOVE, self.across)
        symbols = torch.zeros_like(latent, dtype=torch.int64).flatten(2)
        above = [latent.new_zeros(n, wide, self.height + d, self.width) for d in spaces]
        left = [latent.new_zeros(n, d, wide) for d in spaces]
        past: tuple[Tensor, ...] = ()
        if net.segments is not None:
            start = net.segments.first(torch.zeros_like(symbols[:, 0, 0]))
            past = nothing(net.segments.net, start, self.height * net.segments.columns)
        return canvas, symbols, latent.new_zeros(n, LEFT, net.inputs), *above, *left, *past

    def _painted(
        self,
        place: Place,
        carried: tuple[Tensor, ...],
        u: Tensor,
        rows: Tensor,
        to_above: Tensor,
        to_left: Tensor,
    ) -> tuple[Tensor, ...]:
        """Return what is carried on after one pixel."""
        count = len(self.net.blocks)
        canvas, symbols, recent, *streams = carried
        above, left, past = streams[:count], streams[count : 2 * count], streams[2 * count :]
        links, above = self._upper(place, canvas, above, to_above)
        here = self._before(place, recent) + told(to_left.flatten(2).movedim(2, 0), place.number)
        if past:
            heard, past = self._heard(place, canvas, rows, Past(*past))
            here = here + heard
        numbers, left = self._lower(place, here, links, left)
        found = self._chosen(place, numbers, symbols, told(u.movedim(2, 0), place.number))
        planes = self.code.planes(found[:, :, None, None])[:, :, 0, 0]
        now = torch.arange(symbols.shape[2]) == place.number
        symbols = torch.where(now, found[:, :, None], symbols)
        canvas = torch.where(self._spot(place), planes[:, :, None, None], canvas)
        recent = torch.cat([recent[:, 1:], planes[:, None]], 1)
        return canvas, symbols, recent, *above, *left, *past

    def _spot(self, place: Place) -> Tensor:
        down, right = torch.arange(self.height + ABOVE), torch.arange(self.across)
        return (down == place.y + ABOVE)[:, None] & (right == place.x)

    def _upper(
        self, place: Place, canvas: Tensor, above: list[Tensor], to_above: Tensor
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Return what each block's upper stream tells the pixel [n, c], and its rows so far."""
        seen = canvas.index_select(2, place.y + torch.arange(ABOVE))[..., : self.width]
        x = self.net.above(seen) + to_above.index_select(2, place.y.reshape(1))
        links, kept = [], []
        for block, before in zip(self.net.blocks, above, strict=True):
            d = block.dilation
            now = (torch.arange(before.shape[2]) == place.y + d)[:, None]
            kept.append(torch.where(now, functional.silu(x), before))
            x = block.down(x, kept[-1].index_select(2, place.y + torch.arange(d + 1)))
            one = functional.silu(x).index_select(3, place.x.reshape(1))
            links.append(block.link(one)[:, :, 0, 0])
        return links, kept

    def _before(self, place: Place, recent: Tensor) -> Tensor:
        """Return what the first layer of the lower stream makes of the row's last pixels."""
        there = (torch.arange(LEFT) + place.x >= LEFT)[:, None]
        weight = self.net.left.weight[:, :, 0].permute(0, 2, 1).flatten(1)
        return functional.linear((recent * there).flatten(1), weight, self.net.left.bias)

    def _heard(self, place: Place, canvas: Tensor, rows: Tensor, past: Past) -> tuple[Tensor, Past]:
        """Return what the segments before tell the pixel [n, c], and their past with its own."""
        segments: Any = self.net.segments
        length, columns = segments.length, segments.columns
        number = place.y * columns + place.x // length
        last = (number - 1).clamp_min(0)
        line = told(canvas.permute(2, 0, 3, 1), last // columns + ABOVE)  # [n, across, inputs]
        pixels = line.index_select(1, last % columns * length + torch.arange(length))
        token = torch.where(number == 0, segments.first(rows), segments.inner(pixels.flatten(1)))
        x = token + told(segments._places(), number)
        hidden, past = following(segments.net, x[:, None], number, past)
        heard = segments.outer(hidden).view(-1, length, segments.outputs)
        return told(heard.movedim(1, 0), place.x % length), past

    def _lower(
        self, place: Place, here: Tensor, links: list[Tensor], left: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """Return the network's numbers [n, o] for the pixel, and the row's last values."""
        kept = []
        for block, link, before in zip(self.net.blocks, links, left, strict=True):
            now = functional.silu(here)
            first = before[:, 0] * (place.x >= block.dilation)
            weight = block.left.weight[:, :, 0].permute(0, 2, 1).flatten(1)
            mixed = functional.linear(torch.cat([first, now], 1), weight) + link
            here = here + _pointwise(block.left_out, functional.glu(mixed, 1))
            kept.append(torch.cat([before[:, 1:], now[:, None]], 1))
        last = _pointwise(self.net.last, functional.silu(here))
        return _pointwise(self.net.head, functional.silu(last)), kept

    def _chosen(self, place: Place, numbers: Tensor, symbols: Tensor, u: Tensor) -> Tensor:
        """Return the pixel's symbols [n, s], one after the other, by the numbers u [n, s]."""
        found: list[Tensor] = []
        for k in range(self.code.symbols):
            if isinstance(self.code, LevelCode):
                before = torch.stack(found, 1) if found else symbols[:, :0, 0]
                weights = logistics.log_weights(self.code._mixture(numbers), before)
            else:
                pointed = symbols[:, 0].index_select(1, told(self.code.table, place.number))
                exists = told(self.code.exists, place.number)
                weights = self.code._logits(numbers, pointed, exists)
            chosen = self.model.settings
            p = inverse_cdf.tempered(weights, chosen.temperature, chosen.top_p)
            found.append(inverse_cdf.pick(p, u[:, k]))
        return torch.stack(found, 1)


def _place(k: Tensor, width: int) -> Place:
    return Place(k, k // width, k % width)


def _pointwise(layer: nn.Conv2d, x: Tensor) -> Tensor:
    return functional.linear(x, layer.weight[:, :, 0, 0], layer.bias)
