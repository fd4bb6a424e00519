"""The map: every family has one, every spot is a place, what is kept is kept soundly."""

from dataclasses import replace

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.explore.atlas import DRAWN, REAL, Atlas, atlas, kept_atlas, mixed, place_at, sheet
from studio.core.explore.place import checked
from studio.core.families import families
from tests.core import toys

COUNT = 12
ALL = list(families())


def made(explorers, family: str) -> Atlas:
    explorer, project = explorers(family)
    return toys.finish(atlas(explorer, project, COUNT))[1]


@pytest.mark.parametrize("family", ALL)
def test_every_spot_of_every_familys_map_is_a_place_that_can_be_drawn(family, explorers):
    explorer, _ = explorers(family)
    found = made(explorers, family)
    assert found.points.shape == (2 * COUNT, 2) and found.points.dtype == np.float32
    assert found.points.min() >= 0 and found.points.max() <= 1
    assert found.real.sum() == COUNT and found.placed[~found.real].all()
    assert found.placed[found.real].any() == explorer.encodes
    assert found.thumbnails.shape == (2 * COUNT, 16, 16, 4)
    for x, y in ((0, 0), (0.5, 0.5), (1, 0.2), (-3, 7)):
        checked(place_at(found, x, y), explorer.shape, len(explorer.classes))
    assert explorer.pictures([place_at(found, 0.3, 0.6)]).shape == (1, 16, 16, 4)


@pytest.mark.parametrize("family", ["gan", "vae"])
def test_a_samples_own_spot_draws_the_sample(family, explorers):
    found, explorer = made(explorers, family), explorers(family)[0]
    k = 2 * COUNT - 1
    place = place_at(found, *found.points[k])
    assert np.allclose(place.latent, found.latents[k], atol=1e-3)
    assert place.label == explorer.seed(0, (k - COUNT) % 3, k - COUNT).label
    drawn = explorer.pictures([place])[0]
    assert np.abs(drawn.astype(int) - found.thumbnails[k]).mean() < 2


def test_between_samples_smooth_families_mix_and_discrete_ones_take_the_nearest(explorers):
    found = made(explorers, "vae")
    known = [found.latents[k] for k in range(len(found.points)) if found.placed[k]]
    spot = found.points[found.placed].mean(0)
    between = place_at(found, *spot).latent
    assert not any(np.allclose(between, z, atol=1e-4) for z in known)
    nearest = place_at(replace(found, smooth=False), *spot).latent
    assert any(np.array_equal(nearest, z) for z in known)


def test_a_mixture_stays_as_typical_as_what_is_mixed():
    rows = np.random.default_rng(0).normal(size=(3, 4, 16, 16)).astype(np.float32)
    found = mixed(rows, np.array([0.5, 0.3, 0.2]))
    norms = np.linalg.norm(rows.reshape(3, -1), axis=1)
    assert norms.min() <= np.linalg.norm(found) <= norms.max()
    assert np.allclose(mixed(rows, np.array([0, 1, 0])), rows[1], atol=1e-5)


def test_the_map_is_kept_and_a_damaged_or_other_one_is_made_anew(explorers):
    explorer, project = explorers("vae")
    first = made(explorers, "vae")
    path = project.run(explorer.run).folder / "explore" / f"atlas-{explorer.digest}.safetensors"
    events, again = toys.finish(atlas(explorer, project, COUNT))
    assert events == [] and np.array_equal(again.points, first.points)
    assert np.array_equal(again.latents, first.latents, equal_nan=True)
    assert np.array_equal(kept_atlas(project.run(explorer.run), explorer).points, first.points)
    assert toys.finish(atlas(explorer, project, COUNT, seed=1))[0]
    for harm in (lambda b: b[:100], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b""):
        toys.finish(atlas(explorer, project, COUNT))
        path.write_bytes(harm(path.read_bytes()))
        assert kept_atlas(project.run(explorer.run), explorer) is None
        events, mended = toys.finish(atlas(explorer, project, COUNT))
        assert events and np.array_equal(mended.points, first.points)


def test_wrong_wishes_are_refused(explorers):
    explorer, project = explorers("vae")
    for count in (0, 3, 10_000):
        with pytest.raises(Refused, match=f"A map of {count} pictures"):
            toys.finish(atlas(explorer, project, count))
    with pytest.raises(Refused, match="no such spot"):
        place_at(made(explorers, "vae"), float("nan"), 0.5)


def test_the_sheet_shows_every_picture_framed_by_its_kind(explorers):
    found = made(explorers, "gan")
    drawn = sheet(found)
    assert drawn.dtype == np.uint8 and drawn.shape[2] == 3
    cells = [
        drawn[y : y + 2, x : x + 20]
        for y in range(0, drawn.shape[0] - 20, 21)
        for x in range(0, drawn.shape[1] - 20, 21)
    ]
    framed = [sum(bool((cell == color).all()) for cell in cells) for color in (REAL, DRAWN)]
    assert framed == [COUNT, COUNT]
