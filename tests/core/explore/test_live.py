"""What the window asks while the user moves: looks leave nothing, settling leaves a step."""

import time
from dataclasses import replace

import numpy as np
import pytest

from studio.core.events import Drawn, Note, Progress, Refused
from studio.core.explore import live
from studio.core.explore.exploration import Exploration
from tests.core.toys import finish


@pytest.fixture
def explorer(explorers):
    return explorers("vae")[0]


def test_a_look_draws_where_find_leads(explorer):
    place = explorer.seed(3, 1)
    events, view = finish(live.look(explorer, lambda _: place, draft=True))
    assert view.place is place and view.step is None and not view.draft
    assert np.array_equal(view.picture, explorer.pictures([place])[0])
    assert not events, "a quick model has nothing to show on the way"


def test_a_draft_says_so_only_where_there_is_a_better_one(explorers):
    for family, draft in (("vae", False), ("diffusion", True)):
        explorer = explorers(family)[0]
        assert finish(live.look(explorer, lambda e: e.seed(0), True))[1].draft is draft
        assert finish(live.look(explorer, lambda e: e.seed(0), False))[1].draft is False


def test_settling_is_a_step_that_names_its_model(explorer, tmp_path):
    tree = Exploration(tmp_path)
    first = finish(live.settle(explorer, tree, lambda e: e.seed(0), "Seed 0", ()))[1]
    second = finish(live.settle(explorer, tree, lambda e: e.seed(1), "Drag", (first.step,)))[1]
    step = tree.current
    assert step.id == second.step == 1 and step.parents == (0,)
    assert (step.digest, step.step) == (explorer.digest, explorer.step)
    assert np.array_equal(step.picture, second.picture)


def test_what_can_not_be_written_is_still_seen(explorer, tmp_path):
    (tmp_path / "file").write_text("in the way")
    tree = Exploration(tmp_path / "file")
    events, view = finish(live.settle(explorer, tree, lambda e: e.seed(0), "Seed 0", ()))
    told = [event.text for event in events if isinstance(event, Note)]
    assert len(told) == 1 and "can't be kept" in told[0]
    assert view.step is None and view.picture.shape[2] == 4 and not tree.steps


def test_stopped_before_its_end_it_is_a_step_without_a_picture(explorers, tmp_path):
    explorer, tree = explorers("autoregressive")[0], Exploration(tmp_path)
    slow, place = Slow(explorer), explorer.seed(3)
    slow.digest, slow.step = explorer.digest, explorer.step
    job = live.settle(slow, tree, lambda _: place, "Seed 3", ())
    assert isinstance(next(job), Drawn)
    job.close()
    kept = Exploration(tmp_path).current
    assert kept is not None and kept.title == "Seed 3" and kept.picture is None
    assert np.array_equal(kept.place.latent, place.latent)


class Slow:
    """An explorer that refines its picture in 30 steps of 10 ms."""

    def __init__(self, explorer):
        self.explorer, self.family, self.drafts = explorer, explorer.family, False

    def seed(self, *asked):
        return self.explorer.seed(*asked)

    def images(self, places, draft):
        first = next(self.explorer.images(places, draft))
        for _ in range(30):
            time.sleep(0.01)
            yield first


def test_a_slow_picture_is_shown_a_few_times_a_second(explorer):
    events, view = finish(live.look(Slow(explorer), lambda e: e.seed(0), False))
    shown = [event for event in events if isinstance(event, Drawn)]
    assert 1 <= len(shown) <= 4, "0.3 s, and a picture each 0.1 s at most"
    assert shown[0].pictures.shape == (1, *view.picture.shape)


def test_several_places_come_with_their_key(explorers):
    for family in ("vae", "vqvae"):
        explorer = explorers(family)[0]
        places = [explorer.seed(0, 0, k) for k in range(6)]
        events, found = finish(live.laid_out(explorer, "tags", lambda _, p=places: p, True))
        key, same, pictures = found
        assert key == "tags" and same == places and len(pictures) == 6
        told = [event.done for event in events if isinstance(event, Progress)]
        assert told == ([6] if explorer.family.smooth else [4, 6]), "slow ones a few at a time"


def test_a_place_of_another_model_is_refused_and_no_step(explorer, tmp_path):
    tree = Exploration(tmp_path)
    alien = replace(explorer.seed(0), latent=np.zeros((3, 5), np.float32))
    with pytest.raises(Refused, match="another model"):
        finish(live.settle(explorer, tree, lambda _: alien, "Alien", ()))
    assert not tree.steps


def test_typicality_counts_deviations():
    rng = np.random.default_rng(0)
    typical = [live.typicality(rng.standard_normal(512)) for _ in range(200)]
    assert abs(np.mean(typical)) < 0.3 and 0.8 < np.std(typical) < 1.2
    assert live.typicality(np.zeros(512)) == pytest.approx(-16)
    assert live.typicality(2 * rng.standard_normal(512)) > 20
