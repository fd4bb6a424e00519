"""Segments: each is told of those before it alone, in widths that don't divide as well."""

import torch

from studio.core.family import ImageSize
from studio.core.nets.segments import Segments


def made(width: int = 10) -> Segments:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Segments(2, 3, ImageSize(4, width, 1, 2), 4, 32, 2)


@torch.no_grad()
def test_one_after_another_tells_what_all_at_once_tell():
    net, labels = made(), torch.tensor([0, 1, -1])
    x = torch.randn(3, 2, 4, 10)
    whole = net(x, labels)
    memory = net.begin(labels + 1)
    padded = torch.nn.functional.pad(x, (0, 2))
    last = None
    for number in range(12):
        y, start = number // 3, number % 3 * 4
        told = net.next(number, last, memory)
        here = whole[:, :, y, start : start + 4].permute(0, 2, 1)
        torch.testing.assert_close(told[:, : here.shape[1]], here, atol=1e-5, rtol=1e-4)
        last = padded[:, :, y, start : start + 4].permute(0, 2, 1)


@torch.no_grad()
def test_a_segment_is_not_told_of_itself():
    net = made(8)
    x = torch.randn(1, 2, 4, 8)
    changed = x.clone()
    changed[..., 2, 4:] = torch.randn(1, 2, 4)
    one, other = net(x, None), net(changed, None)
    torch.testing.assert_close(one[:, :, :3], other[:, :, :3])
    assert not torch.allclose(one[:, :, 3], other[:, :, 3])
