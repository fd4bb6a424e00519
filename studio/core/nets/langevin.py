"""Drawing what is missing by a density: uphill, with noise that fades."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

STEPS = 100
LEAST = 0.05  # noise that a density is taken to be smooth for, if it was learned with less
PACE = 0.5  # of a whole step, which takes all noise away at once
FARTHEST = 0.3  # that a value moves in a step


def climbed(
    nats: Callable[[Tensor], Tensor],
    images: Tensor,
    mask: Tensor,
    noise: Callable[[], Tensor],
    spread: float,
) -> Iterator[Tensor]:
    """Yield images [n, c, h, w] that get likelier where `mask` hides them.

    Langevin dynamics (Roberts and Tweedie 1996), whose noise falls to 0: it begins with what the
    images hold under the mask. `nats` returns -log p(x) [n] of images with noise of deviation
    `spread` on them, `noise` standard-normal tensors of as many values.
    """
    length = max(spread, LEAST) ** 2
    x = images + spread * noise().view_as(images)
    for k in range(STEPS):
        chance = math.sqrt(2 * PACE * length * (1 - k / STEPS))
        moved = -PACE * length * slope(nats, x) + chance * noise().view_as(x)
        x = (x + moved.clamp(-FARTHEST, FARTHEST)).where(mask, x)
        yield x.where(mask, images)
    if spread:
        x = x - spread**2 * slope(nats, x)  # the mean of what was there before the noise (Efron)
    yield x.where(mask, images)


def slope(nats: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return the gradient of `nats` at x; 0 where it is not finite."""
    with torch.inference_mode(False), torch.enable_grad():
        here = x.detach().clone().requires_grad_()
        (found,) = torch.autograd.grad(nats(here).sum(), here)
    return found.nan_to_num(0.0)
