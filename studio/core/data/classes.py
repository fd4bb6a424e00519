"""Which class a picture belongs to, read from the folders it lies in."""

from collections.abc import Sequence

SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval"}
UNSORTED = "unsorted"  # the class of pictures beside the folders of the others
SHARE = 0.5  # classes exist if more than this share of the pictures lies in sub-folders
CLASSES_AT_MOST = 1000


def classes(names: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """Return (class names, a label for each name), or ((), all -1) if the folders are no classes.

    A class is the first folder in which the pictures differ; folders that all share, and
    train/test splits, are passed over: `set/train/cat/1.jpg` and `set/test/dog/2.jpg` give
    cat and dog.
    """
    folders = [name.split("/")[:-1] for name in names]
    found = _level(folders)
    known = [f for f in found if f]
    kinds = sorted(set(known))
    too_many = len(kinds) > min(CLASSES_AT_MOST, len(names) / 2)
    if len(kinds) < 2 or too_many or len(known) <= SHARE * len(names):
        return (), [-1] * len(names)
    if len(known) < len(names):
        kinds = [*(k for k in kinds if k != UNSORTED), UNSORTED]
    number = {kind: k for k, kind in enumerate(kinds)}
    return tuple(kinds), [number[f or UNSORTED] for f in found]


def _level(folders: list[list[str]]) -> list[str]:
    """Return for each path the folder that tells it from others, '' if it lies above that."""
    depth = 0
    while True:
        level = {f[depth] for f in folders if len(f) > depth}
        if not level:
            return [""] * len(folders)
        shared = len(level) == 1 and all(len(f) > depth for f in folders)
        deeper = any(len(f) > depth + 1 for f in folders)
        if not shared and not (deeper and {name.lower() for name in level} <= SPLITS):
            return [f[depth] if len(f) > depth else "" for f in folders]
        depth += 1
