"""A flow that tells a picture at half its size first, then the details by what was told."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.nets.affine import Flow
from studio.core.nets.coupling import ActNorm, Teller

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

    After Wavelet Flow (Yu et al. 2020), with a single affine step for the details.
    """

    def __init__(self, coarse: Flow, shape: tuple[int, int, int], width: int, classes: int):
        """`coarse` is the flow of (channels, height / 2, width / 2)."""
        super().__init__(shape)
        self.coarse = coarse
        self.norm = ActNorm(3 * shape[0])
        self.teller = Teller(shape[0], 3 * shape[0], width, classes)

    @torch.no_grad()
    def measure(self, images: Tensor, rows: Tensor) -> None:
        """Set what is fixed from a first batch of images [n, c, h, w]."""
        half, details = parted(images)
        self.norm.measure(details)
        self.coarse.measure(half, rows)
        self.measured.fill_(True)

    def forward(self, images: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (latents [n, c h w], log determinants [n]) of images [n, c, h, w]."""
        with torch.autocast(images.device.type, enabled=False):  # its rounding would end up in z
            half, details = parted(images)
        found, total = self.coarse(half, rows)
        details, more = self.norm(details)
        log_scale, mean = self.teller(half, rows)
        details = (details - mean) * (-log_scale).exp()
        latents = torch.cat([found, details.flatten(1)], 1)
        return latents, total + more - log_scale.sum((1, 2, 3))

    def inverse(self, latents: Tensor, rows: Tensor, guidance: float = 0.0) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] as the half size comes about; the last is exact."""
        c, h, w = self.shape[0], self.shape[1] // 2, self.shape[2] // 2
        found, details = (
            latents[:, : c * h * w],
            latents[:, c * h * w :].unflatten(1, (3 * c, h, w)),
        )
        for half in self.coarse.inverse(found, rows, guidance):
            log_scale, mean = self.teller(half, rows)
            yield joined(half, self.norm.inverse(details * log_scale.exp() + mean))
