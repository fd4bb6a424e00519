"""One editor per kind of setting: number, choice, switch, text. The form picks; core validates."""

import enum
import math
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QWidget,
)
from typing_extensions import override

from studio.core.settings import extra
from studio.gui.widgets.parts import slider

NOTCHES = 200  # positions of the slider beside a number
NARROW = 4  # letters of a unit that there is room for beside a slider and its number
FAR = 10_000  # between bounds that are no more apart, other numbers may have one, too


class Editor(QWidget):
    """Edits one value. `changed` carries what was entered, even if wrong: core judges it.

    The two methods are each editor's own; a QWidget can't be an ABC, so they raise here.
    """

    changed = Signal(object)

    def show_value(self, value: Any) -> None:
        """Show `value` without saying that the user changed it."""
        raise NotImplementedError

    def holder(self) -> QWidget:
        """Return the widget that takes the keyboard."""
        raise NotImplementedError


class NumberBox(QAbstractSpinBox):
    """A number with arrows; steps suit its scale. What is no number is passed on as text."""

    edited = Signal(object)

    def __init__(self, whole: bool, low: float, high: float, logarithmic: bool, unit: str = ""):
        super().__init__()
        self.whole, self.low, self.high, self.logarithmic = whole, low, high, logarithmic
        self.shown: Any = 0
        self.unit = QLabel(unit, self.lineEdit())
        self.unit.setProperty("role", "quiet")
        self.unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.lineEdit().textEdited.connect(self._read)
        self.editingFinished.connect(self._tidy)

    def show_value(self, value: Any) -> None:
        """Write `value` into the box unless the same number stands there already."""
        if value != self.shown or not self.hasFocus():
            self.lineEdit().setText(number_text(value))
        self.shown = value

    @override
    def stepBy(self, steps: int) -> None:
        value = float(self.shown) if isinstance(self.shown, int | float) else self.low
        for _ in range(abs(steps)):
            value = self._neighbor(value, steps > 0)
        value = min(max(value, self.low), self.high)
        self.shown = round(value) if self.whole else float(f"{value:.6g}")
        self.lineEdit().setText(number_text(self.shown))
        self.edited.emit(self.shown)

    @override
    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if not isinstance(self.shown, int | float) or self.shown < self.high:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if not isinstance(self.shown, int | float) or self.shown > self.low:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        # The column scrolls under the pointer: only a box the user is in may take the wheel.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @override
    def sizeHint(self) -> QSize:
        return QSize(
            self.fontMetrics().horizontalAdvance("0" * 8) + 32, super().sizeHint().height()
        )

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        line, size = self.lineEdit(), self.unit.sizeHint()
        line.setTextMargins(4, 0, size.width() + 2, 0)
        self.unit.setGeometry(line.width() - size.width(), 0, size.width(), line.height())

    def _neighbor(self, value: float, up: bool) -> float:
        if self.logarithmic and value > 0:
            return value * (2 if up else 0.5) if self.whole else _one_two_five(value, up)
        if self.whole:
            return value + (1 if up else -1)
        span = self.high - self.low
        unit = 10.0 ** math.floor(math.log10(span / 20)) if 0 < span <= 1000 else 1.0
        return value + (unit if up else -unit)

    def _read(self, text: str) -> None:
        self.shown = _parse(text)
        self.edited.emit(self.shown)

    def _tidy(self) -> None:
        if isinstance(self.shown, int | float):
            self.lineEdit().setText(number_text(self.shown))


