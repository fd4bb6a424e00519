"""Train the restorer: `python packaging/train_restorer.py`, 25 minutes of one core.

All pictures (480) and masks (192) are made here and in `scenery.py`; 3000 steps of 16 crops. Writes
resources/restorer.safetensors and prints the SHA-256 that studio/core/repair/restorer.py has to
name (the order of the notes in the file's head varies; the tensors do not).
"""

import argparse
import hashlib
import json
import math
import sys
import time
from pathlib import Path

import cv2
import muon
import numpy as np
import scenery
import torch
from safetensors.torch import save
from torch import Tensor, nn

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from studio.core.repair.restorer import Restorer, begun  # noqa: E402  # the path above

SEED = 5
PICTURES, SHEETS, MASKS = 480, 48, 192
BATCH, CROP = 16, 96
STEPS = 3000
RATE, PLAIN_RATE = 0.01, 2e-3  # of Muon, and of AdamW for biases and the last layer
LETTERS = np.array(list("ABCDEFGHKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789&?!;,."))


def strokes(rng: np.random.Generator, thickest: int) -> np.ndarray:
    """Return uint8 [SIDE, SIDE] with bent lines, up to so many pixels across."""
    mask = np.zeros((scenery.SIDE,) * 2, np.uint8)
    for _ in range(int(rng.integers(8, 40))):
        steps = rng.normal(0, 1, (5, 2)) * rng.uniform(4, 40)
        points = rng.uniform(0, scenery.SIDE, 2) + steps.cumsum(0)
        width = int(rng.integers(1, thickest + 1))
        cv2.polylines(mask, [np.round(points).astype(np.int32)], False, 1, width)
    return mask


def letters(rng: np.random.Generator) -> np.ndarray:
    """Return uint8 [SIDE, SIDE] covered with lines of text."""
    mask = np.zeros((scenery.SIDE,) * 2, np.uint8)
    scale, width = rng.uniform(0.4, 1.3), int(rng.integers(1, 6))
    font = int(
        rng.choice(
            [
                cv2.FONT_HERSHEY_SIMPLEX,
                cv2.FONT_HERSHEY_DUPLEX,
                cv2.FONT_HERSHEY_TRIPLEX,
                cv2.FONT_HERSHEY_COMPLEX,
            ]
        )
    )
    for row in np.arange(0, scenery.SIDE + 30, scale * rng.uniform(30, 45)):
        text = "".join(rng.choice(LETTERS, 60))
        cv2.putText(mask, text, (-int(rng.integers(30)), int(row)), font, scale, 1, width)
    return (mask > 0).astype(np.uint8)


