"""Pictures to a small grid of code numbers and back, by convolutions."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.family import ImageSize
from studio.core.nets.autoencoder import PATCH, Residual, norm, widths
from studio.core.nets.grids import Grid, crop, pad
from studio.core.nets.quantizers import Quantized, Quantizer


def token_grid(height: int, width: int, cell: int) -> Grid:
    """Return the grid whose tokens stand for `cell` x `cell` pixels each; `cell` is 2^levels."""
    return Grid(cell.bit_length() - 1, -(-height // cell), -(-width // cell))


def automatic_cell(height: int, width: int) -> int:
    """Return the pixels a token stands for, along each side: 4 at 32 px, 8 from 48, 16 from 160."""
    side = min(height, width)
    return 4 if side < 48 else 8 if side < 160 else 16


class TokenEncoder(nn.Module):
    """Images [n, c, h, w] to vectors [n, d, gh, gw]; starts from 2x2 patches."""

    def __init__(self, grid: Grid, channels: int, size: int, base: int, depth: int):
        super().__init__()
        self.padded = grid.height * 2**grid.levels, grid.width * 2**grid.levels
        wide = widths(grid, base)
        layers: list[nn.Module] = [
            nn.PixelUnshuffle(PATCH),
            nn.Conv2d(channels * PATCH**2, wide[0], 3, padding=1),
        ]
        for before, after in pairwise(wide):
            layers += [norm(before), nn.Conv2d(before, after, 4, 2, 1)]
        layers += [Residual(wide[-1]) for _ in range(depth)]
        self.layers = nn.Sequential(*layers, norm(wide[-1]), nn.Conv2d(wide[-1], size, 1))

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(pad(images, *self.padded))


class TokenDecoder(nn.Module):
    """Values [n, d, gh, gw] to images [n, c, height, width] in [-1, 1]; ends in 2x2 patches."""

    def __init__(
        self, grid: Grid, height: int, width: int, channels: int, size: int, base: int, depth: int
    ):
        super().__init__()
        self.size = (height, width)
        wide = widths(grid, base)[::-1]
        layers: list[nn.Module] = [nn.Conv2d(size, wide[0], 3, padding=1)]
        layers += [Residual(wide[0]) for _ in range(depth)]
        for before, after in pairwise(wide):
            layers += [norm(before), nn.ConvTranspose2d(before, after, 4, 2, 1), Residual(after)]
        layers += [norm(wide[-1]), nn.Conv2d(wide[-1], channels * PATCH**2, 3, padding=1)]
        self.layers = nn.Sequential(*layers, nn.PixelShuffle(PATCH))

    def forward(self, values: Tensor) -> Tensor:
        return crop(torch.tanh(self.layers(values)), *self.size)


class Tokenizer(nn.Module):
    """Encoder, quantizer, decoder; `grid` tells how many tokens a picture becomes."""

    def __init__(self, size: ImageSize, quantizer: Quantizer, cell: int, base: int, depth: int):
        """`cell` is the pixels a token stands for, along each side; 0 fits it to the picture."""
        super().__init__()
        h, w, numbers = size.height, size.width, quantizer.codes.shape[1]
        self.grid = token_grid(h, w, cell or automatic_cell(h, w))
        self.quantizer = quantizer
        self.encoder = TokenEncoder(self.grid, size.channels, numbers, base, depth)
        self.decoder = TokenDecoder(self.grid, h, w, size.channels, numbers, base, depth)

    def forward(self, images: Tensor) -> tuple[Tensor, Quantized, Tensor]:
        """Return the vectors of images, what they were quantized to, and the images of that."""
        vectors = self.encoder(images)
        found = self.quantizer(vectors)
        return vectors, found, self.decoder(found.values)

    def tokens(self, images: Tensor) -> Tensor:
        """Return the code numbers int64 [n, t] of images, row by row."""
        return self.quantizer(self.encoder(images)).tokens.flatten(1)

    def covered(self, mask: Tensor) -> Tensor:
        """Return the share [n, t] of each token's pixels that mask [n, 1, h, w] hides."""
        whole = pad(mask.float() * 2 - 1, *self.encoder.padded) / 2 + 0.5
        return functional.avg_pool2d(whole, 2**self.grid.levels).flatten(1)

    def decoded(self, tokens: Tensor) -> Tensor:
        """Return the images of code numbers int64 [n, t]."""
        grid = tokens.unflatten(1, (self.grid.height, self.grid.width))
        return self.decoder(self.quantizer.values(grid)).clamp(-1, 1)
