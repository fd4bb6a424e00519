"""Answers relate latents to what is measured of pictures."""

import pytest
import torch

from studio.core.explore import answers as asking
from studio.core.explore.answers import Answers, answers, centered
from studio.core.families import families
from tests.core import toys


def linear(count=400, size=6, noise=0.1) -> tuple[Answers, torch.Tensor]:
    """Return answers of a linear world, and its true slopes [size, 2]."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(count, size, generator=rng)
    true = torch.randn(size, 2, generator=rng)
    y = x @ true + noise * torch.randn(count, 2, generator=rng)
    basis = torch.eye(size)
    return Answers(basis, x, None, x - x.mean(0), torch.eye(size), y - y.mean(0), y), true


def test_slopes_are_found():
    known, true = linear()
    assert torch.allclose(known.slopes(known.measured), true, atol=0.15)


def test_what_does_not_follow_the_latent_is_not_explained():
    known, _ = linear()
    chance = torch.randn(400, 1, generator=torch.Generator().manual_seed(1))
    shares = known.explained(torch.cat([known.measured, chance], 1))
    assert shares[:2].min() > 0.9 and shares[2] < 0.1


def test_a_vector_is_one_sigma_long():
    known, _ = linear()
    wide = Answers(known.basis, *[None] * 2, known.coordinates, 4 * torch.eye(6), *[None] * 2)  # type: ignore[arg-type]  # not read
    assert torch.allclose(wide.vector(torch.ones(6)).norm(), torch.tensor(2.0))


def test_centered_takes_the_mean_of_each_class():
    labels = torch.tensor([0, 1, 0, 1])
    found = centered(torch.tensor([[1.0], [5.0], [3.0], [5.0]]), labels)
    assert found.flatten().tolist() == [-1, 0, 1, 0]


@pytest.mark.parametrize("family", families())
def test_every_family_answers_alike_each_time(family, explorers, monkeypatch):
    monkeypatch.setattr(asking, "draws", lambda explorer: 12)
    explorer, _ = explorers(family)
    found = [
        toys.finish(answers(explorer, lambda images: images.flatten(1), 5))[1] for _ in range(2)
    ]
    assert found[0].points.shape[1:] == torch.Size(explorer.shape)
    assert torch.equal(found[0].raw, found[1].raw)
    assert found[0].coordinates.shape == (12, len(found[0].basis))


def test_one_class_is_asked_alone(explorers, monkeypatch):
    monkeypatch.setattr(asking, "draws", lambda explorer: 6)
    explorer, _ = explorers("gan")
    _, found = toys.finish(answers(explorer, lambda images: images.flatten(1), 0, label=1))
    assert found.labels.tolist() == [1] * 6
