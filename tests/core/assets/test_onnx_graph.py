"""Traced models: they draw what torch draws, for any number of pictures, and name no machine."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from studio.core import latents
from studio.core.assets.onnx_graph import halved, pictures, traced
from studio.core.families import families
from studio.core.family import ImageSize, Model
from studio.core.pictures import to_pictures

SIZE = ImageSize(16, 16, 4, 3)


def model(family: str, size: ImageSize = SIZE) -> Model:
    """Return a tiny model, as it begins."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = families()[family].model(families()[family].tiny, size)
    return made.eval().requires_grad_(False)


def drawn(graph: onnx.ModelProto, latent: torch.Tensor, label: torch.Tensor | None) -> np.ndarray:
    """Return what onnxruntime draws."""
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    given = {"latent": latent.numpy()}
    given |= {} if label is None else {"label": label.numpy()}
    return np.asarray(session.run(None, given)[0])


@pytest.mark.parametrize("family", ["gan", "vae"])
def test_a_graph_draws_what_the_model_draws(family):
    known = model(family)
    graph = traced(known, SIZE.classes, "float")
    for count in (1, 5):
        latent = latents.draw(count, known.latent_shape, 3)
        label = torch.arange(count) % (SIZE.classes + 1) - 1
        *_, wanted = known.draw(latent, label)
        assert np.abs(drawn(graph, latent, label) - wanted.numpy()).max() < 1e-4
    assert traced(known, SIZE.classes, "float").SerializeToString() == graph.SerializeToString()
    here = str(Path(__file__).parents[3]).encode()
    assert here not in graph.SerializeToString() and b".py" not in graph.SerializeToString()


def test_a_graph_gives_pixels_with_straight_alpha():
    known = model("vae", ImageSize(16, 16, 4))
    latent = latents.draw(6, known.latent_shape, 1)
    found = drawn(traced(known, 0, "uint8"), latent, None)
    *_, images = known.draw(latent)
    assert found.dtype == np.uint8 and found.shape == (6, 16, 16, 4)
    assert np.abs(found.astype(int) - to_pictures(images)).max() <= 1


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_are_those_the_program_writes(channels):
    rng = torch.Generator().manual_seed(0)
    images = torch.rand(2, channels, 9, 7, generator=rng) * 2 - 1
    images[:, :, :3] = -1
    assert np.array_equal(pictures(images).numpy(), to_pictures(images))


def test_half_precision_takes_half_the_space_and_stays_near():
    known = model("gan")
    graph = traced(known, SIZE.classes, "float")
    small = halved(graph)
    assert small.ByteSize() < 0.6 * graph.ByteSize()
    latent, label = latents.draw(4, known.latent_shape, 0), torch.arange(4) % 3
    away = np.abs(drawn(small, latent, label) - drawn(graph, latent, label))
    assert 0 < away.max() < 0.02
