"""The prior starts as the frequencies of codes, looks only where it may, and learns."""

import pytest
import torch

from studio.core import latents
from studio.core.nets.token_prior import UNKNOWN, TokenPrior, hidden

CODES = torch.randn(10, 3, generator=latents.rng(8))


def prior(causal: bool, places: int = 6) -> TokenPrior:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return TokenPrior(places, 10, 3, 2, 16, 2, causal)


def awake(causal: bool) -> TokenPrior:
    """A prior whose last layers say something."""
    made = prior(causal)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, 0, 0.3, generator=latents.rng(0))
    return made


def tokens(count: int = 4, places: int = 6) -> torch.Tensor:
    return torch.randint(10, (count, places), generator=latents.rng(1))


@pytest.mark.parametrize("causal", [False, True])
def test_it_starts_as_the_frequencies_at_each_place(causal: bool):
    made = prior(causal)
    seen = tokens(500) // 5 * 5  # only the codes 0 and 5
    made.count(seen, 1.0)
    p = made(tokens(), torch.tensor([0, 1, 2, 0]), CODES).softmax(-1).detach()
    torch.testing.assert_close(p.sum(-1), torch.ones(4, 6))
    here = (seen[:, 0] == 0).float().mean()
    assert float(p[0, 0, 0]) == pytest.approx(float(here), abs=0.05)
    assert 0 < float(p[..., 1].max()) < 1e-4


def test_a_causal_prior_looks_only_at_what_came_before():
    made, before = awake(True), tokens()
    rows = torch.zeros(4, dtype=torch.int64)
    after = before.clone()
    after[:, 3] = (after[:, 3] + 1) % 10
    a, b = made(before, rows, CODES), made(after, rows, CODES)
    assert torch.equal(a[:, :4], b[:, :4])
    assert not torch.allclose(a[:, 4:], b[:, 4:])


def test_a_masked_prior_looks_everywhere_but_not_behind_a_mask():
    made, before = awake(False), tokens()
    rows = torch.zeros(4, dtype=torch.int64)
    after = before.clone()
    after[:, 5] = (after[:, 5] + 1) % 10
    assert not torch.allclose(made(before, rows, CODES)[:, 0], made(after, rows, CODES)[:, 0])
    hiding = torch.zeros(4, 6, dtype=torch.bool)
    hiding[:, 5] = True
    nats = made.nats(before, rows, hiding, CODES)
    logits = made(torch.where(hiding, UNKNOWN, before), rows, CODES)[:, 5].log_softmax(-1)
    torch.testing.assert_close(nats[:, 5], -logits.gather(1, before[:, 5:])[:, 0])
    assert not nats[:, :5].any()


@pytest.mark.parametrize("causal", [False, True])
def test_the_class_is_heard(causal: bool):
    made = awake(causal)
    a, b = (made(tokens(), torch.full((4,), row), CODES) for row in (1, 2))
    assert not torch.allclose(a, b)


def test_drawing_in_order_meets_the_same_logits_as_all_at_once():
    made, wanted = awake(True), tokens()
    rows = torch.tensor([0, 1, 2, 1])
    met = []

    def choose(place: int, logits: torch.Tensor) -> torch.Tensor:
        met.append(logits)
        return wanted[:, place]

    *_, last = made.in_order(choose, rows, CODES)
    assert torch.equal(last, wanted)
    torch.testing.assert_close(torch.stack(met, 1), made(wanted, rows, CODES))


def test_it_learns_what_goes_together():
    made = prior(False)
    optimizer = torch.optim.Adam(made.parameters(), 1e-2)
    rows = torch.zeros(64, dtype=torch.int64)
    for step in range(120):
        same = torch.randint(10, (64, 1), generator=latents.rng(2, step)).repeat(1, 6)
        hiding = made.hiding(same, latents.rng(3, step))
        loss = made.nats(same, rows, hiding, CODES).sum() / hiding.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    known = torch.tensor([[4, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]])
    assert made(known, rows[:1], CODES)[0, 5].argmax() == 4


def test_usage_tells_even_from_lonely_codes():
    made = prior(False)
    assert float(made.usage()) == pytest.approx(1.0)
    made.count(torch.full((8, 6), 3), 1.0)
    assert float(made.usage()) == pytest.approx(0.1)


def test_what_is_hidden_follows_the_cosine():
    asked = hidden(4000, 16, latents.rng(0))
    shares = asked.float().mean(1)
    assert float(shares.min()) >= 1 / 16
    assert float(shares.mean()) == pytest.approx(2 / torch.pi, abs=0.05)
    torch.testing.assert_close(asked.float().mean(0), shares.mean().expand(16), atol=0.05, rtol=0)
