"""Codes, digits and values are one to one; the codebook follows its vectors and revives codes."""

import math

import pytest
import torch

from studio.core import latents
from studio.core.nets.quantizers import LEVELS, Codebook, Fsq, nearest, picks


@pytest.mark.parametrize("count", LEVELS)
def test_every_code_number_has_its_own_value_and_comes_back(count: int):
    quantizer = Fsq(LEVELS[count])
    assert math.prod(LEVELS[count]) == count
    tokens = torch.arange(count).view(1, 1, count)
    values = quantizer.values(tokens)
    assert len(values.movedim(1, -1).reshape(count, -1).unique(dim=0)) == count
    assert values.abs().max() <= 1
    half = (quantizer.levels - 1) * 1.001 / 2
    offset = 0.5 * (quantizer.levels % 2 == 0)
    inner = values.movedim(1, -1) * (quantizer.levels // 2)  # the whole numbers before scaling
    vectors = torch.atanh((inner + offset) / half) - torch.atanh(offset / half)
    again = quantizer(vectors.movedim(-1, 1))
    assert torch.equal(again.tokens, tokens)
    torch.testing.assert_close(again.values, values)


def test_vectors_of_any_size_fall_on_codes_and_use_all_levels():
    quantizer = Fsq((8, 5))
    vectors = 3 * torch.randn(4, 2, 16, 16, generator=latents.rng(0))
    found = quantizer(vectors)
    torch.testing.assert_close(found.values, quantizer.values(found.tokens))
    assert len(found.tokens.unique()) == 40
    assert float(found.commitment) == 0


def test_gradients_pass_straight_as_if_nothing_were_rounded():
    vectors = torch.randn(2, 3, 4, 4, generator=latents.rng(0)).requires_grad_()
    quantizer = Fsq((8, 6, 5))
    (ours,) = torch.autograd.grad(quantizer(vectors).values.sum(), vectors)
    plain = quantizer._scaled(quantizer._bounded(vectors.movedim(1, -1))).sum()
    (wanted,) = torch.autograd.grad(plain, vectors)
    torch.testing.assert_close(ours, wanted)
    assert ours.abs().min() > 0


def grids(centers: torch.Tensor, count: int, step: int = 0) -> torch.Tensor:
    """Vectors [count, d, 4, 4] close to some of `centers` [k, d]."""
    rng = latents.rng(1, step)
    chosen = centers[torch.randint(len(centers), (count, 4, 4), generator=rng)]
    return (chosen + 0.05 * torch.randn(chosen.shape, generator=rng)).movedim(-1, 1)


def test_the_codebook_begins_at_the_centers_and_only_once():
    centers = 3 * torch.randn(6, 4, generator=latents.rng(5))
    book = Codebook(24, 4)
    vectors = grids(centers, 16)
    book.begin(vectors, latents.rng(0))
    assert float(torch.cdist(centers, book.codes).amin(1).max()) < 0.1
    assert float(book(vectors).commitment) < 0.01
    before = book.codes.clone()
    book.begin(vectors + 9, latents.rng(0))
    assert torch.equal(book.codes, before)


def test_codes_follow_vectors_that_move():
    centers = 3 * torch.randn(4, 4, generator=latents.rng(5))
    book = Codebook(16, 4)
    book.begin(grids(centers, 16), latents.rng(0))
    for step in range(200):
        vectors = grids(centers + step / 200, 16, step)
        book.adapt(vectors, book(vectors).tokens, latents.rng(0, step))
    assert float(torch.cdist(centers + 1, book.codes).amin(1).max()) < 0.7


def test_codes_that_nothing_meets_are_born_anew_among_the_vectors():
    centers = torch.eye(4)
    book = Codebook(16, 4)
    vectors = grids(centers, 16)
    book.begin(vectors, latents.rng(0))
    book.codes[4:] = 100.0
    for step in range(300):
        vectors = grids(centers, 16, step)
        tokens = book(vectors).tokens
        book.adapt(vectors, tokens, latents.rng(0, step))
    assert float(book.codes.abs().max()) < 2
    used = torch.bincount(book(grids(centers, 64, 999)).tokens.flatten(), minlength=16)
    assert int((used > 0).sum()) > 12


def test_a_batch_that_is_not_finite_leaves_no_trace():
    book = Codebook(8, 4)
    vectors = torch.randn(4, 4, 4, 4, generator=latents.rng(0))
    book.begin(vectors, latents.rng(0))
    before = {k: v.clone() for k, v in book.state_dict().items()}
    vectors[0, 0, 0, 0] = math.nan
    book.adapt(vectors, book(vectors).tokens, latents.rng(1))
    assert all(torch.equal(v, before[k]) for k, v in book.state_dict().items())


def test_the_nearest_code_is_nearest_and_picks_differ_while_they_can():
    x, codes = torch.randn(50, 3), torch.randn(9, 3)
    assert torch.equal(nearest(x, codes), torch.cdist(x, codes).argmin(1))
    assert len(picks(10, 10, latents.rng(0)).unique()) == 10
    assert len(picks(4, 11, latents.rng(0))) == 11
