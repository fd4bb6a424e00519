"""The masking desk: where anything changes, and where each style goes, is painted."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from studio.core.painting.changing import replaced
from studio.gui.desks import picture_files
from studio.gui.desks.steps import Step, Steps
from studio.gui.desks.wish import Masks
from studio.gui.restyling import LAYERS
from studio.gui.session import Session
from studio.gui.widgets.style_room import StyleRoom

EVERYWHERE = "mask"
STROKE = "stroke"
LANE = "style mask"


class MaskingDesk(QObject):
    """Takes strokes on the canvas; changed(): other masks are there. painting_changed(): another
    layer is painted on, or none.
    """

    changed = Signal()
    painting_changed = Signal()

    def __init__(
        self, session: Session, room: StyleRoom, steps: Steps, parent: QObject | None = None
    ):
        super().__init__(parent)
        self.session = session
        self.room, self.canvas, self.steps = room, room.canvas, steps
        self.layer: str | None = None  # that is painted on
        self._masks: Masks | None = None  # as they are; None = not looked at since the last stroke
        self._coming: Masks | None = None  # those that are being put in place
        room.options.masking_asked.connect(self._on_whole)
        for row in room.options.rows:
            row.painting_asked.connect(self._on_style)
        self.canvas.painted.connect(self._on_painted)
        room.brushes.load_asked.connect(self._load)
        room.brushes.save_asked.connect(self._save)
        session.done.connect(self._on_done)
        self.canvas.tool_changed.connect(self._on_tool)

    @property
    def masks(self) -> Masks:
        """The masks as they are, copied once after each stroke."""
        if self._masks is None:
            painting = self.canvas.painting
            layers = painting.layers if painting is not None else {}
            painted = {n: layers[n] for n in (EVERYWHERE, *LAYERS) if n in layers}
            self._masks = Masks({n: v.copy() for n, v in painted.items() if cv2.hasNonZero(v)})
        return self._masks

    def begin(self) -> None:
        """Forget the masks, as another picture is there."""
        self._masks = None
        self.paint(None)

    def paint(self, layer: str | None) -> None:
        """Paint on that layer from now on, or, None, no more."""
        self.layer = layer
        self.canvas.set_masking(layer)
        self.room.brushes.setVisible(layer is not None)
        self.room.options.show_painted(layer)
        self.painting_changed.emit()

    @property
    def hint(self) -> str:
        """What the brush does now, "" while nothing is painted."""
        if self.layer is None:
            return ""
        if self.layer == EVERYWHERE:
            return self.tr("Paint where anything changes; Esc ends painting.")
        number = LAYERS.index(self.layer) + 1
        return self.tr("Paint where style {n} goes; Esc ends painting.").format(n=number)

    def follow(self, place: int) -> None:
        """The style at that place was taken away: its mask goes, and those after it move up."""
        after = [*LAYERS[place + 1 :], ""]
        moved = dict(zip(LAYERS[place:], (self.masks.layers.get(n) for n in after), strict=True))
        kept = {**self.masks.layers, **moved}
        self.put(Masks({name: values for name, values in kept.items() if values is not None}))

    def put(self, masks: Masks) -> None:
        """Take other masks, as they were before, as one step that can be undone."""
        painting = self.canvas.painting
        if painting is None or masks is self.masks:
            return
        before, after = self.masks.layers, masks.layers
        names = [n for n in {*before, *after} if not _same(before.get(n), after.get(n))]
        if not names:
            self._masks = masks
            return
        self._coming = masks
        job = replaced(painting, {n: after.get(n) for n in names}, self.tr("Masks"))
        self.canvas.work(job, *names)

    @Slot(bool)
    def _on_whole(self, on: bool) -> None:
        self.paint(EVERYWHERE if on else None)
        self.canvas.setFocus()

    @Slot(bool)
    def _on_style(self, on: bool) -> None:
        row = next(row for row in self.room.options.rows if row is self.sender())
        self.paint(LAYERS[row.number - 1] if on else None)
        self.canvas.setFocus()

    @Slot()
    def _on_tool(self) -> None:
        """A brush taken by its key paints where anything changes."""
        if self.layer is None and self.canvas.tool != "hand" and self.canvas.painting is not None:
            self.paint(EVERYWHERE)

    @Slot(object)
    def _on_painted(self, edit: Any) -> None:
        self.steps.add(Step(edit.title, self._undo, self._redo, STROKE))
        self._masks, self._coming = self._coming, None
        self.changed.emit()

    @Slot()
    def _load(self) -> None:
        """Paint from a file, on the layer that is painted on."""
        painting, title = self.canvas.painting, self.tr("Load a mask of the picture's size")
        path = picture_files.choose_mask(self.room, title) if painting else None
        if path and painting:
            self.session.read_mask(path, (painting.box.width, painting.box.height), LANE)

    @Slot()
    def _save(self) -> None:
        """Write the layer that is painted on to a file."""
        painting = self.canvas.painting
        if painting is None or self.layer is None:
            return
        path = picture_files.mask_target(self.room, Path(self.tr("mask")))
        if path:
            self.session.write_mask(path, painting.layers[self.layer].copy(), LANE)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane != LANE:
            return
        if isinstance(result, Path):
            said = self.tr("The mask is saved as {name} in {dir}.")
            self.session.said.emit(said.format(name=result.name, dir=result.parent))
            return
        painting = self.canvas.painting
        if painting is not None and self.layer and result.shape == painting.mask.shape:
            self.put(Masks({**self.masks.layers, self.layer: result}))

    def _undo(self) -> None:
        self.canvas.undo()
        self._change()

    def _redo(self) -> None:
        self.canvas.redo()
        self._change()

    def _change(self) -> None:
        self._masks = None
        self.changed.emit()


def _same(before: np.ndarray | None, after: np.ndarray | None) -> bool:
    """Whether two masks are painted alike; None = not at all."""
    if before is None or after is None:
        return before is after
    return before is after or np.array_equal(before, after)
