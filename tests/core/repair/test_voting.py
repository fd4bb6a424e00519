"""Votes: copies stay copies, means weigh by likeness."""

import numpy as np

from studio.core.events import Progress, finished
from studio.core.repair.matching import Field, Patches
from studio.core.repair.voting import best_vote, mean_vote

TICK = Progress(0, None, "")


def field_of(image: np.ndarray, shift: int) -> Field:
    h, w = image.shape[:2]
    open_ = np.zeros((h, w), bool)
    open_[1:-1, 1 : w // 2 - 1] = True
    patches = Patches(image, open_, 3, np.random.default_rng(0))
    finished(patches.learn(TICK))
    queries = np.array([y * w + x for y in range(4, 9) for x in range(14, 18)])
    return Field(patches, queries, queries - shift)


def test_patches_that_agree_are_copied_by_both_votes() -> None:
    image = np.random.default_rng(0).random((12, 20, 3), np.float32)
    field = field_of(image, 10)
    trust = np.ones(len(field.queries), np.float32)
    for vote in (mean_vote, best_vote):
        voted = finished(vote(image, field, trust, TICK))
        np.testing.assert_allclose(voted[3:10, 13:19], image[3:10, 3:9], atol=1e-6)
        voted[3:10, 13:19] = image[3:10, 13:19]
        assert np.array_equal(voted, image)  # elsewhere nothing is proposed


def test_the_best_vote_takes_the_patch_most_alike_or_most_trusted() -> None:
    image = np.random.default_rng(0).random((12, 20, 3), np.float32)
    field = field_of(image, 10)
    field.at[0] -= 1  # disagrees with its neighbors on pixels that they share
    field.apart[:] = 1
    trust = np.ones(len(field.queries), np.float32)
    y, x = divmod(int(field.queries[0]), 20)
    trust[0] = 2
    assert np.array_equal(finished(best_vote(image, field, trust, TICK))[y, x], image[y, x - 11])
    trust[0] = 0.5
    assert np.array_equal(finished(best_vote(image, field, trust, TICK))[y, x], image[y, x - 10])


def test_the_mean_vote_leans_to_what_is_more_alike() -> None:
    image = np.zeros((12, 20, 1), np.float32)
    image[:, :9] = 1
    field = field_of(image, 10)
    lone = len(field.queries) // 2
    trust = np.ones(len(field.queries), np.float32)
    field.apart[:] = 1
    field.at[lone] = 4 * 20 + 12
    far = finished(mean_vote(image, field, trust, TICK)).reshape(-1)[field.queries[lone]]
    field.apart[:] = 4
    field.apart[lone] = 0.1
    near = finished(mean_vote(image, field, trust, TICK)).reshape(-1)[field.queries[lone]]
    assert near < far < 1
