"""Coupling flows: determinants are autograd's, inverses exact, starts measured."""

import pytest
import torch

from studio.core.nets.coupling import ActNorm, CouplingFlow, Mixing, Step

KINDS = pytest.mark.parametrize("mixed", [True, False], ids=["glow", "realnvp"])


def flow(mixed: bool, measured: bool = True) -> CouplingFlow:
    net = CouplingFlow((1, 8, 12), 8, 2, 2, 2, mixed)
    if measured:
        net.measure(pictures(16), torch.zeros(16, dtype=torch.int64))
    for parameter in net.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return net.requires_grad_(False)


def pictures(count: int) -> torch.Tensor:
    return 0.3 * torch.randn(count, 1, 8, 12) + 0.5


@KINDS
@pytest.mark.parametrize("row", [0, 2])
def test_the_log_determinant_is_autograds(mixed: bool, row: int):
    net, images, rows = flow(mixed), pictures(2), torch.full((2,), row)
    log_det = net(images, rows)[1]
    for k in range(2):
        whole = torch.autograd.functional.jacobian(
            lambda x: net(x[None], rows[:1])[0][0], images[k]
        )
        wanted = torch.linalg.slogdet(whole.flatten(1).double()).logabsdet
        assert float(log_det[k]) == pytest.approx(float(wanted), abs=1e-3)


@KINDS
def test_the_inverse_is_exact(mixed: bool):
    net, images, rows = flow(mixed), pictures(6), torch.arange(6) % 3
    latents, _ = net(images, rows)
    assert latents.shape == (6, 96)
    *_, back = net.inverse(latents, rows)
    torch.testing.assert_close(back, images, atol=1e-4, rtol=0)


@KINDS
def test_classes_matter_and_every_value_is_reached(mixed: bool):
    net, latents = flow(mixed), torch.randn(1, 96)
    *_, one = net.inverse(latents, torch.tensor([1]))
    *_, two = net.inverse(latents, torch.tensor([2]))
    assert (one - two).abs().mean() > 1e-3
    whole = torch.autograd.functional.jacobian(
        lambda z: next(net.inverse(z, torch.tensor([1]))).flatten(), latents
    )
    assert (whole.abs().amax((1, 2)) > 0).all()


@KINDS
def test_a_first_batch_sets_the_start_to_unit_channels(mixed: bool):
    torch.manual_seed(1)
    net, images = CouplingFlow((3, 16, 16), 8, 3, 2, 0, mixed), 40 * torch.randn(64, 3, 16, 16) + 7
    rows = torch.zeros(64, dtype=torch.int64)
    with torch.no_grad():
        before, _ = net(images, rows)
        net.measure(images, rows)
        after, _ = net(images, rows)
    assert before.std() > 5
    assert 0.6 < after.std() < 1.2
    assert abs(float(after.mean())) < 0.1


def test_actnorm_leaves_a_constant_channel_finite():
    norm = ActNorm(2)
    norm.measure(torch.cat([torch.full((4, 1, 3, 3), -1.0), torch.randn(4, 1, 3, 3)], 1))
    y, log_det = norm(torch.zeros(1, 2, 3, 3))
    assert y.isfinite().all()
    assert log_det.isfinite()


def test_mixing_starts_as_a_rotation():
    mixing, x = Mixing(6), torch.randn(2, 6, 3, 3)
    y, log_det = mixing(x)
    torch.testing.assert_close(y.norm(dim=1), x.norm(dim=1), atol=1e-5, rtol=0)
    assert float(log_det.detach()) == pytest.approx(0, abs=1e-4)
    torch.testing.assert_close(mixing.inverse(y), x, atol=1e-5, rtol=0)


@pytest.mark.parametrize("color", [0, 1])
def test_a_checkered_step_leaves_the_telling_squares_as_they_are(color: int):
    step = Step(1, 8, 0, False, checkers=color)
    for parameter in step.teller.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    x = torch.randn(1, 1, 4, 4)
    y, _ = step(x, torch.zeros(1, dtype=torch.int64))
    down, right = torch.meshgrid(torch.arange(4), torch.arange(4), indexing="ij")
    told = (down + right) % 2 == color
    torch.testing.assert_close(y[0, 0][~told], x[0, 0][~told])
    assert (y[0, 0][told] != x[0, 0][told]).all()
