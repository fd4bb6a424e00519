"""The session's own jobs: load the engine, import, start a trial."""

import contextlib
import importlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from studio.core.advice import Advice
    from studio.core.data.importing import Draft
    from studio.core.data.packed import PackedSet
    from studio.core.events import Job
    from studio.core.metrics.evaluation import Evaluation
    from studio.core.project import Project, Run
    from studio.core.request import TrainRequest

ENGINE = ("torch", "studio.core.training", "studio.core.families")
LATER = (
    "torch._dynamo",  # the first optimiser wants it: 1-3 s, best spent before Train is pressed
    "studio.core.data.importing",  # to open a project wants it: 60 ms
    "skimage.restoration.inpaint",  # a fill wants it: 0.3 s, 0.1 s of that held up the window
)

STUDIES = (
    *("discover", "tag", "remember", "draw_route", "draw_loop", "forget_route", "film"),
    *("find_picture", "chart", "judged"),
)
REPAIRS = (
    *("open_picture", "look_ahead", "fill", "export", "read_mask", "write_mask"),
    "write_history",
)
STYLES = (
    *("open_content", "open_sources", "proof", "restyled", "drawn", "write_styled", "share"),
    *("keep_preset", "rename_preset", "drop_preset", "thumbnails"),
)
GALLERIES = (
    *("open_folder", "find", "hang", "make_marks", "look_closely", "keep_all", "take_in"),
    *("rename_board", "empty_trash", "files_for"),
)
EXPORTS = ("opened_pictures", "previewed", "written", "about_copies")
VERBS = {  # what the panels may ask for, and the module it is found in
    **dict.fromkeys(("start", "resume", "treat", "forecast"), "studio.core.training"),
    **dict.fromkeys(("look", "settle", "laid_out"), "studio.core.explore.live"),
    **dict.fromkeys(
        ("open_run", "at_step", "as_published", "open_kept", "kept"), "studio.core.explore.opening"
    ),
    **dict.fromkeys(STUDIES, "studio.core.explore.studies"),
    **dict.fromkeys(REPAIRS, "studio.core.repair.live"),
    **dict.fromkeys(STYLES, "studio.gui.restyling"),
    **dict.fromkeys(GALLERIES, "studio.gui.browsing"),
    **dict.fromkeys(EXPORTS, "studio.gui.layouts"),
    "as_image": "studio.gui.pasting",
    "export_onnx": "studio.core.assets.onnx_model",
    "export_pack": "studio.core.assets.pack_export",
    "import_pack": "studio.core.assets.pack_import",
    "trace_shown": "studio.core.provenance.chain",
    **dict.fromkeys(("advising", "checking", "evaluating", "tuning"), "studio.gui.engine"),
}


class Starter(NamedTuple):
    """What *Try it now* imports and trains for one starter set."""

    source: str
    name: str
    family: str
    preset: str


STARTERS = {
    "sprites": Starter("starter:sprites", "Sprites", "vae", "quick"),
    "digits": Starter("starter:digits", "Digits", "vae", "quick"),
}


@dataclass(frozen=True)
class Loaded:
    """The engine is there; `families` are all studio.core.family.Family values."""

    families: tuple[Any, ...]


@dataclass(frozen=True)
class Started:
    """A trial's project, its set accepted, and what to train."""

    project: "Project"
    request: "TrainRequest"


@dataclass(frozen=True)
class Advised:
    """What was found out to suit a set of the project."""

    dataset: str
    advice: "Advice"


@dataclass(frozen=True)
class Kept:
    """A draft that became a set of the project."""

    packed: "PackedSet"


def loading(later: Iterable[str] = ()) -> "Job[None]":
    """Import the engine module by module; tells Loaded when it is ready. `later` are modules that
    the window will want, read here so that it does not wait for them.
    """
    from studio.core.events import Progress

    for done, module in enumerate(ENGINE):
        yield Progress(done, len(ENGINE), module)
        importlib.import_module(module)
    from studio.core.families import families

    yield Loaded(tuple(families().values()))  # type: ignore[misc]  # for the session alone
    for module in (*later, *LATER):
        importlib.import_module(module)


def when_ready(
    ready: Callable[[], bool], broken: Callable[[], str], text: str, verb: str, *asked: Any
) -> "Job[Any]":
    """Wait, saying `text`, until the engine is loaded; then be the job `verb` of `VERBS`."""
    from studio.core.events import Progress, Refused

    while not ready():
        if broken():
            raise Refused(broken())
        yield Progress(0, None, text)
        time.sleep(0.1)
    return (yield from getattr(importlib.import_module(VERBS[verb]), verb)(*asked))


def refusing(why: str) -> "Callable[[], Job[Any]]":
    """Return what makes a job that is refused."""
    from studio.core.events import Refused

    def job() -> "Job[Any]":
        yield from ()
        raise Refused(why)

    return job


def advising(project: "Project", dataset: str) -> "Job[Advised]":
    """Look at a set and at this machine; refuses a set that nothing can learn from."""
    from studio.core import advice, probe
    from studio.core.data.packed import open_packed
    from studio.core.events import Progress, Refused

    yield Progress(0, None, dataset)
    packed = open_packed(project.dataset(dataset))
    if reason := probe.unfit(packed):
        raise Refused(reason)
    return Advised(dataset, advice.advise(advice.facts(packed), advice.here()))


