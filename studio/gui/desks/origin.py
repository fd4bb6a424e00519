"""The origin desk: asked where a picture came from, it looks, and shows what it found."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from studio.gui.session import Session

if TYPE_CHECKING:
    from studio.gui.widgets.origin_dialog import OriginDialog


class OriginDesk(QObject):
    """shown(): the answer is on the screen. left_for_explore(Path): it is to be opened there."""

    shown = Signal()
    left_for_explore = Signal(object)

    def __init__(self, session: Session, window: QWidget):
        super().__init__(window)
        self.session, self.window = session, window
        self.path: Path | None = None
        self.dialog: OriginDialog | None = None
        session.done.connect(self._on_done)

    @Slot(object)
    def trace(self, path: Path) -> None:
        """Look where the picture in a file came from."""
        self.path = path
        self.session.trace(path)

    @Slot()
    def ask(self) -> None:
        """Let the user choose a picture, and look where it came from."""
        from studio.gui.desks import picture_files  # numpy, not for the first paint

        title = QCoreApplication.translate("OriginDesk", "Where did a picture come from?")
        path = picture_files.choose(self.window, title, "")
        if path is not None:
            self.trace(path)

    @Slot(str, object)
    def _on_done(self, lane: str, chain: Any) -> None:
        if lane != "origin":
            return
        from studio.gui.widgets.origin_dialog import OriginDialog

        if self.dialog is not None:
            self.dialog.close()
        self.dialog = OriginDialog(chain, self.window)
        self.dialog.destroyed.connect(self._forget)
        self.dialog.explore_asked.connect(self._explore)
        self.dialog.open()
        self.shown.emit()

    @Slot()
    def _forget(self) -> None:
        self.dialog = None

    @Slot()
    def _explore(self) -> None:
        if self.path is not None:
            self.left_for_explore.emit(self.path)
