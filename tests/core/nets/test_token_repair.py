"""Pictures completed by tokens: what is known stays, tokens of what is hidden are drawn."""

import pytest
import torch

from studio.core import latents
from studio.core.family import ImageSize
from studio.core.nets.quantizers import Fsq
from studio.core.nets.token_drawing import TokenDrawing
from studio.core.nets.token_prior import UNKNOWN, TokenPrior
from studio.core.nets.token_repair import repaired
from studio.core.nets.tokenizer import Tokenizer

SIZE = ImageSize(18, 16, 3)


@pytest.fixture(params=[True, False])
def parts(request):
    """A tokenizer and a way of drawing that learned nothing, causal and not."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer = Tokenizer(SIZE, Fsq((4, 4, 4)), 4, 8, 0)
        places = tokenizer.grid.height * tokenizer.grid.width
        prior = TokenPrior(places, 64, 3, 0, 16, 1, request.param)
    return tokenizer, TokenDrawing(prior, tokenizer.quantizer.codes, 4)


def test_shares_are_of_the_pixels_a_token_stands_for(parts):
    tokenizer, _ = parts
    mask = torch.zeros(1, 1, 18, 16, dtype=torch.bool)
    mask[..., 3:7, 4:8] = True  # one row lies above: 18 rows in the middle of 20
    shares = tokenizer.covered(mask).view(tokenizer.grid.height, tokenizer.grid.width)
    assert shares[1, 1] == 1 and shares.sum() == 1


def test_given_tokens_stay_and_the_others_are_drawn(parts):
    _, drawing = parts
    layers, places = (1 if drawing.prior.causal else 2), len(drawing.prior.histogram)
    given = torch.arange(3 * places).view(3, places) % 64
    given[0, :5] = given[1, 7:] = UNKNOWN
    several = latents.draw(3, (layers, places), 0)
    *_, found = drawing.drawn(several, torch.zeros(3, dtype=torch.int64), given)
    assert torch.equal(found[given != UNKNOWN], given[given != UNKNOWN])
    assert (found != UNKNOWN).all()


@torch.no_grad()
def test_only_what_is_hidden_changes(parts):
    tokenizer, drawing = parts
    images = latents.draw(2, (3, 18, 16), 1).clamp(-1, 1)
    mask = torch.zeros(2, 1, 18, 16, dtype=torch.bool)
    mask[0, :, 2:9, 2:9] = mask[1, :, 10:] = True
    shape = (1 if drawing.prior.causal else 2, tokenizer.grid.height, tokenizer.grid.width)
    drawn = latents.draw(2, shape, 0)
    *_, found = repaired(tokenizer, drawing, images, mask, drawn, torch.zeros(2, dtype=torch.int64))
    assert torch.equal(found.where(~mask, 0.0), images.where(~mask, 0.0))
    assert not torch.equal(found, images)
