"""An explorer: one model, opened from a run, that draws places."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.core import checkpoint, latents
from studio.core.building import build_model, saved_size
from studio.core.checkpoint import digest
from studio.core.events import Job, Note, Progress
from studio.core.explore.place import Place, checked
from studio.core.families import families
from studio.core.family import Encodes, Family, ImageSize, Model
from studio.core.pictures import to_pictures
from studio.core.project import Project


@dataclass(frozen=True, eq=False, repr=False)
class Explorer:
    """A model that draws, and what is known about it. `directions` are vectors by their id.

    `digest` is the hash of the model's weights: whatever was found in it belongs to it alone.
    """

    run: int
    step: int
    digest: str
    model: Model
    family: Family
    size: ImageSize
    classes: tuple[str, ...]
    directions: Mapping[str, np.ndarray]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a place's latent."""
        return tuple(self.model.point_shape)

    @property
    def encodes(self) -> bool:
        """The model itself can tell the latent of a picture."""
        return isinstance(self.model, Encodes)

    @property
    def drafts(self) -> bool:
        """The family has a quick version of its drawing."""
        return bool(self.family.draft)

    def with_directions(self, vectors: Mapping[str, np.ndarray]) -> "Explorer":
        """Return the explorer knowing these directions too, by their ids."""
        return replace(self, directions={**self.directions, **vectors})

    def seed(self, seed: int, label: int | None = None, k: int = 0) -> Place:
        """Return the place that is latent `k` of a seed, the same as `atelier sample` draws.

        Where a model must be told a class and `label` is None, the seed decides which.
        """
        if label is None and self.classes and not self.family.nameless:
            label = (seed + k) % len(self.classes)
        latent = latents.draw_one(self.model.latent_shape, seed, k)[None]
        place = Place(latent[0].numpy(), label)
        return replace(place, latent=self.model.points(latent, self.labels([place]))[0].numpy())

    @torch.no_grad()
    def relabeled(self, place: Place, label: int | None) -> Place:
        """Return the place for another class, as like the present one as the model allows."""
        asked = self.labels([replace(place, label=label)])
        if asked is None:
            return place
        point = self.model.relabeled(torch.from_numpy(place.latent)[None], asked)
        return replace(place, latent=point[0].numpy(), label=label)

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        """Return points [n, *shape] that draw about the images, without labels.

        Raises AttributeError for a family that can't (see `encodes`).
        """
        model: Any = self.model
        return self.model.points(model.encode(images))

    def points(self, places: Sequence[Place]) -> Tensor:
        """Return points [n, *shape] with sliders and truncation done; raise Refused for places
        of another model, and for sliders of directions not known.
        """
        rows = []
        for place in places:
            checked(place, self.shape, len(self.classes))
            latent = np.array(place.latent, np.float32)
            for id, sigmas in place.sliders.items():
                if id in self.directions:  # a file may know one that was deleted since
                    latent = latent + np.float32(sigmas) * self.directions[id]
            rows.append(torch.from_numpy(latent))
        calm = torch.tensor([place.truncation for place in places])
        return self.model.calm(torch.stack(rows), calm)

    def labels(self, places: Sequence[Place]) -> Tensor | None:
        """Return labels int64 [n], -1 for none; None without classes."""
        if not self.classes:
            return None
        return torch.tensor([-1 if p.label is None else p.label for p in places])

    def drawn_by(self, draft: bool) -> Model:
        """Return the model, or the one that draws quicker with the same weights."""
        if not draft or not self.drafts:
            return self.model
        quick: Any = copy.copy(self.model)
        fitting = {k: v for k, v in self.family.draft.items() if hasattr(quick.settings, k)}
        quick.settings = quick.settings.updated(fitting)
        return quick

    @torch.no_grad()
    def images(self, places: Sequence[Place], draft: bool = False) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] as they are refined; the last is final."""
        yield from self.drawn_by(draft).draw_points(self.points(places), self.labels(places))

    def pictures(self, places: Sequence[Place], draft: bool = False) -> np.ndarray:
        """Return the pictures of places, uint8 [n, h, w, c]."""
        images = torch.empty(0)
        for refined in self.images(places, draft):
            images = refined
        return to_pictures(images)


def open_explorer(
    project: Project, number: int | None = None, step: int | None = None
) -> Job[Explorer]:
    """Open run `number` (newest if None) as it was at `step` at the latest (newest if None).

    Raises Refused where there is no such run or no sound model.
    """
    run = project.run(number)
    yield Progress(0, None, run.record.name)
    path, tensors, values, troubles = checkpoint.newest(run.checkpoints, step)
    for trouble in troubles:
        yield Note(f"{trouble} Exploring {path.name} instead.", "warning")
    return explorer_of(run.number, tensors, values)


def explorer_of(run: int, tensors: dict[str, Tensor], values: dict[str, Any]) -> Explorer:
    """Return the explorer of the averaged model in what a checkpoint holds."""
    return Explorer(
        run=run,
        step=values["step"],
        digest=digest(tensors),
        model=build_model(values, tensors),
        family=families()[values["family"]],
        size=saved_size(values["family"], values["size"]),
        classes=tuple(values["classes"]),
        directions={},
    )
