"""Models as ONNX beside torch: `python -m tests.bench.onnx_drawing OUT PROJECT [RUN …]`.

For every run (all of the project if none is named): seconds of processor time to trace it, the
file's size, how many values of 16 pictures equal torch's and how far the others are, and the
milliseconds of processor time a picture takes in either. OUT/NNN.png shows torch's pictures above
onnxruntime's: look at them.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor

from studio.core import checkpoint, latents, pictures
from studio.core import project as projects
from studio.core.assets.onnx_graph import traced
from studio.core.building import build_model
from studio.core.events import Refused
from studio.core.family import Model
from studio.core.project import Run

COUNT = 16
EQUAL = 1e-4
HEAD = "| family | run | CPU s to trace | nodes | MB | equal | farthest | torch ms | ONNX ms |"


@torch.no_grad()
def by_torch(model: Model, latent: Tensor, label: Tensor | None) -> Tensor:
    """Return the images."""
    *_, images = model.draw(latent, label)
    return images


def row(run: Run, out: Path) -> str:
    """Export one run, compare, write the picture; return its row of the table."""
    _, tensors, values, _ = checkpoint.newest(run.checkpoints)
    model, classes = build_model(values, tensors), len(values["classes"])
    began = time.process_time()
    graph = traced(model, classes, "float")
    seconds = time.process_time() - began
    data = graph.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(data, options)
    latent = latents.draw(COUNT, model.latent_shape, 0)
    label = torch.arange(COUNT) % classes if classes else None
    given = {"latent": latent.numpy()} | ({} if label is None else {"label": label.numpy()})
    begun = time.process_time()
    wanted = by_torch(model, latent, label)
    between = time.process_time()
    found = np.asarray(session.run(None, given)[0])
    ended = time.process_time()
    away = np.abs(found - wanted.numpy())
    both = np.concatenate(
        [pictures.to_pictures(each) for each in (wanted, torch.from_numpy(found))]
    )
    sheet = pictures.opaque(pictures.grid(both, COUNT))
    factor = max(1, 96 // wanted.shape[3])
    pictures.save(
        np.kron(sheet, np.ones((factor, factor, 1), np.uint8)), out / f"{run.number:03d}.png"
    )
    each = [1000 * t / COUNT for t in (between - begun, ended - between)]
    return (
        f"| {run.record.family} | {run.number} | {seconds:.0f} | {len(graph.graph.node)} |"
        f" {len(data) / 1e6:.1f} | {(away <= EQUAL).mean():.3%} | {away.max():.1e} |"
        f" {each[0]:.0f} | {each[1]:.0f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("project", type=Path)
    parser.add_argument("runs", type=int, nargs="*")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    asked.out.mkdir(parents=True, exist_ok=True)
    print(HEAD + "\n" + "|---" * HEAD.count("| ") + "|", flush=True)
    for run in projects.open(asked.project).runs():
        if asked.runs and run.number not in asked.runs:
            continue
        try:
            print(row(run, asked.out), flush=True)
        except Refused as refused:
            print(f"| {run.record.family} | {run.number} | {refused} |", flush=True)


if __name__ == "__main__":
    main()
