"""The network is VGG19: torchvision's features, autograd's gradient."""

from dataclasses import replace

import pytest
import torch
from torchvision.models.vgg import cfgs, make_layers

from studio.core.style.vgg.network import CAFFE, LAYERS, TORCHVISION, Network, features, gradient
from studio.core.style.vgg.reading import PLACES
from tests.core.style.vgg.jobs import ended, network, picture


def test_features_are_torchvisions():
    layers = make_layers(cfgs["E"])[:30].eval()
    state = {k: v.detach() for k, v in layers.state_dict().items()}
    filters = {
        name: (state[f"{place}.weight"], state[f"{place}.bias"])
        for name, place in zip(LAYERS, PLACES, strict=True)
    }
    colors = torch.rand(1, 3, 48, 40)
    found = ended(features(Network(filters, edges="zeros"), colors, ("1_1", "4_2", "5_1")))
    mean, deviation = (
        torch.tensor(v).view(1, 3, 1, 1) for v in (TORCHVISION.mean, TORCHVISION.deviation)
    )
    with torch.no_grad():
        for name, place in (("1_1", 1), ("4_2", 22), ("5_1", 29)):
            expected = layers[: place + 1]((colors - mean) / deviation)[0]
            assert torch.allclose(found[name], expected, atol=1e-5 * float(expected.max()))


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_the_gradient_is_autograds(pooling: str):
    net = replace(network(), pooling=pooling)
    losses = {"1_1": lambda f: f.square().mean(), "3_1": lambda f: f.abs().sum() / 100}
    colors = picture(37, 40)
    loss, slope = ended(gradient(net, colors, losses))
    free = colors.clone().requires_grad_()
    values, expected = net.prepared(free), torch.zeros(())
    for name in LAYERS[: LAYERS.index("3_1") + 1]:
        values = net.through(name, values)
        if name in losses:
            expected = expected + losses[name](values[0])
    expected.backward()
    assert loss == pytest.approx(float(expected.detach()), rel=1e-5)
    assert free.grad is not None and torch.allclose(slope, free.grad, rtol=1e-4, atol=1e-7)


def test_it_can_be_left_between_layers():
    """Ten layers to 4_2, there and back: Stop never waits for a whole step."""
    pulls = len(list(gradient(network(), picture(32, 32), {"4_2": lambda f: f.sum()})))
    assert pulls == 2 * (LAYERS.index("4_2") + 1)


def test_caffe_is_given_values_to_255_less_the_mean():
    given = replace(network(), preparation=CAFFE).prepared(torch.ones(1, 3, 1, 1))
    assert given.flatten().tolist() == pytest.approx([255 - 123.68, 255 - 116.779, 255 - 103.939])


def test_a_flat_picture_has_flat_features():
    """Nothing is painted along the edges for zeros beyond them."""
    found = ended(features(network(), torch.full((1, 3, 48, 48), 0.3), ("3_1",)))["3_1"]
    assert torch.allclose(found, found[:, :1, :1].expand_as(found), atol=1e-5)
