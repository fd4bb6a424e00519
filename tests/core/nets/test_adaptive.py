"""Adaptive augmentation: r_v is its formula; the amount follows it, within bounds, as state."""

import pytest
import torch

from studio.core.nets.adaptive import CEILING, STEP, AdaptiveAmount


def observed(seen: float, unseen: float, drawn: float, times: int = 1, **known) -> AdaptiveAmount:
    amount = AdaptiveAmount(**{"amount": 0.4, "adaptive": True, **known})
    for _ in range(times):
        amount.observe(*(torch.full((8,), v) for v in (seen, unseen, drawn)))
    return amount


@pytest.mark.parametrize(
    ("unseen", "overfit"), [(3.0, 0.0), (2.0, 0.25), (-1.0, 1.0), (4.0, -0.25)]
)
def test_r_v_is_how_far_the_held_out_lie_towards_the_drawn(unseen: float, overfit: float):
    amount = AdaptiveAmount(0.5, False)
    seen, drawn = torch.tensor([2.0, 4.0]), torch.tensor([-1.0, -1.0])
    found = amount.observe(seen, torch.full((3,), unseen), drawn)
    assert float(found) == pytest.approx(overfit, abs=1e-5)


def test_the_amount_rises_with_overfitting_and_falls_without():
    assert float(observed(2.0, -1.0, -2.0).amount) == pytest.approx(0.4 + STEP)
    assert float(observed(2.0, 1.9, -2.0).amount) == pytest.approx(0.4 - STEP)


def test_the_amount_stays_within_bounds():
    assert float(observed(2.0, -2.0, -2.0, 100).amount) == pytest.approx(CEILING)
    assert float(observed(2.0, 2.0, -2.0, 100).amount) == 0
    assert float(observed(2.0, -2.0, -2.0, 100, amount=1.0).amount) == 1.0


def test_a_fixed_amount_stays():
    assert float(observed(2.0, -2.0, -2.0, 20, adaptive=False).amount) == pytest.approx(0.4)


def test_one_odd_batch_does_not_turn_the_sign():
    amount = observed(2.0, 1.8, -2.0, 20)
    found = amount.observe(torch.full((8,), 2.0), torch.full((8,), 0.5), torch.full((8,), -2.0))
    assert float(found) < 0.2


def test_a_broken_judge_does_not_break_the_amount():
    amount = observed(float("nan"), 0.0, float("inf"), 3)
    assert amount.amount.isfinite()
    assert amount.distances.isfinite().all()


def test_it_is_saved_with_the_learner():
    assert set(AdaptiveAmount(0.2, True).state_dict()) == {"amount", "distances"}
