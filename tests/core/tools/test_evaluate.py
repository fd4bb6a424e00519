"""Evaluating a run: kept beside it, alike each time, one judge a set, stopped at any moment."""

import numpy as np
import pytest
import torch
from PIL import Image

from studio.core import training
from studio.core.data.packed import open_packed
from studio.core.events import Progress, Refused
from studio.core.metrics import evaluation, own
from studio.core.tools import evaluate as module
from studio.core.tools.evaluate import draw_many, evaluate, labels_like
from tests.core import toys


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    made = toys.project(tmp_path_factory.mktemp("judged"), count=140)
    toys.finish(training.start(made, toys.request("vae", 4, held_out=0.2), toys.known(4)))
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(own, "STEPS", 3)


def test_what_is_found_is_kept_and_the_same_again(trained):
    events, found = toys.finish(evaluate(trained, count=60))
    run = trained.run()
    assert evaluation.newest(run) == found
    assert (found.run, found.step, found.count, found.compared) == (1, 4, 60, 56)
    assert found.training + found.held_out == 140 and found.held_out == 28
    assert len(found.nearest) == 60 and len(found.closest) == 16
    assert all(isinstance(e, Progress) for e in events)
    judge = own.kept(trained.dataset("toy"), "toy")
    assert judge is not None and judge.sha256 == found.encoder
    again = toys.finish(evaluate(trained, count=60))[1]
    assert again.scores == found.scores and again.closest == found.closest


def test_the_closest_pairs_are_shown_side_by_side(trained):
    found = toys.finish(evaluate(trained, count=50))[1]
    with Image.open(evaluation.picture(found, trained.run())) as image:
        sheet = np.asarray(image)
    assert sheet.shape == (4 * 64 + 3 * 8, 4 * 128 + 3 * 8, 4)
    packed = open_packed(trained.dataset("toy"))
    first = module.straighten(packed.pictures[found.closest[0].place])
    assert np.array_equal(sheet[:64:4, 64:128:4], first)


def test_held_out_pictures_are_never_called_training_pictures(trained):
    found = toys.finish(evaluate(trained, count=50))[1]
    held = set(module.split(140, 0.2, 0)[1].tolist())
    assert not held & set(found.nearest)


def test_another_judge_is_trained_when_the_kept_one_is_damaged(trained):
    folder = trained.dataset("toy")
    packed = open_packed(folder)
    first = toys.finish(module.judge_of(packed))[1].sha256
    (folder / own.WEIGHTS).write_bytes(b"broken")
    assert toys.finish(module.judge_of(packed))[1].sha256 == first


def test_it_can_be_stopped_at_every_moment_and_leaves_the_random_state(trained):
    state = torch.get_rng_state()
    pulls = len(toys.finish(evaluate(trained, count=50))[0])
    for k in range(0, pulls, max(1, pulls // 6)):
        job = evaluate(trained, count=50)
        for _ in range(k):
            next(job)
        job.close()
    assert torch.equal(torch.get_rng_state(), state)


def test_classes_are_drawn_as_often_as_they_are_there(trained):
    packed = open_packed(trained.dataset("toy"))
    kept = np.flatnonzero(packed.labels != 1)
    labels = labels_like(packed, kept, 2000, 0)
    assert labels is not None and set(labels.tolist()) == {0, 2}
    assert 900 < (labels == 0).sum() < 1100


class Slow(torch.nn.Module):
    latent_shape = (2,)

    def draw(self, latents, labels=None):
        assert not torch.is_grad_enabled()
        for step in (0.2, 0.5, 1.0):
            yield torch.full((len(latents), 3, 16, 16), step)


def test_drawing_is_pulled_at_every_refinement():
    events, drawn = toys.finish(draw_many(Slow(), 20, None, 0))
    assert drawn.shape == (20, 16, 16, 3) and (drawn == 255).all()
    assert len(events) == 6 and torch.is_grad_enabled()


class Knowing(Slow):
    def bits(self, images, labels, rng):
        return 4 + images.mean((1, 2, 3)) * 0 + torch.rand(len(images), generator=rng) * 0.01


def test_likelihood_is_told_on_pictures_held_out(trained):
    packed = open_packed(trained.dataset("toy"))
    kept, held = (x.numpy() for x in module.split(140, 0.2, 0))
    model = Knowing()
    model.register_parameter("p", torch.nn.Parameter(torch.zeros(1)))
    (score,) = toys.finish(module.bits_of(model, packed, kept, held, 0))[1]
    assert score.value == pytest.approx(4.005, abs=0.005) and score.floor == pytest.approx(
        4.005, abs=0.005
    )
    assert toys.finish(module.bits_of(Slow(), packed, kept, held, 0))[1] == []
    (score,) = toys.finish(module.bits_of(model, packed, kept, held[:0], 0))[1]
    assert score.value is None and "no pictures were held out" in score.meaning


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"count": 49}, "Can't judge by 49"),
        ({"count": 60_000}, "Can't judge by 60000"),
        ({"number": 5}, "no run 5"),
        ({"step": -1}, "saved no model"),
    ],
)
def test_wrong_wishes_are_refused(trained, wish, words):
    with pytest.raises(Refused, match=words):
        toys.finish(evaluate(trained, **wish))


def test_a_missing_inception_file_is_refused_before_anything_is_drawn(trained, tmp_path):
    with pytest.raises(Refused, match="no Inception file"):
        next(evaluate(trained, inception=tmp_path / "weights.pth"))


def test_other_pictures_and_too_few_are_refused(tmp_path):
    made = toys.project(tmp_path, count=40)
    toys.finish(training.start(made, toys.request("vae", 1), toys.known(1)))
    with pytest.raises(Refused, match="has 40 pictures, too few"):
        toys.finish(evaluate(made))
    manifest = made.dataset("toy") / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"fingerprint":"toy"', '"fingerprint":"x"'))
    with pytest.raises(Refused, match="trained on other pictures"):
        toys.finish(evaluate(made))
