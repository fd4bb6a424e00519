"""A palette holds a set's few colors exactly, and many as well as it can."""

import torch

from studio.core.nets import palette
from studio.core.nets.palette import Palette


def painted(colors: torch.Tensor, side: int = 8, count: int = 4, seed: int = 0) -> torch.Tensor:
    """Images [count, c, side, side] in those colors [k, c], the first far the commonest."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.randint(len(colors), (count, side, side), generator=generator)
    places[torch.rand(places.shape, generator=generator) < 0.7] = 0
    return colors[places].permute(0, 3, 1, 2)


def random_colors(count: int, channels: int = 4, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (count, channels), generator=generator) / 127.5 - 1


def fitted(images: torch.Tensor, size: int) -> Palette:
    found = Palette(size, images.shape[1])
    found.fit(palette.count(images))
    return found


def test_as_many_colors_as_places_are_kept_exactly():
    images = painted(random_colors(6))
    found = fitted(images, 8)
    assert torch.allclose(found.images(found.places(images)), images, atol=1e-6)
    before = found.places(images)
    assert len(before.unique()) == 6
    found.fit(palette.merged(palette.count(images), palette.count(images[:1])))
    assert torch.equal(found.places(images), before)


def test_places_and_images_invert_each_other_also_when_fitted_to_too_many_colors():
    images = painted(random_colors(300), 32)
    found = fitted(images, 32)
    back = found.images(found.places(images))
    assert torch.equal(found.places(back), found.places(images))
    assert (back - images).square().mean() < 0.3 * images.var()


def test_fitting_is_deterministic_and_ends_at_colors_of_the_set():
    images = painted(random_colors(300), 32)
    a, b = fitted(images, 16).colors, fitted(images, 16).colors
    assert torch.equal(a, b)
    assert torch.cdist(a, palette.count(images).values).min(1).values.max() < 1e-3


def test_a_small_bright_detail_gets_a_place_beside_a_large_ground():
    images = painted(random_colors(40), 32)
    ground, detail = images[:, :, :1, :1].mean((0, 2, 3)), torch.tensor([1.0, -1, 1, 1])
    images = images.clone()
    images[0, :, 5, 5] = detail
    found = fitted(images, 40)
    assert torch.cdist(detail[None], found.colors).min() < 0.3, ground


def test_following_more_colors_keeps_the_places_meanings():
    images = painted(random_colors(60), 32)
    found = fitted(images[:2], 16)
    before = found.places(images)
    found.fit(palette.merged(palette.count(images[:2]), palette.count(images[2:])))
    assert (found.places(images) == before).float().mean() > 0.8


def test_colors_are_counted_once_each_and_together():
    colors = random_colors(5)
    a, b = painted(colors, seed=1), painted(colors, seed=2)
    both = palette.merged(palette.count(a), palette.count(b))
    assert both.counts.sum() == 2 * 4 * 64
    assert (both.counts > 0).sum() == 5
    assert torch.allclose(both.values[0], colors[0], atol=1e-6)
    assert (both.counts.diff() <= 0).all()
    counter = palette.Counter(4)
    counter.add(a)
    assert all(torch.equal(x, y) for x, y in zip(counter.add(b), both, strict=True))
