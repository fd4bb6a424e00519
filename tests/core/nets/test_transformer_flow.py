"""The transformer flow: its determinant is autograd's, its inverse exact, its classes matter."""

import pytest
import torch

from studio.core.nets.transformer_flow import (
    AutoregressiveBlock,
    TransformerFlow,
    Whitening,
    order,
    patch_side,
)


def flow(depths=(1, 2, 1)) -> TransformerFlow:
    net = TransformerFlow((3, 4, 6), 2, 32, depths, 2)
    net.measure(torch.rand(40, 3, 4, 6), torch.zeros(40, dtype=torch.int64))
    for parameter in net.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return net.requires_grad_(False)


def jacobian(net, image: torch.Tensor, row: torch.Tensor) -> torch.Tensor:
    whole = torch.autograd.functional.jacobian(lambda x: net(x[None], row)[0][0], image)
    return whole.flatten(1)


def last(steps):
    *_, end = steps
    return end


@pytest.mark.parametrize("row", [0, 1, 2])
def test_the_log_determinant_is_autograds(row: int):
    net, images, rows = flow(), torch.randn(2, 3, 4, 6), torch.full((2,), row)
    log_det = net(images, rows)[1]
    for k in range(2):
        wanted = torch.linalg.slogdet(jacobian(net, images[k], rows[:1]).double()).logabsdet
        assert float(log_det[k]) == pytest.approx(float(wanted), abs=1e-3)


def test_the_inverse_is_exact_and_comes_block_by_block():
    net, images, rows = flow(), torch.randn(5, 3, 4, 6), torch.tensor([0, 1, 2, 1, 0])
    latents, _ = net(images, rows)
    steps = list(net.inverse(latents, rows))
    assert len(steps) == 3
    torch.testing.assert_close(steps[-1], images, atol=1e-4, rtol=0)


def test_classes_and_guidance_change_what_is_drawn():
    net, latents = flow(), torch.randn(4, 72)
    one, two = (last(net.inverse(latents, torch.full((4,), k))) for k in (1, 2))
    assert (one - two).abs().mean() > 1e-3
    guided = last(net.inverse(latents, torch.full((4,), 1), 1.0))
    assert (guided - one).abs().mean() > 1e-3
    nameless = torch.zeros(4, dtype=torch.int64)
    plain, same = last(net.inverse(latents, nameless)), last(net.inverse(latents, nameless, 1.0))
    assert torch.equal(plain, same)


def test_a_guided_block_without_noise_extrapolates_the_shift():
    block = AutoregressiveBlock(1, 2, 32, 1, 1, torch.arange(1))
    block.leave.weight.data[:2].normal_()
    silent = torch.zeros(1, 1, 2)
    any_class, asked = (block.inverse(silent, torch.tensor([k])) for k in (0, 1))
    guided = block.inverse(silent, torch.tensor([1]), 2.0)
    torch.testing.assert_close(guided, asked + 2 * (asked - any_class))


def test_whitening_gives_unit_covariance_and_leaves_flat_directions_alone():
    patches = torch.randn(50, 40, 4) @ torch.randn(4, 4) + 2
    patches[..., 3] = -1
    white = Whitening(4)
    white.measure(patches)
    found = white(patches).flatten(0, 1)
    torch.testing.assert_close(found.mean(0), torch.zeros(4), atol=1e-4, rtol=0)
    spread = torch.linalg.eigvalsh(torch.cov(found.T))
    torch.testing.assert_close(spread[1:], torch.ones(3), atol=0.02, rtol=0)
    assert spread[0] < 1e-3
    torch.testing.assert_close(white.inverse(white(patches)), patches, atol=1e-4, rtol=0)
    assert float(white.log_det) == pytest.approx(
        float(torch.linalg.slogdet(white.there).logabsdet), abs=1e-3
    )


def test_few_patches_do_not_make_unseen_directions_loud():
    white, others = Whitening(32), torch.randn(100, 10, 32)
    white.measure(torch.randn(2, 5, 32))
    assert white(others).std() < 3


def test_patches_are_the_smallest_that_are_few_enough():
    assert patch_side(32, 32, 64) == 4
    assert patch_side(28, 28, 64) == 4
    assert patch_side(17, 23, 64) == 3
    assert patch_side(8, 8, 64) == 1
    assert patch_side(16, 16, 1) == 16


def test_blocks_go_by_rows_and_columns_to_and_fro():
    assert order(0, 2, 3).tolist() == [0, 1, 2, 3, 4, 5]
    assert order(1, 2, 3).tolist() == [5, 2, 4, 1, 3, 0]
    assert order(2, 2, 3).tolist() == [0, 3, 1, 4, 2, 5]
    assert order(3, 2, 3).tolist() == [5, 4, 3, 2, 1, 0]
