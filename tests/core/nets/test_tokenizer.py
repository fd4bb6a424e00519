"""The tokenizer meets pictures of any size with cells of any size, and its tokens come back."""

import pytest
import torch

from studio.core.family import ImageSize
from studio.core.nets.quantizers import Fsq
from studio.core.nets.tokenizer import Tokenizer, automatic_cell

SIZES = [(32, 32, 4), (17, 23, 3), (28, 28, 1), (16, 40, 3)]


@pytest.mark.parametrize("h, w, c", SIZES)
@pytest.mark.parametrize("cell", [4, 8, 16])
def test_it_fits_any_picture(h: int, w: int, c: int, cell: int):
    made = Tokenizer(ImageSize(h, w, c), Fsq((8, 8)), cell, 8, 1)
    images = torch.rand(2, c, h, w) * 2 - 1
    vectors, found, drawn = made(images)
    grid = (-(-h // cell), -(-w // cell))
    assert vectors.shape == (2, 2, *grid)
    assert drawn.shape == images.shape
    tokens = made.tokens(images)
    assert torch.equal(tokens, found.tokens.flatten(1))
    torch.testing.assert_close(made.decoded(tokens), drawn)


def test_every_weight_learns_through_the_codes():
    made = Tokenizer(ImageSize(17, 23, 3), Fsq((8, 5)), 4, 8, 1)
    made(torch.rand(4, 3, 17, 23))[2].square().sum().backward()
    for name, weight in made.named_parameters():
        assert weight.grad is not None, name


def test_cells_grow_with_the_picture():
    cells = [automatic_cell(s, s + 7) for s in (16, 32, 64, 128, 256)]
    assert cells == [4, 4, 8, 8, 16]
