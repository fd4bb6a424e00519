"""From settings to a learner on its device, and from a checkpoint to a model that draws."""

from collections.abc import Mapping
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor

from studio.core import latents
from studio.core.data.packed import Manifest, PackedSet
from studio.core.events import Refused
from studio.core.families import families
from studio.core.family import Family, ImageSize, Learner, Model
from studio.core.request import Numerics
from studio.core.settings import Settings, extra

INITIAL = 0  # stream of randomness
LARGEST = 4096  # pixels a side of a picture that a model draws


def image_size(manifest: Manifest) -> ImageSize:
    """Return what a model of this set draws."""
    return ImageSize(manifest.height, manifest.width, manifest.channels, len(manifest.classes))


def build_learner(
    family: str,
    settings: Settings,
    size: ImageSize,
    seed: int,
    device: torch.device,
    numerics: Numerics,
) -> Learner:
    """Build a family's learner from `seed` alone; torch's global random state is left as it was."""
    known = families()[family]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(latents.rng(seed, 0, INITIAL).initial_seed())
        model = known.model(settings, size).to(device)
        if numerics.channels_last:
            # torch's stubs know no `to` with a memory format alone; the same below
            model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        learner = known.learner(model, settings, size).to(device)
    if numerics.channels_last:
        learner = learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if numerics.compiled:
        learner.model.compile()
    return learner.train()


def build_model(
    values: dict[str, Any],
    tensors: dict[str, Tensor],
    raw: bool = False,
    changes: Mapping[str, Any] | None = None,
) -> Model:
    """Build the model a checkpoint holds, averaged or `raw`, on the CPU, ready to draw.

    `changes` are settings of drawing (sampler, steps …) that differ from the trained ones; raise
    Refused for a setting that can't be changed any more.
    """
    family = families()[values["family"]]
    settings = saved_settings(family.id, values["settings"])
    settings = settings.updated(drawing_only(family, changes or {}))
    with torch.random.fork_rng(devices=[]):
        model = family.model(settings, saved_size(family.id, values["size"]))
    try:
        model.load_state_dict(part(tensors, "learner.model." if raw else "ema."))
    except RuntimeError:
        raise Refused(built_otherwise(family.id)) from None
    return model.eval().requires_grad_(False)


def saved_settings(family: str, values: Mapping[str, Any]) -> Settings:
    """Return settings as they were saved; raise Refused if this version has no such."""
    try:
        return families()[family].settings.model_validate(values)
    except ValidationError:
        raise Refused(built_otherwise(family)) from None


def saved_size(family: str, values: Any) -> ImageSize:
    """Return a size as it was saved; raise Refused if no picture has such."""
    whole = isinstance(values, list) and all(type(number) is int for number in values)
    if not whole or len(values) != len(ImageSize._fields):
        raise Refused(built_otherwise(family))
    size = ImageSize(*values)
    if not (0 < size.height <= LARGEST and 0 < size.width <= LARGEST and size.classes >= 0):
        raise Refused(built_otherwise(family))
    return size


def built_otherwise(family: str) -> str:
    """Say that saved weights do not fit the networks of this version."""
    return (
        f"This run was saved by a version of Atelier whose {families()[family].title} is built"
        " otherwise;"
        " open it with that version, or train it anew here."
    )


def drawing_only(family: Family, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `changes` if all of them may be made to a trained model; raise Refused if not."""
    free = [k for k, info in family.settings.model_fields.items() if extra(info, "drawing")]
    for name in changes:
        if name not in free:
            which = f"only {', '.join(free)} can" if free else "nothing can"
            raise Refused(f"'{name}' of a trained {family.title} is fixed; {which} be changed now.")
    return dict(changes)


def part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose names start with `prefix`, without it."""
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def computing(device: torch.device, numerics: Numerics) -> torch.autocast:
    """Return the context a step is computed in."""
    return torch.autocast(device.type, torch.bfloat16, enabled=numerics.bf16)


def laid_out(images: Tensor, numerics: Numerics) -> Tensor:
    """Return images in the memory layout the probe chose."""
    return (
        images.contiguous(memory_format=torch.channels_last) if numerics.channels_last else images
    )


def batch_size(settings: Settings, packed: PackedSet) -> int:
    """Return the settings' batch size, not more than the set's pictures."""
    return max(1, min(getattr(settings, "batch", 64), len(packed.pictures)))
