"""Causal convolutions: no pixel sees itself or what comes later; scanning changes nothing."""

import pytest
import torch

from studio.core.family import ImageSize
from studio.core.nets.pixelcnn import PixelNet, Scan
from studio.core.nets.segments import Segments

SIZE = ImageSize(9, 11, 3, 2)


def net(segments: bool, blocks: int = 4) -> PixelNet:
    """A network whose silent layers speak."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        overview = Segments(3, 8, SIZE, 4, 32, 1) if segments else None
        made = PixelNet(3, 5, SIZE, 8, blocks, overview)
        for p in made.parameters():
            torch.nn.init.normal_(p, std=0.3)
    return made


@pytest.mark.parametrize("segments", [False, True])
def test_no_pixel_sees_itself_or_a_later_one_and_all_see_the_one_before(segments: bool):
    made, labels = net(segments), torch.tensor([0, 1])
    x = torch.randn(2, 3, 9, 11, generator=torch.Generator().manual_seed(1))
    whole = made(x, labels).flatten(2)
    for place in (0, 5, 11, 40, 60, 98):
        changed = x.flatten(2).clone()
        changed[:, :, place] += 1
        now = made(changed.view_as(x), labels).flatten(2)
        torch.testing.assert_close(now[:, :, : place + 1], whole[:, :, : place + 1])
        if place < 98:
            assert not torch.allclose(now[:, :, place + 1 :], whole[:, :, place + 1 :])


def test_with_segments_the_last_pixel_sees_the_very_first():
    made = net(True)
    x = torch.randn(1, 3, 9, 11, generator=torch.Generator().manual_seed(1))
    changed = x.clone()
    changed[:, :, 0, 0] += 1
    assert not torch.allclose(made(changed, None)[..., -1, -1], made(x, None)[..., -1, -1])


@pytest.mark.parametrize("segments", [False, True])
@torch.no_grad()
def test_a_scan_computes_what_the_whole_pass_computes(segments: bool):
    made, labels = net(segments), torch.tensor([1, -1, 0])
    x = torch.randn(3, 3, 9, 11, generator=torch.Generator().manual_seed(1))
    scan, out = Scan(made, labels, x), torch.zeros(3, 5, 9, 11)
    for row in range(9):
        scan.begin_row(row)
        for column in range(11):
            out[:, :, row, column] = scan.pixel(column)
            scan.put(column, x[:, :, row, column])
    torch.testing.assert_close(out, made(x, labels), atol=1e-4, rtol=1e-4)


def test_class_and_place_change_what_is_predicted():
    made = net(False)
    x = torch.zeros(2, 3, 9, 11)
    out = made(x, torch.tensor([0, 1]))
    assert not torch.allclose(out[0], out[1])
    assert not torch.allclose(out[0, :, 2, 2], out[0, :, 6, 7])
    assert torch.equal(made(x, None), made(x, torch.tensor([-1, -1])))
