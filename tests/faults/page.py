"""The page of figures: what each promise was tried against, how often it held, and on what machine.

A test asks for the fixture `promise` and counts its trials in it:

    with promise("Saving", "killed at a random moment: nothing announced is lost") as kept:
        for moment in moments:
            kept.check(survived(moment), f"killed after {moment:.2f} s")
        kept.say(f"slowest resume {slowest:.1f} s")

At the end of the `with` the test fails unless every trial held. `amount(quick, full)` says how many
trials there are to be.
"""

import datetime
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

SECTIONS = (
    *("Saving", "Integrity", "Sick training", "Environment", "Hostile files", "Offline"),
    *("The window", "Autosave and recovery", "Crash report"),
)
SHOWN = 5  # failed trials that are named
WIDTH = 64  # of a promise's words on the page


@dataclass
class Promise:
    """One promise: so many trials, so many held, and figures worth reading beside them."""

    section: str
    words: str
    tried: int = 0
    broken: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    untried: str = ""

    @property
    def held(self) -> int:
        """How many trials held."""
        return self.tried - len(self.broken)

    def check(self, held: bool, trial: str = "") -> None:
        """Count a trial, described by `trial` where it did not hold."""
        self.tried += 1
        if not held:
            self.broken.append(trial or f"trial {self.tried}")

    def count(self, held: int) -> None:
        """Count trials of which each held, too many to name."""
        self.tried += held

    def say(self, figure: str) -> None:
        """Put a figure beside the promise."""
        self.figures.append(figure)

    def line(self) -> str:
        """Return the promise's line on the page."""
        words = f"{self.words[:WIDTH]:<{WIDTH}}"
        if self.untried:
            return f"  {words} not tried: {self.untried}"
        figures = f"   {'; '.join(self.figures)}" if self.figures else ""
        return f"  {words} {self.tried:>8,} tried {self.held:>8,} held{figures}"


class Page:
    """All promises of a test run, in the order of the sections."""

    def __init__(self, full: bool):
        self.full = full
        self.promises: list[Promise] = []

    def amount(self, quick: int, full: int) -> int:
        """Return how many trials there are to be: `quick` in CI, `full` with --faults."""
        return full if self.full else quick

    @contextmanager
    def promise(self, section: str, words: str) -> Iterator[Promise]:
        """Enter a promise, whose trials are counted meanwhile and must all have held at the end."""
        if section not in SECTIONS:
            raise KeyError(section)
        kept = Promise(section, words)
        self.promises.append(kept)
        try:
            yield kept
        except BaseException as error:
            kept.check(False, f"{type(error).__name__}: {error}")
            raise
        first = "\n".join(kept.broken[:SHOWN])
        assert kept.tried, f"{words}: nothing was tried"
        assert not kept.broken, f"{words}: {kept.held} of {kept.tried} held\n{first}"

    def add(self, other: Promise) -> None:
        """Enter what another process tried, beside what was tried of the same promise."""
        for known in self.promises:
            if (known.section, known.words) == (other.section, other.words):
                known.tried += other.tried
                known.broken += other.broken
                known.figures += other.figures
                return
        self.promises.append(other)

    def untried(self, section: str, words: str, reason: str) -> None:
        """Enter a promise that this machine can't try, and why."""
        self.promises.append(Promise(section, words, untried=reason))

    def lines(self) -> list[str]:
        """Return the page."""
        found = [head(self.full)]
        for section in SECTIONS:
            promises = [p for p in self.promises if p.section == section]
            if promises:
                found += ["", section, *(p.line() for p in promises)]
        tried, held = sum(p.tried for p in self.promises), sum(p.held for p in self.promises)
        return [*found, "", f"{tried:,} trials, {held:,} held."]


def head(full: bool) -> str:
    """Return the page's first line: date, machine, which set of trials."""
    import torch

    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 2**30
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    machine = f"{platform.system()} {platform.release()}, {cores} cores, {memory:.0f} GiB, {gpu}"
    made = f"Python {platform.python_version()}, torch {torch.__version__}"
    which = "the full set" if full else "the quick set"
    return f"{datetime.date.today()}  {machine}; {made}; {which}"
