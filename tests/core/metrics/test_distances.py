"""KID and Fréchet: closed forms, no bias, and the same numbers as torch-fidelity."""

import numpy as np
import pytest
import torch

from studio.core.metrics import distances

fid = pytest.importorskip("torch_fidelity.metric_fid", reason="needs torch-fidelity")
kid = pytest.importorskip("torch_fidelity.metric_kid", reason="needs torch-fidelity")


@pytest.fixture
def two() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    mixing = rng.normal(0, 0.2, (48, 48))
    a = rng.gamma(1.0, 1.0, (600, 48)) @ mixing
    return a.astype(np.float32), (rng.gamma(1.2, 1.0, (500, 48)) @ mixing + 0.1).astype(np.float32)


def test_frechet_equals_torch_fidelity(two):
    statistics = [fid.fid_features_to_statistics(torch.from_numpy(x)) for x in two]
    theirs = fid.fid_statistics_to_metric(*statistics, verbose=False)
    assert distances.frechet(*two, shrink=False) == pytest.approx(theirs[fid.KEY_METRIC_FID], 1e-3)


def test_kernel_distance_equals_torch_fidelity(two):
    a, b = (x[:500] for x in two)
    theirs = kid.kid_features_to_metric(
        torch.from_numpy(a), torch.from_numpy(b), kid_subsets=1, kid_subset_size=500, verbose=False
    )
    ours = distances.kid(a, b, subsets=1, size=500)
    assert ours.value == pytest.approx(theirs[kid.KEY_METRIC_KID_MEAN], 1e-3)


def test_subsets_of_the_kernel_distance_agree_with_torch_fidelity(two):
    theirs = kid.kid_features_to_metric(
        *map(torch.from_numpy, two), kid_subsets=300, kid_subset_size=250, verbose=False
    )
    ours = distances.kid(*two, subsets=300, size=250)
    deviation = theirs[kid.KEY_METRIC_KID_STD]
    assert abs(ours.value - theirs[kid.KEY_METRIC_KID_MEAN]) < deviation / 4
    assert ours.error == pytest.approx(deviation, 0.25)


def test_frechet_of_shifted_gaussians_is_the_squared_shift():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (2, 20_000, 8))
    assert distances.frechet(a, b + 0.5) == pytest.approx(8 * 0.25, rel=0.03)
    assert distances.frechet(a, 2 * b, shrink=False) == pytest.approx(8.0, rel=0.03)


def test_kernel_distance_is_unbiased_and_its_error_honest():
    rng = np.random.default_rng(0)
    found = [distances.kid(*rng.normal(0, 1, (2, 100, 6)), subsets=40, seed=k) for k in range(40)]
    values = np.array([f.value for f in found])
    assert abs(values.mean()) < 3 * values.std() / 40**0.5
    assert 0.5 < np.mean([f.error for f in found]) / values.std() < 2


def test_shrinking_helps_where_pictures_are_few():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (2, 60, 50))
    assert distances.frechet(a, b) < distances.frechet(a, b, shrink=False) / 2


def test_standardized_features_do_not_blow_up_what_hardly_varies():
    rng = np.random.default_rng(0)
    a = rng.normal(3, 2, (100, 5))
    a[:, 0] = 1.0
    b = a + np.array([0.01, 0, 0, 0, 0])
    one, other = distances.standardized(a, b)
    assert np.allclose(one.mean(0), 0, atol=1e-5) and np.allclose(one[:, 1:].std(0), 1, atol=1e-5)
    assert np.abs(other).max() < 10


def test_principal_components_keep_the_distances_they_can():
    rng = np.random.default_rng(0)
    plane = rng.normal(0, 1, (50, 3)) @ rng.normal(0, 1, (3, 20))
    (small,) = distances.reduced(plane, width=3)
    assert small.shape == (50, 3)
    assert np.linalg.norm(small[0] - small[1]) == pytest.approx(
        np.linalg.norm(plane[0] - plane[1]), 1e-6
    )
    assert distances.enough(320) and not distances.enough(319)
