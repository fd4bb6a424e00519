"""The Inception network of published FID and KID figures, from a file the user has."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import inception as blocks

from studio.core.events import Refused
from studio.core.foreign.archives import Damaged, Entry, Foreign, entries
from studio.core.metrics.features import Encoder

SIDE = 299
CLASSES = 1008  # of the 2015 network; others have 1000
NAME = "pt_inception-2015-12-05-6726825d.pth"


class _Pooled(nn.Module):
    """Takes the last branch of a torchvision block anew, pooled as TensorFlow's network does."""

    def forward(self, x: Tensor) -> Tensor:
        branches: list[Tensor] = self._forward(x)[:-1]  # type: ignore[operator]  # the block's own
        return torch.cat([*branches, self.branch_pool(self.pooled(x))], 1)  # type: ignore[operator]  # the block's own

    def pooled(self, x: Tensor) -> Tensor:
        """Average without counting the padding."""
        return functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class BlockA(_Pooled, blocks.InceptionA):
    """35 x 35 cells."""


class BlockC(_Pooled, blocks.InceptionC):
    """17 x 17 cells."""


class BlockE(_Pooled, blocks.InceptionE):
    """8 x 8 cells, averaged."""


class LastBlock(BlockE):
    """8 x 8 cells, where the network of 2015 takes the maximum."""

    def pooled(self, x: Tensor) -> Tensor:
        """Take the maximum."""
        return functional.max_pool2d(x, 3, 1, 1)


class Inception(Encoder):
    """InceptionV3 as of 2015-12-05 up to its 2048 averaged features (Szegedy et al. 2016)."""

    side = SIDE
    at_once = 4

    def __init__(self) -> None:
        super().__init__()
        conv = blocks.BasicConv2d
        self.Conv2d_1a_3x3 = conv(3, 32, kernel_size=3, stride=2)
        self.Conv2d_2a_3x3 = conv(32, 32, kernel_size=3)
        self.Conv2d_2b_3x3 = conv(32, 64, kernel_size=3, padding=1)
        self.Conv2d_3b_1x1 = conv(64, 80, kernel_size=1)
        self.Conv2d_4a_3x3 = conv(80, 192, kernel_size=3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = (
            BlockA(192, 32),
            BlockA(256, 64),
            BlockA(288, 64),
        )
        self.Mixed_6a = blocks.InceptionB(288)
        self.Mixed_6b, self.Mixed_6c = BlockC(768, 128), BlockC(768, 160)
        self.Mixed_6d, self.Mixed_6e = BlockC(768, 160), BlockC(768, 192)
        self.Mixed_7a = blocks.InceptionD(768)
        self.Mixed_7b, self.Mixed_7c = BlockE(1280), LastBlock(2048)
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        """Return features [n, 2048] of images [n, 1 or 3, h, w] in [-1, 1]."""
        x = stretched(images.expand(-1, 3, -1, -1).add(1).mul(127.5))
        x = (x - 128) / 128
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = functional.max_pool2d(x, 3, 2)
        x = functional.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)), 3, 2)
        for name, stage in self.named_children():
            x = stage(x) if name.startswith("Mixed") else x
        return x.mean((2, 3))


def stretched(x: Tensor) -> Tensor:
    """Resize images [n, c, h, w] to 299 x 299 as TensorFlow 1 did: bilinear, corner to corner of
    the pixels' upper left.
    """
    return _stretched(_stretched(x, 2), 3)


def _stretched(x: Tensor, dim: int) -> Tensor:
    length = x.shape[dim]
    place = torch.arange(SIDE, dtype=torch.float32, device=x.device) * (length / SIDE)
    low = place.floor().long().clamp(max=length - 1)
    shape = [1] * x.ndim
    shape[dim] = SIDE
    part = (place - low).reshape(shape)
    above = x.index_select(dim, (low + 1).clamp(max=length - 1))
    return torch.lerp(x.index_select(dim, low), above, part)


def load(path: Path) -> Inception:
    """Return the network with the weights of `path`, a .pth of plain tensors or .safetensors.

    Nothing in the file is ever run, and no pickle read. Raises Refused for a missing or other file.
    """
    found = _entries(path)
    head = found.get("fc.weight")
    classes = (*head.shape, 0)[0] if head else CLASSES
    if classes != CLASSES:
        raise Refused(
            f"{path.name} holds another Inception network ({classes} classes), whose figures "
            f"can't be compared with published ones; take {NAME}."
        )
    with torch.random.fork_rng(devices=[]):
        network = Inception()
    wanted = network.state_dict()
    names = [k for k in wanted if not k.endswith("num_batches_tracked")]
    if any(k not in found or found[k].shape != tuple(wanted[k].shape) for k in names):
        raise Refused(f"{path.name} does not hold the Inception network; take {NAME}.")
    with _told(path):
        network.load_state_dict(wanted | {k: found[k].read() for k in names})
    return network


def _entries(path: Path) -> Mapping[str, Entry]:
    if not path.is_file():
        raise Refused(f"There is no Inception file {path}; take {NAME}.")
    with _told(path):
        found = entries(path)
    if found is None:
        raise Refused(f"{path.name} is no file of tensors; take {NAME}.")
    return found


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Raise Refused for what can't be read."""
    try:
        yield
    except Foreign as what:
        program = str(what).startswith("__torch__")
        held = "a TorchScript program" if program else str(what)
        raise Refused(f"{path.name} holds {held}, so it is not read; take {NAME}.") from None
    except (Damaged, OSError):
        raise Refused(f"{path.name} is damaged or can't be read; take {NAME}.") from None
