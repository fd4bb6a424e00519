"""From my model: every family fills holes of every kind, and touches nothing else."""

import time

import numpy as np
import pytest
import torch

from studio.core import latents
from studio.core.events import Note, Progress, Refused
from studio.core.families import families
from studio.core.family import ImageSize, Repairs
from studio.core.repair import own
from studio.core.repair.fitting import windows
from studio.core.repair.hole import Hole
from studio.core.repair.regions import regions
from studio.core.repair.repairing import Offered, repair
from studio.core.repair.request import RepairSettings
from tests.core import toys


@pytest.fixture(params=sorted(families()))
def explorer(request, explorers):
    """A model of each family: 16 x 16 pixels with alpha, three classes."""
    return explorers(request.param)[0]


def hole(height=16, width=16, channels=4, seed=0):
    """Return a hole of a quarter of a toy picture, on nonsense."""
    colors = toys.pictures(1, height, width, channels)[0] / np.float32(255)
    mask = np.zeros((height, width), bool)
    mask[height // 4 : 3 * height // 4, width // 3 : 5 * width // 6] = True
    colors[mask] = np.random.default_rng(1).random(channels)
    return Hole(colors.astype(np.float32), mask, ~mask, seed)


def asked(**changes):
    """Return a picture, a mask and settings that ask the model."""
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 4), np.uint8)
    mask = np.zeros((64, 64), np.uint8)
    mask[20:44, 24:44] = 255
    return picture, mask, RepairSettings().updated({"method": "model", **changes})


def test_a_hole_is_drawn_and_the_rest_is_as_it_was(explorer):
    given = hole()
    events, filled = toys.finish(own.filler(explorer)(given))
    assert filled.shape == given.colors.shape and filled.dtype == np.float32
    assert np.array_equal(filled[~given.mask], given.colors[~given.mask])
    assert not np.array_equal(filled, given.colors)
    assert filled.min() >= 0 and (filled[..., :3] <= filled[..., 3:]).all()
    assert events and all(isinstance(event, Progress) for event in events)


def test_the_damage_itself_is_not_looked_at(explorer):
    one, other = hole(), hole()
    other.colors[other.mask] = 0.3
    fills = [toys.finish(own.filler(explorer)(given))[1] for given in (one, other)]
    assert np.array_equal(*fills)


def test_the_same_seed_fills_alike_and_others_otherwise(explorer):
    def filled(seed, way):
        return toys.finish(own.filler(explorer, way)(hole(seed=seed)))[1]

    first = filled(0, 0)
    assert np.array_equal(first, filled(0, 0))
    if explorer.family.id in ("diffusion", "autoregressive", "flow"):  # a toy's codes are too few
        others = [filled(seed, way) for seed, way in ((0, 1), (0, 2), (1, 0), (7, 3))]
        assert not all(np.array_equal(first, other) for other in others)


def test_a_class_may_be_named(explorer):
    filled = toys.finish(own.filler(explorer, label=1)(hole()))[1]
    assert np.isfinite(filled).all()


@pytest.mark.parametrize("shape", [(9, 40, 3), (64, 50, 1), (5, 7, 4)])
def test_any_size_and_channels_are_brought_to_the_model_and_back(explorers, shape):
    given = hole(*shape)
    filled = toys.finish(own.filler(explorers("gan")[0])(given))[1]
    assert filled.shape == shape
    assert np.array_equal(filled[~given.mask], given.colors[~given.mask])


def test_everything_may_be_hidden(explorer):
    """A window can hide all that a small picture of it shows."""
    given = hole()
    blind = Hole(given.colors, np.ones_like(given.mask), np.zeros_like(given.mask))
    assert np.isfinite(toys.finish(own.filler(explorer)(blind))[1]).all()


def test_one_pull_is_short_and_stop_is_instant(explorer):
    job = own.filler(explorer)(hole())
    next(job)
    pulls = []
    for _ in range(10):
        begun = time.monotonic()
        if next(job, None) is None:
            break
        pulls.append(time.monotonic() - begun)
    job.close()
    assert sorted(pulls)[len(pulls) // 2] < 0.5, "on a slow, busy machine; 0.1 s is wanted"


def test_auto_offers_the_models_candidates_after_the_others(explorers):
    model = explorers("diffusion")[0]
    picture, mask, settings = asked(method="auto", candidates=2)
    events, found = toys.finish(repair(picture, mask, settings, model=model))
    assert [candidate.method for candidate in found] == ["auto", "auto", "model", "model"]
    assert [e.candidate for e in events if isinstance(e, Offered)] == list(found)
    for candidate in found:
        changed = (candidate.applied(picture) != picture).any(2)
        assert not changed[mask == 0].any()
    assert not np.array_equal(*(candidate.applied(picture) for candidate in found[2:]))


def test_asked_for_the_model_alone_it_draws_all(explorers):
    model = explorers("vqvae")[0]
    picture, mask, settings = asked(candidates=1)
    _, (only,) = toys.finish(repair(picture, mask, settings, model=model))
    assert only.method == "model" and "VQ-VAE" in only.title
    assert (only.applied(picture) == picture)[mask == 0].all()


def test_without_a_model_there_is_a_sentence():
    picture, mask, settings = asked()
    with pytest.raises(Refused, match="--run"):
        toys.finish(repair(picture, mask, settings))


def test_what_the_model_can_not_draw_is_said_once():
    mask = np.zeros((400, 400), bool)
    mask[100:160, 100:140] = mask[300:305, 300:305] = True
    size = ImageSize(32, 32, 3)
    asked = windows(regions(mask), mask, size)
    (note,) = own.remarks(size, asked, 4)
    assert isinstance(note, Note)
    assert "32×32" in note.text and "hole of 60" in note.text and "27%" in note.text
    assert "transparency" in note.text
    small = np.zeros((32, 32), bool)
    small[4:9, 4:9] = True
    assert not list(own.remarks(size, windows(regions(small), small, size), 3))


@torch.no_grad()
def test_repair_returns_the_known_pixels_and_goes_by_latents_alone(explorer):
    """The promise of the ability, for whoever has it."""
    model = explorer.model
    if not isinstance(model, Repairs):
        assert explorer.family.id in ("vae", "gan")
        return
    images = latents.draw(2, (4, 16, 16), 0).clamp(-1, 1)
    images[:, :3] = torch.minimum(images[:, :3], images[:, 3:])
    mask = torch.zeros(2, 1, 16, 16, dtype=torch.bool)
    mask[0, :, 3:9, 3:9] = mask[1, :, 10:, 2:] = True
    drawn = latents.draw(2, explorer.model.latent_shape, 1)
    labels = torch.tensor([0, -1])
    state = torch.get_rng_state()
    *_, first = model.repair(images, mask, drawn, labels)
    *_, again = model.repair(images, mask, drawn, labels)
    *_, alone = model.repair(images[1:], mask[1:], drawn[1:], labels[1:])
    assert torch.equal(torch.get_rng_state(), state), "the global random state was used"
    assert torch.equal(first, again)
    kept = ~mask.expand_as(images)
    assert torch.equal(first[kept], images[kept])
    assert first.abs().max() <= 1 and not torch.equal(first, images)
    assert (first[1:] - alone).abs().max() < 0.05 or not explorer.family.smooth
