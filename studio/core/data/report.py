"""What an import found, in numbers and sentences, shown before a set is accepted."""

from pydantic import Field

from studio.core.settings import Settings


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
