"""The tool bar of a canvas: tools, the brush's size and hardness, and what is done to the mask."""

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
    QWidgetAction,
)
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.canvas import Canvas
from studio.gui.widgets.canvas_brush import LARGEST
from studio.gui.widgets.parts import slider

FINE = 1000  # steps of the size slider, each of them the same factor
WIDE, NARROW = 820, 620  # pixels of the bar from which there is room for sliders, and for words
SLIM = "QToolButton { padding: 4px; }"
ARROW = f"""QToolButton {{ padding: 4px 20px 4px 6px; }}
QToolButton::menu-indicator {{ image: url("{theme.DOWN}"); width: 12px; height: 12px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 5px; }}"""
AMOUNT = 4  # pixels the mask grows by, to begin with


class BrushBar(QWidget):
    """Shows and changes what `canvas` paints with.

    load_asked(), save_asked(): a mask shall be read from a file, or written to one.
    """

    load_asked = Signal()
    save_asked = Signal()

    def __init__(self, canvas: Canvas, parent: QWidget | None = None):
        super().__init__(parent)
        self.canvas = canvas
        self.tools: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)  # it folds instead
        self._tracks: list[QWidget] = []
        self._words: list[QWidget] = []
        self._make_tools()
        self._make_brush()
        self._make_mask()
        self._row.addStretch(1)
        self.setMinimumSize(500, self._row.sizeHint().height())
        self._show()
        canvas.tool_changed.connect(self._show)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = event.size().width()
        for widget in self._tracks:
            widget.setVisible(wide >= WIDE)
        styles = Qt.ToolButtonStyle
        words = styles.ToolButtonTextBesideIcon if wide >= NARROW else styles.ToolButtonIconOnly
        self.masking.setToolButtonStyle(words)
        for widget in self._words:
            widget.setVisible(wide >= NARROW)

    def _make_tools(self) -> None:
        group = QButtonGroup(self)
        for tool, name, tip in (
            ("brush", self.tr("Brush"), self.tr("Paint over what is to be changed (B)")),
            ("eraser", self.tr("Eraser"), self.tr("Take paint away (E; X swaps; right button)")),
            ("line", self.tr("Line"), self.tr("Paint a straight line (L; or Shift+click)")),
            ("rectangle", self.tr("Rectangle"), self.tr("Paint a rectangle (R)")),
            ("lasso", self.tr("Lasso"), self.tr("Draw around what is to be painted (G)")),
            ("hand", self.tr("Hand"), self.tr("Move the picture (H; or hold Space)")),
        ):
            button = self._button(tool, name, tip)
            button.setCheckable(True)
            button.setProperty("tool", tool)
            button.clicked.connect(self._take)
            group.addButton(button)
            self.tools[tool] = button

    def _make_brush(self) -> None:
        self._rule()
        self.size_slider, self.size_box = self._number(
            self.tr("Size"),
            self.tr("How wide the brush is, in pixels of the picture ([ and ])"),
            slider(FINE),
            LARGEST,
            self.tr(" px"),
        )
        self.hard_slider, self.hard_box = self._number(
            self.tr("Hardness"),
            self.tr("How sharp the brush's edge is (Shift+[ and Shift+])"),
            slider(100),
            100,
            self.tr(" %"),
        )
        self.size_box.setMinimum(1)
        self.size_slider.valueChanged.connect(self._slide_size)
        self.size_box.valueChanged.connect(self._set_size)
        self.hard_slider.valueChanged.connect(self._set_hardness)
        self.hard_box.valueChanged.connect(self._set_hardness)

    def _make_mask(self) -> None:
        self._rule()
        self.overlay = self._button(
            "eye", self.tr("Show mask"), self.tr("Show or hide what is painted (\\)")
        )
        self.overlay.setCheckable(True)
        self.overlay.clicked.connect(self.canvas.set_overlay)
        self.masking = self._button(
            "mask", self.tr("Mask"), self.tr("Change all that is painted, load it or save it")
        )
        self.masking.setText(self.tr("Mask"))
        self.masking.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.masking.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.masking.setStyleSheet(ARROW)
        self.masking.setMenu(self._menu())

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.addAction(self._amount(menu))
        for how, text, tip in (
            ("grow", self.tr("Grow"), self.tr("Widen what is painted by so many pixels")),
            ("shrink", self.tr("Shrink"), self.tr("Narrow what is painted by so many pixels")),
            ("feather", self.tr("Feather"), self.tr("Let its edge fade outward, that softly")),
            ("threshold", self.tr("Harden"), self.tr("Make soft edges sharp")),
            ("invert", self.tr("Invert"), self.tr("Paint what is not (Shift+V, Ctrl+Shift+I)")),
            ("clear", self.tr("Clear"), self.tr("Take all paint away")),
        ):
            action = menu.addAction(text, self._change_mask)
            action.setToolTip(tip)
            action.setData(how)
        menu.addSeparator()
        tip = self.tr("Paint from a picture of the same size: white is painted")
        menu.addAction(self.tr("Load mask…"), self.load_asked.emit).setToolTip(tip)
        tip = self.tr("Write what is painted as a grey picture")
        menu.addAction(self.tr("Save mask…"), self.save_asked.emit).setToolTip(tip)
        return menu

    def _amount(self, menu: QMenu) -> QWidgetAction:
        """Return the menu's line that says by how many pixels."""
        self.amount = QSpinBox()
        self.amount.setRange(1, 256)
        self.amount.setValue(AMOUNT)
        self.amount.setSuffix(self.tr(" px"))
        self.amount.setAccessibleName(self.tr("Pixels to grow, shrink or feather by"))
        self.amount.setToolTip(self.tr("By how much the next three grow, shrink or soften"))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(2 * theme.GAP, 4, theme.GAP, 4)
        row.addWidget(QLabel(self.tr("By")))
        row.addWidget(self.amount, 1)
        action = QWidgetAction(menu)
        action.setDefaultWidget(line)
        return action

    def _button(self, icon: str, name: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setIcon(theme.icon(icon, 20))
        made.setIconSize(QSize(20, 20))
        made.setAccessibleName(name)
        made.setToolTip(tip)
        made.setStyleSheet(SLIM)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the canvas
        self._row.addWidget(made)
        return made

    def _number(
        self, name: str, tip: str, track: QSlider, most: int, unit: str
    ) -> tuple[QSlider, QSpinBox]:
        """Return a slider and a field for the same number."""
        box = QSpinBox()
        box.setRange(0, most)
        box.setSuffix(unit)
        box.setKeyboardTracking(False)
        box.setFixedWidth(78)
        box.editingFinished.connect(self.canvas.setFocus)
        track.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        track.setFixedWidth(96)
        title = QLabel(name)
        title.setProperty("role", "quiet")
        title.setBuddy(box)
        for each in (title, track, box):
            each.setToolTip(tip)
            each.setAccessibleName(name)
            self._row.addWidget(each)
        self._tracks.append(track)
        self._words.append(title)
        self._row.addSpacing(theme.GAP)
        title.setContentsMargins(0, 0, 4, 0)
        return track, box

    def _rule(self) -> None:
        line = QFrame()
        line.setFixedSize(1, 20)
        line.setStyleSheet(f"background: {theme.EDGE}")
        self._row.addSpacing(theme.GAP)
        self._row.addWidget(line)
        self._row.addSpacing(theme.GAP)

    @Slot()
    def _show(self) -> None:
        """Show what the canvas paints with."""
        size, hardness = self.canvas.brush_size, round(100 * self.canvas.hardness)
        self.tools[self.canvas.tool].setChecked(True)
        self.overlay.setChecked(self.canvas.overlay)
        for widget, value in (
            (self.size_slider, round(FINE * math.log(size, LARGEST))),
            (self.size_box, round(size)),
            (self.hard_slider, hardness),
            (self.hard_box, hardness),
        ):
            with QSignalBlocker(widget):
                widget.setValue(value)

    @Slot()
    def _take(self) -> None:
        self.canvas.set_tool(self.sender().property("tool"))

    @Slot(int)
    def _slide_size(self, step: int) -> None:
        self.canvas.set_brush(size=round(LARGEST ** (step / FINE)))

    @Slot(int)
    def _set_size(self, size: int) -> None:
        self.canvas.set_brush(size=size)

    @Slot(int)
    def _set_hardness(self, percent: int) -> None:
        self.canvas.set_brush(hardness=percent / 100)

    @Slot()
    def _change_mask(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.canvas.change_mask(action.data(), self.amount.value())
