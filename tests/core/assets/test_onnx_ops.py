"""Operations written with ONNX's own give what torch's do."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from studio.core.assets import onnx_ops


def run(forward: Any, *inputs: torch.Tensor) -> list[np.ndarray]:
    """Return what onnxruntime makes of a function of tensors."""

    class Whole(nn.Module):
        def forward(self, *given):
            return forward(*given)

    program: Any = torch.onnx.export(
        Whole(),
        inputs,
        dynamo=True,
        opset_version=18,
        verbose=False,
        custom_translation_table=onnx_ops.TABLE,
    )
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    names = [each.name for each in session.get_inputs()]
    given = {name: each.numpy() for name, each in zip(names, inputs, strict=True)}
    return [np.asarray(each) for each in session.run(None, given)]


def test_phi_is_as_exact_as_double_precision_needs():
    x = torch.linspace(-6.5, 6.5, 4001, dtype=torch.float64)
    (found,) = run(torch.special.ndtr, x)
    assert np.abs(found - torch.special.ndtr(x).numpy()).max() < 1e-14


@pytest.mark.parametrize("far", [-40.0, -8.0, 8.0, 40.0])
def test_phi_of_what_is_far_stays_in_its_bounds(far):
    (found,) = run(torch.special.ndtr, torch.tensor([far], dtype=torch.float64))
    assert abs(float(found[0]) - (far > 0)) < 1e-11


def test_a_search_from_the_right_finds_the_same_places():
    rng = torch.Generator().manual_seed(0)
    ends = torch.rand(5, 9, generator=rng, dtype=torch.float64).sort(-1).values
    values = torch.cat([torch.rand(5, 4, generator=rng, dtype=torch.float64), ends[:, 2:4]], 1)
    (found,) = run(lambda a, b: torch.searchsorted(a, b, right=True), ends, values)
    assert np.array_equal(found, torch.searchsorted(ends, values, right=True).numpy())


@pytest.mark.parametrize("descending", [True, False])
def test_of_equals_the_first_stays_first(descending):
    x = torch.randint(0, 4, (6, 11), generator=torch.Generator().manual_seed(1)).float()
    wanted = x.argsort(dim=1, descending=descending, stable=True)
    (found,) = run(lambda y: y.argsort(dim=1, descending=descending, stable=True), x)
    assert np.array_equal(found, wanted.numpy())
