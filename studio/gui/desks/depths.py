"""The depth desk: layout from one picture, details or colors from another."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.stand import Stand
from studio.gui.widgets.depth_mix import DepthMix


class DepthDesk(QObject):
    """Mixes depths of a second picture into the place one stands at."""

    def __init__(self, stand: Stand, widget: DepthMix, parent: QObject | None = None):
        super().__init__(parent)
        self.stand, self.widget = stand, widget
        self.other: Any = None
        self.base: Any = None  # the place before anything was taken from the other
        self.mixing = False  # what is drawn next is the mixture
        self.mixture: Any = None
        stand.viewed.connect(self._on_view)
        widget.other_asked.connect(self._take)
        widget.changed.connect(self._mix)

    def begin(self, opened: Any) -> None:
        """Offer the depths of another model."""
        from studio.core.explore.mixing import depths

        self.other = self.base = self.mixture = None
        self.mixing = False
        self.widget.show_depths(depths(opened.explorer))
        self.widget.show_other(None)

    @Slot()
    def _take(self) -> None:
        if self.stand.place is not None:
            self.other, self.base = self.stand.place, None
            self.widget.show_other(self.stand.picture)

    @Slot(list)
    def _mix(self, taken: list[bool]) -> None:
        """Go to the mixture; with nothing taken that is where one came from."""
        from studio.core.explore.mixing import mixed

        here, other = self.base or self.stand.place, self.other
        if here is None or other is None:
            return
        self.base, self.mixing = here, True
        self.stand.settle(lambda e: mixed(e, here, other, taken), self.tr("Mixed depths"))

    @Slot(object)
    def _on_view(self, view: Any) -> None:
        """Once one went somewhere else than to the mixture, the next one begins from there."""
        if self.mixing:
            self.mixing, self.mixture = view.step is None, view.place
        elif self.base is not None and view.place is not self.mixture:
            self.base = None
            self.widget.show_other(self.widget.picture)
