"""Traces a model in a process of its own: a trace can't be stopped, a process can."""

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from studio.core import checkpoint, latents
from studio.core.assets import onnx_graph
from studio.core.building import build_model
from studio.core.events import Refused
from studio.core.family import Model

COMPARED = 4  # pictures
EQUAL = 1e-4
ALPHA = ", color premultiplied by alpha", ", straight alpha"


def main(folder: str) -> None:
    """Answer the wish in `folder`/wish.json with answer.json and model.onnx beside it."""
    place = Path(folder)
    wish = json.loads((place / "wish.json").read_text("utf-8"))
    try:
        data, answer = made(wish)
        (place / "model.onnx").write_bytes(data)
    except Refused as refused:
        answer = {"refused": str(refused)}
    (place / "answer.json").write_text(json.dumps(answer), "utf-8")


def made(wish: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """Return the file and what is said of it, for the checkpoint, the settings and the record
    that are wished for; raise Refused for what can't be a graph.
    """
    tensors, values = checkpoint.load_checkpoint(Path(wish["checkpoint"]))
    model = build_model(values, tensors, changes=wish["changes"])
    del tensors
    graph = onnx_graph.traced(model, len(values["classes"]), wish["pixels"])
    graph = onnx_graph.halved(graph) if wish["half"] else graph
    onnx.helper.set_model_props(graph, said(values, wish))
    onnx.checker.check_model(graph)
    data = graph.SerializeToString(deterministic=True)
    if len(data) > onnx_graph.LARGEST:
        raise Refused("The model is larger than the 2 GB a file can hold; choose half precision.")
    found = {"bytes": len(data), "opset": onnx_graph.OPSET, "nodes": len(graph.graph.node)}
    return data, found | compared(data, model, len(values["classes"]), wish["pixels"])


def said(values: Mapping[str, Any], wish: Mapping[str, Any]) -> dict[str, str]:
    """Return what the file says of itself, in the order in which it is written."""
    height, width, channels, _ = values["size"]
    whole = wish["pixels"] == "uint8"
    shape = (
        f"[n, {height}, {width}, {channels}]" if whole else f"[n, {channels}, {height}, {width}]"
    )
    range_ = "uint8, 0 to 255, sRGB" if whole else "float32, -1 to 1, sRGB"
    return {
        "atelier": wish["record"],
        "classes": json.dumps(values["classes"], ensure_ascii=False),
        "label": "int64 [n], the place in classes, -1 for none",
        "latent": "float32, standard normal",
        "output": f"{shape} {range_}{ALPHA[whole] if channels == 4 else ''}",
    }


@torch.no_grad()
def compared(data: bytes, model: Model, classes: int, pixels: onnx_graph.Pixels) -> dict[str, Any]:
    """Return how far onnxruntime's pictures are from torch's: the largest difference of a value,
    as float in [-1, 1] or as grey levels, and the share of equal ones. {} without onnxruntime.
    """
    if importlib.util.find_spec("onnxruntime") is None:
        return {}
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    latent = latents.draw(COMPARED, model.latent_shape, 0)
    label = torch.arange(COMPARED) % classes if classes else None
    *_, images = model.draw(latent, label)
    wanted = images if pixels == "float" else onnx_graph.pictures(images.clamp(-1, 1))
    given: dict[str, NDArray[Any]] = {"latent": latent.numpy()}
    given |= {} if label is None else {"label": label.numpy()}
    away = np.abs(seen(session.run(None, given)[0]) - seen(wanted.numpy()))
    return {"difference": float(away.max()), "equal": float((away <= EQUAL).mean())}


def seen(drawn: Any) -> NDArray[np.float32]:
    """Return what is drawn as it is seen: colors by their alpha, for they say little without."""
    found = np.asarray(drawn)
    if found.dtype == np.uint8 and found.shape[3] == 4:
        color = found[..., :3] * (found[..., 3:] / np.float32(255))
        found = np.concatenate([color, found[..., 3:]], 3)
    return found.astype(np.float32)


if __name__ == "__main__":
    main(sys.argv[1])
