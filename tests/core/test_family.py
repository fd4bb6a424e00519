"""What the door to a family promises: presets by id, sizes by name, models that must draw."""

import dataclasses

import pytest
import torch
from torch import nn

from studio.core.families import families
from studio.core.family import Encodes, ImageSize, Learner, Model


class Flat(Model):
    """Draws its latent as one grey level."""

    latent_shape = (1,)

    def draw(self, latents, labels=None):
        yield latents[:, :, None, None].expand(-1, 1, 2, 2)


class Encoding(Flat):
    """The same, invertible."""

    def encode(self, images):
        return images[:, :, 0, 0]


@pytest.mark.parametrize("id", sorted(families()))
def test_presets_are_found_by_id_and_only_by_id(id):
    family = families()[id]
    for preset in family.presets:
        assert family.preset(preset.id) is preset
        assert isinstance(preset.settings, family.settings)
    assert len({preset.id for preset in family.presets}) == len(family.presets)


def test_an_unknown_preset_is_a_key_error():
    with pytest.raises(KeyError):
        families()["vae"].preset("no such preset")


def test_sizes_unpack_in_the_order_checkpoints_keep():
    size = ImageSize(16, 32, 4)
    assert tuple(size) == (16, 32, 4, 0) and ImageSize(*[16, 32, 4, 0]) == size


def test_a_model_that_can_not_draw_is_none():
    with pytest.raises(TypeError, match="draw"):
        Model()  # type: ignore[abstract]  # that is what is tested
    with pytest.raises(TypeError, match="learn"):
        Learner()  # type: ignore[abstract]  # that is what is tested


def test_encoding_is_seen_on_the_model():
    assert isinstance(Encoding(), Encodes) and not isinstance(Flat(), Encodes)
    latents = torch.randn(3, 1)
    (image,) = Encoding().draw(latents)
    assert torch.equal(Encoding().encode(image), latents)


def test_finish_does_nothing_unless_a_family_needs_it():
    class Plain(Learner):
        def __init__(self):
            nn.Module.__init__(self)
            self.model = Flat()

        def learn(self, images, labels, rng, progress):
            return {}

        def optimizers(self):
            return {}

    def never():
        raise AssertionError("the set is not read")
        yield

    Plain().finish(never(), Flat(), None)


def test_families_and_presets_are_values():
    family = next(iter(families().values()))
    for value, field in ((family, "id"), (family.presets[0], "minutes")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, None)
