"""Judge directions by known factors: `python -m tests.slow.explore_directions PROJECT [RUN …]`.

PROJECT holds runs trained on the starter sprites, all runs if none is named. A classifier of the
sprites' factors is trained on freshly drawn ones (about two minutes), then asked how many pictures
change which factor when a slider goes from -SIGMAS to +SIGMAS, and what 10 tags are worth.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core import latents, pictures
from studio.core import project as projects
from studio.core.data import sprites
from studio.core.explore import tagging
from studio.core.explore.answers import answers
from studio.core.explore.directions import Direction, find_directions
from studio.core.explore.explorer import Explorer, open_explorer
from tests.core.toys import finish

VALUES = {
    "kind": tuple(sprites.KINDS),
    "color": sprites.PALETTES,
    "size": tuple(sprites.SIZES),
    "facing": ("right", "left"),
    "lively": (False, True),
    "accent": sprites.PALETTES,
    "pattern": sprites.PATTERNS,
}
JUDGED = 5  # factors that show in every sprite; accent and pattern do not
SURE = 0.8  # probability from which on the classifier's answer counts
SAMPLES, FRESH, STEPS, BATCH = 192, 2000, 900, 128
CONTRASTS = {  # yes against no
    ("color", "leaf teal against rose royal ruby"): (("leaf", "teal"), ("rose", "royal", "ruby")),
    ("kind", "ghost against others"): (("ghost",), ()),
    ("kind", "sword against others"): (("sword",), ()),
    ("size", "large against small"): (("large",), ("small",)),
    ("facing", "left against right"): (("left",), ("right",)),
    ("lively", "lively against calm"): ((True,), (False,)),
}


def drawn(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return fresh sprites as images [count, 4, 32, 32], and their factors [count, 7]."""
    found, factors = sprites.sprites(count, seed)
    rows = [
        (
            f.kind,
            f.palette,
            f.size,
            "left" if f.pose.endswith("left") else "right",
            f.pose.startswith("lively"),
            f.accent,
            f.pattern,
        )
        for f in factors
    ]
    numbers = [[known.index(v) for known, v in zip(VALUES.values(), r, strict=True)] for r in rows]
    return pictures.to_images(torch.from_numpy(pictures.premultiply(found))), torch.tensor(numbers)


class FactorNet(nn.Module):
    """Tells the factors of a sprite."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((4, 32, 2), (32, 64, 1), (64, 96, 2), (96, 128, 2))
        layers = [
            nn.Sequential(nn.Conv2d(a, b, 3, s, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU())
            for a, b, s in widths
        ]
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.heads = nn.ModuleList(nn.Linear(128 * 16, len(v)) for v in VALUES.values())

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return the logits of every factor [n, values]."""
        features = self.body(images)
        return [head(features) for head in self.heads]


def roughened(images: Tensor, rng: torch.Generator) -> Tensor:
    """Blur some images and put noise on them, as models draw them."""
    count = len(images)
    soft = functional.avg_pool2d(functional.pad(images, (1,) * 4, mode="replicate"), 3, 1)
    share = 0.8 * torch.rand(count, 1, 1, 1, generator=rng)
    noise = 0.15 * torch.rand(count, 1, 1, 1, generator=rng)
    return torch.lerp(images, soft, share) + noise * torch.randn(images.shape, generator=rng)


def trained() -> FactorNet:
    """Train the classifier; print its accuracy on fresh sprites."""
    torch.manual_seed(0)
    net, rng = FactorNet(), latents.rng(1)
    images, factors = drawn(100 * BATCH, 100)
    adam = torch.optim.AdamW(net.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 3e-3, STEPS)
    for _ in range(STEPS):
        rows = torch.randint(len(images), (BATCH,), generator=rng)
        told = net(roughened(images[rows], rng))
        loss = sum(functional.cross_entropy(x, factors[rows, k]) for k, x in enumerate(told))
        adam.zero_grad()
        torch.as_tensor(loss).backward()
        adam.step()
        schedule.step()
    net.eval().requires_grad_(False)
    images, factors = drawn(FRESH, 7)
    right = [(x.argmax(1) == factors[:, k]).float().mean() for k, x in enumerate(net(images))]
    print("fresh sprites:", ", ".join(f"{n} {a:.3f}" for n, a in zip(VALUES, right, strict=True)))
    return net


@torch.no_grad()
def judged(net: FactorNet, explorer: Explorer, points: Tensor, labels: Tensor | None):
    """Return the factors [n, 7] the classifier sees in the pictures of points, and how sure."""
    told = []
    for start in range(0, len(points), 64):
        named = None if labels is None else labels[start : start + 64]
        *_, images = explorer.model.draw_points(points[start : start + 64], named)
        told.append(torch.stack([torch.stack(x.softmax(1).max(1)) for x in net(images)], 2))
    sure, found = torch.cat(told, 1)
    return found.long(), sure


def sampled(explorer: Explorer, count: int, seed: int, label: int | None):
    """Return points and labels of `count` draws, of one class or of all in turn."""
    noise = latents.draw(count, explorer.model.latent_shape, seed)
    classes = len(explorer.classes)
    labels = None
    if classes:
        labels = torch.arange(count) % classes if label is None else torch.full((count,), label)
    return explorer.model.points(noise, labels), labels


