"""Train the house encoder: `python packaging/train_encoder.py TILES.zip`, 20 minutes of one core.

TILES.zip are the CC0 tiles of Dungeon Crawl Stone Soup, folders as classes. All other pictures
are made here (`procedural.py` and the starter sprites). Writes resources/encoder.safetensors and
prints the SHA-256 that studio/core/encoder.py has to name.
"""

import argparse
import hashlib
import json
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import procedural
import torch
from PIL import Image
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from studio.core.data import sprites  # noqa: E402  # the source tree joins the path above
from studio.core.encoder import FILE, WIDTHS, Encoder, Trunk  # noqa: E402  # as above
from studio.core.pictures import premultiply  # noqa: E402  # as above

SEED = 20
SIDE, POOL = 32, procedural.SIDE
PAIRS, STEPS, RATE = 64, 1800, 2.5e-3
TEMPERATURE = 0.2
COUNTS = {"scenes": 8000, "textures": 3000, "glyphs": 6000, "fractals": 4000, "faces": 8000}
SPRITES = 4800
FOLDER_AT_LEAST = 8  # tiles that make a folder a class
# Told only from the view whose colors and place are unchanged.
PLAIN_ONLY = ("hue", "size", "place", "palette", "accent", "pose")
# Drawn this often, in relation to each other.
SHARES = {
    "scenes": 5,
    "textures": 1,
    "glyphs": 2,
    "fractals": 2,
    "faces": 3,
    "sprites": 2,
    "tiles": 6,
}

Pool = tuple[Tensor, dict[str, Tensor], Tensor]


