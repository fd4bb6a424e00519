"""The user's VGG19: torchvision's, Caffe's, another network, noise instead of filters."""

import os
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models.vgg import cfgs, make_layers

from studio.core.events import Refused
from studio.core.style.vgg import reading
from studio.core.style.vgg.network import CAFFE, LAYERS, TORCHVISION
from tests.core.style.vgg.files import NARROW, narrow, save_as_2017


@pytest.fixture
def thin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reader take the narrow network, so that files are small."""
    monkeypatch.setattr(reading, "WIDTHS", NARROW)


def test_torchvisions_own_state_dict_is_read(tmp_path: Path):
    layers = torch.nn.Sequential(OrderedDict(features=make_layers(cfgs["E"])[:30]))
    torch.save(layers.state_dict(), tmp_path / "vgg19.pth")
    network = reading.read(tmp_path / "vgg19.pth").network
    assert tuple(network.filters) == LAYERS and network.preparation == TORCHVISION
    for layer, place in zip(LAYERS, reading.PLACES, strict=True):
        assert torch.equal(
            network.filters[layer][0], layers.state_dict()[f"features.{place}.weight"]
        )


@pytest.mark.usefixtures("thin")
@pytest.mark.parametrize("name", ["net-d01eb7cb.pth", "net.pth", "converted.safetensors"])
def test_filters_from_caffe_expect_other_pictures(tmp_path: Path, name: str):
    """By the file's name, by the classifier's names, or by the layers'."""
    state = narrow()
    if name == "net.pth":
        state["classifier.1.weight"] = torch.ones(2, 2)
    if name.endswith("safetensors"):
        pairs = zip(LAYERS, reading.PLACES, strict=True)
        state = {
            f"conv{i}.{p}": state[f"features.{k}.{p}"] for i, k in pairs for p in ("weight", "bias")
        }
        save_file(state, tmp_path / name)
    else:
        save_as_2017(tmp_path / name, state)
    network = reading.read(tmp_path / name).network
    assert network.preparation == CAFFE
    assert torch.equal(network.filters["1_1"][0], narrow()["features.0.weight"].flip(1))
    told = reading.read(tmp_path / name, "torchvision").network
    assert told.preparation == TORCHVISION


def _without(state: dict[str, torch.Tensor]) -> None:
    del state["features.16.weight"]


def _smaller(state: dict[str, torch.Tensor]) -> None:
    state["features.5.weight"] = torch.ones(5, 4, 1, 1)


def _infinite(state: dict[str, torch.Tensor]) -> None:
    state["features.28.bias"][0] = torch.nan


def _whole(state: dict[str, torch.Tensor]) -> None:
    state["features.0.bias"] = torch.ones(4, dtype=torch.int64)


@pytest.mark.usefixtures("thin")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_without, r"net.pth is not VGG19: it has no tensor features.16.weight"),
        (_smaller, r"features.5.weight is 5×4×1×1, where VGG19 has 5×4×3×3"),
        (_infinite, r"features.28.bias holds infinite values"),
        (_whole, r"holds numbers of the kind torch.LongStorage"),
    ],
)
def test_another_network_is_refused_by_the_tensor(
    tmp_path: Path, change: Callable[[dict[str, torch.Tensor]], None], words: str
):
    state = narrow()
    change(state)
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(Refused, match=words):
        reading.read(tmp_path / "net.pth")


@pytest.mark.usefixtures("thin")
def test_every_bad_file_is_one_sentence(tmp_path: Path):
    torch.save(torch.nn.Linear(1, 1), tmp_path / "model.pth")
    torch.save(narrow(), tmp_path / "cut.pth", _use_new_zipfile_serialization=False)
    (tmp_path / "cut.pth").write_bytes((tmp_path / "cut.pth").read_bytes()[:-5])
    (tmp_path / "words.pth").write_text("this is not a network")
    (tmp_path / "folder").mkdir()
    for name, words in {
        "model.pth": "holds torch.nn.modules.linear.Linear, so it is not read",
        "cut.pth": "is damaged",
        "words.pth": "is neither a .pth file of PyTorch nor safetensors",
        "folder": "cannot be read",
        "absent": "cannot be read",
    }.items():
        with pytest.raises(Refused, match=words) as refusal:
            reading.read(tmp_path / name)
        assert str(refusal.value).endswith(".") and str(tmp_path) not in str(refusal.value)


class Trap:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str):
        self.command = command

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self.command,)


@pytest.mark.usefixtures("thin")
@pytest.mark.parametrize("zipped", [True, False])
def test_a_trap_is_named_and_not_run(tmp_path: Path, zipped: bool):
    canary = tmp_path / "canary"
    state = {**narrow(), "version": Trap(f"touch {canary}")}
    torch.save(state, tmp_path / "net.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(Refused, match=r"net\.pth holds (posix|nt)\.system, so it is not read"):
        reading.read(tmp_path / "net.pth")
    assert not canary.exists()
    pickle.loads(pickle.dumps(state["version"]))  # the trap is one
    assert canary.exists()


@pytest.mark.usefixtures("thin")
def test_noise_is_told_from_filters(tmp_path: Path):
    state = narrow()
    torch.save(state, tmp_path / "noise.pth")
    assert reading.read(tmp_path / "noise.pth").random
    light = state["features.0.weight"].mean(1, keepdim=True)
    state["features.0.weight"] = light * torch.tensor([1.0, 1.1, 0.9]).view(1, 3, 1, 1)
    torch.save(state, tmp_path / "edges.pth")
    assert not reading.read(tmp_path / "edges.pth").random
    for name in state:
        if name.endswith("bias"):
            state[name].zero_()
    torch.save(state, tmp_path / "unbiased.pth")
    assert reading.read(tmp_path / "unbiased.pth").random
