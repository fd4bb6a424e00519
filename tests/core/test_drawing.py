"""Drawing in parts: the same pictures however little memory there is."""

import pytest
import torch

from studio.core.drawing import drawn
from studio.core.family import Model


class Painter(Model):
    """Draws two looks of its latents, at most `most` at a time."""

    latent_shape = (3,)

    def __init__(self, most: int, words: str = "out of memory"):
        super().__init__()
        self.most, self.words = most, words

    def draw(self, latents, labels=None):
        if len(latents) > self.most:
            raise RuntimeError(self.words)
        images = latents.view(-1, 3, 1, 1).expand(-1, 3, 2, 2)
        shade = 0 if labels is None else labels.view(-1, 1, 1, 1)
        yield images / 2 + shade
        yield images + shade


LATENTS = torch.arange(15.0).reshape(5, 3) / 15
LABELS = torch.arange(5)


@pytest.mark.parametrize("most", [5, 4, 2, 1])
def test_parts_make_the_same_pictures(most):
    *_, whole = drawn(Painter(5), LATENTS, LABELS)
    looks = list(drawn(Painter(most), LATENTS, LABELS))
    assert torch.equal(looks[-1], whole)
    assert all(look.shape == whole.shape for look in looks) and len(looks) >= 2


def test_what_is_not_drawn_yet_is_empty_and_an_earlier_look_stays_as_it_was():
    looks = list(drawn(Painter(3), LATENTS))
    assert (looks[0][3:] == -1).all() and not (looks[-1] == -1).any()


def test_other_errors_and_a_single_picture_too_large_pass():
    with pytest.raises(RuntimeError, match="out of memory"):
        list(drawn(Painter(0), LATENTS))
    with pytest.raises(RuntimeError, match="shapes"):
        list(drawn(Painter(2, "shapes"), LATENTS))
