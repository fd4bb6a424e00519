"""What the verbs of `atelier export` do: open pictures, export them, say what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.core.assets.exporting import export as exported
from studio.core.assets.items import open_items
from studio.core.assets.kind import Kind
from studio.terminal import pull, write_json


@dataclass(frozen=True)
class Target:
    """Where an export goes, and whether it may replace what is there."""

    out: str
    overwrite: bool


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
