"""How holes are filled: the settings, where texture may come from, and the user's own model."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QVBoxLayout, QWidget

from studio.core.repair.request import RepairSettings
from studio.gui import theme
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.parts import label, scrolling

EVERYWHERE, REGION = 0, 1


class RepairOptions(QWidget):
    """The form of RepairSettings and what is beside it.

    fill_asked(), changed(): another setting, source or model. layer_asked(str): "mask" or "allowed"
    is painted from now on. healing_changed(bool): what is painted is filled at once, or no more.
    """

    fill_asked = Signal()
    changed = Signal()
    layer_asked = Signal(str)
    healing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.form = SettingsForm(RepairSettings)
        self.form.changed.connect(self._on_form)
        self.form.faulted.connect(self._on_form)
        self._make_source()
        self._make_model()
        self.heal = QCheckBox(self.tr("Heal as I paint"))
        self.heal.setToolTip(
            self.tr("Fill every stroke the best way as soon as it is drawn, and keep it")
        )
        self.heal.toggled.connect(self.healing_changed)
        self.fill = QPushButton(self.tr("Fill"))
        self.fill.setProperty("role", "primary")
        self.fill.setToolTip(
            self.tr("Fill what is painted over, in several ways (Enter); again, in others")
        )
        self.fill.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fill.clicked.connect(self.fill_asked)
        self._lay_out()

    def _make_source(self) -> None:
        self.source = QComboBox()
        self.source.setAccessibleName(self.tr("Texture may come from"))
        self.source.setToolTip(self.tr("Where texture for the holes may be taken from"))
        self.source.addItem(self.tr("Everywhere"))
        self.source.addItem(self.tr("The region I paint"))
        self.source.currentIndexChanged.connect(self._on_source)
        self.painting = QCheckBox(self.tr("Paint the region"))
        self.painting.setToolTip(
            self.tr("On, the brush paints where texture may come from (green); off, what to repair")
        )
        self.painting.toggled.connect(self._on_painting)
        self.painting.hide()

    def _make_model(self) -> None:
        self.model = QComboBox()
        self.model.setAccessibleName(self.tr("From my model"))
        self.model.setToolTip(
            self.tr("Lets a model you trained draw the holes too, beside the other candidates")
        )
        self.model.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.model.currentIndexChanged.connect(self.changed)
        self.trained = label("", "help", small=True)
        self.show_runs([])

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP)
        column.addWidget(label(self.tr("Fill"), "heading"))
        column.addWidget(self.heal)
        column.addWidget(self.form)
        for title, *widgets in (
            (self.tr("Texture may come from"), self.source, self.painting),
            (self.tr("From my model"), self.model, self.trained),
        ):
            column.addWidget(label(title, ""))
            for widget in widgets:
                column.addWidget(widget)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scrolling(inner), 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, theme.GAP, 12, 12)
        foot.addWidget(self.fill)
        whole.addLayout(foot)

    @property
    def settings(self) -> RepairSettings:
        """The settings, as far as they are valid."""
        value = self.form.value
        assert isinstance(value, RepairSettings)
        return value

    @property
    def only_region(self) -> bool:
        """Whether texture may come from the painted region only."""
        return self.source.currentIndex() == REGION

    @property
    def run(self) -> int | None:
        """The number of the run whose model draws too; None for no model."""
        return self.model.currentData()

    def reseed(self) -> None:
        """Take the next seed, so that other candidates are made."""
        seed = (self.settings.seed + 1) % 2**31
        self.form.show_value(self.settings.updated({"seed": seed}))

    def show_runs(self, runs: list[tuple[int, str]]) -> None:
        """Offer trained runs by number and title; the chosen one stays, if it is among them."""
        chosen = self.run
        with QSignalBlocker(self.model):
            self.model.clear()
            self.model.addItem(self.tr("No model"), None)
            for number, title in runs:
                self.model.addItem(title, number)
            self.model.setCurrentIndex(max(0, self.model.findData(chosen)))
        self.model.setEnabled(bool(runs))
        self.trained.setText(
            self.tr("It draws the holes as it learned from your pictures.")
            if runs
            else self.tr("Train a model, or open a project that holds one, to choose it here.")
        )

    def show_layer(self, layer: str) -> None:
        """Show which layer is painted on."""
        with QSignalBlocker(self.painting):
            self.painting.setChecked(layer == "allowed")

    @Slot()
    def _on_form(self) -> None:
        """A number that is refused must not be filled with."""
        self.fill.setEnabled(not self.form.wrong)
        self.changed.emit()

    @Slot(int)
    def _on_source(self, index: int) -> None:
        self.painting.setVisible(index == REGION)
        self.painting.setChecked(index == REGION)
        self.changed.emit()

    @Slot(bool)
    def _on_painting(self, on: bool) -> None:
        self.layer_asked.emit("allowed" if on else "mask")
