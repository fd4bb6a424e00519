"""What is known around a hole, and how much of it tells what belongs there."""

import torch
from torch import Tensor
from torch.nn import functional

NEAR = 7  # pixels on a side that count as neighbors
FAR_AWAY = 0.2  # weight of a known pixel without hidden neighbors


def nearness(mask: Tensor) -> Tensor:
    """Return weights [n, 1, h, w] of mean 1 for what `mask` does not hide, 0 for what it does.

    The more of its neighborhood is hidden, the more a pixel counts (Yeh et al. 2017). All are 1
    where everything is hidden: nothing then tells what to look for.
    """
    hidden = mask.float()
    near = functional.avg_pool2d(hidden, NEAR, 1, NEAR // 2, count_include_pad=False)
    weights = (FAR_AWAY + (1 - FAR_AWAY) * near) * (1 - hidden)
    mean = weights.mean((1, 2, 3), keepdim=True)
    return torch.where(mean > 0, weights / mean.clamp_min(1e-9), 1.0)


def closest(images: Tensor, drawn: Tensor, mask: Tensor) -> Tensor:
    """Return of drawn images [n * count, c, h, w] those [n, c, h, w] that come closest to `images`
    [n, c, h, w] around what `mask` hides.
    """
    several = drawn.unflatten(0, (len(images), -1))
    errors = (several - images[:, None]).square() * nearness(mask)[:, None]
    best = errors.mean((2, 3, 4)).argmin(1)
    return several[torch.arange(len(images), device=drawn.device), best]
