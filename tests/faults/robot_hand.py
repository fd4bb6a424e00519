"""The robot's hand: what a user does with mouse and keyboard, and what answers questions."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QDesktopServices, QDrag, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QMenu,
    QMessageBox,
    QWidget,
)

LEFT = Qt.MouseButton.LeftButton
LONG = 60.0  # seconds that anything the user waits for may take on a busy machine
GLANCE = 150  # ms until an open question is answered

Steps = Iterator[float]  # seconds to wait before the next move of the hand


class Stuck(Exception):
    """What the user waits for did not come."""


class Hand(QObject):
    """Seeded: the same seed makes the same moves, as far as the machine's pace allows."""

    def __init__(self, seed: int):
        super().__init__()
        self.rng = np.random.default_rng(seed)
        self.discards = False  # whether questions are answered by throwing away
        self.answers: list[Any] = []  # what the next file dialogs return
        self._timer = QTimer(self, interval=GLANCE)
        self._timer.timeout.connect(self._answer)
        self._timer.start()
        self._take_the_desktop_away()

    def _take_the_desktop_away(self) -> None:
        """Answer file dialogs at once; open no other program; let nothing be dragged out."""
        patched: Any = QFileDialog
        for name in ("getOpenFileName", "getSaveFileName"):
            setattr(patched, name, lambda *_, **__: (self._chosen(), ""))
        patched.getOpenFileNames = lambda *_, **__: ([c] if (c := self._chosen()) else [], "")
        patched.getExistingDirectory = lambda *_, **__: self._chosen()
        desktop: Any = QDesktopServices
        desktop.openUrl = lambda *_: True
        drag: Any = QDrag
        drag.exec = lambda *_, **__: Qt.DropAction.IgnoreAction

    def _chosen(self) -> str:
        return str(self.answers.pop(0)) if self.answers else ""

    @Slot()
    def _answer(self) -> None:
        """Close a menu or a question, as Esc does; or throw away, where that is asked for."""
        popup = QApplication.activePopupWidget()
        if isinstance(popup, QMenu):
            popup.close()
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QMessageBox) and self.discards:
            for button in dialog.buttons():
                if dialog.buttonRole(button) == QMessageBox.ButtonRole.DestructiveRole:
                    return button.click()
        if isinstance(dialog, QDialog):
            dialog.reject()
        return None

    def until(self, there: Callable[[], object], seconds: float = LONG, what: str = "") -> Steps:
        """Wait for something; raises Stuck."""
        for _ in range(int(seconds / 0.05)):
            if there():
                return
            yield 0.05
        raise Stuck(what)

    def chance(self, share: float) -> bool:
        """Return True in so many of all cases."""
        return bool(self.rng.random() < share)

    def one(self, among: Any) -> Any:
        """Return one of them; None of none."""
        found = list(among)
        return found[int(self.rng.integers(len(found)))] if found else None

    def point(self, widget: QWidget, margin: float = 0.1) -> QPoint:
        """Return a point inside a widget."""
        u, v = margin + (1 - 2 * margin) * self.rng.random(2)
        return QPoint(int(u * widget.width()), int(v * widget.height()))

    def seen(self, page: QWidget, kind: type) -> list[Any]:
        """Return what of a kind can be seen and used on a page."""
        return [w for w in page.findChildren(kind) if w.isVisible() and w.isEnabled()]

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click a widget in its middle, or elsewhere."""
        QTest.mouseClick(widget, LEFT, pos=at or widget.rect().center())

    def drag(self, widget: QWidget, moves: int = 8) -> Steps:
        """Press somewhere, move about, and lift."""
        at = self.point(widget)
        QTest.mousePress(widget, LEFT, pos=at)
        for _ in range(moves):
            u, v = self.rng.integers(-30, 31, 2)
            at = QPoint(
                int(np.clip(at.x() + u, 1, widget.width() - 2)),
                int(np.clip(at.y() + v, 1, widget.height() - 2)),
            )
            QTest.mouseMove(widget, at)
            yield 0.02
        QTest.mouseRelease(widget, LEFT, pos=at)

    def slide(self, slider: QAbstractSlider) -> Steps:
        """Drag a slider through several values."""
        low, high = slider.minimum(), slider.maximum()
        slider.setSliderDown(True)
        for _ in range(6):
            slider.setSliderPosition(int(self.rng.integers(low, high + 1)))
            yield 0.03
        slider.setSliderDown(False)

    def wheel(self, widget: QWidget, turns: int = 1) -> None:
        """Turn the wheel over a widget."""
        at = QPointF(self.point(widget))
        event = QWheelEvent(
            *(at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * turns)),
            *(Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier),
            *(Qt.ScrollPhase.NoScrollPhase, False),
        )
        QApplication.sendEvent(widget, event)

    def poke(self, page: QWidget) -> Steps:
        """Do something with a widget of a page, whatever it is for."""
        kinds = (QAbstractButton, QComboBox, QAbstractSlider, QAbstractSpinBox)
        widget = self.one(w for kind in kinds for w in self.seen(page, kind))
        if isinstance(widget, QAbstractButton):
            self.click(widget)
        elif isinstance(widget, QComboBox) and widget.count():
            QTest.keyClick(widget, self.one((Qt.Key.Key_Down, Qt.Key.Key_Up)))
        elif isinstance(widget, QAbstractSlider):
            yield from self.slide(widget)
        elif isinstance(widget, QAbstractSpinBox):
            widget.stepBy(int(self.rng.integers(-2, 3)))
        yield 0.1
