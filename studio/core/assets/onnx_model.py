"""A trained model as an ONNX file, so that a game can draw with it at run time."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from studio.core.assets.exporting import checked_name, write_all
from studio.core.assets.kind import File
from studio.core.events import Job, Note, Progress, Refused
from studio.core.project import Project, Run
from studio.core.provenance.origins import drawn_by
from studio.core.provenance.record import Record
from studio.core.provenance.rights import check_consent, check_set
from studio.core.provenance.stamping import sidecar, sidecar_bytes
from studio.core.settings import Settings, field

TICK = 0.05
ENDING = ".onnx"
NEAR = 1e-4  # that what a graph draws may differ, of values in [-1, 1]
PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from studio.core.assets.onnx_worker import main; main(sys.argv[2])"
)


class OnnxSettings(Settings):
    """What a model's file takes and gives."""

    pixels: Literal["float", "uint8"] = field(
        "float",
        label="Pictures",
        help="float gives -1 to 1 by channels, as networks like it; uint8 gives pixels for a"
        " texture, 0 to 255, row by row, alpha not multiplied in.",
    )
    half: bool = field(
        False,
        label="Half precision",
        help="Keeps the weights in half the space. Colors change by less than the eye sees; what is"
        " drawn piece by piece may come out otherwise.",
    )


@dataclass(frozen=True)
class Exported:
    """Files that were written, the main one first, one line on them, and numbers for `--json`."""

    paths: tuple[Path, ...]
    words: str
    facts: Mapping[str, Any]


def export_onnx(
    project: Project,
    number: int | None,
    target: Path,
    settings: OnnxSettings,
    step: int | None = None,
    changes: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> Job[Exported]:
    """Write run `number` (newest if None) as `target` with a sidecar; equal runs, equal bytes.

    `changes` are settings of drawing that hold in the file, as the sampler. Raises Refused for a
    run or step that is not there, what a graph can't draw, refused consent, and where `target` is
    there already or can't be written.
    """
    run = project.run(number)
    goal = named(target, ENDING, overwrite)
    check_set(project, run.record.dataset)
    yield Progress(0, None, "Reading the model")
    record = recorded(project, run, step, settings, changes or {})
    check_consent([record])
    with tempfile.TemporaryDirectory(prefix="atelier-") as place:
        answer = yield from _traced(
            Path(place),
            {
                "checkpoint": str(run.checkpoints / f"step-{record.step:08d}"),
                "changes": dict(changes or {}),
                "record": record.text(),
                **settings.model_dump(),
            },
        )
        data = (Path(place) / "model.onnx").read_bytes()
    if "difference" not in answer:
        yield Note("onnxruntime is not installed, so what the file draws was not compared.")
    hashes = {"": hashlib.sha256(data).hexdigest()}
    beside = File(sidecar(goal).name, sidecar_bytes(record, hashes))
    paths = yield from write_all([File(goal.name, data), beside], goal.parent, overwrite)
    return Exported(paths, words(answer, settings), answer)


def named(target: Path, ending: str, overwrite: bool) -> Path:
    """Return the path with its ending; raise Refused for one that can't be, or is there already.

    Asked before the work, and again when it is written.
    """
    goal = target if target.suffix.lower() == ending else target.with_name(target.name + ending)
    checked_name(goal.name)
    if goal.exists() and not overwrite:
        raise Refused(f"{goal} is there already; choose another name, or overwrite it.")
    return goal


def recorded(
    project: Project, run: Run, step: int | None, settings: Settings, changes: Mapping[str, Any]
) -> Record:
    """Return the record of a model that leaves: which it is, and how it draws."""
    said = {"method": "onnx", **settings.model_dump(mode="json"), **changes}
    return drawn_by(
        project, run.number, step, workspace="export", title="ONNX model", settings=said
    )


def _traced(place: Path, wish: dict[str, Any]) -> Job[dict[str, Any]]:
    """Let a process of its own make `place`/model.onnx; return its answer, or raise Refused."""
    (place / "wish.json").write_text(json.dumps(wish), "utf-8")
    if getattr(sys, "frozen", False):  # no interpreter to call: it can't be stopped meanwhile
        from studio.core.assets.onnx_worker import main

        main(str(place))
    else:
        yield from _waited(place)
    try:
        answer: dict[str, Any] = json.loads((place / "answer.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise Refused(
            "The model can't be written as ONNX: torch's exporter failed; its last words are"
            f" “{_last_words(place)}”."
        ) from None
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer


def _waited(place: Path) -> Job[None]:
    root = str(Path(__file__).parents[3])
    with (place / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, root, str(place)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            while process.poll() is None:
                yield Progress(0, None, "Writing down how the model draws, and trying it")
                time.sleep(TICK)
        finally:
            process.kill()
            process.wait()


def _last_words(place: Path) -> str:
    lines = (place / "said.txt").read_text("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:300]


def words(answer: Mapping[str, Any], settings: OnnxSettings) -> str:
    """Return one line on a file that was written."""
    size = f"{answer['bytes'] / 1e6:.1f} MB, opset {answer['opset']}"
    if "difference" not in answer:
        return f"{size}, not compared"
    far = answer["difference"]
    gap = f"{far:.0f} grey levels" if settings.pixels == "uint8" else f"{far:.6f}"
    if answer["equal"] == 1:
        return f"{size}, draws what the run draws, to within {gap}"
    return f"{size}, {answer['equal']:.2%} of its values equal the run's, others are {gap} away"
