"""How well and how quickly a picture is read in, per family; and against StyleGAN's projector.

    .venv/bin/python -m tests.bench.inversion PROJECT [--run N] [--pictures 8] [--seconds 10]
        [--skip 0] [--no-peer] [--pixels] [--each] [--sheet FILE.png]

Pictures are ones the run held out. Clock: CPU seconds of this process on one thread. The peer is
the procedure of StyleGAN2's projector (Karras et al. 2020, arXiv 1912.04958, appendix D) on the
same GAN, written anew from its description: 1,000 steps of Adam at a rate of 0.1 that rises for the
first 5 % and falls by a cosine for the last 25 %, begun at the mean of 10,000 latents, with noise
on the latent of 0.05 times their deviation that falls to 0 by 75 %, and a perceptual loss: here
that of the house encoder, as nobody's VGG is at hand. It is told the picture's class;
ours is not, or is where the line says so. `a fifth` is ours stopped after a fifth of the time that
the peer just took for that picture. Peer and ours take turns, picture by picture. As published the
peer looks at features alone; `peer + pixels` adds the pixels to its loss.
Goal: at least the peer's PSNR in at most a fifth of its time, at the median.
"""

import argparse
import math
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from studio.core import latents
from studio.core import project as projects
from studio.core.data.batches import split
from studio.core.data.packed import PackedSet, open_packed
from studio.core.explore.explorer import Explorer, open_explorer
from studio.core.explore.inverting import Inverted, fits, invert, outside, searching
from studio.core.explore.nearing import as_shown
from studio.core.nets.reconstruction import unlikeness
from studio.core.pictures import opaque, save, straighten, to_images, to_pictures
from studio.core.project import Project
from tests.bench.trained import ended, ticking

STEPS, RATE, NOISE, RISE, FALL, CALM = 1000, 0.1, 0.05, 0.05, 0.25, 0.75
MEASURED = 10_000


class Row(NamedTuple):
    """One picture read in: PSNR in dB, CPU seconds, fit, deviations off the typical sphere."""

    psnr: float
    seconds: float
    fit: float
    off: float
    picture: np.ndarray


def projected(explorer: Explorer, aim: Tensor, label: int | None, pixels: float = 0.0) -> Row:
    """Do what the projector does, with `pixels` times the mean square error in its loss."""
    begun, rng = time.process_time(), latents.rng(0)
    many = torch.randn(MEASURED, *explorer.shape, generator=rng)
    mean = many.mean(0, keepdim=True)
    spread = float((many - mean).square().sum() / MEASURED) ** 0.5
    found = mean.clone().requires_grad_()
    labels = None if label is None else torch.tensor([label])
    adam = torch.optim.Adam([found], RATE)
    for step in range(STEPS):
        share = step / STEPS
        noise = spread * NOISE * max(0.0, 1 - share / CALM) ** 2
        fall = 0.5 - 0.5 * math.cos(math.pi * min(1.0, (1 - share) / FALL))
        adam.param_groups[0]["lr"] = RATE * fall * min(1.0, share / RISE)
        latent = found + noise * torch.randn(found.shape, generator=rng)
        *_, images = explorer.model.draw_points(latent, labels)
        loss = unlikeness(aim, images) + pixels * (images - aim).square().mean()
        (found.grad,) = torch.autograd.grad(loss, found)
        adam.step()
    with torch.no_grad():
        *_, images = explorer.model.draw_points(found, labels)
    seconds, images = time.process_time() - begun, as_shown(images)
    error = float((images - aim).square().mean())
    off = outside(found.detach().numpy())
    return Row(10 * math.log10(4 / error), seconds, fits(aim, images), off, to_pictures(images)[0])


def ours(explorer: Explorer, picture: np.ndarray, seconds: float, label: int | None) -> Row:
    """Read one picture in as the window does."""
    with ticking("cpu"):
        found: Inverted = ended(invert(explorer, picture, seconds, label))
    return Row(found.psnr, found.seconds, found.fit, found.off, found.picture)


