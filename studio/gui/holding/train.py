"""Train's form: what shall be trained, as far as no run holds it."""

from typing import Any

from studio.core.events import Job, Progress
from studio.core.project import Plan, RunRecord
from studio.core.recovery.shelf import Found, Held
from studio.core.request import TrainRequest


def take(window: Any) -> Held | None:
    """Return the form if the user has changed it since it was filled in."""
    page, project = window.pages.get("train"), window.session.project
    if page is None or project is None:
        return None
    values = _values(page.setup)
    if values is None or not _touched(page.setup, values) or _trained(page, values):
        return None
    family = page.setup.families[values["family"]]
    count = _changed(family.preset(values["preset"]).settings, values["settings"])
    parts = [family.title, family.preset(values["preset"]).title]
    parts += [window.tr("{n} settings changed").format(n=count)] if count else []
    title = values["name"] or window.tr("What to train")
    return Held(title, ", ".join(parts), {**values, "project": str(project.folder)})


def load(found: Found) -> Job[None]:
    """Read nothing: the form's values are all there is."""
    yield Progress(0, None, found.title)


def give(window: Any, found: Found, loaded: None) -> None:
    """Fill the form in as it was."""
    setup, values = window.page("train").setup, found.values
    setup.show_record(
        RunRecord(
            created=found.when,
            plan=Plan().updated(
                {k: v for k, v in values["plan"].items() if k in Plan.model_fields}
            ),
            **{k: values[k] for k in ("name", "dataset", "family", "preset", "settings")},
            start_from=values["start_from"],
        )
    )
    setup.name.setText(values["name"])


def _values(setup: Any) -> dict[str, Any] | None:
    """Return what stands in the form; entries that are refused are as they were before."""
    dataset, family = setup.set.currentData(), setup.family.currentData()
    preset = setup.preset.currentData()
    if dataset is None or family not in setup.families or preset is None:
        return None
    return {
        "dataset": dataset,
        "family": family,
        "preset": preset,
        "name": setup.name.text(),
        "settings": setup.form.value.model_dump(mode="json"),
        "plan": setup.plan.value.model_dump(mode="json"),
        "start_from": setup.ground.number,
    }


def _touched(setup: Any, values: dict[str, Any]) -> bool:
    """Tell whether the form is not as it was filled in by advice."""
    family = setup.families[values["family"]]
    advice = setup.advice.get(values["dataset"])
    advised = None if advice is None else (advice.family, advice.preset)
    usual = TrainRequest.model_fields["family"].default
    chosen = (values["family"], values["preset"])
    preset = family.preset(values["preset"])
    return (
        bool(values["name"].strip())
        or preset.settings.model_dump(mode="json") != values["settings"]
        or setup.plan_default().model_dump(mode="json") != values["plan"]
        or (chosen != advised and (advised is not None or values["family"] != usual))
    )


def _trained(page: Any, values: dict[str, Any]) -> bool:
    """Tell whether a run was started with just that, so that nothing would be lost."""
    kept = ("dataset", "family", "preset", "start_from")
    for run in page.runs.values():
        record = run.record
        same = all(getattr(record, name) == values[name] for name in kept)
        if same and record.plan.model_dump(mode="json") == values["plan"]:
            whole = page.setup.families[record.family].settings.model_validate(
                {k: v for k, v in record.settings.items() if k in values["settings"]}
            )
            if whole.model_dump(mode="json") == values["settings"]:
                return True
    return False


def _changed(settings: Any, values: dict[str, Any]) -> int:
    return sum(values.get(k) != v for k, v in settings.model_dump(mode="json").items())
