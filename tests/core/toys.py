"""Small real things to test with: a project with a packed set, requests of seconds."""

from pathlib import Path

import numpy as np

from studio.core import project as projects
from studio.core.data.packed import PACKINGS, Manifest, Packing
from studio.core.data.report import Report
from studio.core.families import families
from studio.core.project import Plan, Project
from studio.core.request import Forecast, Numerics, TrainRequest


def pictures(count: int, height: int, width: int, channels: int) -> np.ndarray:
    """Return premultiplied pictures of a colored disk whose place and size vary, uint8 [n, h,
    w, c].
    """
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width]
    center = rng.uniform(0.35, 0.65, (2, count, 1, 1)) * np.array([height, width]).reshape(
        2, 1, 1, 1
    )
    radius = rng.uniform(0.2, 0.35, (count, 1, 1)) * min(height, width)
    disk = ((y - center[0]) ** 2 + (x - center[1]) ** 2 < radius**2)[..., None]
    color = rng.integers(60, 255, (count, 1, 1, channels))
    color[..., -1] = 255 if channels == 4 else color[..., -1]
    return (disk * color).astype(np.uint8)


def pack(project: Project, count=48, height=16, width=16, channels=4, classes=3) -> str:
    """Write a packed set of `pictures` into the project; return its id."""
    folder = project.folder / "datasets" / "toy"
    folder.mkdir()
    np.save(folder / "pictures.npy", pictures(count, height, width, channels))
    labels = [k % classes if classes else -1 for k in range(count)]
    manifest = Manifest(
        id="toy",
        name="Toy",
        source="toy",
        height=height,
        width=width,
        channels=channels,
        settings={},
        classes=tuple("abcdefgh"[:classes]),
        fingerprint="toy",
        report=Report(
            source="toy", found=count, kept=count, width=width, height=height, channels=channels
        ),
    )
    packings = [Packing(name=f"{k}.png", sha256="0" * 64, label=v) for k, v in enumerate(labels)]
    (folder / "pictures.json").write_bytes(PACKINGS.dump_json(tuple(packings)))
    (folder / "manifest.json").write_text(manifest.model_dump_json())
    return "toy"


def project(folder: Path, **shape: int) -> Project:
    """Make a project with one packed set called "toy"."""
    made = projects.create(folder / "toy.atelier", "Toy")
    pack(made, **shape)
    return made


def request(family: str, steps: int, **plan: object) -> TrainRequest:
    """Ask for `steps` steps of a family's tiny settings, on one CPU thread."""
    tiny = families()[family].tiny.model_dump()
    whole = Plan(steps=steps, device="cpu", threads=1).updated(plan)
    preset = families()[family].presets[0].id
    return TrainRequest(dataset="toy", family=family, preset=preset, settings=tiny, plan=whole)


def known(steps: int) -> Forecast:
    """Return a forecast that spares the probe: two runs shall be computed alike."""
    return Forecast(steps, 1.0, 0.1, 0, 0, "CPU", Numerics(), threads=1)


def finish(job):
    """Pull a job to its end; return (events, result)."""
    events = []
    try:
        while True:
            events.append(next(job))
    except StopIteration as stop:
        return events, stop.value
