"""Make it instant: what to train so that a diffusion run draws in one or two looks."""

from studio.core.events import Refused
from studio.core.families import families
from studio.core.project import Project
from studio.core.request import TrainRequest

FAMILY = "diffusion"
SLOWER = 0.3  # the tuned run's learning rate over that of the run it starts from


def instant(project: Project, number: int | None = None, minutes: float = 3.0) -> TrainRequest:
    """Return the request for a run that tunes run `number` (newest if None) for `minutes`.

    Raises Refused for a run of another family, one that is instant already, or one without a model.
    """
    run = project.run(number)
    record = run.record
    if record.family != FAMILY:
        raise Refused(
            f"Run {run.number} is a {families()[record.family].title}; only a"
            f" {families()[FAMILY].title} run can be made instant: choose or train one."
        )
    if record.settings.get("instant"):
        raise Refused(f"Run {run.number} is instant already; take the run it was made from.")
    if not any(run.checkpoints.glob("step-*")):
        raise Refused(f"Run {run.number} has saved no model yet; train it first.")
    rate = SLOWER * float(record.settings["rate"])
    return TrainRequest(
        dataset=record.dataset,
        family=FAMILY,
        preset=record.preset,
        settings={**record.settings, "instant": True, "rate": rate},
        plan=record.plan.updated({"minutes": minutes, "steps": 0}),
        name=f"{record.name}, instant",
        start_from=run.number,
    )
