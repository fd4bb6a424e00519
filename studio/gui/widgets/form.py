"""A form drawn from any settings class: a new setting is one line in core and none here."""

from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from studio.core.events import Refused
from studio.core.settings import Settings, extra
from studio.gui.widgets.editors import NARROW, choice_text, editor_for, number_text
from studio.gui.widgets.fold import Fold
from studio.gui.widgets.parts import label

MARK = "•"  # after the label of a setting that differs from its default


class FieldLabel(QLabel):
    """A setting's name; a double click, or its menu, asks for the default."""

    reset_asked = Signal()

    def __init__(self, title: str, parent: QWidget | None = None):
        super().__init__(title, parent)
        self.title = title
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)

    def mark(self, differs: bool) -> None:
        """Show whether the setting differs from its default."""
        self.setText(f"{self.title} {MARK}" if differs else self.title)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_asked.emit()

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Reset to default"), self.reset_asked.emit)
        menu.popup(self.mapToGlobal(at))


class Field(QWidget):
    """One setting: label, editor, what it does, and what is wrong with what was entered."""

    edited = Signal(str, object)
    reset_asked = Signal(str)

    def __init__(self, name: str, info: FieldInfo, compact: bool = False):
        super().__init__()
        self.name, self.compact = name, compact
        self.editor = editor_for(info, sliders=compact)
        self.label = FieldLabel(self.tr(info.title or name), self)
        self.help = label(self.tr(info.description or ""), "help", small=True)
        self.error = label("", "error", small=True)
        self.error.hide()
        self._describe(info)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.label, 3)
        top.addWidget(self.editor, 5)  # so that the editors of a form stand below each other
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.error)
        column.addWidget(self.help)
        self.editor.changed.connect(self._edited)
        self.label.reset_asked.connect(self._reset)

    def show_value(self, value: Any, default: Any) -> None:
        """Show a valid value and whether it is the default."""
        self.editor.show_value(value)
        self.label.mark(value != default)
        told = default if isinstance(default, bool | float) else choice_text(default)
        default_text = self.tr("Default: {value}. Double-click the name to reset.")
        tip = default_text.format(value=number_text(told))
        self.label.setToolTip(f"{self.help.text()}\n{tip}".strip())
        self.complain("")

    def complain(self, sentence: str) -> None:
        """Show what is wrong with what was entered, or nothing."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))

    def _describe(self, info: FieldInfo) -> None:
        holder = self.editor.holder()
        holder.setAccessibleName(self.label.title)
        holder.setAccessibleDescription(self.help.text())
        unit = extra(info, "unit") or ""
        told = self.tr("In {unit}.").format(unit=unit) if len(unit) > NARROW else ""
        holder.setToolTip("\n".join(filter(None, (self.help.text(), told))))
        holder.setObjectName(self.name)
        self.label.setBuddy(holder)
        self.help.setVisible(bool(info.description) and not self.compact)

    def _edited(self, value: Any) -> None:
        self.edited.emit(self.name, value)

    def _reset(self) -> None:
        self.reset_asked.emit(self.name)


class SettingsForm(QWidget):
    """Edits one settings value. What is invalid says why beside its field and changes nothing.

    changed(object): the user changed the value; it is valid.
    faulted(str): what stands in a field is refused; `value` is still the last valid one.
    """

    changed = Signal(object)
    faulted = Signal(str)

    def __init__(
        self,
        value: Settings | type[Settings] | None = None,
        parent: QWidget | None = None,
        compact: bool = False,
    ):
        """`compact`: what a setting does is told by its tooltip only, and numbers have sliders."""
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.fields: dict[str, Field] = {}
        self.more: Fold | None = None
        self._value: Settings | None = None
        self._default: Settings | None = None
        self.wrong: set[str] = set()
        self._compact = compact
        if value is not None:
            self.show_value(value() if isinstance(value, type) else value)

    @property
    def value(self) -> Settings:
        """The last valid value."""
        if self._value is None:
            raise RuntimeError(
                "the form was asked for a value before it was given a settings class"
            )
        return self._value

    @property
    def error(self) -> str:
        """The sentence about the first field that is refused, or ''."""
        return next((f.error.text() for f in self.fields.values() if f.error.text()), "")

    def show_value(self, value: Settings, default: Settings | None = None) -> None:
        """Edit `value`; fields that differ from `default` (the class's own if None) are marked."""
        if type(value) is not type(self._value):
            self._build(type(value))
        self._value, self._default = value, default or type(value)()
        self.wrong.clear()
        self._refresh()

    def set_enabled_fields(self, on: bool) -> None:
        """Let the user edit, or only read."""
        for field in self.fields.values():
            field.editor.setEnabled(on)

    def _build(self, settings: type[Settings]) -> None:
        while (item := self.column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.fields = {
            name: Field(name, info, self._compact) for name, info in settings.model_fields.items()
        }
        advanced = QWidget()
        folded = QVBoxLayout(advanced)
        folded.setContentsMargins(0, 0, 0, 0)
        for name, field in self.fields.items():
            rare = extra(settings.model_fields[name], "advanced")
            (folded if rare else self.column).addWidget(field)
            field.edited.connect(self._edit)
            field.reset_asked.connect(self._reset)
        self.more = Fold(self.tr("More…"), advanced) if folded.count() else None
        if self.more:
            self.column.addWidget(self.more)

    def _edit(self, name: str, entered: Any) -> None:
        try:
            value = self.value.updated({name: entered})
        except Refused as refused:
            self.wrong.add(name)
            self.fields[name].complain(str(refused))
            self.faulted.emit(str(refused))
            return
        self.wrong.discard(name)
        self._value = value
        self._refresh()
        self.changed.emit(value)

    def _reset(self, name: str) -> None:
        self.fields[name].editor.show_value(getattr(self._default, name))
        self._edit(name, getattr(self._default, name))

    def _refresh(self) -> None:
        for name, field in self.fields.items():
            if name not in self.wrong:
                field.show_value(getattr(self._value, name), getattr(self._default, name))
