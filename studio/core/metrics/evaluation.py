"""What an evaluation found, as values that window and command line read alike, without torch."""

import textwrap
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from studio.core import project as projects
from studio.core.project import Run
from studio.core.settings import Settings

SCHEMA = 1
FOLDER = "evaluations"
Better = Literal["lower", "higher", "one", "half"]


class Score(Settings):
    """One number about the drawn pictures; `value` is None where it can't be told, as `meaning`
    then says. `floor` is the same number of other real pictures, `error` a standard error.
    """

    key: str
    title: str
    value: float | None
    floor: float | None = None
    error: float | None = None
    better: Better = "lower"
    meaning: str


class Pair(Settings):
    """A drawn picture (its number) and the training picture (its place in the set) nearest to it.

    `distance` is a root mean square in levels of 255 after shrinking to 16 px; `ratio` is that to
    the next training picture that is not a twin of the nearest: below a third is a copy.
    """

    drawn: int
    place: int
    distance: float
    ratio: float


class Evaluation(Settings):
    """All that was found out about a run at one step (`runs/NNN/evaluations/step-XXXXXXXX.json`).

    There is no overall score on purpose: the numbers contradict each other, and the eye decides.
    """

    schema_version: int = SCHEMA
    run: int
    step: int
    created: float
    seconds: float
    seed: int
    count: int
    compared: int
    training: int
    held_out: int
    encoder: str
    inception: str = ""
    scores: tuple[Score, ...]
    nearest: tuple[int, ...]
    closest: tuple[Pair, ...]
    picture: str
    notes: tuple[str, ...] = ()

    def score(self, key: str) -> Score:
        """Return the score called `key`; raise KeyError if there is none."""
        return {s.key: s for s in self.scores}[key]


def save(evaluation: Evaluation, run: Run) -> Path:
    """Write an evaluation into its run and return the file; an older one of that step goes."""
    path = file(evaluation, run)
    path.parent.mkdir(exist_ok=True)
    projects.write_json(path, evaluation.model_dump())
    return path


def file(evaluation: Evaluation, run: Run) -> Path:
    """Return where an evaluation is kept."""
    return run.folder / FOLDER / f"step-{evaluation.step:08d}.json"


def newest(run: Run) -> Evaluation | None:
    """Return the evaluation of the run's latest evaluated step, or None; a damaged file is none."""
    for path in sorted((run.folder / FOLDER).glob("step-*.json"), reverse=True):
        try:
            return Evaluation.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
    return None


def picture(evaluation: Evaluation, run: Run) -> Path:
    """Return the file that shows the closest pairs, drawn left and real right."""
    return run.folder / FOLDER / Path(evaluation.picture).name


def table(evaluation: Evaluation, width: int = 100) -> str:
    """Return the numbers for people: value, the same of real pictures, and what it means."""
    wide = max(len(s.title) for s in evaluation.scores) + 2
    lines = [f"{'':{wide}}{'value':>16}{'real pictures':>16}"]
    for s in evaluation.scores:
        lines.append(f"{s.title:{wide}}{shown(s.value, s.error):>16}{shown(s.floor):>16}")
        lines += textwrap.wrap(s.meaning, width, initial_indent="    ", subsequent_indent="    ")
    for note in evaluation.notes:
        lines += textwrap.wrap(note, width, initial_indent="Note: ", subsequent_indent="      ")
    return "\n".join(lines)


def shown(value: float | None, error: float | None = None) -> str:
    """Return a number with about three digits, and its standard error if there is one."""
    if value is None:
        return "–"
    if value == 0 and error is None:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    text = f"{value:.{digits}f}"
    return text if error is None else f"{text} ± {error:.{digits}f}"
