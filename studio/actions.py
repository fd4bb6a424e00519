"""What the verbs do once their words are read: pull a job of core and say what it came to."""

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core import locking
from studio.core import project as projects
from studio.core.data import importing
from studio.core.data.import_settings import ImportSettings
from studio.core.data.packed import open_packed
from studio.core.data.report import Report
from studio.core.events import Refused, Samples
from studio.core.project import Plan, Project, Run
from studio.core.request import TrainRequest
from studio.terminal import clock, pull, write_json

if TYPE_CHECKING:
    from studio.core.advice import Advice
    from studio.core.health import Remedy
    from studio.core.provenance.record import Record


def default_project(data: str) -> Path:
    """Return the project made for `data` when the user names none: NAME.atelier, here."""
    name = data.partition(":")[2] if data.startswith("starter:") else Path(data).absolute().name
    stem = name.split(":")[0].removesuffix(".gz").removesuffix(".zip")
    return Path(f"{stem or 'pictures'}{projects.SUFFIX}")


@dataclass(frozen=True)
class Wish:
    """What the user said about a run; family "auto" leaves it to the pictures and the machine."""

    family: str
    preset: str | None
    settings: dict[str, Any]
    plan: dict[str, Any]
    name: str = ""

    def request(self) -> TrainRequest:
        """Return the checked request, its set still unnamed; raise Refused for what is not there.

        The family must be named.
        """
        from studio.core.device import choose
        from studio.core.families import families
        from studio.core.probe import settings_of

        known = families()
        if self.family not in known:
            raise Refused(
                f"There is no family '{self.family}'; the families are {', '.join(known)}."
            )
        presets = {p.id: p for p in known[self.family].presets}
        chosen = self.preset or ("quick" if "quick" in presets else next(iter(presets)))
        minutes = presets[chosen].minutes if chosen in presets else Plan().minutes
        asked = TrainRequest(
            dataset="",
            family=self.family,
            preset=chosen,
            settings=self.settings,
            plan=Plan().updated({"minutes": minutes, **self.plan}),
            name=self.name,
        )
        settings_of(asked)
        choose(asked.plan.device)
        return asked

    def advised(self, advice: "Advice") -> "Wish":
        """Return the wish with the family named, and the preset unless the user named one."""
        return replace(self, family=advice.family, preset=self.preset or advice.preset)


def train(folder: Path, data: str, changes: dict[str, Any], wish: Wish, json_lines: bool) -> None:
    """Import `data` into the project at `folder`, train on it, and say what it came to.

    What can't be trained is refused before anything is kept.
    """
    early = wish if wish.family != "auto" else replace(wish, family="vae", preset=None, settings={})
    early.request()  # what is wrong already now need not wait for an import
    new = not (folder / "project.json").exists()
    opened = projects.open_or_create(folder)
    try:
        with locking.writing(opened.folder):
            train_on(opened, imported(opened, data, changes, wish, json_lines), json_lines)
    except BaseException:
        if new:
            remove_empty(opened.folder)
        raise


def imported(
    project: Project, data: str, changes: dict[str, Any], wish: Wish, json_lines: bool
) -> TrainRequest:
    """Keep `data` as a set of the project, and say what it holds; return what to train on it."""
    drafts: list[importing.Draft] = []
    try:
        asked = considered(project, data, changes, wish, json_lines, drafts)
        packed = importing.accept(drafts[-1])
    except BaseException:
        for draft in drafts:
            importing.discard(draft)
        raise
    report = drafts[-1].report
    if json_lines:
        write_json({"event": "imported", "dataset": packed.manifest.id, **as_json(report)})
    else:
        print(report)
    return asked.updated({"dataset": packed.manifest.id})


def considered(
    project: Project,
    data: str,
    changes: dict[str, Any],
    wish: Wish,
    json_lines: bool,
    drafts: list[importing.Draft],
) -> TrainRequest:
    """Import `data` as the last of `drafts`; return what to train on it, checked to be possible.

    Where the user left family and size open, what is suggested is said and taken.
    """
    from studio.core.probe import checked

    settings = ImportSettings().updated(changes)
    drafts.append(pull(importing.draft(data, settings, project.folder), json_lines))
    if wish.family == "auto":
        size = (settings.width, settings.height)
        advice = advice_on(drafts[-1], wish.plan, size if "width" in changes else None)
        say_advice(advice, json_lines)
        wish = wish.advised(advice)
        if advice.size != size:
            importing.discard(drafts[-1])
            settings = settings.updated({"width": advice.size[0], "height": advice.size[1]})
            drafts.append(pull(importing.draft(data, settings, project.folder), json_lines))
    asked = wish.request()
    checked(asked, open_packed(drafts[-1].folder))
    return asked


