"""Codes: pictures become symbols and symbols pictures; both ways of computing agree."""

import pytest
import torch

from studio.core.family import ImageSize
from studio.core.nets import palette
from studio.core.nets.pixel_codes import Code, LevelCode, PaletteCode, pointers


def codes() -> list[Code]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return [PaletteCode(6, ImageSize(5, 4, 3)), LevelCode(4, 3)]


@pytest.mark.parametrize("code", codes(), ids=["palette", "levels"])
def test_symbols_pictures_planes_and_probabilities_fit_together(code: Code):
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (2, 3, 5, 4), generator=generator) / 127.5 - 1
    symbols = code.read(images)
    assert symbols.shape == (2, code.symbols, 5, 4)
    assert torch.equal(code.read(code.images(symbols)), symbols)
    assert code.planes(symbols).shape == (2, code.inputs, 5, 4)
    numbers = torch.randn(2, code.outputs, 5, 4, generator=generator)
    total = torch.zeros(2)
    for k in range(code.symbols):
        weights = code.log_weights(numbers[:, :, 2, 1], symbols, k, 2, 1).log_softmax(-1)
        total = total + weights.gather(1, symbols[:, k : k + 1, 2, 1])[:, 0]
    known = code.log_likelihood(numbers, symbols)[:, 2, 1]
    torch.testing.assert_close(total, known, atol=2e-2, rtol=0)


def test_levels_are_exact_and_a_fitted_palette_is_too():
    images = torch.tensor([0, 3, 128, 255]).view(1, 1, 2, 2) / 127.5 - 1
    code = LevelCode(4, 1)
    assert torch.equal(code.images(code.read(images)), images)
    few = PaletteCode(4, ImageSize(2, 2, 1))
    few.palette.fit(palette.count(images))
    assert torch.allclose(few.images(few.read(images)), images, atol=1e-6)


@pytest.mark.parametrize("code", codes(), ids=["palette", "levels"])
def test_start_values_leave_nothing_nearly_impossible(code: Code):
    head = torch.nn.Conv2d(8, code.outputs, 1)
    code.start(head)
    numbers = head(torch.randn(2, 8, 5, 4))
    symbols = code.read(torch.rand(2, 3, 5, 4) * 2 - 1)
    assert code.log_likelihood(numbers, symbols).min() > -10 * code.symbols


def test_pointers_lead_to_earlier_pixels_and_the_mirrored_one():
    table, exists = pointers(3, 4)
    earlier = table < torch.arange(12)[:, None]
    assert (earlier | (exists == 0)).all()
    assert exists[0].sum() == 0
    last = table[11][exists[11] > 0].tolist()
    assert sorted(last) == [3, 6, 7, 8, 9, 10]
    assert table[6, -1] == 5
    assert exists[5, -1] == 0


def test_a_pointed_color_comes_again():
    code = PaletteCode(6, ImageSize(2, 3, 1))
    numbers = torch.zeros(1, code.outputs, 2, 3)
    numbers[:, 6] = 5.0  # the pixel to the left
    same, other = torch.full((1, 1, 2, 3), 4), torch.tensor([0, 1, 2, 3, 4, 5]).view(1, 1, 2, 3)
    assert code.log_likelihood(numbers, same)[0, 1, 2] > -0.1
    assert code.log_likelihood(numbers, other)[0, 1, 2] < -4
    assert code.log_likelihood(numbers, same)[0, 1, 0] < -1  # nothing is to its left