def centered(picture: Image.Image) -> np.ndarray:
    """Return a tile in the middle of a transparent pool picture, premultiplied uint8."""
    picture = picture.convert("RGBA")
    if max(picture.size) > POOL:
        picture.thumbnail((POOL, POOL), Image.Resampling.BOX)
    canvas = Image.new("RGBA", (POOL, POOL))
    canvas.paste(picture, ((POOL - picture.width) // 2, (POOL - picture.height) // 2))
    return premultiply(np.asarray(canvas))


def tiles(path: Path) -> procedural.Made:
    """Read the tiles; folders with enough of them are classes, the others have none (-1)."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if n.lower().endswith(".png"))
        pictures = [centered(Image.open(archive.open(n))) for n in names]
    folders = [n.rsplit("/", 1)[0] for n in names]
    large = sorted(f for f in set(folders) if folders.count(f) >= FOLDER_AT_LEAST)
    labels = [large.index(f) if f in large else -1 for f in folders]
    return np.stack(pictures), {"tile": np.array(labels)}


def starter() -> procedural.Made:
    """Draw the starter set's sprites with all their factors."""
    drawn, found = sprites.sprites(SPRITES, SEED)
    edge = (POOL - drawn.shape[1]) // 2
    pictures = np.pad(premultiply(drawn), ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    labels = {}
    for name in ("kind", "palette", "accent", "pattern", "size", "pose"):
        values = [getattr(f, name) for f in found]
        known = sorted(set(values))
        labels[f"sprite.{name}"] = np.array([known.index(v) for v in values])
    return pictures, labels


def pool(path: Path) -> Pool:
    """Return all pictures [n, 4, POOL, POOL] uint8, their labels, and each one's chance."""
    parts = {}
    for name, count in COUNTS.items():
        rng = np.random.default_rng((SEED, len(parts)))
        chunks = [getattr(procedural, name)(rng, 500) for _ in range(count // 500)]
        keys = chunks[0][1]
        joined = {k: np.concatenate([c[1][k] for c in chunks]) for k in keys}
        parts[name] = np.concatenate([c[0] for c in chunks]), joined
    parts |= {"sprites": starter(), "tiles": tiles(path)}
    sizes = {name: len(made[0]) for name, made in parts.items()}
    pictures = torch.from_numpy(np.concatenate([made[0] for made in parts.values()]))
    chance = torch.cat([torch.full((n,), SHARES[k] / n) for k, n in sizes.items()])
    labels, start = {}, 0
    for name, (_, known) in parts.items():
        for key, values in known.items():
            labels[key] = torch.full((len(pictures),), -1)
            labels[key][start : start + sizes[name]] = torch.from_numpy(values)
        start += sizes[name]
    return pictures.permute(0, 3, 1, 2).contiguous(), labels, chance


def chance(count: int, share: float, rng: torch.Generator) -> Tensor:
    """Return which pictures [n, 1, 1, 1] are changed."""
    return torch.rand(count, 1, 1, 1, generator=rng) < share


def between(count: int, low: float, high: float, rng: torch.Generator) -> Tensor:
    """Return numbers [n, 1, 1, 1] in low..high."""
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=rng)


def placed(x: Tensor, strong: bool, rng: torch.Generator) -> Tensor:
    """Cut SIDE x SIDE out of pictures 0..1: a shift; if strong also turned, scaled, mirrored."""
    n, reach = len(x), 0.1 if not strong else 0.2
    turn = between(n, -0.35, 0.35, rng) if strong else between(n, 0, 0, rng)
    low, high = (0.5, 1.05) if strong else (0.75, 0.9)
    zoom = between(n, low, high, rng)
    flip = 1 - 2 * chance(n, 0.5 if strong else 0.0, rng).float()
    shift = [between(n, -reach, reach, rng) for _ in range(2)]
    rows = [turn.cos() * zoom * flip, -turn.sin() * zoom, shift[0]]
    rows += [turn.sin() * zoom * flip, turn.cos() * zoom, shift[1]]
    theta = torch.cat(rows, 1).view(n, 2, 3)
    grid = functional.affine_grid(theta, [n, 4, SIDE, SIDE], align_corners=False)
    return functional.grid_sample(x, grid, mode="bilinear", align_corners=False)


def recolored(x: Tensor, rng: torch.Generator) -> Tensor:
    """Change contrast, saturation, the order of the channels and light, within alpha."""
    n = len(x)
    color, alpha = x[:, :3], x[:, 3:]
    order = torch.rand(n, 3, generator=rng).argsort(1)
    mixed = torch.gather(color, 1, order[:, :, None, None].expand_as(color))
    color = torch.where(chance(n, 0.3, rng), mixed, color)
    gray = color.mean(1, keepdim=True)
    color = gray + (color - gray) * between(n, 0.0, 1.6, rng)
    mean = color.mean((1, 2, 3), keepdim=True) / alpha.mean((1, 2, 3), keepdim=True).clamp_min(0.1)
    color = mean * alpha + (color - mean * alpha) * between(n, 0.5, 1.4, rng)
    color = color + between(n, -0.25, 0.25, rng) * alpha
    return torch.cat([torch.minimum(color.clamp_min(0), alpha), alpha], 1)


def grounded(x: Tensor, others: Tensor, rng: torch.Generator) -> Tensor:
    """Put half of the pictures on black, white, a color or another picture."""
    n = len(x)
    plain = torch.rand(n, 3, 1, 1, generator=rng).expand(-1, -1, SIDE, SIDE)
    ends = chance(n, 0.5, rng).float().expand(-1, 3, SIDE, SIDE)
    below = torch.where(chance(n, 0.5, rng), plain, ends)
    below = torch.where(chance(n, 0.15, rng), others[:, :3], below)
    solid = torch.cat([x[:, :3] + below * (1 - x[:, 3:]), torch.ones_like(x[:, :1])], 1)
    return torch.where(chance(n, 0.6, rng), solid, x)


def worn(x: Tensor, rng: torch.Generator) -> Tensor:
    """Blur, coarsen, add noise, cut a hole, take the color: each to some pictures."""
    n = len(x)
    small = functional.interpolate(x, scale_factor=0.5, mode="area")
    soft = functional.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    coarse = functional.interpolate(small, scale_factor=2, mode="nearest")
    x = torch.where(chance(n, 0.15, rng), soft, x)
    x = torch.where(chance(n, 0.1, rng), coarse, x)
    noise = torch.randn(x.shape, generator=rng) * between(n, 0, 0.08, rng) * x[:, 3:]
    x = torch.where(chance(n, 0.25, rng), x + noise, x)
    line = torch.arange(SIDE)
    hole = torch.ones(n, 1, SIDE, SIDE, dtype=torch.bool)
    for view in ((1, 1, SIDE, 1), (1, 1, 1, SIDE)):
        start = torch.randint(-2, SIDE - 6, (n, 1, 1, 1), generator=rng)
        inside = (line.view(view) >= start) & (line.view(view) < start + 12)
        hole = hole & inside
    x = torch.where(hole & chance(n, 0.25, rng), torch.zeros(()), x)
    gray = x[:, :3].mean(1, keepdim=True).expand(-1, 3, -1, -1)
    return torch.where(chance(n, 0.12, rng), torch.cat([gray, x[:, 3:]], 1), x)


def views(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Return a plain and a strongly changed view of each, images [2 n, 4, SIDE, SIDE]."""
    x = pictures.float() / 255
    plain, strong = placed(x, False, rng), placed(x, True, rng)
    shuffled = strong[torch.randperm(len(x), generator=rng)]
    plain = grounded(plain, shuffled, rng)
    strong = worn(grounded(recolored(strong, rng), shuffled, rng), rng)
    return torch.cat([plain, strong]).clamp(0, 1) * 2 - 1


class Normed(nn.Module):
    """A convolution and its batch normalization, until they are folded into one."""

    def __init__(self, conv: nn.Conv2d):
        super().__init__()
        nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        conv.bias = None
        self.conv, self.norm = conv, nn.BatchNorm2d(conv.out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved and normalized maps."""
        return self.norm(self.conv(x))

    @torch.no_grad()
    def folded(self) -> nn.Conv2d:
        """Return the one convolution that does what both do in eval mode."""
        mean, variance = self.norm.running_mean, self.norm.running_var
        assert mean is not None and variance is not None
        gain = self.norm.weight / (variance + self.norm.eps).sqrt()
        self.conv.weight.mul_(gain[:, None, None, None])
        self.conv.bias = nn.Parameter(self.norm.bias - mean * gain)
        return self.conv


def replaced(module: nn.Module, old: type, new: Callable[[Any], nn.Module]) -> None:
    """Replace every child of class `old` by new(child), at every depth."""
    for name, child in module.named_children():
        if type(child) is old:
            setattr(module, name, new(child))
        else:
            replaced(child, old, new)


class Pupil(nn.Module):
    """The trunk with a head for each factor and a projection for telling pictures apart."""

    def __init__(self, labels: dict[str, Tensor]):
        super().__init__()
        self.trunk = Trunk()
        replaced(self.trunk, nn.Conv2d, Normed)
        for name, weight in self.trunk.named_parameters():
            if name.endswith("last.norm.weight"):
                nn.init.zeros_(weight)
        width = sum(WIDTHS[1:]) + 3 * WIDTHS[-1]
        self.heads = nn.ModuleDict(
            {k.replace(".", "_"): nn.Linear(width, int(v.max()) + 1) for k, v in labels.items()}
        )
        pooled = sum(WIDTHS[1:])
        self.project = nn.Sequential(nn.Linear(pooled, 256), nn.SiLU(), nn.Linear(256, 128))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return (what the heads read, unit projections) of images."""
        maps = self.trunk(images)[1:]
        means = torch.cat([x.mean((2, 3)) for x in maps], 1)
        corners = functional.adaptive_avg_pool2d(maps[-1], 2).flatten(1)
        known = torch.cat([means[:, : -WIDTHS[-1]], corners], 1)
        return known, functional.normalize(self.project(means).float())


def losses(pupil: Pupil, images: Tensor, labels: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return cross-entropy of each factor, and NT-Xent (Chen et al. 2020) between the views."""
    known, units = pupil(images)
    count, found = len(images) // 2, {}
    for key, wanted in labels.items():
        logits = pupil.heads[key.replace(".", "_")](known).float()
        hidden = torch.full_like(wanted, -1)
        twice = torch.cat([wanted, hidden if key.endswith(PLAIN_ONLY) else wanted])
        entropy = functional.cross_entropy(logits, twice, ignore_index=-1, reduction="sum")
        found[key] = entropy / np.log(logits.shape[1]) / (2 * count)
    alike = units @ units.T / TEMPERATURE
    alike.fill_diagonal_(-1e4)
    other = torch.arange(2 * count).roll(count)
    found["alike"] = 0.2 * functional.cross_entropy(alike, other)
    return found


def rate(step: int) -> float:
    """Return the learning rate's share at a step: a warm-up, then a cosine to nothing."""
    return min(1.0, (step + 1) / 100) * 0.5 * (1 + np.cos(np.pi * step / STEPS))


def train(pictures: Tensor, labels: dict[str, Tensor], weights: Tensor) -> Pupil:
    """Train for STEPS steps; the order and every change come from SEED."""
    torch.manual_seed(SEED)
    pupil = Pupil(labels).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # unknown to torch's stubs
    adam = torch.optim.AdamW(pupil.parameters(), RATE, weight_decay=0.02, fused=True)
    begun = time.monotonic()
    for step in range(STEPS):
        rng = torch.Generator().manual_seed(SEED * 1_000_003 + step)
        picks = torch.multinomial(weights, PAIRS, generator=rng)
        images = views(pictures[picks], rng).contiguous(memory_format=torch.channels_last)
        for group in adam.param_groups:
            group["lr"] = RATE * rate(step)
        adam.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16):
            found = losses(pupil, images, {k: v[picks] for k, v in labels.items()})
        total = torch.stack(list(found.values())).sum()
        total.backward()
        nn.utils.clip_grad_norm_(pupil.parameters(), 5.0)
        adam.step()
        if step % 50 == 0:
            shown = " ".join(f"{k} {v.item():.3f}" for k, v in found.items())
            print(
                f"{step} {time.monotonic() - begun:.0f} s, {total.item():.3f}: {shown}", flush=True
            )
    return pupil


@torch.no_grad()
def measured(pupil: Pupil, pictures: Tensor, weights: Tensor) -> Encoder:
    """Fold the normalization and note each channel's mean and deviation."""
    replaced(pupil.trunk, Normed, Normed.folded)
    encoder = Encoder()
    encoder.trunk.load_state_dict(pupil.trunk.state_dict())
    rng = torch.Generator().manual_seed(SEED)
    picks = torch.multinomial(weights, 2048, generator=rng)
    parts = [encoder.trunk(views(pictures[p], rng)) for p in picks.split(256)]
    for k in range(len(WIDTHS)):
        values = torch.cat([part[k] for part in parts])
        encoder.get_buffer(f"mean{k}").copy_(values.mean((0, 2, 3), keepdim=True))
        encoder.get_buffer(f"scale{k}").copy_(1 / (values.std((0, 2, 3), keepdim=True) + 0.05))
    return encoder


def main() -> None:
    """Make the pictures, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tiles", type=Path)
    parser.add_argument("--out", type=Path, default=TOP / "resources" / FILE)
    words = parser.parse_args()
    torch.set_num_threads(1)
    scripts = [Path(__file__), Path(procedural.__file__), TOP / "studio/core/data/sprites.py"]
    script = hashlib.sha256(b"".join(s.read_bytes() for s in scripts)).hexdigest()
    pictures, labels, weights = pool(words.tiles)
    print(f"{len(pictures)} pictures, {len(labels)} factors", flush=True)
    encoder = measured(train(pictures, labels, weights), pictures, weights)
    notes = {"seed": str(SEED), "steps": str(STEPS), "script": script}
    notes["tiles"] = hashlib.sha256(words.tiles.read_bytes()).hexdigest()
    notes["license"] = "trained on procedural pictures and CC0 tiles only"
    tensors = {k: v.half().contiguous() for k, v in encoder.state_dict().items()}
    data = save(tensors, {k: str(v) for k, v in notes.items()})
    words.out.write_bytes(data)
    print(json.dumps(notes | {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}))


if __name__ == "__main__":
    main()