def advice_on(
    draft: importing.Draft, plan: dict[str, Any], size: tuple[int, int] | None = None
) -> "Advice":
    """Return what suits a draft on this machine, in the plan's minutes and at `size` if given."""
    from studio.core import advice

    machine, known = advice.here(plan.get("device", "auto")), open_packed(draft.folder)
    return advice.advise(advice.facts(known), machine, plan.get("minutes"), size)


def say_advice(advice: "Advice", json_lines: bool) -> None:
    """Say what is suggested, and why."""
    if json_lines:
        write_json({"event": "advice", **asdict(advice)})
    else:
        print(f"Suggested: {advice.reason}")


def remove_empty(folder: Path) -> None:
    """Take away a project that was made for an import that failed, if nothing came into it."""
    if any(folder.glob("datasets/*")) or any(folder.glob("runs/*")):
        return
    (folder / "project.json").unlink(missing_ok=True)
    for part in (*projects.FOLDERS, ""):
        try:
            (folder / part).rmdir()
        except OSError:
            return


def train_on(project: Project, asked: TrainRequest, json_lines: bool) -> None:
    """Train a new run and say where it is, also when it was stopped."""
    from studio.core import training

    before = {run.number for run in project.runs()}
    try:
        run = pull(training.start(project, asked), json_lines, Grids(project))
    except KeyboardInterrupt:
        new = [run for run in project.runs() if run.number not in before]
        if new:
            conclude(project, new[-1], json_lines)
        raise
    conclude(project, run, json_lines)


def resume(
    folder: Path,
    number: int | None,
    length: dict[str, Any],
    settings: dict[str, Any],
    remedy: bool,
    json_lines: bool,
) -> None:
    """Go on with a run, for its plan or the `length` given, with other settings or its remedy."""
    from studio.core import training
    from studio.core.health import Remedy

    project = projects.open(folder)
    run = project.run(number)
    plan = run.record.plan.updated(length) if length else None
    chosen = prescribed(run) if remedy else Remedy("", "", settings)
    job = training.treat(
        project, run.number, replace(chosen, changes={**chosen.changes, **settings}), plan
    )
    try:
        with locking.writing(project.folder):
            pull(job, json_lines, Grids(project, run))
    except KeyboardInterrupt:
        conclude(project, run, json_lines)
        raise
    conclude(project, run, json_lines)


def prescribed(run: Run) -> "Remedy":
    """Return the remedy for what the run suffers from; raise Refused if there is none."""
    from studio.core.health import judge

    verdict = judge(run.history(), run.record.settings)
    if verdict.remedy is None:
        raise Refused(f"Run {run.number} needs no remedy: {verdict.text}")
    return verdict.remedy


def health(folder: Path, number: int | None, json_lines: bool) -> None:
    """Say how a run does, and what would help."""
    from studio.core.health import judge

    run = projects.open(folder).run(number)
    verdict = judge(run.history(), run.record.settings)
    if json_lines:
        write_json({"event": "result", "run": run.number, **asdict(verdict)})
        return
    words = {"info": "Healthy", "warning": "Watch", "error": "Problem"}
    print(f"{words[verdict.level]}: {verdict.text}")
    if verdict.remedy:
        print(f"Remedy   {verdict.remedy.title}: {verdict.remedy.effect}")
        print(f"Apply    atelier resume {folder} --run {run.number} --remedy")


class Grids:
    """Finds the file of a sample grid: the recorder wrote it before the event was handed on."""

    def __init__(self, project: Project, run: Run | None = None):
        self.project, self.run = project, run

    def __call__(self, event: Samples) -> Path:
        """Return the grid's file, in the newest run where none was named."""
        self.run = self.run or self.project.run()
        return self.run.samples / f"step-{event.step:08d}-{event.kind}.png"


def conclude(project: Project, run: Run, json_lines: bool) -> None:
    """Say what a training came to: how it ended, the project, the run, the last grid."""
    history = run.history()
    step = max([history.step, *(int(f.name[5:]) for f in run.checkpoints.glob("step-*"))])
    grids = [sample.path for sample in history.samples if sample.kind == "ema"]
    grid = str(grids[-1]) if grids else None
    if json_lines:
        values = {
            "status": history.status,
            "step": step,
            "seconds": round(history.seconds, 3),
        }
        write_json(
            {
                "event": "result",
                "project": str(project.folder),
                "run": run.number,
                **values,
                "grid": grid,
            }
        )
        return
    print(f"{history.status.title()} at step {step} after {clock(history.seconds)}.")
    print(f"Project  {project.folder}\nRun      {run.number}\nGrid     {grid or 'none yet'}")
    if history.status == "stopped":
        print(f"Go on with: atelier resume {project.folder} --run {run.number}")


