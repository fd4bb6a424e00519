"""What the gallery knows of a kept picture, as the window and the command line show it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One picture of a gallery. What does not apply is empty, 0 or None.

    `id` names it while the gallery is open; `name` is its file's, with the ending, and stays.
    `model` is the hash of the weights, `created` in seconds since 1970, `color` the mean, sRGB in
    0..255. `damaged` pictures can't be decoded; `trashed` ones lie in the gallery's own trash.
    """

    id: int
    name: str
    workspace: str
    title: str
    family: str
    model: str
    run: int
    step: int
    seed: int | None
    created: float
    width: int
    height: int
    star: bool
    tags: tuple[str, ...]
    boards: tuple[str, ...]
    color: tuple[int, int, int]
    trashed: bool
    damaged: bool = False


Counted = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Counts:
    """How many pictures there are, and how many have each word; the trash is counted apart.

    Words are in alphabetical order, runs by number.
    """

    total: int
    starred: int
    trashed: int
    boards: Counted
    tags: Counted
    workspaces: Counted
    families: Counted
    models: Counted
    runs: tuple[tuple[int, int], ...]