def checking(project: "Project", request: "TrainRequest") -> "Job[None]":
    """Refuse at once what can't be learned; a forecast would say so, but after its measuring."""
    from studio.core import probe
    from studio.core.data.packed import open_packed
    from studio.core.events import Progress

    yield Progress(0, None, request.dataset)
    probe.checked(request, open_packed(project.dataset(request.dataset)))


def evaluating(project: "Project", number: int) -> "Job[Evaluation]":
    """Evaluate a run beside the window, and maybe beside a training: a core is left to them."""
    from studio.core import device
    from studio.core.tools.evaluate import evaluate

    device.use_threads(device.cores() - 1)
    return (yield from evaluate(project, number))


def tuning(project: "Project", number: int) -> "Job[Run]":
    """Train a new run that draws at once, from the diffusion run `number`."""
    from studio.core import training
    from studio.core.tools.instant import instant

    return (yield from training.start(project, instant(project, number)))


def tells_of_run(events: list[Any]) -> bool:
    """Tell whether the training's events show that its run is in the project by now."""
    from studio.core.events import Samples, Saved, Scalars

    return any(isinstance(event, Scalars | Samples | Saved) for event in events)


def starting(starter: Starter, folder: Path) -> "Job[Started]":
    """Make a project at `folder` with the starter set in it; unfinished, it leaves nothing."""
    from studio.core import project
    from studio.core.data import importing
    from studio.core.data.import_settings import ImportSettings
    from studio.core.request import TrainRequest

    made = project.create(folder, starter.name)
    try:
        draft = yield from importing.draft(starter.source, ImportSettings(), folder)
        packed = importing.accept(draft)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    dataset, name = packed.manifest.id, starter.name
    return Started(
        made, TrainRequest(dataset=dataset, family=starter.family, preset=starter.preset, name=name)
    )


def keeping(draft: "Draft") -> "Job[Kept]":
    """Accept a draft; a job, as a set's manifest can be long."""
    from studio.core.data import importing
    from studio.core.events import Progress

    yield Progress(0, None, draft.manifest.name)
    return Kept(importing.accept(draft))


def importing(source: str | list[Path], settings: Any, folder: Path) -> "Job[Draft]":
    """Make a draft of a source, or of loose pictures gathered in a folder of their own."""
    from studio.core.data import importing as core
    from studio.core.data.import_settings import ImportSettings

    settings = settings or ImportSettings()
    if isinstance(source, str):
        return (yield from core.draft(source, settings, folder))
    with tempfile.TemporaryDirectory(prefix="atelier-") as place:
        gathered = Path(place) / (source[0].parent.name or "pictures")
        gathered.mkdir()
        yield from gather(source, gathered)
        return (yield from core.draft(str(gathered), settings, folder))


def gather(found: list[Path], folder: Path) -> "Job[None]":
    """Copy files and folders into `folder`; equal names get a number in front."""
    from studio.core.events import Progress

    for number, path in enumerate(found):
        goal = folder / path.name
        goal = folder / f"{number} {path.name}" if goal.exists() else goal
        shutil.copytree(path, goal) if path.is_dir() else shutil.copyfile(path, goal)
        yield Progress(number + 1, len(found), path.name)


def is_picture(path: Path) -> bool:
    """Tell whether `path` is a single picture rather than a source of pictures."""
    from studio.core.data import entries

    return path.is_file() and bool(path.suffix) and entries.is_picture(path.name)


def sweep(folder: Path) -> None:
    """Remove what an earlier, interrupted session left in a project."""
    from studio.core import durable

    with contextlib.suppress(OSError):
        if any(each.name.startswith(".") for each in (folder / "datasets").iterdir()):
            from studio.core.data import importing  # 0.1 s of the window's thread, rarely needed

            importing.sweep(folder / "datasets")
    durable.sweep_project(folder)


def due(folder: Path) -> bool:
    """Tell whether a project waits for `tend`, which may take long."""
    from studio.core import project

    return project.due(folder)


def tend(folder: Path) -> "Job[None]":
    """Bring a project up to date, and take back exports that a crash interrupted."""
    from studio.core import project

    return project.tend(folder)


def remove_if_empty(folder: Path) -> None:
    """Remove a project that holds no set, no run and no picture; any other stays as it is."""
    from studio.core.project import FOLDERS

    parts = [folder / part for part in FOLDERS]
    if any(part.is_dir() and any(part.iterdir()) for part in parts):
        return
    for part in parts:
        part.rmdir()
    (folder / "project.json").unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something of the user's lies in it
        folder.rmdir()


def free(folder: Path, name: str) -> Path:
    """Return a project folder in `folder` that does not exist yet: name, name 2, name 3 …"""
    from studio.core.project import file_name

    name = file_name(name)
    number, found = 1, suffixed(folder / name)
    while found.exists():
        number += 1
        found = suffixed(folder / f"{name} {number}")
    return found


def suffixed(folder: Path) -> Path:
    """Return `folder` with a project's suffix."""
    return (
        folder if folder.name.endswith(".atelier") else folder.with_name(f"{folder.name}.atelier")
    )
