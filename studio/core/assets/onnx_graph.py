"""A model's drawing as an ONNX graph: traced by torch, cleaned of this machine's traces."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any, Literal

import onnx
import onnx_ir
import torch
from onnx_ir.passes.common import ClearMetadataAndDocStringPass
from torch import Tensor, nn

from studio import __version__
from studio.core.assets.onnx_ops import TABLE
from studio.core.assets.onnx_steps import drawing
from studio.core.family import Model

OPSET = 18  # what torch's exporter speaks least new; engines lag behind
AT_MOST = 4096  # pictures at once
LARGEST = 2**31 - 2**20  # bytes of a protocol buffer, and a little less

Pixels = Literal["float", "uint8"]


class Drawing(nn.Module):
    """`draw` as one function of latents and labels, for whoever has no Atelier."""

    def __init__(self, model: Model, pixels: Pixels):
        super().__init__()
        self.draw, self.pixels = drawing(model), pixels

    def forward(self, latent: Tensor, label: Tensor | None = None) -> Tensor:
        """Return images [n, c, h, w] in [-1, 1], or pictures uint8 [n, h, w, c]."""
        images = self.draw(latent, label).clamp(-1, 1)
        return images if self.pixels == "float" else pictures(images)


def pictures(images: Tensor) -> Tensor:
    """Return images [n, c, h, w] as uint8 [n, h, w, c] with straight alpha, clear pixels black."""
    levels = ((images + 1) * 127.5).round().permute(0, 2, 3, 1)
    if levels.shape[3] == 4:
        alpha = levels[..., 3:]
        color = torch.minimum(levels[..., :3], alpha) * (255 / alpha.clamp_min(1))
        levels = torch.cat([(color + 0.5).floor().clamp_max(255), alpha], 3)
    return levels.to(torch.uint8)


def traced(model: Model, classes: int, pixels: Pixels) -> onnx.ModelProto:
    """Return the graph: inputs "latent" [n, …] and, where there are classes, "label" int64 [n].

    The output is "images" float [n, c, h, w] or "pixels" uint8 [n, h, w, c]. Equal models give
    equal graphs. Raises Refused for what can't be drawn by a graph alone.
    """
    example = (torch.zeros(3, *model.latent_shape), torch.zeros(3, dtype=torch.int64))
    count = torch.export.Dim("n", min=1, max=AT_MOST)
    given = example if classes else example[:1]
    with torch.no_grad(), quiet():
        program = torch.export.export(
            Drawing(model, pixels).eval(),
            given,
            dynamic_shapes=tuple({0: count} for _ in given),
            strict=True,  # dynamo follows len(tensor); the other way would fix n
        )
        found: Any = torch.onnx.export(
            program,
            dynamo=True,
            opset_version=OPSET,
            input_names=["latent", "label"][: len(given)],
            output_names=["images" if pixels == "float" else "pixels"],
            custom_translation_table=TABLE,
            verbose=False,
        )
    return cleaned(found.model)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what the exporter says of its own inside from the user."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def cleaned(graph: onnx_ir.Model) -> onnx.ModelProto:
    """Return the graph without notes on where in which file each of its nodes was made."""
    ClearMetadataAndDocStringPass()(graph)
    graph.metadata_props.clear()
    graph.producer_name, graph.producer_version = "Atelier", __version__
    return onnx_ir.to_proto(graph)


def halved(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with its larger weights kept in half precision; it computes as before."""
    found = onnx.ModelProto()
    found.CopyFrom(graph)
    casts = []
    for tensor in found.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != "float32" or values.size < 256 or abs(values).max() > 60_000:
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype("float16"), f"{name}_half"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=1))
    for place, node in enumerate(casts):
        found.graph.node.insert(place, node)
    return found
