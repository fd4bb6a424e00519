"""The Repair workspace: paint over the damage, it is gone, nothing else changed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QTemporaryDir, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.gui.desks import picture_files
from studio.gui.desks.filling import FillDesk
from studio.gui.desks.journal import JournalDesk
from studio.gui.desks.picture import PictureDesk
from studio.gui.session import Session
from studio.gui.widgets import canvas_files
from studio.gui.widgets.repair_room import RepairRoom


class RepairPanel(RepairRoom):
    """Session to widgets, and what the user does to requests; each part of it has its desk.

    style_asked(pixels, name, told): go on with that picture in the Style workspace.
    """

    style_asked = Signal(object, str, object)

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self.desk = PictureDesk(session, self, self)
        self.filling = FillDesk(session, self, self.desk, self)
        self.history = JournalDesk(session, self, self.desk, self)
        self.setAcceptDrops(True)
        self._connect()
        self.desk.show_steps(offered=False)
        self._on_project()

    def _connect(self) -> None:
        self.session.project_changed.connect(self._on_project)
        self.session.done.connect(self._on_done)
        self.drop.open_asked.connect(self.desk.ask_open)
        self.drop.paste_asked.connect(self.desk.paste)
        self.drop.dropped.connect(self.desk.take)
        self.canvas.dropped.connect(self.desk.take)
        self.canvas.hovered.connect(self._on_hovered)
        self.canvas.tool_changed.connect(self._on_tool)
        self.options.layer_asked.connect(self._paint_on)
        self.actions_.style.triggered.connect(self._send)
        self.brushes.load_asked.connect(self._load_mask)
        self.brushes.save_asked.connect(self._save_mask)

    def take(self, found: list[Path]) -> None:
        """Open a picture that comes from elsewhere."""
        self.desk.take(found)

    def leave(self, then: Callable[[], None]) -> None:
        """Do `then` unless the user wants to stay, for what is not exported yet."""
        self.desk.leave(then)

    def end(self) -> None:
        """Forget the history unless it holds repairs that are not exported: they are offered when
        the program starts again.
        """
        if not self.unsaved:
            self.history.end()

    @property
    def unsaved(self) -> bool:
        """Whether something would be lost by leaving."""
        return self.desk.unsaved

    @Slot()
    def _on_project(self) -> None:
        project = self.session.project
        runs = project.runs() if project and self.isVisible() else []
        trained = [run for run in runs if any(run.checkpoints.glob("step-*"))]
        if self.isVisible():
            self.options.show_runs([(r.number, f"{r.number}  {r.record.name}") for r in trained])

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._on_project()

    @Slot()
    def _send(self) -> None:
        """Hand a copy of the picture as it is now to Style."""
        if not self.desk.busy:
            from studio.core.repair.live import recorded

            pixels, name = self.desk.painting.pixels.copy(), self.desk.suggested().name
            self.style_asked.emit(pixels, name, partial(recorded, self.desk.opened, pixels))

    @Slot(int, int)
    def _on_hovered(self, x: int, y: int) -> None:
        self.pointer.setText(self.tr("{x}, {y}").format(x=x, y=y) if x >= 0 else "")

    @Slot()
    def _on_tool(self) -> None:
        self.options.show_layer(self.canvas.layer)

    @Slot(str)
    def _paint_on(self, layer: str) -> None:
        self.canvas.set_layer("allowed" if layer == "allowed" else "mask")
        self.canvas.setFocus()

    @Slot()
    def _load_mask(self) -> None:
        """Paint from a file what is to be repaired."""
        painting = self.desk.painting
        title = self.tr("Load a mask of the picture's size: white is repaired")
        path = picture_files.choose_mask(self, title) if painting else None
        if path:
            self.session.read_mask(path, (painting.box.width, painting.box.height))

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        painting = self.desk.painting
        read = lane == "mask" and isinstance(result, np.ndarray)
        if read and not self.desk.busy and result.shape == painting.mask.shape:
            from studio.core.repair.live import masked

            self.desk.edit(masked(painting, result, self.tr("Load mask")), "mask")
        elif lane == "mask" and isinstance(result, Path):
            said = self.tr("The mask is saved as {name} in {dir}.")
            self.session.said.emit(said.format(name=result.name, dir=result.parent))

    @Slot()
    def _save_mask(self) -> None:
        """Write what is painted to a file."""
        painting = self.desk.painting
        if painting is None:
            return
        own = self.desk.opened.path
        name = picture_files.beside(own, self.tr("picture"), "mask")
        path = picture_files.mask_target(self, name)
        if path:
            self.session.write_mask(path, painting.mask.copy())

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        folder = any(Path(url.toLocalFile()).is_dir() for url in data.urls())
        if canvas_files.given(data) and not folder:  # which is the window's to take
            event.acceptProposedAction()
        else:
            event.ignore()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.desk.take(canvas_files.paths(event.mimeData(), self._drawer))
