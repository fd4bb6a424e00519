"""Players by name: each pair fits each other, labels move the judge, wrong sizes are refused."""

import pytest
import torch

from studio.core.events import Refused
from studio.core.family import ImageSize
from studio.core.nets.players import Judge, discriminator, generator, initialize, row

NETWORKS = ("mlp-784", "dcgan-28", "light", "residual")


@pytest.mark.parametrize(
    ("network", "size"),
    [*((n, ImageSize(17, 23, 3)) for n in NETWORKS), ("dcgan-64", ImageSize(32, 32, 4))],
    ids=str,
)
def test_the_judge_takes_what_its_partner_draws(network: str, size: ImageSize):
    images = generator(network, 8, size, 8, 1)(torch.randn(4, 8, 1, 1).flatten(1))
    assert images.shape == (4, size.channels, size.height, size.width)
    body, features = discriminator(network, size, 8, 1)
    assert body(images).flatten(1).shape == (4, features)
    assert Judge(network, size, 8)(images, None).shape == (4,)


def test_labels_move_the_judge_from_the_start():
    judge = Judge("light", ImageSize(16, 16, 1, 3), 8)
    image = torch.rand(1, 1, 16, 16).repeat(3, 1, 1, 1)
    named = judge(image, torch.tensor([0, 1, -1]))
    assert len(set(named.tolist())) == 3
    assert torch.allclose(judge(image, None)[0], named[2])


def test_a_network_that_can_not_draw_the_size_says_so():
    with pytest.raises(Refused, match="dcgan-64 draws squares"):
        generator("dcgan-64", 8, ImageSize(20, 20, 3), 8, 1)
    with pytest.raises(Refused, match="dcgan-64 draws squares"):
        discriminator("dcgan-64", ImageSize(20, 20, 3), 8, 1)


def test_only_dcgan_64_is_given_start_values():
    size = ImageSize(64, 64, 3)
    for network, given in (("dcgan-64", True), ("light", False)):
        model, judge = generator(network, 8, size, 8, 1), Judge(network, size, 8)
        before = [p.clone() for p in (*model.parameters(), *judge.parameters())]
        initialize(network, model, judge)
        after = [*model.parameters(), *judge.parameters()]
        assert given == any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_rows_leave_place_for_pictures_without_a_label():
    like = torch.zeros(3, 1)
    assert row(torch.tensor([-1, 0, 4]), like).tolist() == [0, 1, 5]
    assert row(torch.tensor([-7, 2]), like[:2]).tolist() == [0, 3]
    assert row(None, like).tolist() == [0, 0, 0]
