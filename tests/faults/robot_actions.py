"""What the robot does in the window, as a user would: one method is one errand."""

import shutil
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QApplication, QDialog

from studio.gui.jobs import LANES, LIVE
from studio.gui.session import Session
from studio.gui.window import Window
from tests.faults.robot_hand import Hand, Steps

RUNS = 3  # a project's runs; older ones are deleted
KEPT = 12  # pictures of the gallery; the others go to the trash, which is emptied
PAGES = ("library", "train", "explore", "style", "repair", "gallery")


class Errands(Hand):
    """`folder` holds still.atelier, walked.atelier, photo.png, style.png and pictures/."""

    def __init__(self, window: Window, session: Session, folder: Path, seed: int):
        super().__init__(seed)
        self.window, self.session, self.folder = window, session, folder
        self.errands = (
            *(self.switch, self.train, self.pause, self.scrub, self.walk, self.study),
            *(self.restyle, self.repair, self.search, self.mark, self.compare, self.export),
            *(self.bring, self.change_project, self.resize, self.shortcuts, self.fumble),
        )

    def page(self, id: str) -> Any:
        """Show a workspace as the menu does; return it."""
        action = self.window.menus.spaces[id]
        if action.isEnabled():
            action.trigger()
        return self.window.pages.get(id)

    def quiet(self, *but: str) -> bool:
        """Tell whether no lane works."""
        return not any(self.session.title(n) for n in (*LIVE, *LANES) if n not in but)

    # errands

    def switch(self) -> Steps:
        """Look at one workspace after the other."""
        for id in self.rng.permutation(PAGES):
            self.page(str(id))
            yield 0.15

    def train(self) -> Steps:
        """Start a training, or stop the one that runs."""
        page = self.page("train")
        buttons = page.buttons
        if self.session.title("train"):
            self.click(buttons.stop)
            return (yield from self.until(lambda: not self.session.title("train"), what="stop"))
        self._bound_runs()
        page.setup.family.setCurrentIndex(page.setup.family.findData(self.one(("vae", "flow"))))
        page.setup.family.activated.emit(page.setup.family.currentIndex())
        value = page.setup.form.value
        small = {"batch": 4, "width": 8, "latent": 4, "depth": 1, "layers": 1}
        fit = {k: v for k, v in small.items() if k in type(value).model_fields}
        page.setup.form.show_value(value.updated(fit), value)
        page.setup.plan.show_value(page.setup.chosen_plan.updated({"minutes": 0.5}))
        yield from self.until(buttons.start.isEnabled, 30, "start")
        self.click(buttons.start)
        yield 2.0
        return None

    def pause(self) -> Steps:
        """Hold the training a while."""
        buttons = self.page("train").buttons
        if buttons.state == "training":
            self.click(buttons.pause)
            yield 1.0
            self.click(buttons.pause)
        yield 0.5

    def scrub(self) -> Steps:
        """Go through the grids and the curves of a run."""
        page = self.page("train")
        page.list.choose(self.one(page.runs)) if page.runs else None
        yield 0.2
        yield from self.slide(page.view.timeline.slider)
        for _ in range(4):
            self.wheel(page.view.plot)
            yield 0.05

    def walk(self) -> Steps:
        """Drag through a model, and use a tool on one of the tabs."""
        page = self.page("explore")
        yield from self.until(lambda: self.session.opened or not page.runs, 30, "model")
        yield from self.drag(page.canvas, 12)
        page.tools.setCurrentIndex(int(self.rng.integers(page.tools.count())))
        yield 0.3
        for _ in range(4):
            yield from self.poke(page.tools.currentWidget())
        page.bar.steps.undo_asked.emit()
        yield 0.3

    def study(self) -> Steps:
        """Begin something slow with a model, and stop it or wait."""
        page = self.page("explore")
        yield from self.until(lambda: self.session.opened or not page.runs, 30, "model")
        opened = self.session.opened
        if opened is None:
            return
        verb, asked = self.one((("discover", ()), ("chart", (self.session.project,))))
        self.session.study("Study", verb, *asked)
        yield 2.0 * float(self.rng.random())
        self.session.stop("study")
        yield from self.until(lambda: not self.session.title("study"), what="study")

    def restyle(self) -> Steps:
        """Open a picture, choose a method, drag its sliders, make it in full, maybe keep it."""
        page = self.page("style")
        page.take([self.folder / "photo.png"])
        yield from self.until(lambda: page.content.content is not None, what="content")
        page.setups.choose(self.one(("oil", "ink", "pencil", "watercolor", "pixel")))
        yield 0.3
        for slider in self.rng.permutation(len(page.options.findChildren(QAbstractSlider)))[:2]:
            yield from self.slide(page.options.findChildren(QAbstractSlider)[int(slider)])
        page.proofs.restyle()
        yield 1.5
        page.actions_.escape.trigger()
        yield from self.until(lambda: not self.session.title("restyle"), what="restyle")
        if self.chance(0.3):
            page.actions_.keep.trigger()
            yield 0.5

    def repair(self) -> Steps:
        """Paint, undo, redo, fill, keep or discard what is offered."""
        page = self.page("repair")
        if page.desk.opened is None or self.chance(0.3):
            page.take([self.folder / "photo.png"])
            yield from self.until(lambda: page.desk.opened is not None, what="picture")
        for _ in range(3):
            yield from self.drag(page.canvas, 10)
        page.actions_.undo.trigger()
        yield 0.1
        page.actions_.redo.trigger()
        settings = page.options.settings.updated({"method": "telea", "candidates": 2})
        page.options.form.show_value(settings)
        page.actions_.enter.trigger()
        yield from self.until(lambda: not self.session.title("repair"), what="fill")
        yield 0.2
        self.one((page.actions_.enter, page.actions_.escape)).trigger()
        yield 0.5
        if self.chance(0.3):
            self.answers = [self.folder / "out" / "repaired.png"]
            page.actions_.export.trigger()
            yield 0.5
            self.answers = []

    def _gallery(self) -> Any:
        page = self.page("gallery")
        yield from self.until(lambda: page.hanging.hung is not None, what="gallery")
        return page

    def search(self) -> Steps:
        """Search for words, and look at what is found larger and smaller."""
        page = yield from self._gallery()
        for words in ("", "color:#ff0000", "picture", self.one(("starred", "nothing like it"))):
            page.search.box.setText(words)
            yield 0.4
        self.wheel(page.wall.viewport(), -1)
        page.search.clear()
        yield 0.3

    def mark(self) -> Steps:
        """Give stars, delete and bring back; keep the gallery small."""
        page = yield from self._gallery()
        ids = page.wall.choice.ids
        if len(ids):
            page.wall.go(int(self.rng.integers(len(ids))))
            page.actions_.star.trigger()
            yield 0.3
            page.actions_.undo.trigger()
            yield 0.3
        if len(ids) > KEPT:
            page.wall.go(KEPT)
            page.actions_.remove.trigger()
            yield 0.5
        page.wall.choose_none()

    def compare(self) -> Steps:
        """See pictures side by side, zoomed, and one alone."""
        page = yield from self._gallery()
        if len(page.wall.choice.ids) < 3:
            return
        page.wall.go(0)
        page.wall.go(2, extend=True)
        page.actions_.compare.trigger()
        yield 0.6
        self.wheel(page.pages.currentWidget(), 2)
        yield 0.3
        QTest.keyClick(page.pages.currentWidget(), Qt.Key.Key_Escape)
        yield 0.2

    def export(self) -> Steps:
        """Lay pictures out as a kind of export, change it, write it."""
        self.window.export([self.folder / "pictures"])
        page: Any = self.window.pages["export"]
        kind = self.one(("sheet", "tile", "palette", "maps", "stickers", "contact"))
        page.exporting.choose(kind)
        yield from self.until(lambda: page.exporting.picks, what="pictures to export")
        for _ in range(3):
            yield from self.poke(page.options)
        yield 0.8
        self.answers = [self.folder / "out" / f"export{page.exporting.ending}"]
        page.target.export()
        yield 0.8
        self.answers = []
        self.session.stop("export files")
        yield from self.until(lambda: not self.session.title("export files"), what="export")
        page.actions_.back.trigger()

    def bring(self) -> Steps:
        """Import pictures, look, throw the draft away; sometimes stop half way."""
        page = self.page("library")
        self.session.import_paths([self.folder / "pictures"], None)
        if self.chance(0.3):
            yield 0.05
            self.session.stop("import")
        yield from self.until(lambda: not self.session.title("import"), what="import")
        yield 0.3
        if self.session.draft is not None:
            page.view.discarded.emit()
        yield 0.2

    def change_project(self) -> Steps:
        """Open the other project, and come back."""
        if self.session.title("train"):
            return
        for name in ("still", "walked"):
            self.session.open_project(self.folder / f"{name}.atelier")
            self.page(str(self.one(PAGES)))
            yield 0.6

    def resize(self) -> Steps:
        """Make the window small and large."""
        for size in ((960, 600), (1600, 1000), (1280, 800)):
            self.window.resize(*size)
            yield 0.15

    def shortcuts(self) -> Steps:
        """Read the list of keys, and the words about the program."""
        self.window.menus.show_shortcuts()
        yield 0.3
        self.window.menus.copy_diagnostics()
        yield 0.1

    def fumble(self) -> Steps:
        """Use whatever is there on a page."""
        page = self.page(str(self.one(PAGES)))
        yield 0.3
        for _ in range(5):
            yield from self.poke(page)

    # bounds and rest

    def _bound_runs(self) -> None:
        project = self.session.project
        runs = sorted(project.runs(), key=lambda run: run.number) if project else []
        for run in runs[1 : max(1, len(runs) - RUNS)]:
            self.session.delete_run(run)

    def rest(self) -> Steps:
        """Come to where everything is as it was at every rest before."""
        self.discards = True
        yield 1.0
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        for lane in (*LANES, *LIVE):
            self.session.stop(lane)
        yield from self.until(lambda: not self.session.title("train"), what="train at rest")
        self.session.discard_draft()
        self.session.open_project(self.folder / "still.atelier")
        self.window.resize(1280, 800)
        yield from self._same_pages()
        for _ in range(3):  # what one begins another may follow
            yield from self.until(self.quiet, what="rest")
            yield 0.7
        self.discards = False

    def work(self) -> Steps:
        """Leave the project of the rests, which stays as it is, for the other."""
        self.session.open_project(self.folder / "walked.atelier")
        yield 0.6

    def _same_pages(self) -> Steps:
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        (self.folder / "out").mkdir()
        QApplication.clipboard().clear()
        if "export" in self.window.pages:
            self.window.export([self.folder / "pictures"])
            yield from self.until(self.quiet, what="export at rest")
        for id in PAGES:
            page = self.page(id)
            yield 0.3
            if id in ("repair", "style"):
                page.take([self.folder / "photo.png"])
                yield from self.until(self.quiet, what=f"{id} at rest")
        self.page("train")
