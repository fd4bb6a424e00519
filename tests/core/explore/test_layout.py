"""Bases of latents are orthonormal, whatever the family."""

from itertools import pairwise

import pytest
import torch

from studio.core.explore.layout import MOST, cosines, low_frequencies, parts
from studio.core.families import families
from studio.core.families.flow import FlowModel, FlowSettings
from studio.core.family import ImageSize


@pytest.mark.parametrize("family", families())
def test_the_basis_is_orthonormal(family):
    known = families()[family]
    model = known.model(known.tiny, ImageSize(32, 32, 4, 3))
    basis = low_frequencies(model)
    assert basis.shape[1:] == torch.Size(model.point_shape)
    rows = basis.flatten(1)
    assert torch.allclose(rows @ rows.T, torch.eye(len(rows)), atol=1e-5)
    assert len(rows) <= MOST or not parts(model)


@pytest.mark.parametrize("network", ["tarflow", "glow", "realnvp"])
def test_a_flows_parts_are_the_whole_latent(network):
    model = FlowModel(FlowSettings(network=network, width=16), ImageSize(32, 32, 3))
    found = sorted(parts(model), key=lambda part: part.start)
    assert found[0].start == 0 and found[-1].stop == model.latent_shape[0]
    assert all(a.stop == b.start for a, b in pairwise(found))


def test_coarse_parts_come_first():
    model = FlowModel(FlowSettings(network="glow", width=16, blocks=3), ImageSize(32, 32, 3))
    heights = [part.height for part in parts(model)]
    assert heights == sorted(heights)


def test_the_first_cosine_is_flat():
    rows = cosines(6)
    assert torch.allclose(rows @ rows.T, torch.eye(6), atol=1e-6)
    assert torch.allclose(rows[0], torch.full((6,), 6**-0.5), atol=1e-6)
