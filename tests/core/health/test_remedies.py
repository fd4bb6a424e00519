"""Remedies: what they change lies in the settings' range, and nothing is offered that can't act."""

import pytest

from studio.core.families import families
from studio.core.health import remedies


@pytest.mark.parametrize("family", families().values(), ids=lambda f: f.id)
@pytest.mark.parametrize("preset", ["quick", "standard", "best"])
def test_every_family_takes_the_changes_it_is_offered(family, preset):
    settings = family.preset(preset).settings
    values = settings.model_dump()
    offered = [
        remedies.slower(values, 100),
        remedies.weaker_judge(values, 100),
        remedies.freer_code(values),
        remedies.more_augmentation(values, 100),
    ]
    for remedy in offered:
        if remedy is not None:
            assert remedy.stop or settings.updated(dict(remedy.changes)) != settings
    assert offered[0] is not None


def test_learning_rates_are_halved_until_nothing_would_be_learned():
    remedy = remedies.slower({"rate": 4e-4, "judge_rate": 1.5e-6, "width": 8, "augment_rate": 3})
    assert remedy and remedy.changes == {"rate": 2e-4}
    assert remedies.slower({"rate": 1e-6}) is None and remedies.slower({}) is None


def test_a_judge_a_hundred_times_too_fast_becomes_slower_than_its_partner():
    remedy = remedies.weaker_judge({"rate": 1e-3, "judge_rate": 5e-2, "gamma": 0.0}, 70)
    assert remedy and remedy.changes == {"judge_rate": 5e-4} and remedy.back_to == 70
    assert "before step 70" in remedy.effect


def test_codes_get_cheaper_but_not_free():
    assert remedies.cheaper(20.0) == 1.0 and remedies.cheaper(2.0) == 0.5
    assert remedies.cheaper(0.1) == remedies.LEAST_BETA
    assert remedies.freer_code({"width": 3}) is None


def test_where_everything_is_augmented_the_best_is_kept():
    all_on = {"augmentation": remedies.EVERYTHING, "augment_amount": 1.0}
    remedy = remedies.more_augmentation(all_on, 40)
    assert remedy and remedy.stop and remedy.back_to == 40
