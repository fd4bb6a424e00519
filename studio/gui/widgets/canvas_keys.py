"""The keys of a canvas: those that painters' hands know from elsewhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from studio.gui.widgets.canvas import Canvas

PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
OTHERS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
HARDER = 0.25  # a key makes the brush so much harder or softer
LARGER = 1.15  # or so much larger or smaller
ZOOM = 1.5
Key = Qt.Key

HELD: dict[int, Callable[["Canvas", bool], None]] = {
    Key.Key_Space: lambda canvas, on: canvas.hold_space(on),
    Key.Key_Tab: lambda canvas, on: canvas.set_bare(on),
}
BARE: dict[int, Callable[["Canvas"], object]] = {
    Key.Key_B: lambda canvas: canvas.set_tool("brush"),
    Key.Key_E: lambda canvas: canvas.set_tool("eraser"),
    Key.Key_L: lambda canvas: canvas.set_tool("line"),
    Key.Key_R: lambda canvas: canvas.set_tool("rectangle"),
    Key.Key_G: lambda canvas: canvas.set_tool("lasso"),
    Key.Key_H: lambda canvas: canvas.set_tool("hand"),
    Key.Key_X: lambda canvas: canvas.set_tool("brush" if canvas.tool == "eraser" else "eraser"),
    Key.Key_BracketLeft: lambda canvas: _resize(canvas, 1 / LARGER),
    Key.Key_BracketRight: lambda canvas: _resize(canvas, LARGER),
    Key.Key_Backslash: lambda canvas: canvas.set_overlay(not canvas.overlay),
    Key.Key_Plus: lambda canvas: canvas.zoom(canvas.view.device_scale * ZOOM),
    Key.Key_Minus: lambda canvas: canvas.zoom(canvas.view.device_scale / ZOOM),
}
SHIFTED: dict[int, Callable[["Canvas"], object]] = {
    Key.Key_BracketLeft: lambda canvas: _harden(canvas, -HARDER),
    Key.Key_BracketRight: lambda canvas: _harden(canvas, HARDER),
    Key.Key_V: lambda canvas: canvas.change_mask("invert"),
}
CONTROLLED: dict[int, Callable[["Canvas"], object]] = {
    Key.Key_0: lambda canvas: canvas.fit(),
    Key.Key_1: lambda canvas: canvas.zoom(1.0),
    Key.Key_Plus: BARE[Key.Key_Plus],
    Key.Key_Equal: BARE[Key.Key_Plus],
    Key.Key_Minus: BARE[Key.Key_Minus],
}
BOTH: dict[int, Callable[["Canvas"], object]] = {
    Key.Key_I: lambda canvas: canvas.change_mask("invert"),
}
BARE |= {Key.Key_0: CONTROLLED[Key.Key_0], Key.Key_1: CONTROLLED[Key.Key_1]}
# Brackets with Shift arrive as braces, and on other keyboards without any key of their own.
SAME = {
    "{": Key.Key_BracketLeft,
    "}": Key.Key_BracketRight,
    "[": Key.Key_BracketLeft,
    "]": Key.Key_BracketRight,
    "\\": Key.Key_Backslash,
    "+": Key.Key_Plus,
}
BY_KEYS = {
    PLAIN: BARE,
    SHIFT: SHIFTED,
    CONTROL: CONTROLLED,
    CONTROL | SHIFT: BOTH,
}


def pressed(canvas: "Canvas", event: QKeyEvent) -> bool:
    """Do what a key asks for; return whether it asks for anything."""
    if event.key() == Key.Key_Escape:
        return canvas.cancel()
    keys = event.modifiers() & (SHIFT | CONTROL | OTHERS)
    if event.key() in HELD and keys == PLAIN:
        if not event.isAutoRepeat():
            HELD[event.key()](canvas, True)
        return True
    key = SAME.get(event.text(), event.key())
    if event.text() in ("{", "}"):
        keys |= SHIFT
    elif event.text() in ("[", "]"):
        keys &= SHIFT  # AltGr, which comes as Ctrl and Alt, was what made it
    elif event.text() in ("\\", "+"):
        keys = PLAIN
    asked = BY_KEYS.get(keys, {}).get(key)
    if asked is not None:
        asked(canvas)
    return asked is not None


def released(canvas: "Canvas", event: QKeyEvent) -> bool:
    """End what lasts while a key is held; return whether that was one."""
    ended = HELD.get(event.key())
    if ended is not None:
        ended(canvas, False)
    return ended is not None


def _resize(canvas: "Canvas", by: float) -> None:
    size = round(canvas.brush_size * by)
    canvas.set_brush(size=size if size != canvas.brush_size else size + (1 if by > 1 else -1))


def _harden(canvas: "Canvas", by: float) -> None:
    canvas.set_brush(hardness=canvas.hardness + by)
