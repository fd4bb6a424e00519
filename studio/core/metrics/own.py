"""The own judge: a small network that learns from a set's pictures what differs among them."""

import hashlib
import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn import functional

from studio.core import latents
from studio.core.events import Job, Progress
from studio.core.metrics.features import Encoder
from studio.core.metrics.views import Pictures, shrunk
from studio.core.pictures import premultiply
from studio.core.project import write_json
from studio.core.weights import check_head

WEIGHTS, RECORD, SCHEMA = "judge.safetensors", "judge.json", 1
WIDTHS = (32, 64, 128)
SIDE = 32
STEPS, BATCH, RATE = 240, 48, 1e-3
SWAPPED = 0.8  # of all looks have their color channels swapped, or palettes would be all it sees
APART = 5.0  # weight of features not repeating each other
PICTURES = 6000  # at most, to learn from
TEMPERATURE = 0.2
INITIAL, PICKS, LOOKS = 1, 2, 3  # streams of randomness


class Block(nn.Module):
    """Two 3x3 convolutions around a shortcut, the first with a stride of two."""

    def __init__(self, before: int, after: int):
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride=2, padding=1)
        self.last = nn.Conv2d(after, after, 3, padding=1)
        self.short = nn.Conv2d(before, after, 1, stride=2)
        self.norms = nn.ModuleList(nn.GroupNorm(8, after) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norms[0](self.first(x)))
        return functional.relu(self.short(x) + self.norms[1](self.last(y)))


class OwnEncoder(Encoder):
    """A residual network on the pictures' own statistics; features are means of all its stages."""

    side = SIDE

    def __init__(self, channels: int):
        super().__init__()
        self.channels = channels
        wide = (channels, *WIDTHS)
        self.stages = nn.ModuleList(Block(a, b) for a, b in pairwise(wide))

    @property
    def sha256(self) -> str:
        """The hash of the weights, hexadecimal."""
        return hashlib.sha256(save(self.state_dict())).hexdigest()

    def forward(self, images: Tensor) -> Tensor:
        """Return features [n, 224]."""
        found, x = [], images
        for stage in self.stages:
            x = stage(x)
            found.append(x.mean((2, 3)))
        return torch.cat(found, 1)


class Student(nn.Module):
    """The encoder with the heads it learns with: same picture, which turn, which class."""

    def __init__(self, channels: int, classes: int):
        super().__init__()
        self.encoder = OwnEncoder(channels)
        wide = sum(WIDTHS)
        self.same = nn.Sequential(nn.Linear(wide, 128), nn.ReLU(), nn.Linear(128, 64))
        self.turn = nn.Linear(wide, 4)
        self.kind = nn.Linear(wide, max(1, classes))

    def loss(self, looks: Tensor, turns: Tensor, labels: Tensor) -> Tensor:
        """Return the loss of two looks [2n, c, h, w] at n pictures turned alike."""
        found = self.encoder(looks)
        turned = functional.cross_entropy(self.turn(found), turns.repeat(2))
        total = contrast(self.same(found)) + 0.5 * turned + APART * repetition(found)
        if (labels >= 0).any():
            guesses = self.kind(found)
            total = total + functional.cross_entropy(guesses, labels.repeat(2), ignore_index=-1)
        return total


