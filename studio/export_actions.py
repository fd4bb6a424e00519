"""What the verbs of `atelier export` do: open pictures, export them, say what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core import project as projects
from studio.core.assets.exporting import export as exported
from studio.core.assets.items import open_items
from studio.core.assets.kind import Kind
from studio.terminal import pull, write_json

if TYPE_CHECKING:
    from studio.core.assets.onnx_model import Exported


@dataclass(frozen=True)
class Target:
    """Where an export goes, and whether it may replace what is there."""

    out: str
    overwrite: bool


def export_onnx(
    folder: Path,
    number: int | None,
    step: int | None,
    given: dict[str, Any],
    changes: dict[str, Any],
    target: Target,
    json_lines: bool,
) -> None:
    """Write a run's model as ONNX."""
    from studio.core.assets import onnx_model

    project = projects.open(folder)
    settings = onnx_model.OnnxSettings().updated(given)
    where = Path(target.out), settings, step, changes, target.overwrite
    say(pull(onnx_model.export_onnx(project, number, *where), json_lines), json_lines)


def say(exported: "Exported", json_lines: bool) -> None:
    """Say what a model's export came to."""
    if json_lines:
        files = [str(path) for path in exported.paths]
        write_json({"event": "result", "files": files, "words": exported.words, **exported.facts})
    else:
        print(f"{exported.paths[0]}: {exported.words}.")


def export(
    kind: Kind, pictures: Sequence[Path], given: dict[str, Any], target: Target, json_lines: bool
) -> None:
    """Export pictures, files or folders of them, as this kind does."""
    settings = kind.settings().updated(given)
    items = pull(open_items(pictures), json_lines)
    job = exported(kind, items, settings, Path(target.out), target.overwrite)
    product, paths = pull(job, json_lines)
    if json_lines:
        write_json(
            {"event": "result", "files": [str(p) for p in paths], "words": product.words}
            | (product.facts or {})
        )
    else:
        print(f"{paths[0]}: {product.words}.")
