"""The canvas: a picture under a mask that is painted by mouse, pen and keys."""

import time
from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import QEvent, QKeyCombination, Qt, QTemporaryDir, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.core.events import Job
from studio.core.painting.changing import Change, changed
from studio.core.painting.edit import Edit
from studio.core.painting.painting import Painting
from studio.core.painting.preview import Preview
from studio.gui.widgets.canvas_brush import RIGHT, BrushCanvas
from studio.gui.widgets.canvas_files import given, paths
from studio.gui.widgets.canvas_keys import BY_KEYS, CONTROL, PLAIN, SHIFT, pressed, released

AT_ONCE = 0.02  # seconds that an edit may take before it is done between other things
ALT = Qt.KeyboardModifier.AltModifier


class Canvas(BrushCanvas):
    """A painting, to be looked at and painted on. It knows no session.

    dropped(list of Path): files were let fall; whoever shows paintings opens them.
    """

    dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._work: Job[Edit | None] | None = None
        self._worked: tuple[str, ...] = ()  # the layers it changes
        self._worker = QTimer(self, interval=0)
        self._worker.timeout.connect(self._work_on)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setAccessibleName(self.tr("Canvas"))
        self._keyed: list[tuple[QAction, Callable[[Canvas], object]]] = []
        self._offer_keys()

    def _offer_keys(self) -> None:
        """Let keys work wherever the focus is, and the help list them.

        Those that other keyboards make in other ways are known to `canvas_keys` besides.
        """
        for text, held, key in (
            (self.tr("Brush"), PLAIN, Qt.Key.Key_B),
            (self.tr("Eraser"), PLAIN, Qt.Key.Key_E),
            (self.tr("Swap brush and eraser"), PLAIN, Qt.Key.Key_X),
            (self.tr("Line"), PLAIN, Qt.Key.Key_L),
            (self.tr("Rectangle"), PLAIN, Qt.Key.Key_R),
            (self.tr("Lasso"), PLAIN, Qt.Key.Key_G),
            (self.tr("Hand"), PLAIN, Qt.Key.Key_H),
            (self.tr("Smaller brush"), PLAIN, Qt.Key.Key_BracketLeft),
            (self.tr("Larger brush"), PLAIN, Qt.Key.Key_BracketRight),
            (self.tr("Softer brush"), SHIFT, Qt.Key.Key_BracketLeft),
            (self.tr("Harder brush"), SHIFT, Qt.Key.Key_BracketRight),
            (self.tr("Show or hide the mask"), PLAIN, Qt.Key.Key_Backslash),
            (self.tr("Invert the mask"), CONTROL | SHIFT, Qt.Key.Key_I),
            (self.tr("Fit the picture"), CONTROL, Qt.Key.Key_0),
            (self.tr("Original size"), PLAIN, Qt.Key.Key_1),
        ):
            action = QAction(text, self, shortcut=QKeySequence(QKeyCombination(held, key)))
            action.triggered.connect(self._do_key)
            self.addAction(action)
            self._keyed.append((action, BY_KEYS[held][key]))

    @Slot()
    def _do_key(self) -> None:
        for action, done in self._keyed:
            if action is self.sender() and self.painting is not None:
                done(self)

    def change_mask(self, how: Change, amount: float = 0.0) -> None:
        """Grow, shrink, feather, invert, clear … the layer that is painted on, a part at a time.

        `painted` tells when it is done; what comes first waits for it.
        """
        self._settle()
        if self.painting is not None:
            job = changed(self.painting, self.layer, how, amount, self._title(how))
            self.work(job, self.layer)

    def work(self, job: Job[Edit | None], *layers: str) -> None:
        """Do an edit of some layers, a part at a time; what is small is done at once."""
        self._settle()
        self._work, self._worked, begun = job, layers, time.monotonic()
        while self._work is not None and time.monotonic() - begun < AT_ONCE:
            self._work_on()
        if self._work is not None:
            self._worker.start()

    @override
    def undo(self) -> None:
        self.cancel()
        self._settle()
        super().undo()

    @override
    def redo(self) -> None:
        self.cancel()
        self._settle()
        super().redo()

    @override
    def show_painting(self, painting: Painting | None, preview: Preview | None = None) -> None:
        self._settle()
        super().show_painting(painting, preview)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._settle()
        erase = event.button() == RIGHT or bool(event.modifiers() & ALT)
        self.hand_down(event.position(), event.button(), event.modifiers(), erase)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hand_moves(event.position())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.hand_up(event.position(), event.button())

    @override
    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()  # or else Qt makes a mouse event of it, and everything is drawn twice
        kind, at = event.type(), event.position()
        if kind == QEvent.Type.TabletPress:
            self._settle()
            erase = event.pointerType() == QPointingDevice.PointerType.Eraser
            erase = erase or event.button() == RIGHT or bool(event.modifiers() & ALT)
            self.hand_down(at, event.button(), event.modifiers(), erase, event.pressure())
        elif kind == QEvent.Type.TabletMove:
            self.hand_moves(at, event.pressure())
        else:
            self.hand_up(at, event.button())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(None)
        self.hovered.emit(-1, -1)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._spaced = False
        self.set_bare(False)
        self._show_cursor()

    @override
    def focusNextPrevChild(self, next: bool) -> bool:
        # Tab, held, shows the original; Shift+Tab still leaves.
        return False if next and self.painting is not None else super().focusNextPrevChild(next)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.painting is None or not pressed(self, event):
            super().keyPressEvent(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or not released(self, event):
            super().keyReleaseEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is not self and given(event.mimeData()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        found = paths(event.mimeData(), self._drawer)
        if found:
            event.acceptProposedAction()
            self.dropped.emit(found)

    @cached_property
    def _drawer(self) -> QTemporaryDir:
        """Where pictures lie that are let fall without a file."""
        return QTemporaryDir()

    def _work_on(self) -> None:
        """Do a part of what changes the whole mask."""
        if self._work is None:
            return
        try:
            next(self._work)
        except StopIteration as ended:
            self._work = None
            self._worker.stop()
            if ended.value is not None:
                self.refresh(ended.value.box, *self._worked)
                self.painted.emit(ended.value)

    def _settle(self) -> None:
        """Do all that is left of a change of the whole mask."""
        while self._work is not None:
            self._work_on()
