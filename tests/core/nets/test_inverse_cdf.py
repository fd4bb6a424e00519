"""Inverse CDF: the symbol drawn has the stated probability, and its middle leads back to it."""

import pytest
import torch

from studio.core.nets.inverse_cdf import FLOOR, middle, pick, tempered


def weights(n: int = 5, k: int = 7) -> torch.Tensor:
    return 2 * torch.randn(n, k, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("temperature", "top_p"), [(1, 1), (0.5, 1), (1.5, 0.6), (0.1, 0.3)])
def test_probabilities_sum_to_one_and_none_is_nothing(temperature: float, top_p: float):
    p = tempered(weights(), temperature, top_p)
    torch.testing.assert_close(p.sum(-1), torch.ones(5).double(), atol=1e-12, rtol=0)
    assert p.min() >= FLOOR


def test_the_drawn_symbol_has_the_stated_probability():
    p = tempered(weights(1))
    u = (torch.arange(200_000).double() + 0.5) / 200_000
    drawn = pick(p.expand(len(u), -1), u)
    share = torch.bincount(drawn, minlength=7) / len(u)
    torch.testing.assert_close(share.double(), p[0], atol=1e-5, rtol=0)


def test_each_symbol_is_drawn_between_the_cdf_before_it_and_its_own():
    p = tempered(weights(1))
    ends = p.cumsum(-1)[0]
    for x in range(7):
        first = ends[x] - p[0, x]
        for u in (first + 1e-9, ends[x] - 1e-9):
            assert pick(p, u[None]).item() == x


def test_the_middle_leads_back_even_to_the_unlikeliest_symbol_through_a_float32_latent():
    generator = torch.Generator().manual_seed(1)
    p = tempered(30 * torch.randn(500, 64, generator=generator))
    symbols = torch.randint(64, (500,), generator=generator)
    latents = torch.special.ndtri(middle(p, symbols)).float()
    assert torch.equal(pick(p, torch.special.ndtr(latents.double())), symbols)
    assert p.gather(1, symbols[:, None]).min() < 2 * FLOOR


def test_the_nucleus_keeps_the_fewest_likeliest_that_hold_top_p():
    p = torch.tensor([[0.1, 0.4, 0.2, 0.3]]).log()
    kept = tempered(p, 1.0, 0.65)[0]
    torch.testing.assert_close(kept, torch.tensor([0, 4, 0, 3]).double() / 7, atol=1e-6, rtol=0)


def test_low_temperature_prefers_the_likeliest():
    p = torch.tensor([[0.25, 0.75]]).log()
    torch.testing.assert_close(
        tempered(p, 0.5)[0], torch.tensor([0.1, 0.9]).double(), atol=1e-6, rtol=0
    )
