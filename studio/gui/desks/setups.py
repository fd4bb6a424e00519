"""The setups desk: two slots, A and B, each a method with its settings; one of them is shown."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.style.method import Method
from studio.core.style.methods import methods
from studio.gui.desks.steps import Step, Steps
from studio.gui.desks.wish import Setup
from studio.gui.widgets.style_room import StyleRoom

A, B = 0, 1


class SetupDesk(QObject):
    """Holds what is chosen; changed(): another setup is shown, or it is another by now."""

    changed = Signal()

    def __init__(self, room: StyleRoom, steps: Steps, parent: QObject | None = None):
        super().__init__(parent)
        self.room, self.steps = room, steps
        first = next(iter(methods().values()))
        self.slots: list[Setup | None] = [Setup(first.name, first.settings()), None]
        self.at = A
        self._left: dict[str, Any] = {}  # settings of the methods that were left
        options = room.options
        options.method_chosen.connect(self.choose)
        options.form.changed.connect(self._on_form)
        options.slot_chosen.connect(self.flip_to)
        room.actions_.flip.triggered.connect(self.flip)
        self._show()

    @property
    def now(self) -> Setup:
        """The setup that is shown."""
        found = self.slots[self.at]
        assert found is not None
        return found

    @property
    def way(self) -> Method:
        """Its method."""
        return methods()[self.now.method]

    @Slot(str)
    def choose(self, name: str) -> None:
        """Take another method, with the settings it was left with."""
        if name != self.now.method:
            self._left[self.now.method] = self.now.settings
            known = self._left.get(name) or methods()[name].settings()
            self.take(Setup(name, known), self.tr("Method"))

    def take(self, setup: Setup, title: str, kind: str = "") -> None:
        """Take another setup, as a step that can be undone; those of one `kind` are one step."""
        at, before = self.at, self.now
        if setup != before:
            self.steps.add(
                Step(
                    title,
                    lambda: self._put(at, before),
                    lambda: self._put(at, setup),
                    kind,
                    bool(kind),
                )
            )
            self._put(at, setup)

    def _put(self, at: int, setup: Setup) -> None:
        self.slots[at], self.at = setup, at
        self._show()
        self.changed.emit()

    def bring_back(self, slots: list[Setup | None], at: int) -> None:
        """Show both slots as they were before a crash."""
        self.slots = [slots[A] or self.now, slots[B]]
        self._put(at, self.slots[at] or self.now)

    @Slot()
    def flip(self) -> None:
        """Show the other slot."""
        self.flip_to(B if self.at == A else A)

    @Slot(int)
    def flip_to(self, at: int) -> None:
        """Show a slot; one that was never shown begins as the other is."""
        if self.slots[at] is None:
            self.slots[at] = self.now
        self._put(at, self.slots[at] or self.now)

    @Slot(object)
    def _on_form(self, settings: Any) -> None:
        before = self.now.settings
        names = type(settings).model_fields
        changed = [n for n in names if getattr(settings, n) != getattr(before, n, None)]
        title = (names[changed[0]].title or changed[0]) if changed else ""
        kind = f"{self.at} {self.now.method} {changed}"
        self.take(Setup(self.now.method, settings), title, kind)

    def _show(self) -> None:
        options = self.room.options
        options.show_slot(self.at)
        options.show_method(self.way)
        if options.form.fields == {} or options.form.value != self.now.settings:
            options.form.show_value(self.now.settings)
