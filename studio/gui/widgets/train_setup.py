"""What to train: pictures, family, preset, settings and plan, drawn into one frozen request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.core.project import Plan, RunRecord
from studio.core.request import TrainRequest
from studio.core.settings import Settings
from studio.gui.widgets.editors import ChoiceBox
from studio.gui.widgets.fold import Fold
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.ground import Ground
from studio.gui.widgets.parts import label, scrolling
from studio.gui.widgets.run_list import thumbnail
from studio.gui.widgets.suggestion import Suggestion

if TYPE_CHECKING:
    from studio.core.advice import Advice
    from studio.core.family import Family, Preset

INTENTS = (
    "quick",
    "standard",
    "best",
)  # presets named by what the user wants; the others come below


@dataclass(frozen=True, eq=False)
class SetChoice:
    """A picture set to choose: `text` says its size, `picture` is uint8 [h, w, c] or None.

    `size` is (width, height) of its pictures, None if it does not matter.
    """

    id: str
    name: str
    text: str
    picture: np.ndarray | None = None
    size: tuple[int, int] | None = None


class TrainSetup(QWidget):
    """Draws up the request. changed(): another request stands here, or none."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.choices: dict[str, SetChoice] = {}
        self.families: dict[str, Family] = {}
        self.set, self.family, self.preset = ChoiceBox(), ChoiceBox(), ChoiceBox()
        self.set.setIconSize(QSize(28, 28))
        self.set_text, self.family_text, self.preset_text = (
            label(role="help", small=True) for _ in range(3)
        )
        self.suggestion = Suggestion()
        self.advice: dict[str, Advice] = {}
        self.fresh: set[str] = set()  # sets whose advice is taken as soon as it is known
        self.name = QLineEdit(placeholderText=self.tr("Name of the run (optional)"))
        self.name.setAccessibleName(self.tr("Name of the run"))
        self.form = SettingsForm()
        self.ground = Ground()
        self.fold = Fold(self.tr("Settings"), self.form)
        self.plan = SettingsForm(Plan())
        self._lay_out()
        self.set.activated.connect(self._set_chosen)
        for box in (self.family, self.preset):
            box.activated.connect(self._chosen_by_hand)
        self.family.activated.connect(self._family_chosen)
        self.preset.activated.connect(self._preset_chosen)
        self.suggestion.taken.connect(self.take_advice)
        self.name.textEdited.connect(self._say)
        for form in (self.form, self.plan):
            form.changed.connect(self._chosen_by_hand)
            form.changed.connect(self._say)
            form.faulted.connect(self._say)

    @property
    def request(self) -> TrainRequest | None:
        """The request that stands here; None while something is missing or refused."""
        preset = self._preset()
        if preset is None or self.set.currentData() is None or self.form.error or self.plan.error:
            return None
        base = preset.settings.model_dump()
        changes = {k: v for k, v in self.form.value.model_dump().items() if v != base[k]}
        return TrainRequest(
            dataset=self.set.currentData(),
            family=self.family.currentData(),
            preset=preset.id,
            settings=changes,
            plan=self.chosen_plan,
            name=self.name.text().strip(),
            start_from=self.ground.number,
        )

    @property
    def chosen_plan(self) -> Plan:
        """The plan that stands here; the last valid one while an entry is refused."""
        return Plan.model_validate(self.plan.value)

    @property
    def problem(self) -> str:
        """Why there is no request, in one sentence; '' if there is one."""
        if self.set.currentData() is None:
            return self.tr("Add pictures in the Library first.")
        if self._preset() is None:
            return self.tr("The engine is loading…")
        return self.form.error or self.plan.error

    def show_sets(self, choices: Sequence[SetChoice]) -> None:
        """Offer picture sets; keeps the chosen one unless a newer one has come."""
        chosen, fresh = self.set.currentData(), [c.id for c in choices if c.id not in self.choices]
        if list(self.choices) == [c.id for c in choices]:
            return
        self.choices = {choice.id: choice for choice in choices}
        self.set.clear()
        for choice in choices:
            icon = QIcon() if choice.picture is None else QIcon(thumbnail(choice.picture))
            self.set.addItem(icon, choice.name, choice.id)
        wanted = fresh[-1] if fresh else chosen
        self.fresh |= set(fresh)
        self.set.setCurrentIndex(self.set.findData(wanted) if wanted in self.choices else 0)
        self._set_chosen()

    def forget(self) -> None:
        """Another project follows: its sets may have the names of those known here."""
        self.choices.clear()
        self.advice.clear()
        self.fresh.clear()
        self.set.clear()
        self._set_chosen()

    def show_advice(self, dataset: str, advice: "Advice") -> None:
        """Say what suits a set; a new set's form is filled in with it."""
        self.advice[dataset] = advice
        if dataset == self.set.currentData() and dataset in self.fresh:
            self.take_advice()
        self._say_advice()

    @Slot()
    def take_advice(self) -> None:
        """Choose the family and the preset that are suggested for the set."""
        advice = self.advice.get(self.set.currentData())
        if advice is None or advice.family not in self.families:
            return
        self.fresh.clear()
        self.family.setCurrentIndex(self.family.findData(advice.family))
        self._show_presets()
        self._show_preset(advice.preset)
        self._preset_chosen()

    def _say_advice(self) -> None:
        dataset = self.set.currentData()
        advice, choice = self.advice.get(dataset), self.choices.get(dataset)
        if advice is None:
            self.suggestion.hide()
            return
        here = (self.family.currentData(), self.preset.currentData())
        other = choice is not None and choice.size not in (None, advice.size)
        self.suggestion.show_advice(advice, here == (advice.family, advice.preset), other)

    def choose_set(self, dataset: str) -> None:
        """Choose the set with the id `dataset`, if it is among those shown."""
        place = self.set.findData(dataset)
        if place >= 0:
            self.set.setCurrentIndex(place)
            self._set_chosen()

    def show_families(self, families: Sequence["Family"]) -> None:
        """Offer families; keeps the chosen one."""
        chosen = self.family.currentData()
        self.families = {family.id: family for family in families}
        self.family.clear()
        for family in families:
            self.family.addItem(family.title, family.id)
        if families and chosen in self.families:
            self.family.setCurrentIndex(self.family.findData(chosen))
            return
        usual = self.family.findData(TrainRequest.model_fields["family"].default)
        self.family.setCurrentIndex(max(0, usual))
        self._family_chosen()

    def losses(self, family: str) -> tuple[str, ...]:
        """The names of the family's losses among what it plots; while it is unknown, the usual."""
        return self.families[family].losses if family in self.families else ("loss",)

    def show_record(self, record: RunRecord) -> None:
        """Fill everything in as a run was started, as far as it still exists."""
        self.fresh.clear()
        if record.dataset in self.choices:
            self.set.setCurrentIndex(self.set.findData(record.dataset))
        if record.family in self.families:
            self.family.setCurrentIndex(self.family.findData(record.family))
            self._show_presets()
            self._show_preset(record.preset)
            known = self.families[record.family].settings
            kept = {k: v for k, v in record.settings.items() if k in known.model_fields}
            self.form.show_value(known.model_validate(kept), self._base())
        self.plan.show_value(record.plan, self.plan_default())
        self.ground.show_run(record.start_from)
        self._show_set()

    def plan_default(self) -> Plan:
        """The plan a run has if the user changes nothing: the preset's time."""
        preset = self._preset()
        return Plan(minutes=preset.minutes) if preset else Plan()

    def _set_chosen(self) -> None:
        self.ground.show_run(0)
        self._show_set()

    def _show_set(self) -> None:
        choice = self.choices.get(self.set.currentData())
        self.set_text.setText(choice.text if choice else self.tr("No pictures yet."))
        self._say()

    def _chosen_by_hand(self, *_: Any) -> None:
        self.fresh.clear()  # advice that comes later must not undo it

    def _family_chosen(self) -> None:
        self._show_presets()
        self._preset_chosen()

    def _preset_chosen(self) -> None:
        self.ground.show_run(0)
        preset, old = self._preset(), self.plan_default()
        if preset is not None:
            self.preset_text.setText(preset.summary)
            self.form.show_value(preset.settings, preset.settings)
            self.plan.show_value(self.plan.value.updated({"minutes": preset.minutes}), old)
        self._say()

    def _show_presets(self) -> None:
        family = self.families.get(self.family.currentData())
        self.preset.clear()
        self.family_text.setText(family.summary if family else "")
        aims, others = sorted_presets(family) if family else ((), ())
        for preset in (*aims, *others):
            self.preset.addItem(preset.title, preset.id)
        if aims and others:
            self.preset.insertSeparator(len(aims))

    def _show_preset(self, id: str) -> None:
        self.preset.setCurrentIndex(max(0, self.preset.findData(id)))
        preset = self._preset()
        self.preset_text.setText(preset.summary if preset else "")

    def _preset(self) -> "Preset | None":
        family = self.families.get(self.family.currentData())
        if family is None or self.preset.currentData() is None:
            return None
        return family.preset(self.preset.currentData())

    def _base(self) -> Settings | None:
        return preset.settings if (preset := self._preset()) else None

    def _say(self, *_: Any) -> None:
        base = self._base()
        if base is not None:
            shown = self.form.value.model_dump()
            changed = sum(v != shown[k] for k, v in base.model_dump().items())
            text = self.tr("Settings  ·  {n} changed").format(n=changed)
            self.fold.button.setText(text if changed else self.tr("Settings"))
        self._say_advice()
        self.changed.emit()

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        rows = (
            (self.tr("Pictures"), self.set, self.set_text),
            (self.tr("Family"), self.family, self.family_text),
            (self.tr("Aim"), self.preset, self.preset_text),
        )
        for title, box, text in rows:
            name = QLabel(title)
            name.setBuddy(box)
            box.setAccessibleName(title)
            for widget in (name, box, text):
                column.addWidget(widget)
            if box is self.set:
                column.addWidget(self.suggestion)
            column.addSpacing(6)
        for widget in (self.ground, self.plan, self.fold, self.name):
            column.addWidget(widget)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inner))


def sorted_presets(family: "Family") -> "tuple[list[Preset], list[Preset]]":
    """Return a family's presets that are named by what the user wants, and the others."""
    aims = [preset for preset in family.presets if preset.id in INTENTS]
    return aims, [preset for preset in family.presets if preset.id not in INTENTS]
