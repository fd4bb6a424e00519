"""Half size, then details: the parting is a rotation, the flow's determinant autograd's."""

import pytest
import torch
from torch.nn import functional

from studio.core.nets.transformer_flow import TransformerFlow
from studio.core.nets.wavelet import DetailFlow, joined, parted


def flow() -> DetailFlow:
    coarse = TransformerFlow((3, 4, 6), 2, 32, (1, 1), 2)
    net = DetailFlow(coarse, (3, 8, 12), 8, 2)
    net.measure(torch.rand(20, 3, 8, 12), torch.zeros(20, dtype=torch.int64))
    for parameter in net.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return net.requires_grad_(False)


def test_parting_keeps_every_length_and_is_undone():
    images = torch.randn(2, 3, 6, 10)
    half, details = parted(images)
    assert half.shape == (2, 3, 3, 5)
    assert details.shape == (2, 9, 3, 5)
    length = half.square().sum() + details.square().sum()
    torch.testing.assert_close(length, images.square().sum())
    torch.testing.assert_close(half, 2 * functional.avg_pool2d(images, 2))
    torch.testing.assert_close(joined(half, details), images)


def test_the_log_determinant_is_autograds_and_the_inverse_exact():
    net, images, rows = flow(), torch.randn(3, 3, 8, 12), torch.tensor([0, 1, 2])
    latents, log_det = net(images, rows)
    *_, back = net.inverse(latents, rows)
    torch.testing.assert_close(back, images, atol=1e-4, rtol=0)
    for k in range(3):
        row = rows[k : k + 1]
        whole = torch.autograd.functional.jacobian(
            lambda x, r=row: net(x[None], r)[0][0], images[k]
        )
        wanted = torch.linalg.slogdet(whole.flatten(1).double()).logabsdet
        assert float(log_det[k]) == pytest.approx(float(wanted), abs=1e-3)


def test_details_follow_the_coarse_picture_and_the_class():
    net, latents = flow(), torch.zeros(1, 288)
    lighter = latents.clone()
    lighter[:, :72] = 1
    *_, plain = net.inverse(latents, torch.tensor([1]))
    *_, light = net.inverse(lighter, torch.tensor([1]))
    *_, other = net.inverse(latents, torch.tensor([2]))
    details = [parted(images)[1] for images in (plain, light, other)]
    assert not torch.allclose(details[0], details[1], atol=1e-3)
    assert not torch.allclose(details[0], details[2], atol=1e-3)
