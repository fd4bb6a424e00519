"""The faces desk: what a slot shows is put on the canvas, beside what it is compared with."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.proofs import ProofDesk, Shown
from studio.gui.desks.setups import A, B, SetupDesk
from studio.gui.widgets.canvas_sheet import Face
from studio.gui.widgets.style_canvas import Small, whole
from studio.gui.widgets.style_room import StyleRoom


class FaceDesk(QObject):
    """Shows the slot that is chosen, or A beside B."""

    def __init__(
        self,
        room: StyleRoom,
        setups: SetupDesk,
        proofs: ProofDesk,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.room, self.canvas, self.setups, self.proofs = room, room.canvas, setups, proofs
        self._known: dict[int, tuple[Any, Face]] = {}  # of each slot: the face, and of what
        proofs.looked.connect(self.show)
        room.actions_.compare.toggled.connect(self._compare)
        room.actions_.both.toggled.connect(self._compare_both)

    @Slot()
    def show(self) -> None:
        """Show the slot's look on the canvas, and what it is compared with."""
        both = self.room.actions_.both.isChecked() and self.setups.slots[B] is not None
        at = B if both else self.setups.at
        right, small = self._face(at)
        left, left_small = self._face(A) if both else (None, False)
        before = self._tag("A" if both else self.tr("Original"), left_small)
        self.canvas.show_faces(right, left, (before, self._tag("B" if both else "", small)))

    def _tag(self, name: str, small: bool) -> str:
        return "  ·  ".join(filter(None, (name, self.tr("Preview") if small else "")))

    def _face(self, at: int) -> tuple[Face | None, bool]:
        """Return what a slot shows, and whether that is only a preview."""
        shown: Shown = self.proofs.slots[at]
        wish, result = self.proofs.wish(at), shown.result
        proof = shown.best(wish)
        if result is not None and result.wish == wish:
            return self._made(at, result, lambda: whole(result.preview)), False
        if proof is not None and wish is not None:
            return self._made(at, proof, lambda: Small(proof.picture, proof.covered)), True
        return None, False

    def _made(self, at: int, of: Any, make: Callable[[], Face]) -> Face:
        if at not in self._known or self._known[at][0] is not of:
            self._known[at] = of, make()
        return self._known[at][1]

    @Slot(bool)
    def _compare(self, on: bool) -> None:
        if on:
            self.room.actions_.both.setChecked(False)
        self._split()

    @Slot(bool)
    def _compare_both(self, on: bool) -> None:
        if on and self.setups.slots[B] is None:
            self.setups.flip_to(B)
        if on:
            self.room.actions_.compare.setChecked(False)
        self._split()

    def _split(self) -> None:
        does = self.room.actions_
        on = does.compare.isChecked() or does.both.isChecked()
        self.canvas.set_split((self.canvas.split or 0.5) if on else None)
        self.show()