def grains(rng: np.random.Generator) -> np.ndarray:
    """Return uint8 [SIDE, SIDE] where single pixels, or small squares, are lost at random."""
    side = int(rng.choice([1, 2, 3], p=[0.8, 0.1, 0.1]))
    lost = rng.random((scenery.SIDE // side + 1,) * 2) < rng.uniform(0.3, 0.87)
    return lost.astype(np.uint8).repeat(side, 0).repeat(side, 1)[: scenery.SIDE, : scenery.SIDE]


def mask(rng: np.random.Generator) -> np.ndarray:
    """Return damage uint8 [SIDE, SIDE], 1 = lost."""
    kind = rng.random()
    if kind < 0.3:
        return letters(rng)
    if kind < 0.55:
        return strokes(rng, 8)
    return strokes(rng, 16) if kind < 0.72 else grains(rng)


def pool() -> tuple[Tensor, Tensor]:
    """Return all pictures uint8 [n, 3, SIDE, SIDE] and masks uint8 [m, 1, SIDE, SIDE]."""
    rng = np.random.default_rng(SEED)
    sheets = [scenery.sheet(rng) for _ in range(SHEETS)]
    pictures = np.stack([scenery.picture(rng, sheets) for _ in range(PICTURES)])
    masks = np.stack([mask(rng) for _ in range(MASKS)])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.from_numpy(masks)[:, None]


def cut(pool: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Return random crops [count, c, CROP, CROP] of a pool, turned and mirrored."""
    picks = torch.randint(len(pool), (count,), generator=rng).tolist()
    places = torch.randint(pool.shape[-1] - CROP + 1, (count, 2), generator=rng).tolist()
    turns = torch.randint(8, (count,), generator=rng).tolist()
    crops = []
    for pick, (top, left), turn in zip(picks, places, turns, strict=True):
        crop = pool[pick, :, top : top + CROP, left : left + CROP].rot90(turn % 4, (1, 2))
        crops.append(crop.flip(2) if turn >= 4 else crop)
    return torch.stack(crops)


def colored(crops: Tensor, rng: torch.Generator) -> Tensor:
    """Return crops uint8 as colors in [0, 1]: channels in another order, paler, lighter, darker."""
    count = len(crops)
    order = torch.rand(count, 3, generator=rng).argsort(1)
    x = torch.gather(crops, 1, order[:, :, None, None].expand_as(crops)).float() / 255
    gray = x.mean(1, keepdim=True)
    pale = torch.rand(count, 1, 1, 1, generator=rng)
    x = gray + (x - gray) * (1.3 * pale).clamp_max(1)
    middle = x.mean((1, 2, 3), keepdim=True)
    contrast = 0.4 + 0.8 * torch.rand(count, 1, 1, 1, generator=rng)
    light = 0.3 * torch.rand(count, 1, 1, 1, generator=rng) - 0.15
    return (middle + (x - middle) * contrast + light).clamp(0, 1)


def loss(change: Tensor, wanted: Tensor, hole: Tensor) -> Tensor:
    """Return the mean of |error| and of each picture's root mean square error in the hole."""
    error = (change.float() - wanted) * hole
    area = 3 * hole.sum((1, 2, 3)).clamp_min(1)
    square = (error.square().sum((1, 2, 3)) / area + 1e-6).sqrt()
    return (error.abs().sum((1, 2, 3)) / area + square).mean()


def rate(step: int) -> float:
    """Return the learning rate's share at a step: a warm-up, then half a cosine down to nothing."""
    return min(1.0, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * step / STEPS))


def players(restorer: Restorer) -> list[tuple[torch.optim.Optimizer, float]]:
    """Return the optimizers and the full rate of each."""
    named = dict(restorer.named_parameters())
    wide = {name: p for name, p in named.items() if p.ndim == 4 and "head" not in name}
    rest = [p for name, p in named.items() if name not in wide]
    adam = torch.optim.AdamW(rest, PLAIN_RATE, (0.9, 0.99), weight_decay=0)
    return [(muon.Muon(wide.values(), RATE), RATE), (adam, PLAIN_RATE)]


def train(pictures: Tensor, masks: Tensor, out: Path) -> Restorer:
    """Train for STEPS steps; the order and every change come from SEED."""
    torch.manual_seed(SEED)
    restorer = Restorer().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # unknown to torch's stubs
    optimizers = players(restorer)
    begin, shown = time.monotonic(), 0.0
    for step in range(STEPS):
        rng = torch.Generator().manual_seed(SEED * 1_000_003 + step)
        colors = colored(cut(pictures, BATCH, rng), rng)
        hole = cut(masks, BATCH, rng).float()
        first = begun(colors, hole)
        for optimizer, full in optimizers:
            optimizer.param_groups[0]["lr"] = full * rate(step)
        with torch.autocast("cpu", torch.bfloat16):
            given = first.contiguous(memory_format=torch.channels_last)
            change = restorer(given, hole)
        wanted = colors - first
        lost = loss(change, wanted, hole)
        restorer.zero_grad(set_to_none=True)
        lost.backward()
        nn.utils.clip_grad_norm_(optimizers[1][0].param_groups[0]["params"], 1.0)
        for optimizer, _ in optimizers:
            optimizer.step()
        with torch.no_grad():
            share = float(lost / loss(torch.zeros_like(wanted), wanted, hole))
        shown = share if step == 0 else 0.98 * shown + 0.02 * share
        if step % 50 == 0:
            print(f"{step} {time.monotonic() - begin:.0f} s, error left {shown:.4f}", flush=True)
        if step % 250 == 249:
            write(restorer, out, step + 1)
    return restorer


def write(restorer: Restorer, out: Path, steps: int) -> None:
    """Write the weights as float16 and print what they are."""
    scripts = [Path(__file__), Path(muon.__file__), Path(scenery.__file__)]
    notes = {"seed": str(SEED), "steps": str(steps)}
    notes["script"] = hashlib.sha256(b"".join(s.read_bytes() for s in scripts)).hexdigest()
    notes["license"] = "trained on procedural pictures only"
    data = save({k: v.half().contiguous() for k, v in restorer.state_dict().items()}, notes)
    out.write_bytes(data)
    sha = hashlib.sha256(data).hexdigest()
    print(json.dumps(notes | {"bytes": len(data), "sha256": sha}), flush=True)


def main() -> None:
    """Make the pictures, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TOP / "resources" / "restorer.safetensors")
    words = parser.parse_args()
    torch.set_num_threads(1)
    pictures, masks = pool()
    print(f"{len(pictures)} pictures, {len(masks)} masks", flush=True)
    write(train(pictures, masks, words.out), words.out, STEPS)


if __name__ == "__main__":
    main()
