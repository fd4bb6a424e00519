"""All scores together: every number has its floor and words, and what is worse looks worse."""

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.metrics import own, scores
from studio.core.metrics.scores import score
from studio.core.pictures import straighten
from tests.core import toys
from tests.core.metrics.ladders import blurred, pictures

KEYS = {
    "copies",
    "closer",
    "precision",
    "density",
    "recall",
    "coverage",
    "diversity",
    "bins",
    "twins",
    "auc",
    "kid.own",
    "frechet.own",
    "kid.random",
    "frechet.random",
    "sharpness",
}


@pytest.fixture(scope="module")
def judge() -> own.OwnEncoder:
    return toys.finish(own.learn(pictures(120), None, 0, 5))[1]


def test_real_pictures_score_as_the_floor_and_blurred_ones_do_not(judge):
    real, new = pictures(160), pictures(320)[160:]
    fine, poor = score(real, new[:80], new[80:], judge), score(real, blurred(new, 2), None, judge)
    assert set(fine.values) == KEYS | {"swd.32", "swd.16"} == set(poor.values)
    assert fine.compared == poor.compared == 80
    by_key = {s.key: s for s in fine.scores}
    for key in ("precision", "density", "recall", "coverage", "sharpness", "diversity"):
        assert by_key[key].value == pytest.approx(by_key[key].floor, abs=0.25)
    assert fine.values["auc"] < 0.7 < 0.95 < poor.values["auc"]
    assert poor.values["precision"] < 0.8 and poor.values["sharpness"] < 0.2
    assert poor.values["swd.32"] > 5 * fine.values["swd.32"]
    assert all(s.meaning.endswith(".") and len(s.meaning) < 120 for s in fine.scores + poor.scores)
    assert poor.values["closer"] is None and poor.notes[-1].startswith("No pictures were held out")


def test_copies_are_counted_and_come_first(judge):
    real, new = pictures(160), pictures(240)[160:]
    drawn = np.concatenate([new[:30], real[20:50]])
    found = score(real, drawn, new[30:], judge)
    assert found.scores[0].key == "copies"
    assert found.values["copies"] > found.scores[0].floor + 250
    assert found.values["closer"] > 0.3
    assert (found.closest >= 30).mean() > 0.7
    assert len(found.copies.places) == 60


def test_alpha_of_an_odd_size_is_judged_over_three_grounds(judge):
    x = straighten(toys.pictures(170, 17, 23, 4))
    found = score(x[:100], x[100:160], x[160:], judge)
    assert "swd.17" in found.values and found.values["frechet.own"] is None
    assert "Needs 320 pictures" in {s.key: s for s in found.scores}["frechet.own"].meaning


def test_grey_pictures_train_their_own_judge(monkeypatch):
    x = toys.pictures(120, 16, 16, 1)
    quick = own.learn
    monkeypatch.setattr(scores, "learn", lambda *given: quick(*given, steps=2))
    assert score(x[:60], x[60:]).compared == 30


def test_the_same_seed_gives_the_same_numbers(judge):
    x = pictures(120)
    one, other = (score(x[:60], x[60:], None, judge, seed=3).values for _ in range(2))
    assert one == other


def test_too_few_and_other_sizes_are_refused(judge):
    x = pictures(60)
    with pytest.raises(Refused, match="49 drawn pictures say nothing"):
        score(x, x[:49], None, judge)
    with pytest.raises(Refused, match="differ in size"):
        score(x, x[:, :16], None, judge)
    with pytest.raises(Refused, match="differ in size"):
        score(x, x, x[..., :1], judge)


def test_held_out_pictures_are_the_floor_where_there_are_enough():
    x, rng = np.arange(300)[:, None], np.random.default_rng(0)
    many = scores.trio(x[:200], x[:100], x[200:], rng)
    assert set(many.other.ravel()) == set(range(200, 300))
    few = scores.trio(x[:200], x[:100], x[200:210], rng)
    assert len(few.real) == 100 and not set(few.real.ravel()) & set(few.other.ravel())
