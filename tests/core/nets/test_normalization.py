"""Statistics measured anew are those of what the model draws, in any mode it came in."""

import torch
from torch import Tensor, nn

from studio.core import latents
from studio.core.nets import normalization


class Drawer(nn.Module):
    """A dense layer and a norm; labels shift it."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Linear(4, 3)
        self.norm = nn.BatchNorm2d(3, momentum=0.3)

    def forward(self, x: Tensor, labels: Tensor | None) -> Tensor:
        moved = self.start(x) + (0 if labels is None else labels[:, None].float())
        return self.norm(moved[:, :, None, None])


def measured(known: list[Tensor | None]) -> Drawer:
    torch.manual_seed(0)
    model = Drawer().eval()
    normalization.measure(model, (4,), known, latents.rng(0))
    return model


def test_statistics_are_those_of_the_drawn():
    model = measured([None])
    values = model.start(torch.randn(20_000, 4, generator=latents.rng(1)))
    torch.testing.assert_close(model.norm.running_mean, values.mean(0), atol=0.2, rtol=0)
    torch.testing.assert_close(model.norm.running_var, values.var(0), atol=0, rtol=0.3)
    assert not model.training
    assert model.norm.momentum == 0.3


def test_labels_come_as_often_as_in_the_set():
    shifted = measured([torch.tensor([5, 5, 5]), torch.tensor([5])])
    moved = shifted.norm.running_mean - measured([None]).norm.running_mean
    torch.testing.assert_close(moved, torch.full((3,), 5.0))


def test_a_model_without_norms_is_told_apart():
    assert normalization.present(Drawer())
    assert not normalization.present(nn.Linear(2, 2))
