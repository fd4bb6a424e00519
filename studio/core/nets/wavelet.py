"""A flow that tells a picture at half its size first, then the details by what was told."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.nets.affine import Flow
from studio.core.nets.coupling import Teller
from studio.core.nets.transformer_flow import Whitening

SHARES = torch.tensor([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2


def parted(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return (half size [n, c, h/2, w/2], details [n, 3c, h/2, w/2]): the Haar transform, a
    rotation of every 2 x 2 pixels, so no density changes and even noise stays what it was.
    """
    squares = functional.pixel_unshuffle(images, 2).unflatten(1, (-1, 4))
    turned = torch.einsum("ij,ncjhw->ncihw", SHARES.to(images), squares)
    return turned[:, :, 0], turned[:, :, 1:].flatten(1, 2)


def joined(half: Tensor, details: Tensor) -> Tensor:
    """Undo `parted`."""
    turned = torch.cat([half[:, :, None], details.unflatten(1, (-1, 3))], 2)
    squares = torch.einsum("ij,ncihw->ncjhw", SHARES.to(half), turned)
    return functional.pixel_shuffle(squares.flatten(1, 2), 2)


class DetailFlow(Flow):
    """Pictures to standard-normal latents and back: another flow for the half size, then details.

    After Wavelet Flow (Yu et al. 2020). Details are turned so that their channels are uncorrelated;
    the stronger half is told by the half size, the weaker by both.
    """

    def __init__(self, coarse: Flow, shape: tuple[int, int, int], width: int, classes: int):
        """`coarse` is the flow of (channels, height / 2, width / 2)."""
        super().__init__(shape)
        self.coarse = coarse
        c = shape[0]
        self.strong, self.weak = 3 * c - 3 * c // 2, 3 * c // 2
        self.whitening = Whitening(3 * c)
        self.first = Teller(c, self.strong, width, classes)
        self.second = Teller(c + self.strong, self.weak, width, classes)

    @torch.no_grad()
    def measure(self, images: Tensor, rows: Tensor) -> None:
        """Set what is fixed from a first batch of images [n, c, h, w]."""
        half, details = parted(images)
        self.whitening.measure(_listed(details))
        self.coarse.measure(half, rows)
        self.measured.fill_(True)

    def forward(self, images: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (latents [n, c h w], log determinants [n]) of images [n, c, h, w]."""
        with torch.autocast(images.device.type, enabled=False):  # its rounding would end up in z
            half, details = parted(images)
        found, total = self.coarse(half, rows)
        strong, weak = self._turned(details).split([self.strong, self.weak], 1)
        first, mean = self.first(half, rows)
        second, middle = self.second(torch.cat([half, strong], 1), rows)
        details = torch.cat(
            [(strong - mean) * (-first).exp(), (weak - middle) * (-second).exp()], 1
        )
        total = total + self.whitening.log_det * half.shape[2] * half.shape[3]
        total = total - first.sum((1, 2, 3)) - second.sum((1, 2, 3))
        return torch.cat([found, details.flatten(1)], 1), total

    def inverse(self, latents: Tensor, rows: Tensor, guidance: float = 0.0) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] as the half size comes about; the last is exact."""
        c, h, w = self.shape[0], self.shape[1] // 2, self.shape[2] // 2
        found, details = (
            latents[:, : c * h * w],
            latents[:, c * h * w :].unflatten(1, (3 * c, h, w)),
        )
        for half in self.coarse.inverse(found, rows, guidance):
            strong, weak = details.split([self.strong, self.weak], 1)
            log_scale, mean = self.first(half, rows)
            strong = strong * log_scale.exp() + mean
            log_scale, mean = self.second(torch.cat([half, strong], 1), rows)
            weak = weak * log_scale.exp() + mean
            yield joined(half, self._turned_back(torch.cat([strong, weak], 1)))

    def _turned(self, details: Tensor) -> Tensor:
        with torch.autocast(details.device.type, enabled=False):
            return _placed(self.whitening(_listed(details)), details.shape[2:])

    def _turned_back(self, details: Tensor) -> Tensor:
        return _placed(self.whitening.inverse(_listed(details)), details.shape[2:])


def _listed(grid: Tensor) -> Tensor:
    return grid.flatten(2).transpose(1, 2)


def _placed(listed: Tensor, sides: tuple[int, ...]) -> Tensor:
    return listed.transpose(1, 2).unflatten(2, sides)
