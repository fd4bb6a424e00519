"""What the form shows of each picture set."""

from pathlib import Path

from studio.core import pictures
from studio.core.data.packed import open_packed
from studio.core.events import Refused, cut
from studio.gui.widgets.run_rows import four
from studio.gui.widgets.train_setup import SetChoice
from studio.gui.widgets.words import count


class Sets:
    """What the form shows of each picture set; a set never changes, so each is read once."""

    def __init__(self) -> None:
        self.known: dict[Path, SetChoice | None] = {}

    def choices(self, folders: list[Path]) -> list[SetChoice]:
        """Return the sets in `folders` that can be read."""
        for folder in folders:
            if folder not in self.known:
                self.known[folder] = read_choice(folder)
        return [choice for folder in folders if (choice := self.known[folder])]


def read_choice(folder: Path) -> SetChoice | None:
    """Return what the set in `folder` is called and looks like; None if it can't be read."""
    try:
        packed = open_packed(folder)
        shown = four(packed.pictures) if len(packed.pictures) else None
    except Refused:
        return None
    made = packed.manifest
    kind = {1: "grey", 3: "RGB", 4: "RGBA"}[made.channels]
    text = f"{count(made.count)} pictures  ·  {made.width} × {made.height} {kind}"
    if made.classes:
        text += f"  ·  {len(made.classes)} classes"
    shown = None if shown is None else pictures.straighten(shown)
    return SetChoice(made.id, cut(made.name), text, shown, (made.width, made.height))
