"""The map: training pictures and samples laid out by likeness; a place for every spot on it."""

import hashlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor
from torch.nn import functional

from studio.core import latents, locking
from studio.core.data.batches import split
from studio.core.data.packed import PackedSet, open_packed
from studio.core.events import Job, Note, Progress, Refused
from studio.core.explore.explorer import Explorer
from studio.core.explore.judging import Reference, embedded, refer
from studio.core.explore.place import Place
from studio.core.explore.tsne import layout
from studio.core.pictures import opaque, to_images, to_pictures
from studio.core.project import Project, Run, write_whole
from studio.core.weights import check_head

SCHEMA = "1"
FEWEST, MOST = 4, 1000
KNOWN = 2000  # training pictures that a drawn one is compared with
THUMBNAIL = 48  # pixels
AT_ONCE, PULL = 8, 0.1
DRAWING, ENCODING = 10.0, 4.0  # seconds; slower families put fewer on the map
MIXED = 3
REAL, DRAWN = (230, 159, 0), (86, 180, 233)  # frames on the sheet, told apart by all eyes
GROUND, FRAME, ROOM = 24, 2, 1.8  # ROOM: cells per picture
ARRAYS = ("points", "real", "thumbnails", "latents", "placed", "labels")
SUM = "sha256"
KNOWN_AS = ("features", "places", "spacing")


@dataclass(frozen=True, eq=False, repr=False)
class Atlas:
    """A map of n pictures for the model `digest`.

    `points` float32 [n, 2] in 0..1, x to the right and y down; `real` bool [n] tells training
    pictures from samples; `thumbnails` uint8 [n, h, w, c], at most 48 pixels; `latents` float32
    [n, *shape], NaN where `placed` bool [n] is False; `labels` int64 [n], -1 for none.
    """

    digest: str
    smooth: bool
    points: np.ndarray
    real: np.ndarray
    thumbnails: np.ndarray
    latents: np.ndarray
    placed: np.ndarray
    labels: np.ndarray
    reference: Reference

    def place(self, k: int) -> Place | None:
        """Return the place of picture k; None for a training picture that has none."""
        label = int(self.labels[k])
        return Place(self.latents[k], None if label < 0 else label) if self.placed[k] else None


def atlas(explorer: Explorer, project: Project, count: int = 400, seed: int = 0) -> Job[Atlas]:
    """Map up to `count` training pictures and as many samples; kept per model, count and seed.

    Slow families put fewer on it, which a Note says. Raises Refused for a set that is gone, or a
    count that makes no map.
    """
    if not FEWEST <= count <= MOST:
        raise Refused(f"A map of {count} pictures can't be made; take {FEWEST} to {MOST}.")
    run = project.run(explorer.run)
    path = _file(run, explorer)
    wish = {"schema": SCHEMA, "digest": explorer.digest, "count": str(count), "seed": str(seed)}
    kept = _load(path, explorer.family.smooth, wish)
    if kept is not None:
        return kept
    packed = open_packed(project.dataset(run.record.dataset))
    plan = run.record.plan
    learned, _ = split(len(packed.pictures), plan.held_out, plan.seed)
    order = torch.randperm(len(learned), generator=latents.rng(seed, 0, 1))[:KNOWN]
    places = learned[order].numpy()
    known = yield from refer(packed, places)
    rows, labels = packed.pictures[places[:count]], _labels(packed, places[:count])
    own = yield from _encoded(explorer, rows)
    drawn = yield from _drawn(explorer, count, seed)
    if len(drawn.images) < count:
        yield Note(f"This model draws slowly: the map shows {len(drawn.images)} samples of it.")
    features = np.concatenate([known.features[: len(rows)], drawn.features])
    points = yield from layout(features)
    found = Atlas(
        digest=explorer.digest,
        smooth=explorer.family.smooth,
        points=points,
        real=np.arange(len(points)) < len(rows),
        thumbnails=np.concatenate([_thumbnails(to_images(torch.from_numpy(rows))), drawn.images]),
        latents=np.concatenate([own, drawn.latents]),
        placed=np.concatenate([~np.isnan(own).any(tuple(range(1, own.ndim))), drawn.labels >= -1]),
        labels=np.concatenate([labels if not explorer.encodes else 0 * labels - 1, drawn.labels]),
        reference=known,
    )
    keep(found, path, wish)
    return found


