"""What a graph would draw is what the model draws, and the model stays as it was."""

import pytest
import torch

from studio.core.assets.onnx_steps import drawing
from studio.core.families import families
from studio.core.family import ImageSize
from tests.core.assets.models import SIZE, apart, given, model


@pytest.mark.parametrize("family", [f for f in sorted(families()) if f != "autoregressive"])
@pytest.mark.parametrize("classes", [0, 3])
def test_every_family_has_a_form_for_graphs(family, classes):
    size = SIZE._replace(classes=classes)
    assert apart(model(family, size), size) < 1e-4


@pytest.mark.parametrize(
    "changes", [{"guidance": 1.0}, {"network": "glow"}, {"network": "realnvp"}], ids=str
)
def test_flows_are_undone_in_loops(changes):
    assert apart(model("flow", **changes)) < 1e-4


def test_the_model_itself_is_not_changed():
    size = ImageSize(16, 16, 3)
    known = model("flow", size)
    before = {name: type(part) for name, part in known.named_modules()}
    latent, _ = given(known, size)
    *_, first = known.draw(latent)
    drawing(known)(latent)
    *_, again = known.draw(latent)
    assert torch.equal(first, again)
    assert before == {name: type(part) for name, part in known.named_modules()}
