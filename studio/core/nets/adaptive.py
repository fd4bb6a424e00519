"""How much pictures are changed before judging, adapted to what the judge learned by heart."""

import torch
from torch import Tensor, nn

MEMORY = 0.8  # share of the past in the smoothed distances
CEILING, STEP = 0.8, 0.05
TARGET = 0.5


class AdaptiveAmount(nn.Module):
    """The share of pictures that are changed, as state, and the smoothed signs of overfitting.

    r_v of Karras et al. 2020 (ADA): how much farther from drawn pictures the judge puts those it
    learns from than those held out. 0 is none, 1 says that it only knows them by heart.
    """

    def __init__(self, amount: float, adaptive: bool):
        super().__init__()
        self.adaptive, self.ceiling = adaptive, max(amount, CEILING)
        self.amount = nn.Buffer(torch.tensor(amount))
        self.distances = nn.Buffer(torch.zeros(2))

    @torch.no_grad()
    def observe(self, seen: Tensor, unseen: Tensor, drawn: Tensor) -> Tensor:
        """Take in logits of pictures learned from, held out and drawn; adapt; return r_v."""
        means = [logits.float().mean() for logits in (seen, unseen, drawn)]
        now = torch.stack([means[0] - means[1], means[0] - means[2]])
        self.distances.lerp_(now.nan_to_num(0.0, 0.0, 0.0), 1 - MEMORY)
        learned, told_apart = self.distances
        overfit = (learned / told_apart.clamp_min(1e-3)).clamp(-1, 2)
        if self.adaptive:
            step = STEP * (overfit - TARGET).sign()
            self.amount.copy_((self.amount + step).clamp(0.0, self.ceiling))
        return overfit
