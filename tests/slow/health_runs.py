"""Make the recorded runs that the health tests judge: `python -m tests.slow.health_runs NAME …`.

Every run trains a family for real on a starter set, on one CPU thread, and its plotted series are
kept in `tests/core/health/runs.json`, thinned to what a judge needs. Without names all are made,
which takes about ten minutes. Healthy runs are presets as they are; sick ones have one planted
setting.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from studio.core import project as projects
from studio.core import training
from studio.core.data import importing
from studio.core.data.import_settings import ImportSettings
from studio.core.project import Plan
from studio.core.request import TrainRequest
from studio.core.runlog import History
from tests.core import toys

FIXTURE = Path(__file__).parents[1] / "core" / "health" / "runs.json"
POINTS = 150  # of a series
SPRITES, DIGITS, FEW = "starter:sprites:1000", "starter:digits", "starter:sprites:120"

UNEVEN = {"loss": "saturating", "rate": 1e-2, "judge_rate": 1e-2, "augmentation": "none"}
UNBOUND = {"loss": "wgan-gp", "gamma": 1e-3, "rate": 1e-2, "judge_rate": 1e-2}

# name: pictures, family, preset, settings that differ, minutes
RUNS: dict[str, tuple[str, str, str, dict[str, Any], float]] = {
    "healthy gan": (SPRITES, "gan", "quick", {}, 1.5),
    "healthy vae": (DIGITS, "vae", "quick", {}, 1.0),
    "healthy vae sprites": (SPRITES, "vae", "quick", {}, 1.0),
    "healthy vqvae": (SPRITES, "vqvae", "quick", {}, 1.5),
    "healthy flow": (DIGITS, "flow", "quick", {}, 1.5),
    "healthy diffusion": (DIGITS, "diffusion", "quick", {}, 1.5),
    "diverging, saturating": (DIGITS, "gan", "light", UNEVEN, 0.8),
    "diverging": (SPRITES, "gan", "light", UNBOUND, 0.8),
    "memorizing": (FEW, "vae", "quick", {"critic": 0.0}, 2.0),
}


def made(name: str) -> History:
    """Train one of `RUNS`; return its log."""
    source, family, preset, settings, minutes = RUNS[name]
    with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
        project = projects.create(Path(folder) / "health.atelier")
        _, draft = toys.finish(importing.draft(source, ImportSettings(), project.folder))
        dataset = importing.accept(draft).manifest.id
        request = TrainRequest(
            dataset=dataset,
            family=family,
            preset=preset,
            settings=settings,
            plan=Plan(minutes=minutes, threads=1, device="cpu"),
        )
        _, run = toys.finish(training.start(project, request))
        return run.history()


def compact(history: History) -> dict[str, Any]:
    """Return the series as numbers of four digits, evenly thinned, the newest kept."""
    series = {}
    for name, (steps, values) in history.series.items():
        kept = np.unique(
            np.linspace(0, len(steps) - 1, min(POINTS, len(steps))).round().astype(int)
        )
        numbers = [float(f"{v:.4g}") if np.isfinite(v) else None for v in values[kept]]
        series[name] = [steps[kept].tolist(), numbers]
    return {"step": history.step, "seconds": round(history.seconds), "series": series}


def main(names: list[str]) -> None:
    """Make the runs called `names`, or all, and keep them in the fixture."""
    known = json.loads(FIXTURE.read_text()) if FIXTURE.exists() else {}
    for name in names or RUNS:
        known[name] = compact(made(name))
        FIXTURE.write_text(json.dumps(known, separators=(",", ":"), sort_keys=True) + "\n")
        print(name, known[name]["step"], "steps in", known[name]["seconds"], "s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
