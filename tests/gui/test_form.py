"""The form drawn from a settings class: values, ranges, sentences, defaults, keyboard."""

import enum
from typing import Literal

import pytest
from pydantic import model_validator
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from train_scene import ToySettings

from studio.core.project import Plan
from studio.core.settings import Settings, field
from studio.gui.widgets.editors import ChoiceEdit, LineEdit, NumberBox, NumberEdit, SwitchEdit
from studio.gui.widgets.form import MARK, SettingsForm


class Fit(enum.Enum):
    CROP = "crop"
    PAD = "pad"


class Odd(Settings):
    fit: Fit = field(Fit.CROP, label="Fit", help="")
    low: int = field(1, label="Low", help="", ge=0, le=100)
    high: int = field(5, label="High", help="", ge=0, le=100)

    @model_validator(mode="after")
    def _ordered(self) -> "Odd":
        if self.low > self.high:
            raise ValueError("Low must not be above High")
        return self


@pytest.fixture
def form(qtbot: QtBot) -> SettingsForm:
    made = SettingsForm(ToySettings)
    qtbot.addWidget(made)
    made.show()
    return made


def typed(form: SettingsForm, name: str, text: str, qtbot: QtBot) -> None:
    box = form.fields[name].editor.holder()
    box.setFocus()
    box.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(box, text)


def test_every_field_gets_its_kind_of_editor(form: SettingsForm) -> None:
    kinds = {name: type(field.editor) for name, field in form.fields.items()}
    assert kinds == {
        "loss": ChoiceEdit,
        "width": NumberEdit,
        "rate": NumberEdit,
        "amount": NumberEdit,
        "mirror": SwitchEdit,
        "note": LineEdit,
    }


def test_label_help_and_unit_come_from_the_class(form: SettingsForm) -> None:
    amount = form.fields["amount"]
    assert amount.label.text() == "Amount"
    assert amount.help.text() == "A share."
    assert "σ" in [label.text() for label in amount.editor.findChildren(QLabel)]
    assert amount.editor.holder().accessibleName() == "Amount"


def test_advanced_fields_wait_under_more(form: SettingsForm) -> None:
    assert not form.fields["note"].isVisible()
    assert form.fields["rate"].isVisible()
    assert form.more is not None
    form.more.button.click()
    assert form.fields["note"].isVisible()


def test_typing_a_number_changes_the_value(form: SettingsForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed) as told:
        typed(form, "rate", ".05", qtbot)
    assert form.value == ToySettings(rate=0.05)
    assert isinstance(told.args[0], ToySettings)
    typed(form, "rate", "5e-4", qtbot)
    assert form.value == ToySettings(rate=5e-4)
    assert form.fields["rate"].editor.holder().lineEdit().text() == "5e-4"  # type: ignore


def test_a_refused_entry_says_so_beside_its_field_and_changes_nothing(
    form: SettingsForm, qtbot: QtBot
) -> None:
    typed(form, "amount", "7", qtbot)
    assert form.value == ToySettings()
    assert "'amount' does not accept 7" in form.fields["amount"].error.text()
    assert form.fields["amount"].error.isVisible()
    assert not form.fields["rate"].error.isVisible()
    typed(form, "rate", "1e-2", qtbot)
    assert "amount" in form.error  # another, valid entry does not hide it
    typed(form, "amount", "1", qtbot)
    assert form.error == ""
    assert form.value == ToySettings(amount=1.0, rate=1e-2)


def test_letters_are_refused_in_words(form: SettingsForm, qtbot: QtBot) -> None:
    typed(form, "width", "many", qtbot)
    assert "'width' does not accept 'many'" in form.error


def test_choice_switch_and_text(form: SettingsForm, qtbot: QtBot) -> None:
    form.fields["loss"].editor.holder().activated.emit(1)  # type: ignore[attr-defined]
    assert form.value == ToySettings(loss="hinge")
    form.fields["mirror"].editor.holder().click()  # type: ignore[attr-defined]
    typed(form, "note", "hi", qtbot)
    assert form.value == ToySettings(loss="hinge", mirror=True, note="hi")


def test_an_enum_is_a_choice_of_its_values(qtbot: QtBot) -> None:
    form = SettingsForm(Odd)
    qtbot.addWidget(form)
    box = form.fields["fit"].editor.holder()
    assert [box.itemText(k) for k in range(2)] == ["crop", "pad"]  # type: ignore[attr-defined]
    box.activated.emit(1)  # type: ignore[attr-defined]
    assert form.value == Odd(fit=Fit.PAD)


