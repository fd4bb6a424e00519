"""The judge learns, is the same again, and is trusted only with its own hash."""

import numpy as np
import pytest
import torch

from studio.core.metrics import own
from studio.core.metrics.features import features
from studio.core.pictures import straighten
from tests.core import toys
from tests.core.metrics.ladders import KINDS, pictures
from tests.core.toys import finish


def learned(x, labels=None, seed=0, steps=3) -> own.OwnEncoder:
    return finish(own.learn(x, labels, seed, steps))[1]


def test_the_seed_alone_decides():
    x = pictures(60)
    first = learned(x)
    torch.rand(3)
    state = torch.get_rng_state()
    assert learned(x).sha256 == first.sha256 != learned(x, seed=1).sha256
    assert torch.equal(torch.get_rng_state(), state)


def test_learning_tells_kinds_apart_and_uses_many_features():
    """Contrast alone shrank features to about 8 that knew palettes: 60 % of the kinds were told."""
    x, kind = pictures(360), np.arange(360) % KINDS
    asked, known = slice(0, 120), slice(120, 360)
    found = finish(features(learned(x, steps=25), x))[1]
    found = (found - found.mean(0)) / (found.std(0) + 1e-6)
    far = np.linalg.norm(found[asked, None] - found[None, known], axis=2)
    assert (kind[known][far.argmin(1)] == kind[asked]).mean() > 0.85
    share = np.linalg.svd(found, compute_uv=False) ** 2
    share /= share.sum()
    assert np.exp(-(share * np.log(share)).sum()) > 20


def test_swapped_channels_keep_the_colors():
    x = torch.rand(50, 3, 4, 4)
    y = own.swapped(x, torch.Generator().manual_seed(0))
    assert torch.equal(x.sort(1).values, y.sort(1).values)
    assert not torch.equal(x, y)


@pytest.mark.parametrize(("shape", "channels"), [((17, 23, 4), 3), ((16, 40, 1), 1)])
def test_alpha_and_oblong_pictures(shape, channels):
    x = straighten(toys.pictures(20, *shape))
    encoder = learned(x, np.arange(20) % 3 - 1)
    assert encoder.channels == channels
    assert encoder(torch.zeros(2, channels, 17, 23)).shape == (2, 224)


def test_two_looks_hold_the_same_pictures_turned_alike():
    rng = torch.Generator().manual_seed(0)
    layers = torch.nn.functional.interpolate(torch.rand(40, 3, 4, 4, generator=rng), 16) * 2 - 1
    looks, turns = own.two_looks(layers, rng)
    assert looks.shape == (80, 3, 16, 16) and set(turns.tolist()) == {0, 1, 2, 3}
    grey = looks.mean(1).flatten(1)  # channels may be swapped
    flat = grey - grey.mean(1, keepdim=True)
    likeness = torch.nn.functional.cosine_similarity(flat[:40], flat[40:]).mean()
    strangers = torch.nn.functional.cosine_similarity(flat[:40], flat[40:].roll(1, 0)).mean()
    assert likeness > strangers + 0.1
    assert set(own.two_looks(layers[..., :12], rng)[1].tolist()) == {0, 2}


def test_contrast_is_least_when_partners_agree():
    codes = torch.eye(8)
    assert own.contrast(torch.cat([codes, codes])) < own.contrast(
        torch.cat([codes, codes.roll(1, 0)])
    )


def test_what_is_kept_comes_back_unless_something_changed(tmp_path):
    encoder = learned(pictures(30))
    own.keep(encoder, tmp_path, "these")
    again = own.kept(tmp_path, "these")
    assert again is not None and again.sha256 == encoder.sha256
    assert own.kept(tmp_path, "others") is None
    weights = tmp_path / own.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    assert own.kept(tmp_path, "these") is None
    (tmp_path / own.RECORD).write_text("{")
    assert own.kept(tmp_path, "these") is None
    assert own.kept(tmp_path / "nowhere", "these") is None