class NumberEdit(Editor):
    """A number box; a bounded logarithmic setting also gets a slider, any other if it is `slid`."""

    def __init__(
        self, whole: bool, low: float, high: float, logarithmic: bool, unit: str, slid: bool = False
    ):
        super().__init__()
        self.box = NumberBox(whole, low, high, logarithmic, unit)
        self.box.edited.connect(self._edited)
        row = _row(self)
        bounded = logarithmic and low > 0 and math.isfinite(high)
        near = slid and not logarithmic and high - low <= FAR
        self.slider = slider(NOTCHES) if bounded or near else None
        if self.slider:
            self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.slider.setMinimumWidth(48)
            self.slider.valueChanged.connect(self._slid)
            row.addWidget(self.slider, 1)
        else:
            row.addStretch(1)
        row.addWidget(self.box)

    @override
    def show_value(self, value: Any) -> None:
        self.box.show_value(value)
        self._place(value)

    @override
    def holder(self) -> QWidget:
        return self.box

    def _place(self, value: Any) -> None:
        if self.slider and isinstance(value, int | float) and (value > 0 or not self._logarithmic):
            share = self._share(value)
            self.slider.blockSignals(True)
            self.slider.setValue(round(share * NOTCHES))
            self.slider.blockSignals(False)

    @property
    def _logarithmic(self) -> bool:
        return self.box.logarithmic and self.box.low > 0

    def _share(self, value: float) -> float:
        low, high = self.box.low, self.box.high
        if self._logarithmic:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def _edited(self, value: Any) -> None:
        self._place(value)
        self.changed.emit(value)

    def _slid(self, notch: int) -> None:
        low, high, share = self.box.low, self.box.high, notch / NOTCHES
        value = low * (high / low) ** share if self._logarithmic else low + share * (high - low)
        value = round(value) if self.box.whole else float(f"{value:.2g}")
        value = min(max(value, self.box.low), self.box.high)
        self.box.show_value(value)
        self.changed.emit(value)


class ChoiceBox(QComboBox):
    """A combo box that leaves the wheel to the column around it unless the user is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceEdit(Editor):
    """One of a few values."""

    def __init__(self, values: tuple[Any, ...]):
        super().__init__()
        self.values = values
        self.box = ChoiceBox()
        self.box.addItems([choice_text(v) for v in values])
        self.box.activated.connect(self._picked)
        _row(self).addWidget(self.box, 1)

    @override
    def show_value(self, value: Any) -> None:
        self.box.setCurrentIndex(self.values.index(value) if value in self.values else -1)

    @override
    def holder(self) -> QWidget:
        return self.box

    def _picked(self, index: int) -> None:
        self.changed.emit(self.values[index])


class SwitchEdit(Editor):
    """Yes or no."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QCheckBox()
        self.box.clicked.connect(self._edited)
        row = _row(self)
        row.addStretch(1)
        row.addWidget(self.box)

    @override
    def show_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))

    def _edited(self, on: bool) -> None:
        self.changed.emit(on)

    @override
    def holder(self) -> QWidget:
        return self.box


class LineEdit(Editor):
    """A line of text."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QLineEdit()
        self.box.setMinimumWidth(80)
        self.box.textEdited.connect(self._edited)
        _row(self).addWidget(self.box, 1)

    @override
    def show_value(self, value: Any) -> None:
        if self.box.text() != str(value):
            self.box.setText(str(value))

    def _edited(self, text: str) -> None:
        self.changed.emit(text)

    @override
    def holder(self) -> QWidget:
        return self.box


def editor_for(info: FieldInfo, sliders: bool = False) -> Editor:
    """Return the editor that suits a settings field's type, range and unit; with `sliders`, every
    number between near bounds has one, not only those on a logarithmic scale.
    """
    kind = info.annotation
    if get_origin(kind) is Literal:
        return ChoiceEdit(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return ChoiceEdit(tuple(kind))
    if kind is bool:
        return SwitchEdit()
    if kind in (int, float):
        low, high = bounds(info)
        log = bool(extra(info, "logarithmic"))
        unit = extra(info, "unit") or ""
        told = unit if len(unit) <= NARROW or not sliders else ""
        return NumberEdit(kind is int, low, high, log, told, sliders)
    return LineEdit()


def bounds(info: FieldInfo) -> tuple[float, float]:
    """Read `ge` and `le` of a field; infinite where it has none."""
    low = next((m.ge for m in info.metadata if isinstance(m, annotated_types.Ge)), -math.inf)
    high = next((m.le for m in info.metadata if isinstance(m, annotated_types.Le)), math.inf)
    return float(low), float(high)  # type: ignore[arg-type]  # annotated_types knows only "comparable"


def choice_text(value: Any) -> str:
    """Say a choice: an enum's value, an identifier with spaces."""
    return str(value.value if isinstance(value, enum.Enum) else value).replace("_", " ")


def number_text(value: Any) -> str:
    """Write a number the way a person would type it; anything else as it is."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _one_two_five(value: float, up: bool) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    lead = value / power
    if up:
        return power * next(m for m in (2, 5, 10) if m > lead + 1e-6)
    return power * next(m for m in (5, 2, 1, 0.5) if m < lead - 1e-6)


def _parse(text: str) -> Any:
    plain = text.strip().replace("\u202f", "").replace(",", ".")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return text


def _row(owner: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(owner)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    return row
