"""What the exporter lacks: operations of drawing, written with ONNX's own."""

from typing import Any

import numpy as np
import onnx
import torch
from onnxscript import opset18

op: Any = opset18  # its annotations know no values that are traced
INT64 = int(onnx.TensorProto.INT64)
FAR = 7.0  # standard deviations; beyond them Φ differs from 0 or 1 by less than 1e-11
ABOVE = (
    *(3.52624965998911e-02, 0.700383064443688, 6.37396220353165, 33.912866078383),
    *(112.079291497871, 221.213596169931, 220.206867912376),
)
BELOW = (
    *(8.83883476483184e-02, 1.75566716318264, 16.064177579207, 86.7807322029461),
    *(296.564248779674, 637.333633378831, 793.826512519948, 440.413735824752),
)


def _number(value: float) -> Any:
    return op.Constant(value=onnx.numpy_helper.from_array(np.array(value, np.float64)))


def _polynomial(y: Any, factors: tuple[float, ...]) -> Any:
    found = _number(factors[0])
    for factor in factors[1:]:
        found = op.Add(op.Mul(found, y), _number(factor))
    return found


def normal_cdf(x: Any) -> Any:
    """Return Φ(x) of double precision, to about 1e-15: runtimes have no error function for it.

    Hart et al. 1968, approximation 5666, as West (2005) gives it.
    """
    y = op.Min(op.Abs(x), _number(FAR))
    bell = op.Exp(op.Mul(op.Mul(y, y), _number(-0.5)))
    tail = op.Div(op.Mul(bell, _polynomial(y, ABOVE)), _polynomial(y, BELOW))
    return op.Where(op.Greater(x, _number(0.0)), op.Sub(_number(1.0), tail), tail)


def places_in(ends: Any, values: Any, **_: Any) -> Any:
    """Return how many of sorted `ends` [..., k] are at or below each of `values` [..., m], int64:
    a search from the right.
    """
    last = op.Constant(value_ints=[-1])
    ends = op.Unsqueeze(ends, op.Constant(value_ints=[-2]))
    reached = op.LessOrEqual(ends, op.Unsqueeze(values, last))
    return op.ReduceSum(op.Cast(reached, to=INT64), last, keepdims=0)


def ordered(x: Any, dim: int = -1, descending: bool = False, **_: Any) -> Any:
    """Return x sorted along an axis, and the places it came from; of equals the first is first."""
    axis = op.Constant(value_ints=[dim])
    count = op.Gather(op.Shape(x), axis)
    return op.TopK(x, count, axis=dim, largest=int(descending), sorted=1)


def convolution_slope(
    slope: Any, x: Any, weight: Any, bias: Any, stride: Any, padding: Any, *_: Any
) -> tuple[Any, Any, Any]:
    """Return the gradient of a plain convolution by what it saw, in place of all three gradients:
    those of the weights are asked by no drawing.
    """
    found = op.ConvTranspose(slope, weight, pads=[*padding, *padding], strides=list(stride))
    return found, found, found


TABLE = {
    torch.ops.aten.convolution_backward.default: convolution_slope,
    torch.ops.aten.special_ndtr.default: normal_cdf,
    torch.ops.aten.searchsorted.Tensor: places_in,
    torch.ops.aten.sort.stable: ordered,
}
