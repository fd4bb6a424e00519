"""Which family, preset and size suit some pictures on a machine, and why in one sentence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from studio.core import device as machines
from studio.core.data.packed import PackedSet
from studio.core.families import families
from studio.core.family import ImageSize

LOOKED_AT = 64  # pictures
PALETTE = 256  # colors that make pixel art
SMALL, LEAST_SIDE = 32, 16  # pixels
PATIENT, OVERNIGHT = 60.0, 180.0  # minutes
ROOMY = 6e9  # bytes of a graphics card's memory that larger presets want
USUAL = {"cpu": 5.0, "gpu": 30.0}  # minutes, where the user has not said


@dataclass(frozen=True)
class Pictures:
    """What decides about a set: `colors` are those of a few pictures, `original` is (width,
    height) of a typical picture before it was brought in.
    """

    count: int
    size: ImageSize
    colors: int
    original: tuple[int, int]

    @property
    def side(self) -> int:
        """The longer side of what would be learned, in pixels."""
        return max(self.size.height, self.size.width)

    @property
    def drawn(self) -> bool:
        """Pixel art: small and in few colors, but no mere grey."""
        return self.colors <= PALETTE and self.side <= SMALL and self.size.channels > 1

    def __str__(self) -> str:
        kind = {1: "grey pictures", 3: "color pictures", 4: "pictures with transparency"}
        words = "pictures in few colors" if self.drawn else kind[self.size.channels]
        classes = f" in {self.size.classes} classes" if self.size.classes else ""
        return f"{self.count:,} {words}{classes}"


@dataclass(frozen=True)
class Machine:
    """Where it would be trained: kind "cpu" or "gpu", and its free memory in bytes."""

    kind: str
    memory: int

    def __str__(self) -> str:
        return {"cpu": "a processor", "gpu": "a graphics card"}[self.kind]


@dataclass(frozen=True)
class Advice:
    """What to train: family and preset by id, size as (width, height), and why."""

    family: str
    preset: str
    size: tuple[int, int]
    reason: str


@dataclass(frozen=True)
class Rule:
    """`family` is right, for `why`, where `when(pictures, machine, minutes)` holds."""

    family: str
    why: str
    when: Callable[[Pictures, Machine, float], bool]


# The first rule that holds, and whose family has no objection, is taken. Why GANs for few pictures:
# denoisers learn fewer than about a thousand by heart (Kadkhodaie et al. 2024).
TABLE = (
    Rule("vae", "it is readable within seconds", lambda p, m, t: m.kind == "cpu" and t < 1),
    Rule(
        "vae",
        "small grey signs in classes are readable within seconds",
        lambda p, m, t: m.kind == "cpu" and plain(p) and t < PATIENT,
    ),
    Rule(
        "gan",
        "so few are enough for it, as it changes them while it learns",
        lambda p, m, t: p.count < 1000,
    ),
    Rule(
        "autoregressive",
        "it paints pixel art in its exact colors",
        lambda p, m, t: p.drawn and t >= (20 if m.kind == "cpu" else 10),
    ),
    Rule(
        "vqvae",
        "it builds larger pictures from parts",
        lambda p, m, t: p.side > 64 and t >= 20,
    ),
    Rule(
        "diffusion",
        "it draws best when it has the time",
        lambda p, m, t: t >= (8 if m.kind == "cpu" else 5),
    ),
    Rule("gan", "it draws sharp pictures soonest", lambda p, m, t: True),
)


def plain(pictures: Pictures) -> bool:
    """Tell whether these are like digits: small, grey, in classes."""
    return pictures.size.channels == 1 and pictures.size.classes > 1 and pictures.side <= SMALL


def advise(
    pictures: Pictures,
    machine: Machine,
    minutes: float | None = None,
    size: tuple[int, int] | None = None,
) -> Advice:
    """Return what to train on `machine` in `minutes` (what is usual there if None).

    `size` is the (width, height) that the user insists on; None proposes one.
    """
    time = USUAL[machine.kind] if minutes is None else minutes
    preset = suited(machine, time)
    width, height = size or proposed(pictures, machine, time)
    learned = replace(pictures, size=pictures.size._replace(width=width, height=height))
    rules = [rule for rule in TABLE if rule.when(learned, machine, time)]
    rule = next((r for r in rules if accepted(r.family, preset, pictures, learned)), rules[-1])
    family = families()[rule.family]
    words = f"{family.title}, {family.preset(preset).title}, {width}×{height}"
    reason = f"{words}: for {learned} on {machine}, {rule.why}."
    return Advice(rule.family, preset, (width, height), reason)


def accepted(family: str, preset: str, *sets: Pictures) -> bool:
    """Tell whether the family takes each of these: the pictures as they are, and as proposed."""
    known = families().get(family)
    return known is not None and not any(
        known.objection(known.preset(preset).settings, p.size, p.count) for p in sets
    )


def suited(machine: Machine, minutes: float) -> str:
    """Return the preset for a machine and a time."""
    if machine.kind == "cpu" or machine.memory < ROOMY or minutes < 10:
        return "quick"
    return "best" if minutes >= OVERNIGHT else "standard"


def proposed(pictures: Pictures, machine: Machine, minutes: float) -> tuple[int, int]:
    """Return (width, height) to learn at: as they are, but no larger than the machine bears."""
    most = {"cpu": 32, "gpu": 64}[machine.kind] * (2 if minutes >= PATIENT else 1)
    width, height = pictures.original
    scale = min(1.0, most / max(width, height))
    return max(LEAST_SIDE, round(width * scale)), max(LEAST_SIDE, round(height * scale))


def facts(packed: PackedSet) -> Pictures:
    """Look at a set."""
    count, made = len(packed.pictures), packed.manifest
    places = np.unique(np.linspace(0, count - 1, min(LOOKED_AT, count)).round().astype(int))
    pixels = packed.pictures[places].reshape(-1, packed.pictures.shape[-1])
    return Pictures(
        count=count,
        size=ImageSize(made.height, made.width, made.channels, len(made.classes)),
        colors=len(np.unique(pixels, axis=0)),
        original=original(packed),
    )


def original(packed: PackedSet) -> tuple[int, int]:
    """Return (width, height) of a typical picture of the source; square where shapes differ."""
    manifest = packed.manifest
    sizes = {tuple(map(int, text.split("×"))): n for text, n in manifest.report.sizes.items()}
    if not sizes:
        return manifest.width, manifest.height
    shapes = {round(width / height, 1) for width, height in sizes}
    side = round(median(max(size) for size, n in sizes.items() for _ in range(n)))
    (width, height), _ = max(sizes.items(), key=lambda item: item[1])
    scale = side / max(width, height)
    return (round(width * scale), round(height * scale)) if len(shapes) == 1 else (side, side)


def here(device: str = "auto") -> Machine:
    """Look at this machine, or at its `device`; raise Refused if there is none such."""
    chosen = machines.choose(device)
    return Machine("cpu" if chosen.type == "cpu" else "gpu", machines.free_memory(chosen))
