"""The Style workspace: any picture in the hand of another, seen at once, made in full size."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTemporaryDir, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QFileDialog, QLineEdit, QWidget
from typing_extensions import override

from studio.core.events import Refused
from studio.core.style.methods import methods
from studio.gui.desks.content import ContentDesk
from studio.gui.desks.faces import FaceDesk
from studio.gui.desks.looks import LookDesk
from studio.gui.desks.masking import MaskingDesk
from studio.gui.desks.proofs import ProofDesk
from studio.gui.desks.setups import SetupDesk
from studio.gui.desks.sources import SourceDesk
from studio.gui.desks.steps import Steps
from studio.gui.desks.wish import Setup
from studio.gui.restyling import Result
from studio.gui.session import Session
from studio.gui.widgets import canvas_files
from studio.gui.widgets.style_room import StyleRoom
from studio.gui.widgets.style_well import Well


class StylePanel(StyleRoom):
    """Session to widgets, and what the user does to requests; each part of it has its desk.

    repair_asked(pixels, name, told): go on with that picture in the Repair workspace.
    """

    repair_asked = Signal(object, str, object)

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self.steps = Steps(self)
        self.content = ContentDesk(session, self, self)
        self.setups = SetupDesk(self, self.steps, self)
        self.sources = SourceDesk(session, self, self.steps, self)
        self.masking = MaskingDesk(session, self, self.steps, self)
        looks = (self.content, self.setups, self.sources, self.masking)
        self.proofs = ProofDesk(session, self, looks, self)
        self.faces = FaceDesk(self, self.setups, self.proofs, self)
        parts = (self.content, self.setups, self.sources, self.proofs)
        self.looks = LookDesk(session, self, parts, self)
        self.setAcceptDrops(True)
        self._connect()
        self.options.show_weights(session.memory.weights())
        self._on_steps()
        self.proofs.looked.emit()

    def _connect(self) -> None:
        does = self.actions_
        self.steps.changed.connect(self._on_steps)
        self.content.shown.connect(self.steps.clear)
        self.sources.moved.connect(self.masking.follow)
        self.proofs.looked.connect(self._on_looked)
        self.masking.painting_changed.connect(self._on_looked)
        self.canvas.hovered.connect(self._on_hovered)
        self.options.weights_asked.connect(self._ask_weights)
        does.paste.triggered.connect(self._paste)
        does.undo.triggered.connect(self.steps.undo)
        does.redo.triggered.connect(self.steps.redo)
        does.restyle.triggered.connect(self._enter)
        does.escape.triggered.connect(self._escape)
        does.repair.triggered.connect(self._send)

    def take(self, found: list[Path]) -> None:
        """Open a picture that comes from elsewhere."""
        self.content.take(found)

    def recall(self, settings: dict[str, Any]) -> None:
        """Take the method and settings that a picture's record tells of."""
        name = str(settings.get("method", ""))
        way = methods().get(name)
        if way is None:
            gone = self.tr("This picture's method, {name}, is not in this version of Atelier.")
            self.session.failed.emit("content", gone.format(name=name or "?"))
            return
        known = {key: value for key, value in settings.items() if key in way.settings.model_fields}
        try:
            self.setups.take(Setup(name, way.settings().updated(known)), self.tr("Recall"))
        except Refused as refused:
            self.session.failed.emit("content", str(refused))
            return
        self.session.said.emit(self.tr("The settings of that picture are back."))

    def leave(self, then: Callable[[], None]) -> None:
        """Do `then` unless the user wants to stay, for what is not exported yet."""
        self.content.leave(then)

    @property
    def unsaved(self) -> bool:
        """Whether something would be lost by leaving."""
        return self.content.unsaved

    @Slot()
    def _on_steps(self) -> None:
        self.actions_.allow_steps(*self.steps.titles)

    @Slot()
    def _on_looked(self) -> None:
        """Say what the picture shows, or what is missing."""
        possible = self.proofs.wish() is not None
        self.actions_.allow(self.content.content is not None, possible)
        self.options.restyle.setEnabled(possible and not self.options.form.wrong)
        self.say(self.masking.hint or self._sentence())

    def _sentence(self) -> str:
        way, result = self.setups.way, self.proofs.result
        if self.content.content is None:
            return ""
        if way.styled and not self.sources.sources:
            return self.tr("This method takes the style from a picture: add one on the right.")
        if way.weighted and self.session.memory.weights() is None:
            return self.tr("This method needs your VGG19 file: choose it on the right.")
        if self.proofs.refused:
            return self.proofs.refused
        if result is not None:
            said = self.tr("{words}. Whole picture, {s:.1f} s.")
            return said.format(words=result.words, s=result.seconds)
        return self.tr("A preview. Press Enter for the whole picture in full size.")

    @Slot()
    def _enter(self) -> None:
        if isinstance(QApplication.focusWidget(), QAbstractSpinBox | QLineEdit):
            self.canvas.setFocus()  # a number was typed: that is all Enter ends
        else:
            self.proofs.restyle()

    @Slot()
    def _escape(self) -> None:
        if self.canvas.cancel():
            return
        if self.session.title("restyle"):
            self.proofs.stop()
        elif self.masking.layer is not None:
            self.masking.paint(None)

    @Slot()
    def _paste(self) -> None:
        """Paste a style where a style's well has the keyboard, else the picture."""
        focus = QApplication.focusWidget()
        if isinstance(focus, Well):
            focus.paste_asked.emit()
        else:
            self.content.paste()

    @Slot()
    def _send(self) -> None:
        """Hand the whole restyled picture to Repair."""
        self.content.want(self._hand_on)

    def _hand_on(self, result: Result) -> None:
        from studio.gui.restyling import recorded

        pixels, name = result.pixels.copy(), self.content.suggested().name
        self.repair_asked.emit(pixels, name, partial(recorded, result.wish, pixels))

    @Slot()
    def _ask_weights(self) -> None:
        """Let the user choose a VGG19 file, which is remembered."""
        title, known = self.tr("Choose a VGG19 file"), self.session.memory.weights()
        kinds = self.tr("Weights (*.pth *.pt *.safetensors)")
        start = str(known.parent) if known else ""
        path, _ = QFileDialog.getOpenFileName(self, title, start, kinds)
        if path:
            self.session.memory.keep_weights(Path(path))
            self.options.show_weights(Path(path))
            self.proofs.refresh()

    @Slot(int, int)
    def _on_hovered(self, x: int, y: int) -> None:
        self.pointer.setText(self.tr("{x}, {y}").format(x=x, y=y) if x >= 0 else "")

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.proofs.catch_up()
        self.looks.resume()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data: Any = event.mimeData()
        folder = any(Path(url.toLocalFile()).is_dir() for url in data.urls())
        if canvas_files.given(data) and not folder:  # which is the window's to take
            event.acceptProposedAction()
        else:
            event.ignore()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.content.take(canvas_files.paths(event.mimeData(), self._drawer))
