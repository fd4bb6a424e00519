"""The door to a family: what it exports, what a model can do, what a learner owns."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

from torch import Tensor, nn

from studio.core.learning import Optimizer
from studio.core.settings import Settings


class ImageSize(NamedTuple):
    """What a model draws: height and width in pixels, channels 1, 3 or 4, and how many classes.

    With four channels colour is premultiplied by alpha. `classes` is 0 for an unlabelled set.
    """

    height: int
    width: int
    channels: int
    classes: int = 0


class Batch(NamedTuple):
    """Images [n, c, h, w] in [-1, 1] and their labels int64 [n], None for an unlabelled set."""

    images: Tensor
    labels: Tensor | None

    def first(self, count: int) -> "Batch":
        """Return the first `count` of them."""
        return Batch(self.images[:count], None if self.labels is None else self.labels[:count])


class Model(nn.Module, ABC):
    """A deterministic map from a standard-normal latent to an image. Nothing in it learns."""

    latent_shape: tuple[int, ...]

    @abstractmethod
    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] in [-1, 1] for latents [n, *latent_shape]; the last is final.

        `labels` is int64 [n], or None where the set has no classes. Slow families yield previews.
        """

    # Exploring moves points: the latents themselves, unless a family knows a space that glides.

    @property
    def point_shape(self) -> tuple[int, ...]:
        """The shape of one point, whose numbers are about standard normal."""
        return self.latent_shape

    def points(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the points [n, *point_shape] that draw what the latents draw."""
        return latents

    def draw_points(self, points: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield the images of points, as `draw` does of latents."""
        return self.draw(points, labels)

    def calm(self, points: Tensor, truncation: Tensor) -> Tensor:
        """Return points drawn towards what is typical: ψ [n] times as far from it.

        1 changes nothing, 0 is the most typical picture (Karras et al. 2019, the truncation trick).
        Looked at: GAN, VAE and flow stay pictures all the way; diffusion loses its details from 0.5
        down; what is drawn symbol by symbol ends in empty ground, VQ-VAE at 0.5 and autoregressive
        at 0.8, where low temperatures end as well: ground is the likeliest symbol everywhere.
        """
        return points * truncation.view(-1, *[1] * (points.dim() - 1))

    def relabeled(self, points: Tensor, labels: Tensor) -> Tensor:
        """Return where to go for `labels` instead; the points where a class is no place in them."""
        return points


@runtime_checkable
class Encodes(Protocol):
    """A model that finds the latents of given images."""

    def encode(self, images: Tensor) -> Tensor:
        """Return latents [n, *latent_shape] for images [n, c, h, w]."""
        ...


@runtime_checkable
class Repairs(Protocol):
    """A model that draws what is missing of a picture."""

    def repair(
        self, images: Tensor, mask: Tensor, latents: Tensor, labels: Tensor | None = None
    ) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] with what `mask` hides drawn by latents [n, *latent_shape];
        the last is final.

        `mask` is bool [n, 1, h, w], True = to be drawn; the rest is returned as it was given. What
        `images` hold under it is no more than a guess.
        """
        ...


@runtime_checkable
class Likelihood(Protocol):
    """A model that knows how probable a picture is."""

    def bits(self, images: Tensor, labels: Tensor | None, rng: Any) -> Tensor:
        """Return bits per value [n] that an 8-bit picture would cost, or an upper bound of it.

        `images` are 8-bit values on the grid k / 127.5 - 1; a density is turned into bits by
        uniform dequantization (Theis et al. 2016), a bound is averaged over what `rng` draws.
        """
        ...


class Learner(nn.Module, ABC):
    """Everything that trains a model: its losses, its optimisers, a second player, its schedules.

    All of it is state the checkpoint keeps: modules and buffers through `state_dict`, optimisers
    through `optimizers()`. The model itself stays free of it, so what is drawn from, averaged,
    explored and exported is always just `learner.model`.
    """

    model: Model
    in_parts = ""  # how the step of a batch computed in parts differs from that of the whole one

    @abstractmethod
    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """Do one optimisation step on images [n, c, h, w] in [-1, 1]; return scalars to plot.

        All randomness comes from `rng`, a torch.Generator on the images' device. `progress` runs
        from 0 to 1 over the planned run and drives schedules. Returned tensors are detached and
        not read here, so the device is never waited for.
        """

    @abstractmethod
    def optimizers(self) -> Mapping[str, Optimizer]:
        """The optimisers by name, for checkpoints, the guard and the rollback's lower rate."""

    def watch(self, seen: Batch, unseen: Batch, rng: Any, progress: float) -> dict[str, Tensor]:
        """Compare pictures learned from with pictures held out, every few steps; may adapt to it.

        Returns what to plot, detached: "seen" and "unseen", the same measure (lower is better) of
        both, where there is one. Called before `learn` of the step whose batch `seen` is.
        """
        return {}

    def finish(
        self, images: Iterator[tuple[Tensor, Tensor | None]], model: Model, rng: Any
    ) -> Mapping[str, float]:
        """Complete `model`, an averaged copy, before it is shown or saved (density, statistics).

        Returns what was found out about it, to plot beside the losses.
        """
        return {}


@dataclass(frozen=True)
class Preset:
    """A family's settings under a name that says the intent, with the time it is meant to take."""

    id: str
    title: str
    summary: str
    settings: Settings
    minutes: float


def no_objection(settings: Any, size: ImageSize, count: int) -> str:
    """Take everything."""
    return ""


@dataclass(frozen=True)
class Family:
    """A generator family: one file in `families/` that exports `FAMILY`.

    `smooth` tells whether neighboring latents draw similar pictures. `draft` holds the settings of
    drawing that make a quick version of the same picture, for dragging. `nameless` tells whether a
    model of classes has also learned to draw none of them in particular. `objection(settings, size,
    count)` is a sentence saying why `count` pictures of `size` can't be learned with `settings` and
    what to do instead, or "".
    """

    id: str
    title: str
    summary: str
    settings: type[Settings]
    tiny: Settings
    presets: tuple[Preset, ...]
    model: Callable[[Any, ImageSize], Model]
    learner: Callable[[Model, Any, ImageSize], Learner]
    smooth: bool = True
    losses: tuple[str, ...] = ()
    nameless: bool = True
    draft: Mapping[str, Any] = field(default_factory=dict)
    objection: Callable[[Any, ImageSize, int], str] = no_objection

    def preset(self, id: str) -> Preset:
        """Return the preset called `id`; raise KeyError if the family has none of that name."""
        return {p.id: p for p in self.presets}[id]