def _labels(packed: PackedSet, places: np.ndarray) -> np.ndarray:
    return np.full(len(places), -1) if packed.labels is None else packed.labels[places]


@torch.no_grad()
def _encoded(explorer: Explorer, rows: np.ndarray) -> Job[np.ndarray]:
    """Return the latents of packed pictures, NaN where the family has none or time was short."""
    found = np.full((len(rows), *explorer.shape), np.nan, np.float32)
    begun, start, at_once = time.monotonic(), 0, 1
    while explorer.encodes and start < len(rows) and time.monotonic() < begun + ENCODING:
        part = np.array(rows[start : start + at_once])
        found[start : start + len(part)] = explorer.encode(to_images(torch.from_numpy(part)))
        start += len(part)
        pace = (time.monotonic() - begun) / start
        at_once = max(1, min(AT_ONCE, int(PULL / pace)))  # Stop has to be instant
        yield Progress(start, len(rows), "Reading training pictures in")
    return found


@dataclass(frozen=True, eq=False)
class _Samples:
    latents: np.ndarray
    labels: np.ndarray
    images: np.ndarray
    features: np.ndarray


def _drawn(explorer: Explorer, count: int, seed: int) -> Job[_Samples]:
    parts, until = [], time.monotonic() + DRAWING
    for start in range(0, count, AT_ONCE):
        part = range(start, min(start + AT_ONCE, count))
        label = [k % len(explorer.classes) if explorer.classes else None for k in part]
        places = [explorer.seed(seed, y, k) for y, k in zip(label, part, strict=True)]
        images = torch.empty(0)
        for refined in explorer.images(places, draft=True):
            images = refined
            yield Progress(start, count, "Drawing samples")
        features = embedded(images)
        yield Progress(start, count, "Drawing samples")
        labels = np.array([-1 if p.label is None else p.label for p in places])
        rows = np.stack([p.latent for p in places])
        parts.append(_Samples(rows, labels, _thumbnails(images), features))
        if time.monotonic() > until:
            break
    return _Samples(
        *(
            np.concatenate([getattr(p, name) for p in parts])
            for name in ("latents", "labels", "images", "features")
        )
    )


