"""Grids are drawn by their latents alone, wholly, with the stated probability, and run back."""

import itertools

import pytest
import torch

from studio.core import latents
from studio.core.nets.token_drawing import TokenDrawing, filled, schedule
from studio.core.nets.token_prior import UNKNOWN, TokenPrior
from tests.core.nets.test_token_prior import CODES, awake

ROWS = torch.tensor([0, 1, 2, 1])
both = pytest.mark.parametrize("causal", [False, True])


def drawing(causal: bool, **changes) -> TokenDrawing:
    return TokenDrawing(awake(causal), CODES, **{"rounds": 4, **changes})


def noise(causal: bool, count: int = 4) -> torch.Tensor:
    return torch.randn(count, 1 if causal else 2, 6, generator=latents.rng(4))


def last(found) -> torch.Tensor:
    *_, tokens = (t.clone() for t in found)
    return tokens


@both
def test_every_token_is_filled_and_the_same_latents_draw_the_same(causal: bool):
    tokens = last(drawing(causal).drawn(noise(causal), ROWS))
    assert tokens.shape == (4, 6)
    assert int(tokens.min()) >= 0
    assert torch.equal(tokens, last(drawing(causal).drawn(noise(causal), ROWS)))
    assert not torch.equal(tokens[0], tokens[1])
    alone = last(drawing(causal).drawn(noise(causal)[2:3], ROWS[2:3]))
    assert torch.equal(alone, tokens[2:3])


@both
@pytest.mark.parametrize("changes", [{}, {"temperature": 0.7}, {"guidance": 2.0}, {"rounds": 1}])
def test_latents_of_tokens_draw_them_again(causal: bool, changes: dict):
    made = drawing(causal, **changes)
    wanted = torch.randint(10, (4, 6), generator=latents.rng(6))
    found = made.latents(wanted, ROWS)
    assert found.isfinite().all()
    assert torch.equal(last(made.drawn(found, ROWS)), wanted)


@both
def test_probabilities_of_all_grids_sum_to_one(causal: bool):
    made = TokenDrawing(awake_small(causal), CODES[:2], 2)
    grids = torch.tensor(list(itertools.product([0, 1], repeat=6)))
    order = noise(causal, 1)[:, -1].expand(64, 6)
    nats = made.nats(grids, order, torch.ones(64, dtype=torch.int64))
    assert float((-nats.detach().double()).exp().sum()) == pytest.approx(1.0, abs=1e-4)


def awake_small(causal: bool) -> TokenPrior:
    """A prior of two codes that has opinions."""
    made = TokenPrior(6, 2, 3, 2, 16, 1, causal)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, 0, 0.3, generator=latents.rng(0))
    return made


@both
def test_grids_are_drawn_as_often_as_stated(causal: bool):
    made = TokenDrawing(awake_small(causal), CODES[:2], 3)
    count = 4000
    z = torch.randn(count, 1 if causal else 2, 6, generator=latents.rng(9))
    if not causal:
        z[:, 1] = z[:1, 1]  # one order, whose probabilities `nats` states
    rows = torch.zeros(count, dtype=torch.int64)
    drawn = last(made.drawn(z, rows))
    kinds, counts = drawn.unique(dim=0, return_counts=True)
    order = z[: len(kinds), -1]
    stated = (-made.nats(kinds, order, rows[: len(kinds)])).exp()
    torch.testing.assert_close(counts / count, stated, atol=0.025, rtol=0)


@both
def test_a_lower_temperature_draws_less_variety(causal: bool):
    z, rows = noise(causal, 200), torch.zeros(200, dtype=torch.int64)
    kinds = [
        len(last(drawing(causal, temperature=t).drawn(z, rows)).unique(dim=0)) for t in (0.1, 1.0)
    ]
    assert kinds[0] < kinds[1]


@both
def test_guidance_of_zero_is_drawing_without_a_class(causal: bool):
    z = noise(causal)
    guided = last(drawing(causal, guidance=0.0).drawn(z, ROWS))
    plain = last(drawing(causal).drawn(z, torch.zeros_like(ROWS)))
    assert torch.equal(guided, plain)


@pytest.mark.parametrize("places, rounds", [(64, 8), (16, 12), (5, 12), (1, 3), (300, 1)])
def test_each_round_fills_something_and_the_last_the_rest(places: int, rounds: int):
    known = schedule(places, rounds)
    assert len(known) == min(places, rounds)
    assert known[-1] == places
    assert all(b > a for a, b in itertools.pairwise([0, *known]))


def test_a_filled_place_stays_as_it_is():
    logits = torch.randn(2, 9, 5, generator=latents.rng(0))
    before = torch.full((2, 9), UNKNOWN)
    rng = latents.rng(1)

    def guess(logits: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        assert logits.shape == (*places.shape, 5)
        return torch.randint(5, places.shape, generator=rng)

    for one in filled(lambda _: logits, guess, torch.zeros(2, 9), 4):
        kept = before != UNKNOWN
        assert torch.equal(one.tokens[kept], before[kept])
        before = one.tokens
    assert int(before.min()) >= 0
