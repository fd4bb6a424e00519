"""What an import found, in numbers and sentences, shown before a set is accepted."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from studio.core.data.chunk import Fact
from studio.core.data.duplicates import Duplicates
from studio.core.data.packed import Manifest
from studio.core.settings import Settings

PREVIEWS = 64
PAIRS = 100


class Report(Settings):
    """The result of an import in numbers. `preview` are the numbers of some packed pictures.

    `near_pairs` names (picture, earlier picture) of at most 100 near duplicates. Exact duplicates
    that were dropped are counted in `exact_duplicates` and `dropped`, not in `kept`.
    """

    source: str
    found: int
    kept: int
    width: int
    height: int
    channels: int
    converted: dict[str, int] = Field(default_factory=dict)
    skipped: tuple[tuple[str, str], ...] = ()
    other_files: int = 0
    exact_duplicates: int = 0
    near_duplicates: int = 0
    dropped: int = 0
    near_pairs: tuple[tuple[str, str], ...] = ()
    classes: dict[str, int] = Field(default_factory=dict)
    sizes: dict[str, int] = Field(default_factory=dict)
    modes: dict[str, int] = Field(default_factory=dict)
    preview: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Return the report as lines for people."""
        channels = {1: "grey", 3: "RGB", 4: "RGB with transparency"}[self.channels]
        lines = [f"{self.source}: {self.kept:,} pictures, {self.width}×{self.height}, {channels}"]
        lines += [_line("sizes", self.sizes), _line("modes", self.modes)]
        lines += [_line("classes", self.classes), _line("converted", self.converted)]
        copies = {"exact": self.exact_duplicates, "near": self.near_duplicates}
        lines.append(_line("duplicates", {k: v for k, v in copies.items() if v}))
        lines.append(
            _line("other files", {"left alone": self.other_files} if self.other_files else {})
        )
        lines += [f"skipped: {name}: {sentence}" for name, sentence in self.skipped[:20]]
        rest = len(self.skipped) - 20
        lines.append(f"skipped: {rest:,} more" if rest > 0 else "")
        return "\n".join(line for line in lines if line)


def _line(title: str, counts: dict[str, int]) -> str:
    shown = [f"{name} {count:,}" for name, count in list(counts.items())[:12]]
    more = len(counts) - len(shown)
    return f"{title}: {', '.join(shown)}{f', {more} more' if more > 0 else ''}" if shown else ""


def report(
    manifest: Manifest,
    facts: Sequence[Fact],
    found: int,
    others: int,
    copies: Duplicates,
    dropped: int,
) -> Report:
    """Count what happened; `facts` and `copies` belong to the pictures of the manifest."""
    pictures, labels = manifest.pictures, Counter(p.label for p in manifest.pictures)
    notes = Counter(note for fact in facts for note in fact[3].split("; ") if note)
    near = np.flatnonzero(copies.near >= 0).tolist()
    preview = np.unique(np.linspace(0, len(pictures) - 1, min(PREVIEWS, len(pictures))).round())
    return Report(
        source=manifest.source,
        found=found,
        kept=len(pictures),
        width=manifest.width,
        height=manifest.height,
        channels=manifest.channels,
        converted=dict(notes.most_common()),
        skipped=manifest.skipped,
        other_files=others,
        exact_duplicates=int((copies.exact >= 0).sum()) + dropped,
        near_duplicates=len(near),
        dropped=dropped,
        near_pairs=tuple((pictures[k].name, pictures[copies.near[k]].name) for k in near[:PAIRS]),
        classes={name: labels[k] for k, name in enumerate(manifest.classes)},
        sizes=dict(Counter(f"{fact[0]}×{fact[1]}" for fact in facts).most_common()),
        modes=dict(Counter(fact[2] for fact in facts).most_common()),
        preview=tuple(int(k) for k in preview),
    )