def contrast(codes: Tensor) -> Tensor:
    """Return the loss of finding each code's partner, n rows further, among all [2n, d]
    (SimCLR, Chen et al. 2020).
    """
    codes = functional.normalize(codes, dim=1)
    likeness = codes @ codes.T / TEMPERATURE
    likeness.fill_diagonal_(-torch.inf)
    partners = torch.arange(len(codes), device=codes.device).roll(len(codes) // 2)
    return functional.cross_entropy(likeness, partners)


def repetition(found: Tensor) -> Tensor:
    """Return the mean squared correlation of different features of [n, d] (Barlow Twins, Zbontar
    et al. 2021): without it features shrink to a handful that tell palettes apart.
    """
    z = (found - found.mean(0)) / (found.std(0) + 1e-4)
    correlation = z.T @ z / len(z)
    return (correlation - torch.diag(torch.diag(correlation))).square().mean()


def learn(
    pictures: Pictures, labels: np.ndarray | None, seed: int = 0, steps: int = STEPS
) -> Job[OwnEncoder]:
    """Train the judge on pictures uint8 [n, h, w, c] with straight alpha, labels [n] or None.

    The same arguments give the same network on the same machine; about a minute on one slow core.
    """
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(pictures))[:PICTURES])
    layers = yield from _layers(pictures, chosen)
    known = torch.full((len(chosen),), -1) if labels is None else torch.tensor(labels[chosen])
    channels = 3 if layers.shape[1] == 4 else layers.shape[1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(latents.rng(seed, 0, INITIAL).initial_seed())
        student = Student(channels, int(known.max()) + 1)
    adam = torch.optim.AdamW(student.parameters(), RATE, weight_decay=1e-3)
    for step in range(steps):
        adam.param_groups[0]["lr"] = RATE * min(1, (step + 1) / 20) * (1 - step / steps)
        picks = torch.randint(
            len(layers), (min(BATCH, len(layers)),), generator=latents.rng(seed, step, PICKS)
        )
        looks, turns = two_looks(layers[picks], latents.rng(seed, step, LOOKS))
        adam.zero_grad()
        student.loss(looks, turns, known[picks]).backward()
        adam.step()
        yield Progress(step + 1, steps, "Learning to judge these pictures (once per set)")
    return student.encoder.eval().requires_grad_(False)


def _layers(pictures: Pictures, chosen: np.ndarray) -> Job[Tensor]:
    """Shrink the chosen pictures to images [n, c, h, w], alpha premultiplied and kept."""
    found = []
    for start in range(0, len(chosen), 256):
        some = pictures[chosen[start : start + 256]]
        found.append(shrunk(premultiply(some), SIDE))
        yield Progress(start, len(chosen), "Reading pictures")
    return torch.cat(found)


def two_looks(layers: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return two random looks [2n, c, h, w] at images [n, c', h, w], and how far both are turned.

    A look is moved, scaled, tilted, brightened, its color channels often swapped; alpha lies over a
    random grey. Oblong pictures are turned upside down only.
    """
    n, _, height, width = layers.shape
    turns = torch.randint(4, (n,), generator=rng)
    turns = turns if height == width else turns // 2 * 2
    turned = torch.stack([x.rot90(int(k), (1, 2)) for x, k in zip(layers, turns, strict=True)])
    return torch.cat([_look(turned, rng), _look(turned, rng)]), turns


def _look(images: Tensor, rng: torch.Generator) -> Tensor:
    n = len(images)

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=rng)

    angle, scale = between(-0.2, 0.2), between(0.65, 1.05)
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = [cosine, -sine, between(-0.2, 0.2), sine, cosine, between(-0.2, 0.2)]
    places = functional.affine_grid(
        torch.stack(rows, 1).reshape(n, 2, 3), list(images.shape), align_corners=False
    )
    x = functional.grid_sample(images, places, padding_mode="border", align_corners=False)
    if x.shape[1] == 4:
        ground = torch.rand(n, 1, 1, 1, generator=rng)
        x = x[:, :3] + ground * (1 - x[:, 3:])
    contrast, shift = between(0.8, 1.2), between(-0.2, 0.2)
    return swapped(x, rng) * contrast[:, None, None, None] + shift[:, None, None, None]


def swapped(x: Tensor, rng: torch.Generator) -> Tensor:
    """Return images [n, c, h, w], most with their channels in another order."""
    n, channels = x.shape[:2]
    order = torch.rand(n, channels, generator=rng).argsort(1)
    other = x.gather(1, order[:, :, None, None].expand_as(x))
    return torch.where(torch.rand(n, 1, 1, 1, generator=rng) < SWAPPED, other, x)


def keep(encoder: OwnEncoder, folder: Path, fingerprint: str) -> None:
    """Write the judge of the pictures `fingerprint` into `folder`: weights, then their hash."""
    data = save(encoder.state_dict())
    temporary = folder / f".{WEIGHTS}-{os.getpid()}"
    temporary.write_bytes(data)
    temporary.replace(folder / WEIGHTS)
    sha256 = hashlib.sha256(data).hexdigest()
    values = {"schema": SCHEMA, "fingerprint": fingerprint, "channels": encoder.channels}
    write_json(folder / RECORD, values | {"sha256": sha256})


def kept(folder: Path, fingerprint: str) -> OwnEncoder | None:
    """Return the judge kept in `folder`, or None if there is none, or another, or it is damaged."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        data = (folder / WEIGHTS).read_bytes()
        same = record["schema"] == SCHEMA and record["fingerprint"] == fingerprint
        if not same or hashlib.sha256(data).hexdigest() != record["sha256"]:
            return None
        check_head(data)
        if record["channels"] not in (1, 3, 4):
            return None
        with torch.random.fork_rng(devices=[]):
            encoder = OwnEncoder(record["channels"])
        encoder.load_state_dict(load(data))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError):
        return None
    return encoder.eval().requires_grad_(False)
