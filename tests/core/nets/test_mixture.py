"""The mixture draws what it was fitted to, class by class, and is inverted exactly."""

import torch

from studio.core import latents
from studio.core.nets.mixture import Mixture


def blobs(per: int = 300) -> tuple[torch.Tensor, torch.Tensor]:
    """Three classes of codes in 4-d: around 0, 5 and two places around 10."""
    noise = torch.randn(3 * per, 4, generator=latents.rng(0))
    noise[:, 1] = 0.5 * noise[:, 0] + 0.1 * noise[:, 1]
    labels = torch.arange(3 * per) // per
    codes = noise + 5.0 * labels[:, None]
    codes[2 * per :: 2] += 8.0
    return codes, labels


def drawn(mixture: Mixture, row: int, count: int = 4000) -> torch.Tensor:
    z = torch.randn(count, 5, generator=latents.rng(9))
    return mixture.decode(z, torch.full((count,), row))


def test_before_it_is_fitted_it_is_the_standard_normal():
    mixture = Mixture(4, 3)
    z = torch.randn(10, 5, generator=latents.rng(0))
    for row in range(4):
        assert torch.equal(mixture.decode(z, torch.full((10,), row)), z[:, :4])


def test_it_draws_each_class_and_all_of_them():
    codes, labels = blobs()
    mixture = Mixture(4, 3)
    mixture.fit(codes, labels, latents.rng(0))
    for label in range(3):
        own, new = codes[labels == label], drawn(mixture, label + 1)
        torch.testing.assert_close(new.mean(0), own.mean(0), atol=0.35, rtol=0)
        torch.testing.assert_close(new.T.cov(), own.T.cov(), atol=0.8, rtol=0.2)
    torch.testing.assert_close(drawn(mixture, 0).mean(0), codes.mean(0), atol=0.4, rtol=0)


def test_without_labels_it_finds_the_places():
    codes, _ = blobs()
    mixture = Mixture(4, 0)
    mixture.fit(codes, None, latents.rng(0))
    new = drawn(mixture, 0)
    nearest = torch.cdist(new, codes).amin(1)
    assert nearest.median() < 0.7
    for place in (0.0, 5.0, 10.0, 18.0):
        assert ((new.mean(1) - place).abs() < 2).float().mean() > 0.1


def test_encode_is_inverted_by_decode():
    codes, labels = blobs(50)
    mixture = Mixture(4, 3)
    mixture.fit(codes, labels, latents.rng(0))
    z = mixture.encode(codes)
    back = mixture.decode(z, torch.zeros(len(codes), dtype=torch.int64))
    torch.testing.assert_close(back, codes, atol=1e-3, rtol=1e-4)
    assert 0.5 < z[:, :4].std() < 1.5


def test_an_absent_class_draws_from_all_and_tiny_classes_are_no_trouble():
    codes, labels = blobs(1)
    mixture = Mixture(4, 5)
    mixture.fit(codes, labels, latents.rng(0))
    assert all(drawn(mixture, row).isfinite().all() for row in range(6))
    assert drawn(mixture, 5).std() > 2


def test_fitting_again_forgets_what_was_before():
    codes, labels = blobs()
    mixture, fresh = Mixture(4, 3), Mixture(4, 3)
    mixture.fit(codes + 100, labels, latents.rng(3))
    mixture.fit(codes[:60], None, latents.rng(0))
    fresh.fit(codes[:60], None, latents.rng(0))
    assert torch.equal(drawn(mixture, 0), drawn(fresh, 0))
