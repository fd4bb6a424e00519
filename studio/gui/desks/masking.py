"""The masking desk: where anything changes, and where each style goes, is painted."""

from typing import Any

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from studio.gui.desks.steps import Step, Steps
from studio.gui.desks.wish import Masks
from studio.gui.restyling import LAYERS
from studio.gui.widgets.style_room import StyleRoom

EVERYWHERE = "mask"
STROKE = "stroke"


class MaskingDesk(QObject):
    """Takes strokes on the canvas; changed(): other masks are there."""

    changed = Signal()

    def __init__(self, room: StyleRoom, steps: Steps, parent: QObject | None = None):
        super().__init__(parent)
        self.room, self.canvas, self.steps = room, room.canvas, steps
        self.layer: str | None = None  # that is painted on
        self._masks: Masks | None = None  # as they are; None = not looked at since the last stroke
        room.options.masking_asked.connect(self._on_whole)
        for row in room.options.rows:
            row.painting_asked.connect(self._on_style)
        self.canvas.painted.connect(self._on_painted)
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
        self.room.say_hint(self._hint())

    def _hint(self) -> str:
        if self.layer is None:
            return ""
        if self.layer == EVERYWHERE:
            return self.tr("Paint where anything changes; Esc ends painting.")
        number = LAYERS.index(self.layer) + 1
        return self.tr("Paint where style {n} goes; Esc ends painting.").format(n=number)

    def follow(self, place: int) -> None:
        """The style at that place was taken away: its mask goes, and those after it move up."""
        painting = self.canvas.painting
        if painting is None or not any(layer in self.masks.layers for layer in LAYERS[place:]):
            return
        for layer, after in zip(LAYERS[place:], [*LAYERS[place + 1 :], None], strict=True):
            values = painting.layers[after] if after else np.zeros_like(painting.mask)
            painting.replace(layer, painting.box, values, self.tr("Take a style away"))
        self.canvas.refresh(painting.box, *LAYERS)
        painting.edits.clear()  # strokes on styles that are others by now can't be undone
        painting.position = 0
        self._drop_strokes()
        self._change()

    def _drop_strokes(self) -> None:
        self.steps.done = [step for step in self.steps.done if step.kind != STROKE]
        self.steps.undone = [step for step in self.steps.undone if step.kind != STROKE]
        self.steps.changed.emit()

    def put(self, masks: Masks) -> None:
        """Take other masks, as they were before, as one step that can be undone."""
        painting = self.canvas.painting
        if painting is None or masks is self.masks:
            return
        painting.begin(self.tr("Masks of the history"))
        for layer in (EVERYWHERE, *LAYERS):
            values = masks.layers.get(layer)
            if values is not None or layer in self.masks.layers:
                painting.touch(layer, painting.box)
                painting.layers[layer][...] = 0 if values is None else values
        edit = painting.finish()
        if edit is not None:
            self.canvas.refresh(edit.box, *edit.sizes)
            self.steps.add(Step(edit.title, self._undo, self._redo, STROKE))
        self._masks = masks
        self.changed.emit()

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
        self._change()

    def _undo(self) -> None:
        self.canvas.undo()
        self._change()

    def _redo(self) -> None:
        self.canvas.redo()
        self._change()

    def _change(self) -> None:
        self._masks = None
        self.changed.emit()