def sample(
    folder: Path,
    number: int | None,
    count: int,
    seed: int,
    label: str | None,
    out: str | None,
    changes: dict[str, Any],
    told: bool,
    json_lines: bool,
) -> None:
    """Draw pictures and write them as one grid or as single files."""
    from studio.core.provenance.origins import drawn_by
    from studio.core.tools.sample import sample as drawing

    project = projects.open(folder)
    run = project.run(number)
    target = Path(out or f"{project.folder.stem}-run{run.number:03d}-seed{seed}.png")
    single = is_folder(out, target)
    drawn = pull(drawing(project, run.number, count, seed, label, changes=changes), json_lines)
    said = {"workspace": "explore", "seed": seed, "label": label or "", "settings": changes}
    record = drawn_by(project, run.number, **said) if told else None
    write = write_singles if single else write_grid
    written = write(drawn, target, seed, record)
    if json_lines:
        write_json({"event": "result", "run": run.number, "files": [str(path) for path in written]})
    else:
        print(f"{len(written)} pictures in {target}" if single else target)


def is_folder(out: str | None, target: Path) -> bool:
    """Tell whether the user means a folder; raise Refused for a file that is no PNG."""
    if out and (out.endswith(("/", "\\")) or target.is_dir() or not target.suffix):
        return True
    if target.suffix.lower() != ".png":
        raise Refused(f"{target} is no PNG; name a .png file, or a folder/ for single pictures.")
    return False


def write_grid(drawn: Any, target: Path, seed: int, record: "Record | None") -> list[Path]:
    """Write all pictures as one PNG, the sheet of a seed."""
    from studio.core import pictures
    from studio.explore_files import write_png

    sheet = record and record.model_copy(update={"title": "Sheet", "seed": seed})
    return [write_png(pictures.grid(drawn), target, sheet)]


def write_singles(drawn: Any, target: Path, seed: int, record: "Record | None") -> list[Path]:
    """Write every picture as a PNG of its own, named by seed and number."""
    from studio.explore_files import write_png

    files = [target / f"seed{seed}-{k:04d}.png" for k in range(len(drawn))]
    for k, (picture, path) in enumerate(zip(drawn, files, strict=True)):
        own = record and record.model_copy(update={"settings": {**record.settings, "number": k}})
        write_png(picture, path, own)
    return files


def instant(
    folder: Path, number: int | None, minutes: float, threads: int | None, json_lines: bool
) -> None:
    """Tune a diffusion run until it draws at once, as a new run."""
    from studio.core.tools.instant import instant as tuning

    project = projects.open(folder)
    asked = tuning(project, number, minutes)
    if threads is not None:
        asked = asked.updated({"plan": asked.plan.updated({"threads": threads})})
    with locking.writing(project.folder):
        train_on(project, asked, json_lines)


def evaluate(
    folder: Path,
    number: int | None,
    count: int,
    seed: int,
    inception: Path | None,
    json_lines: bool,
) -> None:
    """Judge a run by many numbers, print them as a table and say where they are kept."""
    from studio.core.metrics import evaluation
    from studio.core.tools.evaluate import evaluate as judging

    project = projects.open(folder)
    run = project.run(number)
    job = judging(project, run.number, count, inception=inception, seed=seed)
    with locking.writing(project.folder):
        found = pull(job, json_lines)
    shown, kept = evaluation.picture(found, run), evaluation.file(found, run)
    if json_lines:
        values = found.model_dump() | {"file": str(kept), "picture": str(shown)}
        write_json({"event": "result", **values})
        return
    print(f"Run {run.number} at step {found.step}, {found.count} pictures drawn\n")
    print(evaluation.table(found))
    print(f"\nClosest pairs, drawn left and real right  {shown}\nAll numbers  {kept}")


def inspect(data: str, changes: dict[str, Any], json_lines: bool) -> None:
    """Show what an import of `data` would bring, without keeping anything."""
    settings = ImportSettings().updated(changes)
    with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
        draft = pull(importing.draft(data, settings, Path(folder)), json_lines)
        size = (settings.width, settings.height) if "width" in changes else None
        advice = advice_on(draft, {}, size)
        if json_lines:
            write_json({"event": "result", **as_json(draft.report), "advice": asdict(advice)})
        else:
            print(draft.report)
            say_advice(advice, json_lines)
        importing.discard(draft)


def as_json(report: Report) -> dict[str, Any]:
    """Return the report for JSON, without the numbers of the window's preview."""
    return report.model_dump(mode="json", exclude={"preview"})
