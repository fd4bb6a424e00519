"""One explorer for every family: it draws what `sample` draws, and refuses what is not its own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.core.events import Refused
from studio.core.explore.explorer import open_explorer
from studio.core.explore.place import from_json
from studio.core.families import families
from studio.core.tools.sample import sample
from tests.core.toys import finish


@pytest.fixture(params=sorted(families()))
def explored(request, explorers):
    """An explorer of each family, a few steps old, and its project."""
    return explorers(request.param)


def test_a_seed_is_the_picture_that_sample_draws(explored):
    explorer, project = explored
    known = finish(sample(project, explorer.run, 3, seed=5))[1]
    labels = [k % len(explorer.classes) for k in range(3)] if explorer.classes else [None] * 3
    places = [explorer.seed(5, label, k) for k, label in enumerate(labels)]
    found = explorer.pictures(places).astype(int)
    assert np.abs(found - known).max() <= (1 if explorer.family.smooth else 0)


def test_a_draft_and_a_file_draw_the_same_place(explored):
    explorer, _ = explored
    place = explorer.seed(1)
    again = from_json(place.to_json())
    assert np.array_equal(explorer.pictures([again]), explorer.pictures([place]))
    draft = explorer.pictures([place], draft=True)
    assert draft.shape == (1, explorer.size.height, explorer.size.width, explorer.size.channels)


def test_truncation_one_changes_nothing_and_zero_forgets_the_latent(explored):
    explorer, _ = explored
    a, b = (explorer.points([replace(explorer.seed(s), truncation=0.0)]) for s in (1, 1))
    assert torch.equal(a, b)
    place = explorer.seed(2)
    assert torch.equal(explorer.points([place]), torch.from_numpy(place.latent)[None])


def test_another_models_latent_and_bad_numbers_are_refused(explored):
    explorer, _ = explored
    place = explorer.seed(0)
    with pytest.raises(Refused, match="belongs to another model"):
        explorer.pictures([replace(place, latent=np.zeros((7, 7), np.float32))])
    with pytest.raises(Refused, match="not finite"):
        explorer.pictures([replace(place, latent=np.full_like(place.latent, np.nan))])
    with pytest.raises(Refused, match="class"):
        explorer.pictures([replace(place, label=999)])


def test_a_slider_moves_the_latent_by_its_sigmas(explored):
    explorer, _ = explored
    vector = np.random.default_rng(0).standard_normal(explorer.shape).astype(np.float32)
    knowing = explorer.with_directions({"abc": vector})
    place = explorer.seed(3).with_slider("abc", 2.0)
    moved = knowing.points([place]).numpy()[0]
    assert np.allclose(moved, place.latent + 2 * vector, atol=1e-5)
    assert not place.with_slider("abc", 0.0).sliders


def test_the_digest_belongs_to_the_weights(explored):
    explorer, project = explored
    again = finish(open_explorer(project, explorer.run))[1]
    assert again.digest == explorer.digest and len(again.digest) == 16
    early = finish(open_explorer(project, explorer.run, step=0))[1]
    assert early.step == 0 and early.digest != explorer.digest