def test_what_two_fields_say_together_is_refused_too(qtbot: QtBot) -> None:
    form = SettingsForm(Odd)
    qtbot.addWidget(form)
    form.show()
    typed(form, "low", "9", qtbot)
    assert "Low must not be above High" in form.fields["low"].error.text() or form.error
    assert form.value == Odd()


def test_differing_fields_are_marked_and_a_double_click_resets(
    form: SettingsForm, qtbot: QtBot
) -> None:
    typed(form, "rate", "0.05", qtbot)
    label = form.fields["rate"].label
    assert label.text().endswith(MARK)
    qtbot.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert form.value == ToySettings()
    assert not label.text().endswith(MARK)
    assert form.fields["rate"].editor.holder().lineEdit().text() == "0.001"  # type: ignore


def test_a_double_click_also_clears_a_refused_entry(form: SettingsForm, qtbot: QtBot) -> None:
    typed(form, "amount", "7", qtbot)
    qtbot.mouseDClick(form.fields["amount"].label, Qt.MouseButton.LeftButton)
    assert form.error == ""
    assert form.fields["amount"].editor.holder().lineEdit().text() == "0.5"  # type: ignore


def test_marks_compare_with_the_given_default(form: SettingsForm) -> None:
    form.show_value(ToySettings(width=64), ToySettings(width=64))
    assert form.fields["width"].label.text() == "Width"
    form.show_value(ToySettings(), ToySettings(width=64))
    assert form.fields["width"].label.text().endswith(MARK)


@pytest.mark.parametrize(
    ("name", "key", "after"),
    [
        ("rate", Qt.Key.Key_Up, 2e-3),
        ("rate", Qt.Key.Key_Down, 5e-4),
        ("width", Qt.Key.Key_Up, 64),
        ("amount", Qt.Key.Key_Up, 0.51),
    ],
)
def test_arrow_keys_step_as_suits_the_scale(
    form: SettingsForm, qtbot: QtBot, name: Literal["rate"], key: Qt.Key, after: float
) -> None:
    qtbot.keyClick(form.fields[name].editor.holder(), key)
    assert getattr(form.value, name) == pytest.approx(after)


def test_steps_stop_at_the_range(form: SettingsForm, qtbot: QtBot) -> None:
    for _ in range(10):
        qtbot.keyClick(form.fields["width"].editor.holder(), Qt.Key.Key_Down)
    assert form.value == ToySettings(width=4)


def test_the_slider_of_a_logarithmic_field_moves_by_ratio(form: SettingsForm) -> None:
    editor = form.fields["rate"].editor
    assert isinstance(editor, NumberEdit)
    assert editor.slider is not None
    editor.slider.setValue(100)  # half way between 1e-6 and 1e-1
    assert form.value.model_dump()["rate"] == pytest.approx(3.2e-4, rel=0.05)
    assert editor.box.lineEdit().text() == "0.00032"


def test_the_wheel_scrolls_the_column_not_the_number(form: SettingsForm, qtbot: QtBot) -> None:
    box = form.fields["width"].editor.holder()
    form.setFocus()
    nothing, middle = Qt.KeyboardModifier.NoModifier, QPointF(5, 5)
    turn = QWheelEvent(
        middle,
        box.mapToGlobal(middle),
        QPointF(0, 0).toPoint(),
        QPointF(0, 120).toPoint(),
        Qt.MouseButton.NoButton,
        nothing,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, turn)
    assert form.value == ToySettings()
    assert not turn.isAccepted()


def test_another_class_rebuilds_the_form(form: SettingsForm) -> None:
    form.show_value(Plan(minutes=9))
    assert set(form.fields) == set(Plan.model_fields)
    assert form.value == Plan(minutes=9)


def test_editors_stand_below_each_other_and_a_unit_stands_in_its_box(
    form: SettingsForm, qtbot: QtBot
) -> None:
    form.resize(300, 900)
    form.show()
    plain = [form.fields[name].editor for name in ("amount", "width", "loss")]
    qtbot.waitUntil(lambda: len({editor.geometry().right() for editor in plain}) == 1)
    assert len({editor.x() for editor in plain}) == 1
    box = form.fields["amount"].editor.holder()
    assert isinstance(box, NumberBox)
    line = box.lineEdit()
    assert box.unit.text() == "σ" and box.unit.geometry().right() < line.width()
    assert line.textMargins().right() > box.unit.width(), "what is typed ends before the unit"