def held_out(project: Project, number: int, count: int) -> tuple[PackedSet, np.ndarray]:
    """Return the run's set and the places of `count` pictures it did not learn."""
    record = project.run(number).record
    packed = open_packed(project.dataset(record.dataset))
    _, held = split(len(packed.pictures), record.plan.held_out, record.plan.seed)
    order = torch.randperm(len(held), generator=latents.rng(1))[:count]
    return packed, held[order].numpy()


def contests(
    explorer: Explorer, packed: PackedSet, places: np.ndarray, args: argparse.Namespace
) -> Iterator[tuple[str, Row]]:
    """Yield what each way found for each picture, the ways taking turns."""
    rival = not explorer.encodes and args.peer
    for place in places.tolist():
        row = packed.pictures[place : place + 1]
        picture, aim = straighten(row)[0], to_images(torch.from_numpy(np.array(row)))
        label = None if packed.labels is None else int(packed.labels[place])
        yield "asked", Row(0, 0, 0, 0, picture)
        yield "ours", ours(explorer, picture, args.seconds, None)
        if rival:
            peer = projected(explorer, aim, label)
            yield "peer", peer
            yield "a fifth", ours(explorer, picture, peer.seconds / 5.5, None)
            yield "a fifth, class known", ours(explorer, picture, peer.seconds / 5.5, label)
        if rival and args.pixels:
            yield "peer + pixels", projected(explorer, aim, label, pixels=10.0)


def told(name: str, rows: list[Row]) -> str:
    """Return a line of medians, with the range of PSNR."""
    psnr, seconds, fit, off = (statistics.median(x) for x in list(zip(*rows, strict=True))[:4])
    low, high = min(r.psnr for r in rows), max(r.psnr for r in rows)
    return (
        f"{name:28}{psnr:8.2f}{low:7.1f} ..{high:5.1f}{seconds:9.2f}{fit:7.0%}{off:8.1f}"
        f"{len(rows):6}"
    )


def compare(project: Project, number: int, args: argparse.Namespace) -> list[list[np.ndarray]]:
    """Print a run's lines; return the pictures by way."""
    explorer: Explorer = ended(open_explorer(project, number))
    packed, places = held_out(project, number, args.skip + args.pictures)
    places = places[args.skip :]
    found: dict[str, list[Row]] = {}
    for name, row in contests(explorer, packed, places, args):
        found.setdefault(name, []).append(row)
        if args.each and name != "asked":
            print(f"  {told(name, [row])}", flush=True)
    instant = ", instant" if searching(explorer) else ""
    for name, rows in found.items():
        if name != "asked":
            print(told(f"{number} {explorer.family.id}{instant}, {name}", rows), flush=True)
    for mine in ("ours", "a fifth", "a fifth, class known"):
        if "peer" in found and mine in found:
            ahead = statistics.median(
                a.psnr - b.psnr for a, b in zip(found[mine], found["peer"], strict=True)
            )
            ratio = statistics.median(
                b.seconds / a.seconds for a, b in zip(found[mine], found["peer"], strict=True)
            )
            print(f"  {mine} over peer: {ahead:+.2f} dB, {ratio:.1f} times as fast (medians)")
    return [[row.picture for row in rows] for rows in found.values()]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--run", type=int)
    parser.add_argument("--pictures", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    parser.add_argument("--pixels", action="store_true", help="run `peer + pixels` too")
    parser.add_argument("--each", action="store_true", help="a line for each picture too")
    parser.add_argument("--skip", type=int, default=0, help="leave out so many pictures first")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    project = projects.open(args.project)
    numbers = [args.run] if args.run else [run.number for run in project.runs()]
    print(f"{'medians':28}{'PSNR':>8}{'range':>14}{'seconds':>9}{'fit':>7}{'off, σ':>8}{'n':>6}")
    for number in numbers:
        columns = compare(project, number, args)
        if args.sheet:
            sheet = np.concatenate([np.concatenate(opaque(np.stack(c)), 1) for c in columns])
            save(
                sheet.repeat(3, 0).repeat(3, 1), args.sheet.with_stem(f"{args.sheet.stem}-{number}")
            )


if __name__ == "__main__":
    main()
