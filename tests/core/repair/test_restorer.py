"""The restorer's file is the right one, and what it starts from is sound."""

import numpy as np
import pytest
import torch

from studio.core.events import Refused
from studio.core.repair import restorer


@pytest.fixture
def _fresh():
    restorer.load.cache_clear()
    yield
    restorer.load.cache_clear()


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("content", [None, b"not it"])
def test_a_missing_or_damaged_file_is_refused(tmp_path, monkeypatch, content):
    if content is not None:
        (tmp_path / restorer.FILE).write_bytes(content)
    monkeypatch.setattr(restorer.paths, "resources", lambda: tmp_path)
    with pytest.raises(Refused, match="install the program again"):
        restorer.load()


def test_the_restorer_is_frozen_and_loaded_once():
    one = restorer.load()
    assert one is restorer.load()
    assert not one.training
    assert not any(p.requires_grad for p in one.parameters())


def test_the_start_is_smooth_and_keeps_what_is_known():
    rng = np.random.default_rng(0)
    slope = np.linspace(0.2, 0.8, 61, dtype=np.float32)[None, :, None].repeat(47, 0)
    hole = rng.random((47, 61)) < 0.8
    hole[10:20, 20:31] = True
    made = restorer.smooth(np.where(hole[..., None], np.float32(9), slope), hole)
    assert np.array_equal(made[~hole], slope[~hole])
    assert np.abs(made - slope).max() < 0.1


def test_an_untrained_restorer_changes_nothing():
    torch.manual_seed(0)
    images, hole = torch.rand(2, 3, 24, 16), torch.ones(2, 1, 24, 16)
    with torch.no_grad():
        change = restorer.Restorer()(images, hole)
    assert change.shape == images.shape
    assert change.std() < 0.1


def test_one_channel_gets_the_mean_of_three():
    rng = np.random.default_rng(1)
    gray, hole = rng.random((16, 24, 1)).astype(np.float32), rng.random((16, 24)) < 0.3
    three = restorer.change(gray.repeat(3, 2), hole)
    assert restorer.change(gray, hole) == pytest.approx(three.mean(2, keepdims=True), abs=1e-6)
