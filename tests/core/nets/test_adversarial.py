"""Each loss equals its formula on given logits; each penalty the gradient worked out by hand."""

import math

import pytest
import torch
from torch import Tensor

from studio.core import latents
from studio.core.nets.adversarial import LOSSES, discriminator_loss, generator_loss, penalty

A, B = torch.tensor([1.5, -0.5, 2.0]), torch.tensor([-1.0, 0.25, -3.0])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


PAIRS = list(zip(A.tolist(), B.tolist(), strict=True))
BCE = mean([softplus(-a) + softplus(b) for a, b in PAIRS])
BY_HAND = {
    "saturating": (BCE, mean([-softplus(b) for _, b in PAIRS])),
    "non-saturating": (BCE, mean([softplus(-b) for _, b in PAIRS])),
    "lsgan": (
        mean([0.5 * (a - 1) ** 2 + 0.5 * b**2 for a, b in PAIRS]),
        mean([0.5 * (b - 1) ** 2 for _, b in PAIRS]),
    ),
    "hinge": (
        mean([max(0, 1 - a) + max(0, 1 + b) for a, b in PAIRS]),
        mean([-b for _, b in PAIRS]),
    ),
    "wgan-gp": (mean([b - a for a, b in PAIRS]), mean([-b for _, b in PAIRS])),
    "r1": (BCE, mean([softplus(-b) for _, b in PAIRS])),
    "relativistic": (
        mean([softplus(-(a - b)) for a, b in PAIRS]),
        mean([softplus(-(b - a)) for a, b in PAIRS]),
    ),
}


@pytest.mark.parametrize("kind", LOSSES)
def test_losses_are_their_formulas(kind: str):
    judge, drawing = BY_HAND[kind]
    assert float(discriminator_loss(kind, A, B)) == pytest.approx(judge, rel=1e-5)
    assert float(generator_loss(kind, A, B)) == pytest.approx(drawing, rel=1e-5)


def test_seven_losses():
    assert set(LOSSES) == set(BY_HAND)
    assert len(LOSSES) == 7


SLOPE = torch.tensor([[[1.0, -2.0], [0.5, 3.0]]])
REAL = torch.full((3, 1, 2, 2), 2.0)
DRAWN = torch.full((3, 1, 2, 2), -1.0)


def parabola(x: Tensor) -> Tensor:
    """D(x) = ½ s·x², with the gradient s·x."""
    return 0.5 * (SLOPE * x.square()).sum((1, 2, 3))


@pytest.mark.parametrize("kind", ["saturating", "non-saturating", "lsgan", "hinge"])
def test_the_plain_losses_have_no_penalty(kind: str):
    assert float(penalty(kind, parabola, REAL, DRAWN, 5.0, latents.rng(0))) == 0


def test_r1_is_half_gamma_times_the_squared_gradient_on_real_images():
    by_hand = 0.5 * 3.0 * float((SLOPE * 2.0).square().sum())
    assert float(penalty("r1", parabola, REAL, DRAWN, 3.0, latents.rng(0))) == pytest.approx(
        by_hand
    )


def test_relativistic_adds_the_same_on_drawn_images():
    by_hand = 0.5 * 3.0 * float((SLOPE * 2.0).square().sum() + (SLOPE * -1.0).square().sum())
    value = penalty("relativistic", parabola, REAL, DRAWN, 3.0, latents.rng(0))
    assert float(value) == pytest.approx(by_hand)


def test_wgan_gp_asks_for_slopes_of_one_between_real_and_drawn():
    def straight(x: Tensor) -> Tensor:
        return (SLOPE * x).sum((1, 2, 3))

    norm = float(SLOPE.square().sum().sqrt())
    value = penalty("wgan-gp", straight, REAL, DRAWN, 99.0, latents.rng(0))
    assert float(value) == pytest.approx(10 * (norm - 1) ** 2, rel=1e-5)
    seen: list[Tensor] = []

    def watching(x: Tensor) -> Tensor:
        seen.append(x.detach())
        return straight(x)

    penalty("wgan-gp", watching, REAL, DRAWN, 0.0, latents.rng(0))
    assert -1 < float(seen[0].min()) <= float(seen[0].max()) < 2


def test_penalties_train_the_discriminator():
    weight = torch.ones(1, 2, 2, requires_grad=True)
    value = penalty("r1", lambda x: (weight * x).sum((1, 2, 3)), REAL, DRAWN, 2.0, latents.rng(0))
    value.backward()
    torch.testing.assert_close(weight.grad, 2.0 * weight.detach())