def _thumbnails(images: Tensor) -> np.ndarray:
    height, width = images.shape[2:]
    scale = min(1.0, THUMBNAIL / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    if scale < 1:
        images = functional.interpolate(images, size, mode="bilinear", antialias=True)
    return to_pictures(images)


def place_at(atlas: Atlas, x: float, y: float) -> Place:
    """Return the place for a spot of the map: what is near it, mixed on the sphere.

    The nearest pictures with a place, of the nearest's class, weigh by the fourth power of how near
    they are; discrete families take the nearest alone. Coordinates outside 0..1 are drawn in.
    """
    if not np.isfinite([x, y]).all():
        raise Refused("There is no such spot on the map; take one between 0 and 1.")
    spot = np.clip(np.array([x, y], np.float32), 0, 1)
    known = np.flatnonzero(atlas.placed)
    far = np.square(atlas.points[known] - spot).sum(1)
    order = known[np.argsort(far, kind="stable")]
    first = atlas.place(int(order[0]))
    assert first is not None
    near = [k for k in order[: 4 * MIXED] if atlas.labels[k] == atlas.labels[order[0]]]
    if not atlas.smooth or len(near) < 2:
        return first
    near = np.array(near[:MIXED])
    far = np.square(atlas.points[near] - spot).sum(1).astype(np.float64)
    weights = 1 / np.maximum(far, 1e-12) ** 2
    return replace(first, latent=mixed(atlas.latents[near], weights / weights.sum()))


def mixed(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the mean of latents [k, *shape] on the sphere, float32: its norm is the mean norm."""
    flat = rows.reshape(len(rows), -1).astype(np.float64)
    norms = np.linalg.norm(flat, axis=1)
    mean = weights @ (flat / np.maximum(norms, 1e-12)[:, None])
    length = max(float(np.linalg.norm(mean)), 1e-12)
    return (mean * (weights @ norms) / length).reshape(rows.shape[1:]).astype(np.float32)


def keep(atlas: Atlas, path: Path, wish: Mapping[str, str]) -> None:
    """Write the map so that a crash leaves the old one or the new one; `wish` is what was asked."""
    if locking.why_not(path):
        return
    arrays = {name: np.ascontiguousarray(getattr(atlas, name)) for name in ARRAYS}
    arrays |= {name: np.ascontiguousarray(getattr(atlas.reference, name)) for name in KNOWN_AS}
    path.parent.mkdir(exist_ok=True)
    write_whole(path, save(arrays, {**wish, SUM: summed(arrays)}))


def summed(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the hash of arrays with their names, shapes and types."""
    found = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        found.update(f"{name} {array.shape} {array.dtype}\n".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def kept_atlas(run: Run, explorer: Explorer) -> Atlas | None:
    """Return the map that was made last of this model; None if there is none, or a damaged one."""
    found = _load(_file(run, explorer), explorer.family.smooth)
    return found if found and found.latents.shape[1:] == explorer.shape else None


def _file(run: Run, explorer: Explorer) -> Path:
    return run.folder / "explore" / f"atlas-{explorer.digest}.safetensors"


def _load(path: Path, smooth: bool, wish: Mapping[str, str] | None = None) -> Atlas | None:
    """Return the map that was kept, if it is the one wished for."""
    try:
        with path.open("rb") as start:
            check_head(start.read(8))
        with safe_open(path, framework="np") as file:
            known = file.metadata()
            if wish and {k: v for k, v in known.items() if k != SUM} != dict(wish):
                return None
            found = {name: file.get_tensor(name) for name in (*ARRAYS, *KNOWN_AS)}
            digest = known["digest"]
    except (OSError, SafetensorError, ValueError, TypeError, AttributeError, KeyError):
        return None
    if known.get(SUM) != summed(found):
        return None
    reference = Reference(**{name: found.pop(name) for name in KNOWN_AS})
    return Atlas(digest=digest, smooth=smooth, reference=reference, **found)


def sheet(atlas: Atlas) -> np.ndarray:
    """Return the map as one picture, uint8 [h, w, 3]: training pictures framed orange, samples
    blue, each in the free cell nearest to its spot.
    """
    n, height, width = atlas.thumbnails.shape[:3]
    cell = np.array([height, width]) + 2 * FRAME + 1
    across = math.ceil(math.sqrt(ROOM * n))
    cells = np.indices((across, across)).reshape(2, -1).T
    free = np.ones(len(cells), bool)
    canvas = np.full((*(across * cell), 3), GROUND, np.uint8)
    middle = np.square(atlas.points - 0.5).sum(1)
    for k in np.argsort(middle, kind="stable"):
        spot = atlas.points[k, ::-1] * (across - 1)
        far = np.where(free, np.square(cells - spot).sum(1), np.inf)
        free[chosen := int(far.argmin())] = False
        y, x = cells[chosen] * cell
        canvas[y : y + cell[0] - 1, x : x + cell[1] - 1] = REAL if atlas.real[k] else DRAWN
        y, x = y + FRAME, x + FRAME
        canvas[y : y + height, x : x + width] = opaque(atlas.thumbnails[k])
    return canvas
