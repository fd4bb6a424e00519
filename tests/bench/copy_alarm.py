"""How often the copy alarm rings: models that memorized, healthy ones, real pictures held out.

    python tests/bench/copy_alarm.py PROJECT… [--count 256] [--run N] [--json FILE]

Train what it judges before, each in a project of its own, as

    atelier train 16-SPRITES --family diffusion --size 16 --minutes 4     (over-fitted)
    atelier train 4350-SPRITES --family gan --size 32 --minutes 4         (healthy)

Per run it prints the share of drawn pictures that are flagged (wanted: at least 95 % of an
over-fitted model's, at most 1 % of a healthy one's), and the ratios of the nearest training
picture's distance to the next other one's. Pictures held out are no copies either, but sets hold
natural near duplicates (emoji in five skin tones, sprites in two colors): what share of them is
flagged says how many. So do training pictures among the others.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from studio.core import project as projects
from studio.core.data.batches import split
from studio.core.data.packed import open_packed
from studio.core.events import Refused, finished
from studio.core.pictures import straighten
from studio.core.provenance.alarm import Alarm, alarm_for, judged
from studio.core.tools.sample import sample

HELD = 200
SLOW = ("autoregressive", "diffusion")  # families of which fewer are drawn


def flagged(alarm: Alarm, pictures: np.ndarray) -> dict[str, float]:
    """Return the share that is flagged, the ratios' percentiles, and the time for one picture."""
    begun = time.process_time()
    found = [finished(judged(alarm, picture)) for picture in pictures]
    ratios = np.array([verdict.ratio for verdict in found])
    return {
        "pictures": len(found),
        "flagged": float(np.mean([verdict.copy for verdict in found])),
        "ratio 1 %": float(np.percentile(ratios, 1)),
        "ratio 50 %": float(np.median(ratios)),
        "ratio 99 %": float(np.percentile(ratios, 99)),
        "ms each": 1000 * (time.process_time() - begun) / max(len(found), 1),
    }


def rows(folder: Path, count: int, number: int | None) -> list[dict]:
    """Judge the runs of a project, and the pictures that its first run held out."""
    project, found = projects.open(folder), []
    for run in project.runs():
        if number is not None and run.number != number:
            continue
        packed = open_packed(project.dataset(run.record.dataset))
        plan = run.record.plan
        places = split(len(packed.pictures), plan.held_out, plan.seed)
        kept, held = (part.numpy() for part in places)
        alarm = finished(alarm_for(project, run.record.dataset, kept))
        about = {"project": folder.stem, "set": len(kept)}
        if not found and len(held):
            real = straighten(packed.pictures[held[:HELD]])
            found.append({**about, "what": "held out", **flagged(alarm, real)})
            show(found[-1])
        try:
            many = count // 2 if run.record.family in SLOW else count
            drawn = finished(sample(project, run.number, many, seed=5))
        except Refused as refused:
            print(f"{folder.stem} run {run.number}: {refused}")
            continue
        found.append({**about, "what": run.record.family, **flagged(alarm, drawn)})
        show(found[-1])
    return found


def show(row: dict) -> None:
    """Print a row."""
    print(
        f"{row['project']:10s} {row['set']:6d}  {row['what']:15s} {row['pictures']:4d} pictures"
        f"  flagged {row['flagged']:7.2%}  ratio {row['ratio 1 %']:.2f} {row['ratio 50 %']:.2f}"
        f" {row['ratio 99 %']:.2f}  {row['ms each']:.1f} ms",
        flush=True,
    )


def main() -> None:
    """Judge the projects that are named."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("projects", nargs="+", type=Path)
    asked.add_argument("--count", type=int, default=256)
    asked.add_argument("--run", type=int)
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    found = [row for folder in given.projects for row in rows(folder, given.count, given.run)]
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
