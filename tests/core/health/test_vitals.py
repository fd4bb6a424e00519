"""Vitals: until when a run is known to have been well, without a look at its log."""

import numpy as np

from studio.core.health.vitals import Vitals
from studio.core.runlog import History

SETTINGS = {"rate": 1e-3}


def fed(diversities: list[float], every: int = 100) -> Vitals:
    vitals = Vitals(SETTINGS)
    for k, value in enumerate(diversities):
        vitals.add(every * (k + 1), {"diversity": value, "loss": 1.0})
    return vitals


def test_a_run_that_never_drew_varied_pictures_yet_is_well_as_it_stands():
    vitals = fed([0.05, 0.1, 0.2])
    vitals.add(350, {"loss": 1.0})
    assert vitals.judged() is None and vitals.healthy == 350


def test_a_grid_vouches_only_for_what_came_before_it():
    vitals = fed([0.2, 0.8, 0.9])
    vitals.add(390, {"loss": 1.0})
    assert vitals.judged() is None and vitals.healthy == 300


def test_a_fall_is_not_vouched_for_before_anyone_judges_it():
    vitals = fed([0.2, 0.8, 0.9, 0.1])
    assert vitals.judged() is None and vitals.healthy == 300
    vitals.add(500, {"diversity": 0.1})
    vitals.add(600, {"diversity": 0.1})
    assert vitals.judged() == 300


def test_a_run_that_was_never_better_is_not_sent_back():
    vitals = fed([0.3] * 12)
    assert vitals.judged() is None and vitals.healthy == 1200


def test_what_runs_away_was_well_before():
    vitals = Vitals(SETTINGS)
    for k in range(40):
        vitals.add(10 * k + 60, {"loss": 1.0 if k < 30 else 1e6})
    assert vitals.judged() == 60 + 290


def test_going_back_forgets_what_came_after():
    vitals = fed([0.9, 0.9, 0.1, 0.1, 0.1])
    assert vitals.judged() == 200
    vitals.back(150)
    assert vitals.healthy == 150 and vitals.judged() is None


def test_it_goes_on_from_a_log_up_to_a_step():
    series = {"diversity": (np.array([100, 200, 300]), np.array([0.9, 0.8, 0.1]))}
    vitals = Vitals(SETTINGS, History(series=series, step=300), 200)
    vitals.add(250, {"loss": 1.0})
    assert vitals.judged() is None and vitals.healthy == 200
