"""A symbol drawn by inverse CDF has the probability stated, and its latent draws it again."""

import torch

from studio.core import latents
from studio.core.nets.symbols import FLOOR, drawn_symbol, latent_of, probabilities


def test_probabilities_sum_to_one_and_none_is_zero():
    logits = 40 * torch.randn(5, 7, 30, generator=latents.rng(0))
    p = probabilities(logits)
    torch.testing.assert_close(p.sum(-1), torch.ones(5, 7, dtype=torch.float64))
    assert float(p.min()) >= FLOOR / 30


def test_symbols_are_drawn_as_often_as_stated():
    logits = torch.tensor([2.0, 0.0, -1.0, 1.0, -8.0])
    z = torch.randn(40_000, generator=latents.rng(1))
    drawn = drawn_symbol(logits.expand(40_000, 5), z)
    shares = torch.bincount(drawn, minlength=5) / 40_000
    torch.testing.assert_close(shares.double(), probabilities(logits), atol=0.008, rtol=0)


def test_each_symbol_owns_one_stretch_in_order():
    logits = torch.tensor([[0.0, 1.0, 2.0]])
    ends = probabilities(logits)[0].cumsum(0)
    z = torch.special.ndtri(torch.stack([ends[0] - 1e-6, ends[0] + 1e-6, ends[1] + 1e-6]))
    assert drawn_symbol(logits.expand(3, 3), z).tolist() == [0, 1, 2]


def test_the_latent_of_a_symbol_draws_it_again_even_where_it_is_improbable():
    logits = 6 * torch.randn(64, 64, 1000, generator=latents.rng(2))
    symbols = torch.randint(1000, (64, 64), generator=latents.rng(3))
    found = latent_of(logits, symbols)
    assert found.dtype == torch.float32
    assert found.isfinite().all()
    assert torch.equal(drawn_symbol(logits, found), symbols)


def test_latents_far_out_still_choose_a_symbol():
    drawn = drawn_symbol(torch.zeros(2, 4), torch.tensor([-40.0, 40.0]))
    assert drawn.tolist() == [0, 3]
