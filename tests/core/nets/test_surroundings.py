"""What lies close to a hole tells most about it."""

import torch

from studio.core.nets.surroundings import closest, nearness


def test_weights_are_none_under_the_mask_most_beside_it_and_one_on_average():
    mask = torch.zeros(2, 1, 16, 16, dtype=torch.bool)
    mask[0, :, 6:10, 6:10] = True
    weights = nearness(mask)
    assert not weights[0, 0, 6:10, 6:10].any()
    assert weights[0, 0, 5, 7] > weights[0, 0, 4, 7] > weights[0, 0, 0, 0] > 0
    assert torch.allclose(weights.mean((1, 2, 3)), torch.ones(2))
    assert torch.equal(nearness(torch.ones_like(mask)), torch.ones_like(weights))


def test_of_several_the_closest_is_taken_and_what_is_hidden_does_not_count():
    images = torch.zeros(2, 3, 8, 8)
    mask = torch.zeros(2, 1, 8, 8, dtype=torch.bool)
    mask[..., :4] = True
    drawn = torch.ones(2, 3, 3, 8, 8)
    drawn[0, 1, ..., 4:] = 0.1
    drawn[1, 2, ..., 4:] = 0.1
    found = closest(images, drawn.flatten(0, 1), mask)
    assert torch.equal(found, torch.stack([drawn[0, 1], drawn[1, 2]]))
