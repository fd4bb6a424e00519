"""The Inception network equals torch-fidelity's on any weights; no file is ever executed.

The published weights are not here: that the file of that name loads is known from its key names
in torch-fidelity's own network alone.
"""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from studio.core.events import Refused
from studio.core.metrics import inception
from studio.core.metrics.features import features
from studio.core.pictures import to_images
from tests.core.toys import finish

theirs = pytest.importorskip(
    "torch_fidelity.feature_extractor_inceptionv3", reason="needs torch-fidelity"
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file like the published one, of random weights that keep signals alive."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = inception.Inception()
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.normal_(module.running_mean, 0, 0.2)
        head = {"fc.weight": torch.randn(1008, 2048), "fc.bias": torch.zeros(1008)}
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    torch.save(network.state_dict() | head, path)
    return path


def test_no_pickle_is_read_from_either_kind_of_file(weights, tmp_path, monkeypatch):
    state, old = torch.load(weights, weights_only=True), tmp_path / "old.pth"
    torch.save(state, old, _use_new_zipfile_serialization=False)

    def caught(*_: object, **__: object) -> None:
        raise AssertionError("it was unpickled")

    for target in ("pickle.load", "pickle.loads", "pickle.Unpickler", "torch.load"):
        monkeypatch.setattr(target, caught)
    for path in (weights, old):
        found = inception.load(path).state_dict()
        assert all(torch.equal(v, state[k]) for k, v in found.items())


def test_features_equal_torch_fidelitys(weights):
    pictures = np.random.default_rng(0).integers(0, 255, (2, 20, 32, 3)).astype(np.uint8)
    reference = theirs.FeatureExtractorInceptionV3(
        "reference", ["2048"], feature_extractor_weights_path=str(weights)
    )
    with torch.no_grad():
        (wanted,) = reference(torch.from_numpy(pictures).permute(0, 3, 1, 2))
    found = finish(features(inception.load(weights), pictures))[1]
    assert np.allclose(found, wanted.numpy(), rtol=1e-3, atol=1e-3 * wanted.abs().mean())
    assert found.std() > 1e-3


def test_grey_pictures_and_safetensors(weights, tmp_path):
    save_file(torch.load(weights, weights_only=True), tmp_path / "weights.safetensors")
    network = inception.load(tmp_path / "weights.safetensors")
    grey = to_images(torch.full((1, 16, 16, 1), 90, dtype=torch.uint8))
    assert network(grey).shape == (1, 2048)
    assert torch.allclose(network(grey), network(grey.expand(-1, 3, -1, -1)))


class Harmful:
    def __reduce__(self):
        return (open, ("was_run", "w"))


def test_files_that_are_none_are_refused_and_never_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "inception-2015-12-05.pt"
    torch.jit.script(nn.ReLU()).save(str(program))
    torch.save({"fc.weight": torch.zeros(1000, 2048)}, tmp_path / "torchvision.pth")
    torch.save({"fc.weight": torch.zeros(1008, 2048)}, tmp_path / "half.pth")
    torch.save([torch.zeros(1)], tmp_path / "list.pth")
    torch.save({"x": Harmful()}, tmp_path / "harmful.pth")
    (tmp_path / "text.pth").write_text("not a network")
    (tmp_path / "text.safetensors").write_text("not a network")
    for name, sentence in (
        (program.name, "TorchScript program"),
        ("torchvision.pth", "1000 classes"),
        ("half.pth", "does not hold the Inception network"),
        ("list.pth", "no dict of tensors"),
        ("harmful.pth", "holds .*open"),
        ("text.pth", "no file of tensors"),
        ("text.safetensors", "no file of tensors"),
        ("missing.pth", "no Inception file"),
    ):
        with pytest.raises(Refused, match=sentence):
            inception.load(tmp_path / name)
    assert not (tmp_path / "was_run").exists()
