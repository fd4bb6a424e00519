"""Every place finds its nearest neighbor; styles get the share that their weights ask for."""

import pytest
import torch
from torch.nn import functional

from studio.core.style.vgg import neighbors
from studio.core.style.vgg.gatys import Source
from tests.core.style.vgg.jobs import ended, network, picture


def unit(*size: int, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(*size, generator=rng), dim=1)


def test_neighbors_are_those_of_a_plain_search():
    queries, keys = unit(1100, 8), unit(300, 8, seed=1)
    owners = torch.zeros(300, dtype=torch.long)
    found = ended(neighbors.nearest(queries, keys, owners, (1.0,)))
    assert torch.equal(found, (queries @ keys.T).argmax(1))


@pytest.mark.parametrize("weights", [(1.0, 1.0), (4.0, 1.0), (1.0, 2.0, 5.0)])
def test_styles_get_their_shares(weights: tuple[float, ...]):
    keys, owners = unit(400, 8, seed=1), torch.arange(400) % len(weights)
    chosen = owners[ended(neighbors.nearest(unit(2000, 8), keys, owners, weights))]
    shares = torch.bincount(chosen, minlength=len(weights)) / 2000
    for share, weight in zip(shares.tolist(), weights, strict=True):
        assert share == pytest.approx(weight / sum(weights), abs=0.03)


def test_closed_places_are_never_taken():
    net, style = network(), picture(64, 64, 3)
    open_ = torch.zeros(1, 1, 64, 64)
    open_[..., :32] = 1
    places = ended(neighbors.places(net, [Source(style, open=open_)], 0))
    assert len(places.owners) == 16 * 8
    whole = ended(neighbors.places(net, [Source(style)], 0))
    kept = whole.found["3_1"].reshape(16, 16, -1)[:, :8].flatten(0, 1)
    assert torch.allclose(places.found["3_1"], kept)


def test_a_picture_that_is_its_style_finds_itself():
    net, style = network(), picture(48, 64, 1)
    places = ended(neighbors.places(net, [Source(style)], 0))
    for apart in (False, True):
        for name, loss in ended(neighbors.losses(net, style, places, apart)).items():
            features = ended(neighbors.features(net, style, (name,)))[name]
            assert float(loss(features)) == pytest.approx(0, abs=1e-5)


def test_a_place_is_wanted_pixel_by_pixel_of_finer_layers():
    """An average over the block would leave the noise in it open."""
    wanted = torch.rand(4 * 16, 8, 8)
    fine = functional.pixel_shuffle(wanted[None], 4)[0]
    loss = neighbors.neighbor_loss(wanted)
    assert float(loss(fine)) == 0
    assert float(loss(fine.flip(1))) > 0.1


def test_the_seed_draws_which_places_are_looked_at(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(neighbors, "KEYS", 40)
    net, source = network(), Source(picture(64, 64, 1))
    first, again, other = (
        ended(neighbors.places(net, [source], seed)).found["3_1"] for seed in (1, 1, 2)
    )
    assert len(first) == 40 and torch.equal(first, again) and not torch.equal(first, other)
