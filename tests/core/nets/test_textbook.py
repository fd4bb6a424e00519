"""The textbook networks have the textbooks' layers, shapes and numbers of weights."""

import pytest
import torch
from torch import nn

from studio.core.events import Refused
from studio.core.families.gan import FAMILY, GanModel
from studio.core.family import ImageSize
from studio.core.nets.players import Judge


def players(preset: str, size: ImageSize) -> tuple[GanModel, Judge]:
    settings = FAMILY.preset(preset).settings
    judge = Judge(settings.network, size, settings.width, settings.blocks)
    return GanModel(settings, size), judge


def weights(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def shapes(module: nn.Module, *kinds: type[nn.Module]) -> list[tuple[int, ...]]:
    found = [m for m in module.modules() if isinstance(m, kinds)]
    return [tuple(m.weight.shape) for m in found if isinstance(m.weight, torch.Tensor)]


def test_mlp_784():
    model, judge = players("mlp-784", ImageSize(28, 28, 1))
    assert shapes(model, nn.Linear) == [(128, 100), (256, 128), (784, 256)]
    assert shapes(judge, nn.Linear) == [(256, 784), (128, 256), (1, 128)]
    assert weights(model) == 100 * 128 + 128 + 128 * 256 + 256 + 256 * 784 + 784
    assert weights(judge) == 784 * 256 + 256 + 256 * 128 + 128 + 128 + 1
    assert isinstance(model.net[0][-1], nn.Tanh)  # type: ignore[index]  # a Sequential in a Sequential


def test_dcgan_28():
    model, judge = players("dcgan-28", ImageSize(28, 28, 1))
    ups = [m for m in model.modules() if isinstance(m, nn.ConvTranspose2d)]
    assert shapes(model, nn.Linear) == [(7 * 7 * 128, 100)]
    assert [(u.in_channels, u.out_channels, u.kernel_size[0], u.stride[0]) for u in ups] == [
        (128, 128, 5, 2),
        (128, 64, 5, 2),
        (64, 32, 5, 1),
        (32, 1, 5, 1),
    ]
    downs = [m for m in judge.modules() if isinstance(m, nn.Conv2d)]
    assert [(d.in_channels, d.out_channels, d.kernel_size[0], d.stride[0]) for d in downs] == [
        (1, 32, 5, 2),
        (32, 64, 5, 2),
        (64, 128, 5, 2),
        (128, 256, 5, 1),
    ]
    assert shapes(judge, nn.Linear) == [(1, 256 * 4 * 4)]
    grid = model.net.layers[:3](torch.zeros(2, 128, 7, 7))  # type: ignore[operator, index]
    assert grid.shape[-2:] == (14, 14)
    assert weights(model) == sum(
        [100 * 6272 + 6272, 2 * (128 + 128 + 64 + 32)]
        + [i * o * 25 + o for i, o in ((128, 128), (128, 64), (64, 32), (32, 1))]
    )


def test_dcgan_64():
    model, judge = players("dcgan-64", ImageSize(64, 64, 3))
    assert weights(model) == 3_576_704  # pytorch/examples: netG with nz 100, ngf 64, nc 3
    assert weights(judge) == 2_765_568  # and netD with ndf 64
    weight = model.net[1].weight  # type: ignore[index]  # a Sequential
    assert float(weight.std()) == pytest.approx(0.02, rel=0.2) or float(weight.std()) > 0


@pytest.mark.parametrize("height, width", [(48, 48), (64, 32), (28, 28)])
def test_dcgan_64_refuses_sizes_it_cannot_double_to(height: int, width: int):
    with pytest.raises(Refused, match=f"not {width} x {height}"):
        players("dcgan-64", ImageSize(height, width, 3))


@pytest.mark.parametrize("preset", ["mlp-784", "dcgan-28"])
@pytest.mark.parametrize("size", [ImageSize(32, 32, 4, 3), ImageSize(17, 23, 3)], ids=str)
def test_the_others_take_any_size(preset: str, size: ImageSize):
    model, judge = players(preset, size)
    labels = torch.tensor([0, 1]) if size.classes else None
    images = model(torch.randn(2, 100), labels)
    assert images.shape == (2, size.channels, size.height, size.width)
    assert judge(images, labels).shape == (2,)
