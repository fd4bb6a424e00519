"""Nearest patches are nearest, and only what may be copied is copied."""

import numpy as np
import pytest

from studio.core.events import Progress, finished
from studio.core.repair.matching import Field, Patches, blocks, cut

TICK = Progress(0, None, "")


def patches_of(image: np.ndarray, side: int = 5) -> Patches:
    open_ = np.zeros(image.shape[:2], bool)
    edge = side // 2
    open_[edge:-edge, edge : image.shape[1] // 2] = True
    patches = Patches(image, open_, side, np.random.default_rng(0))
    finished(patches.learn(TICK))
    return patches


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(1).random((30, 40, 3), np.float32)


def test_cut_returns_the_patch_around_a_pixel(image: np.ndarray) -> None:
    (patch,) = cut(image, np.array([7 * 40 + 9]), 5)
    assert np.array_equal(patch.reshape(5, 5, 3), image[5:10, 7:12])


def test_the_exact_search_finds_a_patch_itself(image: np.ndarray) -> None:
    patches = patches_of(image)
    found = finished(patches.nearest(patches.at(patches.centers), TICK))
    assert np.array_equal(found, patches.centers)


def test_a_field_finds_where_its_patches_were_copied_from(image: np.ndarray) -> None:
    image[:, 20:] = image[:, :20]
    patches = patches_of(image)
    queries = np.array([y * 40 + x for y in range(5, 25) for x in range(25, 35)])
    rng = np.random.default_rng(2)
    field = Field(patches, queries, rng.choice(patches.centers, len(queries)))
    finished(field.look(image, TICK))
    before = field.apart.copy()
    for _ in range(12):
        finished(field.propagate(1, TICK))
        finished(field.wander(16, rng, TICK))
    assert (field.apart <= before).all()
    assert (field.at == queries - 20).mean() > 0.95


def test_an_offset_that_fits_is_taken(image: np.ndarray) -> None:
    image[:, 20:] = image[:, :20]
    patches = patches_of(image)
    queries = np.array([10 * 40 + 25, 12 * 40 + 30])
    field = Field(patches, queries, patches.centers[:2].copy())
    finished(field.look(image, TICK))
    finished(field.shift(np.array([[0, -19], [0, -20], [-30, 0], [0, 30]]), TICK))
    assert np.array_equal(field.at, queries - 20)


def test_what_may_not_be_copied_never_is(image: np.ndarray) -> None:
    patches = patches_of(image)
    queries = np.arange(3 * 40 + 22, 3 * 40 + 37)
    rng = np.random.default_rng(3)
    field = Field(patches, queries, rng.choice(patches.centers, len(queries)))
    finished(field.look(image, TICK))
    for jump in (8, 1):
        finished(field.propagate(jump, TICK))
        finished(field.wander(40, rng, TICK))
    assert patches.open[field.at].all()


def test_patches_too_many_to_keep_are_projected_when_asked(
    image: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = patches_of(image)
    monkeypatch.setattr("studio.core.repair.matching.TABLE", 10)
    asked = patches_of(image)
    assert asked.points is None
    np.testing.assert_allclose(asked.at(asked.centers), kept.at(kept.centers), atol=1e-5)


def test_blocks_cover_everything_once() -> None:
    assert [k for block in blocks(10, 4) for k in range(10)[block]] == list(range(10))


def test_points_keep_nearly_all_that_tells_patches_apart() -> None:
    smooth = np.random.default_rng(0).random((40, 60, 3), np.float32)
    for _ in range(3):
        smooth = (smooth + np.roll(smooth, 1, 0) + np.roll(smooth, 1, 1)) / 3
    patches = patches_of(smooth)
    flat = cut(smooth, patches.centers, 5) - patches.mean
    best = np.sort(np.linalg.eigvalsh(flat.T @ flat))[-24:].sum()
    kept = np.square(patches.at(patches.centers)).sum()
    assert 0.98 * best < kept < 1.001 * best
