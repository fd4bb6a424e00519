"""A real window whose user edits without pause: tells every edit once it is done, until killed.

`python -m tests.faults.edited FOLDER SEED [recover]` prints a line of JSON for every edit: when it
was done (seconds, this machine's clock), what it set, and to what. With `recover` it presses
Recover in the dialog first, tells all that is there, once, and is edited from then on. FOLDER holds
the pictures and the project.
"""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

PACE = 120  # ms between two edits


def tell(what: str, value: Any) -> None:
    """Print one line and hand it over at once."""
    print(json.dumps({"at": time.time(), "what": what, "value": value}), flush=True)


def told(window: Any) -> dict[str, Any]:
    """Return all that a user would look for, by name."""
    pages, found = window.pages, {}
    if "style" in pages and pages["style"].content.content is not None:
        page = pages["style"]
        masks = page.masking.masks.layers
        found["style settings"] = page.setups.now.settings.model_dump(mode="json")
        found["style method"] = page.setups.now.method
        found["style mask"] = int((masks["mask"] > 0).sum()) if "mask" in masks else 0
    if "repair" in pages and pages["repair"].desk.opened is not None:
        found["repair mask"] = int((pages["repair"].desk.painting.mask > 0).sum())
    if "export" in pages and pages["export"].exporting.picks:
        desk = pages["export"].exporting
        found["export settings"] = desk.values.model_dump(mode="json")
        found["export name"] = pages["export"].target.typed
    if "train" in pages and pages["train"].setup.families:
        setup = pages["train"].setup
        found["train name"] = setup.name.text()
        found["train plan"] = setup.plan.value.model_dump(mode="json")
    if window.session.draft is not None or window.session.title("import"):
        found["library settings"] = window.page("library").form.value.model_dump(mode="json")
    if "gallery" in pages:
        found["gallery words"] = pages["gallery"].search.box.text()
    return found


class User:
    """Opens a picture in each workspace, then changes one thing after another."""

    def __init__(self, window: Any, folder: Path, seed: int):
        self.window, self.folder, self.rng = window, folder, random.Random(seed)
        self.ways = {
            "style settings": self.style,
            "style mask": self.stroke,
            "repair mask": self.repair,
            "export settings": self.export,
            "train plan": self.train,
            "gallery words": self.gallery,
        }

    def begin(self) -> None:
        """Open the project and the pictures."""
        window, picture = self.window, self.folder / "photo.png"
        window.session.open_project(self.folder / "p.atelier")
        for id in ("train", "library", "gallery", "style"):
            window.show_page(id)
        window.page("style").setups.choose("ink")
        window.page("style").take([picture])
        window.page("repair").take([picture])
        window.export([picture])
        window.session.import_pictures(
            str(self.folder / "pictures"), window.page("library").form.value
        )

    def ready(self) -> bool:
        """Tell whether all of it is there."""
        pages, session = self.window.pages, self.window.session
        return bool(
            pages["style"].content.content is not None
            and pages["repair"].desk.opened is not None
            and pages["export"].exporting.picks
            and pages["train"].setup.families
            and session.draft is not None
        )

    def edit(self) -> None:
        """Change something that is there."""
        there = told(self.window)
        self.rng.choice([way for what, way in self.ways.items() if what in there])()

    def style(self) -> None:
        """Move a slider of Style."""
        page = self.window.pages["style"]
        changed = self._other(page.setups.now.settings)
        page.options.form.show_value(changed)
        page.setups._on_form(changed)
        tell("style settings", changed.model_dump(mode="json"))

    def stroke(self) -> None:
        """Paint where Style changes anything."""
        page = self.window.pages["style"]
        if page.masking.layer is None:
            page.masking.paint("mask")
        painting = page.canvas.painting
        edit = self._dot(painting, "mask")
        page.canvas.painted.emit(edit)
        tell("style mask", int((painting.layers["mask"] > 0).sum()))

    def repair(self) -> None:
        """Paint over damage."""
        page = self.window.pages["repair"]
        painting = page.desk.painting
        page.canvas.painted.emit(self._dot(painting, "mask"))
        tell("repair mask", int((painting.mask > 0).sum()))

    def _dot(self, painting: Any, layer: str) -> Any:
        from studio.core.painting.box import Box

        top, left = self.rng.randrange(80), self.rng.randrange(110)
        box = Box(top, left, top + 5, left + 5).common(painting.box)
        painting.begin("Stroke")
        painting.touch(layer, box)
        box.of(painting.layers[layer])[...] = 255
        painting.seal()
        return painting.finish()

    def export(self) -> None:
        """Change a setting or the name of an export."""
        page = self.window.pages["export"]
        changed = self._other(page.exporting.values)
        page.options.form.show_value(changed)
        page.exporting._on_changed(changed)
        tell("export settings", changed.model_dump(mode="json"))
        page.target.bring_back(None, f"name {self.rng.randrange(10**6)}")
        tell("export name", page.target.typed)

    def train(self) -> None:
        """Change the plan or the name of a run."""
        setup = self.window.pages["train"].setup
        setup.plan.show_value(setup.plan.value.updated({"seed": self.rng.randrange(10**6)}))
        setup.name.setText(f"run {self.rng.randrange(10**6)}")
        tell("train plan", setup.plan.value.model_dump(mode="json"))
        tell("train name", setup.name.text())

    def gallery(self) -> None:
        """Type into the search."""
        box = self.window.pages["gallery"].search.box
        box.setText(f"word{self.rng.randrange(10**6)}")
        tell("gallery words", box.text())

    def _other(self, settings: Any) -> Any:
        """Return the settings with another number somewhere."""
        from studio.core.events import Refused

        values = settings.model_dump()
        names = [n for n, v in values.items() if type(v) in (int, float)]
        for _ in range(20):
            name = self.rng.choice(names) if names else ""
            step = self.rng.choice((-1, 1)) * (1 if type(values.get(name)) is int else 0.05)
            try:
                return settings.updated({name: round(values[name] + step, 3)})
            except (Refused, KeyError):
                continue
        return settings


def main(folder: Path, seed: int, recover: bool) -> int:
    """Open the window as a start does, and edit until killed; or recover and tell."""
    from PySide6.QtCore import QTimer

    from studio.gui.app import prepare
    from studio.gui.session import Session
    from studio.gui.window import Window

    app = prepare(["atelier"])
    window = Window(Session())
    user = User(window, folder, seed)
    window.show()
    timer = QTimer(interval=PACE)
    state = {"begun": False, "quiet": 0, "told": not recover}

    def edit() -> None:
        if not state["begun"]:
            if window.recovery.keeper.shelf is not None and window.session.ready:
                state["begun"] = True
                user.begin()
        elif recover or user.ready():
            user.edit()

    def look() -> None:
        dialog, session = window.recovery.dialog, window.session
        if dialog is not None and not state["begun"]:
            state["begun"] = True
            tell("offered", sorted(each.workspace for each in dialog.ticked))
            dialog.recover.click()
            return
        busy = any(session.title(lane) for lane in ("content", "picture", "export pictures"))
        waits = (
            window.recovery.wanted or session.aside.title("recovering") or session.title("import")
        )
        still = state["begun"] and not (busy or waits)
        state["quiet"] = state["quiet"] + 1 if still else 0
        if state["quiet"] == 8:
            state["told"] = True
            tell("found", told(window))

    timer.timeout.connect(lambda: edit() if state["told"] else look())
    timer.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), "recover" in sys.argv[3:]))
