"""Make it instant: the request that tunes a run, what it refuses, and that it trains."""

import pytest

from studio.core import training
from studio.core.events import Refused
from studio.core.tools.instant import instant
from tests.core import toys


def trained(folder, family: str = "diffusion"):
    project = toys.project(folder)
    request = toys.request(family, 3)
    _, run = toys.finish(training.start(project, request, toys.known(3)))
    return project, run


def test_asks_for_the_same_model_tuned_for_some_minutes(tmp_path):
    project, run = trained(tmp_path)
    asked = instant(project, run.number, 2.0)
    assert asked.start_from == run.number
    assert asked.settings["instant"] is True
    changed = {k for k, v in asked.settings.items() if v != run.record.settings[k]}
    assert changed == {"instant", "rate"}
    assert asked.settings["rate"] < run.record.settings["rate"]
    assert (asked.plan.minutes, asked.plan.steps) == (2.0, 0)
    assert asked.plan.threads == run.record.plan.threads
    assert instant(project).start_from == run.number


def test_the_tuned_run_trains_and_is_not_tuned_again(tmp_path):
    project, _ = trained(tmp_path)
    asked = instant(project)
    steps = asked.updated({"plan": asked.plan.updated({"steps": 2})})
    _, run = toys.finish(training.start(project, steps, toys.known(2)))
    assert run.history().status == "finished"
    assert run.record.settings["instant"] is True
    with pytest.raises(Refused, match="instant already"):
        instant(project, run.number)


def test_other_families_and_untrained_runs_are_refused(tmp_path):
    project, _ = trained(tmp_path, "vae")
    with pytest.raises(Refused, match="only a Diffusion"):
        instant(project)


def test_a_run_without_a_model_is_refused(tmp_path):
    project, run = trained(tmp_path)
    for path in run.checkpoints.glob("step-*"):
        path.rename(path.with_name(f"lost-{path.name}"))
    with pytest.raises(Refused, match="no model yet"):
        instant(project)