def changes(net: FactorNet, explorer: Explorer, way: Direction, sigmas: float, label: int | None):
    """Return the share of pictures of which each judged factor changes [2, JUDGED]: of all, and of
    those at both of whose ends the classifier is sure.
    """
    count = SAMPLES if label is None else SAMPLES // 4
    points, labels = sampled(explorer, count, 2, label)
    move = sigmas * torch.from_numpy(way.vector)
    low, sure_low = judged(net, explorer, points - move, labels)
    high, sure_high = judged(net, explorer, points + move, labels)
    changed = (low != high).float()[:, :JUDGED]
    sure = ((sure_low > SURE) & (sure_high > SURE)).float()[:, :JUDGED]
    return torch.stack([changed.mean(0), (changed * sure).sum(0) / sure.sum(0).clamp_min(1)])


def direction_table(net: FactorNet, explorer: Explorer, sigmas: float, by_class: bool) -> None:
    """Print, for every factor, the best direction found: its change, and that of other factors."""
    labels = range(len(explorer.classes)) if by_class else [None]
    rows: dict[int, list[np.ndarray]] = {k: [] for k in range(1, JUDGED)}
    names: dict[int, str] = {}
    for label in labels:
        _, found = finish(find_directions(explorer, 24, label=label))
        tables = [changes(net, explorer, way, sigmas, label).numpy() for way in found]
        for k in rows:
            best = max(range(len(found)), key=lambda j: _lead(tables[j][1], k))
            others = np.delete(tables[best], k, 1)
            rows[k].append(np.stack([tables[best][:, k], others.mean(1), others.max(1)], 1))
            names[k] = "" if by_class else found[best].name
    where = "in each class by itself" if by_class else "in all classes"
    print(f"±{sigmas:g} σ, {where}: target change, mean and worst change of the other factors")
    for k, found_rows in rows.items():
        every, sure = np.mean(found_rows, 0)
        good = "reached" if sure[0] >= 0.8 and sure[1] <= 0.2 else ""
        name = list(VALUES)[k]
        print(f"  {name:8} all {_three(every)}   sure {_three(sure)}  {good:8} {names[k]}")


def _lead(row: np.ndarray, k: int) -> float:
    return float(row[k] - np.delete(row, k).mean())


def _three(row: np.ndarray) -> str:
    return " ".join(f"{x:.2f}" for x in row)


def tag_table(net: FactorNet, explorer: Explorer, label: int | None) -> None:
    """Print what 5 + 5, 10 + 10 and 25 + 25 tags are worth on pictures not tagged."""
    _, known = finish(answers(explorer, tagging.looked, 0, label))
    points, labels = sampled(explorer, 1200, 7, label)
    found, sure = judged(net, explorer, points, labels)
    with torch.no_grad():
        looks = torch.cat(
            [
                tagging.looked(
                    [
                        *explorer.model.draw_points(
                            points[k : k + 64], None if labels is None else labels[k : k + 64]
                        )
                    ][-1]
                )
                for k in range(0, len(points), 64)
            ]
        )
    print("tags", "in all classes" if label is None else f"in class {explorer.classes[label]}")
    for (factor, title), (yes, no) in CONTRASTS.items():
        k, names = list(VALUES).index(factor), VALUES[factor]
        told = np.array([names[v] for v in found[:, k].tolist()], object)
        clear = (sure[:, k] > 0.9).numpy()
        ours = clear & np.isin(told, yes)
        others = clear & (np.isin(told, no) if no else ~np.isin(told, yes))
        if min(ours.sum(), others.sum()) >= 40:
            print(
                f"  {title:36}",
                *(f"{_worth(known.raw, looks, ours, others, n)}" for n in (5, 10, 25)),
            )


def _worth(raw: Tensor, looks: Tensor, yes: np.ndarray, no: np.ndarray, count: int) -> str:
    rng, right = np.random.default_rng(0), []
    for _ in range(6):
        a, b = (rng.permutation(np.flatnonzero(x)) for x in (yes, no))
        judge, _ = tagging.told_apart(raw, looks[a[:count]], looks[b[:count]])
        scores = judge.of(looks).numpy()
        right.append(((scores[a[count:]] > 0).mean() + (scores[b[count:]] <= 0).mean()) / 2)
    return f"{count}+{count}: {np.mean(right):.2f}"


def main(words: Sequence[str] | None = None) -> None:
    """Train the classifier and judge the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("runs", type=int, nargs="*")
    parser.add_argument("--sigmas", type=float, nargs="*", default=[2.0, 3.0])
    asked = parser.parse_args(words)
    project, net = projects.open(asked.project), trained()
    for number in asked.runs or [run.number for run in project.runs()]:
        _, explorer = finish(open_explorer(project, number))
        print(f"run {number}: {explorer.family.title}, step {explorer.step}")
        for sigmas in asked.sigmas:
            for by_class in (False, True) if explorer.classes else (False,):
                direction_table(net, explorer, sigmas, by_class)
        for label in (None, *range(0, len(explorer.classes), 4)):
            tag_table(net, explorer, label)


if __name__ == "__main__":
    main()
