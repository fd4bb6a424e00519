"""Each loss equals its formula on given logits; each penalty the gradient worked out by hand."""

import math

import pytest
import torch
from torch import Tensor, nn

from studio.core import latents
from studio.core.learning import Ema, Optimizer
from studio.core.nets.adversarial import (
    LOSSES,
    discriminator_loss,
    energy_distance,
    generator_loss,
    penalty,
)
from studio.core.nets.textbook import dense

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


class Waves(nn.Module):
    """Points to sines at fixed random frequencies: what tells neighboring blobs apart early."""

    def __init__(self) -> None:
        super().__init__()
        self.frequencies = nn.Buffer(2 * torch.randn(2, 32))

    def forward(self, x: Tensor) -> Tensor:
        turns = x.flatten(1) @ self.frequencies
        return torch.cat([turns.sin(), turns.cos()], 1)


def layers(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        dense(before, 64), nn.LeakyReLU(0.2), dense(64, 64), nn.LeakyReLU(0.2), dense(64, after)
    )


def found(kind: str, steps: int, deviation: float = 0.1) -> Tensor:
    """Return how many of 5,000 drawn points lie within 3 deviations of each of 5 x 5 Gaussians."""
    torch.manual_seed(0)
    rng = latents.rng(0)
    model, judge = layers(2, 2), nn.Sequential(Waves(), layers(64, 1), nn.Flatten(0))
    average = Ema(model)
    drawing = Optimizer(model.parameters(), 5e-3, (0.0, 0.99), final=0.0)
    judging = Optimizer(judge.parameters(), 5e-3, (0.0, 0.99), final=0.0)
    line = torch.arange(-2.0, 3.0)
    centers = torch.cartesian_prod(line, line)

    def drawn() -> Tensor:
        return model(torch.randn(256, 2, generator=rng)).view(-1, 1, 1, 2)

    def judged(real: Tensor) -> Tensor:
        fake = drawn().detach()
        loss = discriminator_loss(kind, judge(real), judge(fake))
        if judging.steps % 4:
            return loss
        return loss + 4 * penalty(kind, judge, real, fake, gamma, rng)

    def drew(real: Tensor) -> Tensor:
        return generator_loss(kind, judge(real).detach(), judge(drawn()))

    for step in range(steps):
        gamma = 0.05 * 0.1 ** (step / steps)
        chosen = centers[torch.randint(25, (256,), generator=rng)]
        real = (chosen + deviation * torch.randn(256, 2, generator=rng)).view(-1, 1, 1, 2)
        judging.minimize(judged, real, progress=step / steps)
        drawing.minimize(drew, real, progress=step / steps)
        average.update(model, step)
    with torch.no_grad():
        points = average.model(torch.randn(5000, 2, generator=rng))
    near = torch.cdist(points, centers).min(1)
    return torch.bincount(near.indices[near.values < 3 * deviation], minlength=25)


def test_the_modern_loss_finds_25_of_25_gaussians():
    """In 1,000 steps hinge finds 12, the non-saturating loss 10. Even points would be 1,670."""
    points = found("relativistic", 850)
    assert (points >= 20).all(), points
    assert points.sum() > 2000


def test_the_energy_distance_is_its_formula_over_pairs_of_one_class():
    labels = torch.tensor([0, 1, 0])
    real, drawn = torch.tensor([[0.0], [10.0], [2.0]]), torch.tensor([[5.0], [-7.0], [8.0]])
    # |0 - 8| and |2 - 5| across, |0 - 2| of the real, |5 - 8| of the drawn
    assert float(energy_distance(real, drawn, labels)) == pytest.approx((8 + 3 - 2 - 3) / 2)
    assert float(energy_distance(real, drawn, torch.arange(3))) == 0


def two_classes(seed: int) -> tuple[Tensor, Tensor]:
    """Return points [400, 2, 3] around 0 and around 5, and their labels."""
    labels = torch.arange(400) % 2
    points = torch.randn(400, 2, 3, generator=latents.rng(seed))
    return points + 5 * labels[:, None, None], labels


def test_the_energy_distance_is_least_for_the_same_spread_around_the_same_place():
    (real, labels), (fresh, _) = two_classes(1), two_classes(2)
    best = abs(float(energy_distance(real, fresh, labels)))
    assert best < 0.02
    center = 5.0 * labels[:, None, None].expand_as(real)
    for worse in (center, center + 2 * (fresh - center), fresh + 1, fresh.flip(0)):
        assert float(energy_distance(real, worse, labels)) > 0.1 > 5 * best


def test_copies_learn_to_spread_as_the_real_do():
    real, labels = two_classes(1)
    drawn = (5.0 * labels[:, None, None] + 0.01 * two_classes(3)[0]).requires_grad_()
    adam = torch.optim.Adam([drawn], 0.05)
    for _ in range(80):
        adam.zero_grad()
        energy_distance(real, drawn, labels).backward()
        adam.step()
    for k in range(2):
        ratio = drawn[labels == k].std(0) / real[labels == k].std(0)
        assert ((ratio > 0.7) & (ratio < 1.3)).all()
