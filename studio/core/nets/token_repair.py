"""Drawing what is missing of a picture by its tokens: those that are hidden, given the others."""

from collections.abc import Iterator

import torch
from torch import Tensor

from studio.core.nets.samplers import own_noise
from studio.core.nets.surroundings import closest
from studio.core.nets.token_drawing import TokenDrawing
from studio.core.nets.token_prior import UNKNOWN
from studio.core.nets.tokenizer import Tokenizer

COUNT = 16  # draws, of which the one is taken that fits best
COOLER = 0.5  # times the temperature: beside what is known, the unusual is out of place
HIDDEN = 0.9  # of its pixels, and a token is drawn anew


@torch.no_grad()
def repaired(
    tokenizer: Tokenizer,
    drawing: TokenDrawing,
    images: Tensor,
    mask: Tensor,
    latents: Tensor,
    rows: Tensor,
) -> Iterator[Tensor]:
    """Yield images [n, c, h, w] with what `mask` hides drawn by latents [n, layers, h, w].

    Of several draws that is taken whose picture comes closest to the known pixels around.
    """
    noise = own_noise(latents)
    several = torch.stack([latents, *(noise() for _ in range(COUNT - 1))], 1).flatten(0, 1)
    hidden = tokenizer.covered(mask) > HIDDEN
    given = tokenizer.tokens(images).masked_fill(hidden, UNKNOWN).repeat_interleave(COUNT, 0)
    named = rows.repeat_interleave(COUNT, 0)
    for tokens in drawing.drawn(several.flatten(2), named, given):
        drawn = closest(images, tokenizer.decoded(tokens), mask)
        yield drawn.where(mask, images)
