"""Learners come from a seed alone; a checkpoint's tensors give back the model that draws."""

import dataclasses

import pytest
import torch

from studio.core import building
from studio.core.data.packed import open_packed
from studio.core.events import Refused
from studio.core.families import families
from studio.core.family import ImageSize
from studio.core.request import Numerics
from studio.core.settings import Settings, field
from tests.core import toys

CPU = torch.device("cpu")
SIZE = ImageSize(16, 16, 4, 3)


def learner(family: str, seed: int = 0):
    return building.build_learner(family, families()[family].tiny, SIZE, seed, CPU, Numerics())


@pytest.mark.parametrize("family", sorted(families()))
def test_the_seed_alone_decides_the_start(family):
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = learner(family).state_dict()
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    again, other = learner(family).state_dict(), learner(family, seed=5).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("family", sorted(families()))
def test_a_model_is_built_from_the_average_or_raw(family):
    made = learner(family).model
    tensors = {f"learner.model.{name}": t for name, t in made.state_dict().items()}
    tensors |= {
        f"ema.{name}": t * 0.5 if t.is_floating_point() else t
        for name, t in made.state_dict().items()
    }
    values = {"family": family, "settings": families()[family].tiny.model_dump(), "size": [*SIZE]}
    raw, averaged = (building.build_model(values, tensors, raw) for raw in (True, False))
    for name, weight in made.named_parameters():
        assert torch.equal(raw.get_parameter(name), weight)
        assert torch.equal(averaged.get_parameter(name), weight * 0.5)
    assert not raw.training and not any(p.requires_grad for p in raw.parameters())


def test_weights_of_another_version_are_refused_in_a_sentence():
    made = learner("vae").model
    tensors = {f"ema.{name}": t for name, t in made.state_dict().items()}
    known = families()["vae"].tiny.model_dump()
    values = {"family": "vae", "settings": known, "size": [*SIZE]}
    name, weight = next((k, t) for k, t in tensors.items() if t.dim() > 1)
    for other in ({name: weight[:, :-1]}, {"ema.extra": weight}):
        with pytest.raises(Refused, match="version of Atelier"):
            building.build_model(values, tensors | other)
    with pytest.raises(Refused, match="version of Atelier"):
        building.build_model(values | {"settings": known | {"gone": 1}}, tensors)
    for size in (
        ["8", 8, 3, 0],
        [8, 8, 3],
        [0, 8, 3, 0],
        [8, 10**6, 3, 0],
        [8, 8, 3, -1],
        "8",
        None,
    ):
        with pytest.raises(Refused, match="version of Atelier"):
            building.build_model(values | {"size": size}, tensors)


def test_part_takes_one_prefix_and_removes_it():
    tensors = {"ema.a": torch.zeros(1), "ema.ema.b": torch.ones(1), "other.ema.a": torch.ones(2)}
    assert building.part(tensors, "ema.") == {"a": tensors["ema.a"], "ema.b": tensors["ema.ema.b"]}


def test_a_step_is_computed_in_bf16_only_if_the_probe_chose_it():
    x = torch.ones(4, 4)
    for chosen, expected in ((True, torch.bfloat16), (False, torch.float32)):
        with building.computing(CPU, Numerics(bf16=chosen)):
            assert (x @ x).dtype == expected


def test_channels_last_is_a_layout_not_a_change():
    images = torch.rand(2, 3, 4, 5)
    laid = building.laid_out(images, Numerics(channels_last=True))
    assert laid.is_contiguous(memory_format=torch.channels_last) and torch.equal(laid, images)
    assert building.laid_out(images, Numerics()) is images


def test_the_size_and_batch_are_the_set_s(tmp_path):
    packed = open_packed(toys.project(tmp_path, count=9, height=16, width=20).dataset("toy"))
    assert building.image_size(packed.manifest) == ImageSize(16, 20, 4, 3)
    tiny = families()["vae"].tiny
    assert building.batch_size(tiny.updated({"batch": 512}), packed) == 9
    assert building.batch_size(tiny.updated({"batch": 8}), packed) == 8


class Painted(Settings):
    """One setting of drawing, one of training."""

    hue: int = field(1, label="Hue", help="The color.", drawing=True)
    width: int = field(1, label="Width", help="The size.")


def test_only_settings_of_drawing_change_afterwards():
    family = dataclasses.replace(families()["gan"], settings=Painted)
    assert building.drawing_only(family, {"hue": 3}) == {"hue": 3}
    with pytest.raises(Refused, match="'width' of a trained GAN is fixed; only hue can"):
        building.drawing_only(family, {"width": 3})
