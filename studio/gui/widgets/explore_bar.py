"""The lines above the explored picture: which model, which place, and where one came from."""

from secrets import randbelow

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.parts import slider
from studio.gui.widgets.timeline import Timeline

SEEDS = 2**31 - 1
ROLLED = 100_000  # short enough to be written down
FINE = 100  # slider steps of one ψ
MOST_PSI = 1.5
NARROW = 620  # pixels of width
AROUND, SEED_PLANE = "around", "seeds"


def button(icon: str, name: str, tip: str) -> QToolButton:
    """Return a flat button with an icon, its name and what it does."""
    made = QToolButton()
    made.setIcon(theme.icon(icon, 18))
    made.setIconSize(QSize(18, 18))
    made.setAutoRaise(True)
    made.setAccessibleName(name)
    made.setToolTip(tip)
    return made


class ModelBar(QWidget):
    """Which run is explored, and as it was at which checkpoint.

    run_chosen(int): another run. step_chosen(int): another checkpoint, with the latent held still.
    """

    run_chosen = Signal(int)
    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.runs = QComboBox()
        self.runs.setAccessibleName(self.tr("Run"))
        self.runs.setToolTip(self.tr("The trained model to explore"))
        self.runs.setMinimumContentsLength(18)
        self.timeline = Timeline()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GAP)
        self._row.addWidget(self.runs)
        self._row.addWidget(self.timeline, 1)
        self.runs.activated.connect(self._choose)
        self.timeline.step_changed.connect(self.step_chosen)

    def fold(self, narrow: bool) -> None:
        """Put the checkpoints below the run, where there is no room beside it."""
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)

    def show_runs(self, runs: list[tuple[int, str]], chosen: int | None) -> None:
        """Offer runs by number and title; mark the one that is open."""
        with QSignalBlocker(self.runs):
            self.runs.clear()
            for number, title in runs:
                self.runs.addItem(title, number)
            self.show_run(chosen)

    def show_run(self, chosen: int | None) -> None:
        """Mark the run that is open."""
        self.runs.setCurrentIndex(self.runs.findData(chosen))

    def show_steps(self, steps: list[int]) -> None:
        """Offer the steps of the run's checkpoints, keeping the chosen one, or the newest."""
        with QSignalBlocker(self.timeline):
            self.timeline.show_steps(steps)

    def show_step(self, step: int) -> None:
        """Show which step the open model is of; at the newest, those that come are followed."""
        steps = self.timeline.steps
        with QSignalBlocker(self.timeline):
            self.timeline.live.setChecked(not steps or step >= steps[-1])
            self.timeline.go_to(step)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self.run_chosen.emit(self.runs.itemData(index))


class PlaceBar(QWidget):
    """Where in the model: seed, class, how typical, and what dragging walks on.

    seed_asked(int), label_chosen(object: int or None), truncated(float) while ψ is dragged,
    settled() when it rests, plane_asked() for another plane to drag on.
    """

    seed_asked = Signal(int)
    label_chosen = Signal(object)
    truncated = Signal(float)
    settled = Signal()
    plane_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.free = True  # any class may come, whichever is shown
        self._make_seed()
        self._make_typical()
        self.labels = QComboBox()
        self.labels.setAccessibleName(self.tr("Class"))
        self.labels.setToolTip(self.tr("Which of the set's classes is drawn"))
        self.labels.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.labels.activated.connect(self._label)
        self.plane = QComboBox()
        self.plane.setAccessibleName(self.tr("Dragging"))
        self.plane.addItem(self.tr("Drag: around this picture"), AROUND)
        self.plane.addItem(self.tr("Drag: from seed to seed"), SEED_PLANE)
        self.plane.setToolTip(self.tr("What dragging on the picture walks through"))
        self.other = button(
            "plane", self.tr("Another plane"), self.tr("Drag along two other random directions")
        )
        self.other.clicked.connect(self.plane_asked)
        self._lay_out()

    def _make_seed(self) -> None:
        self.seed = QSpinBox()
        self.seed.setRange(0, SEEDS)
        self.seed.setKeyboardTracking(False)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setToolTip(self.tr("The same number always draws the same picture"))
        self.seed.setPrefix(self.tr("Seed "))
        self.dice = button(
            "dice", self.tr("Random picture"), self.tr("Go to a picture chosen by chance (R)")
        )
        self.dice.setShortcut("R")
        self.seed.valueChanged.connect(self.seed_asked)
        self.dice.clicked.connect(self._roll)

    def _make_typical(self) -> None:
        self.psi = slider(int(MOST_PSI * FINE), FINE)
        self.psi.setMinimumWidth(90)
        self.psi.setAccessibleName(self.tr("Truncation ψ"))
        self.psi.setToolTip(
            self.tr("Less is more typical and safer, more is stranger; 1 is as trained")
        )
        self.psi_text = QLabel()
        self.psi_text.setProperty("role", "quiet")
        self.psi_text.setMinimumWidth(52)
        self.psi.valueChanged.connect(self._truncate)
        self.psi.sliderReleased.connect(self.settled)
        self._say_psi()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        for widget in (self.dice, self.seed, self.labels, self.psi, self.psi_text):
            row.addWidget(widget, int(widget is self.psi))
        row.addSpacing(theme.GAP)
        row.addWidget(self.plane)
        row.addWidget(self.other)

    @property
    def label(self) -> int | None:
        """The chosen class; None for any."""
        return self.labels.currentData()

    @property
    def walks_seeds(self) -> bool:
        """Dragging leads from seed to seed, instead of around the present picture."""
        return self.plane.currentData() == SEED_PLANE

    def show_classes(self, classes: list[str]) -> None:
        """Offer the classes of the model, any of them at first; hidden where it has none."""
        self.free = True
        with QSignalBlocker(self.labels):
            self.labels.clear()
            self.labels.addItem(self.tr("Any class"), None)
            for number, name in enumerate(classes):
                self.labels.addItem(name, number)
        self.labels.setVisible(bool(classes))

    def show_place(self, label: int | None, truncation: float) -> None:
        """Show where one stands, without asking for anything; "any class" stays chosen."""
        with QSignalBlocker(self.labels), QSignalBlocker(self.psi):
            if not self.free and label is not None:
                self.labels.setCurrentIndex(1 + label)
            self.psi.setValue(round(truncation * FINE))
        self._say_psi()

    def show_seed(self, seed: int) -> None:
        """Show the seed gone to last, without asking for it."""
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)

    @Slot()
    def _roll(self) -> None:
        self.seed.setValue(randbelow(ROLLED))

    @Slot(int)
    def _label(self, index: int) -> None:
        self.free = self.label is None
        self.label_chosen.emit(self.label)

    @Slot(int)
    def _truncate(self, value: int) -> None:
        self._say_psi()
        self.truncated.emit(value / FINE)
        if not self.psi.isSliderDown():
            self.settled.emit()

    def _say_psi(self) -> None:
        self.psi_text.setText(f"ψ {self.psi.value() / FINE:.2f}")


class StepBar(QWidget):
    """Undo, redo, star, and keeping the picture.

    undo_asked(), redo_asked(), starred(bool), keep_asked(), export_asked().
    """

    undo_asked = Signal()
    redo_asked = Signal()
    starred = Signal(bool)
    keep_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.undo = button("undo", self.tr("Undo"), self.tr("Back to where you came from (Ctrl+Z)"))
        self.redo = button("redo", self.tr("Redo"), self.tr("Forward again (Ctrl+Y)"))
        self.star = button("star", self.tr("Star"), self.tr("Mark this picture as good (.)"))
        self.star.setCheckable(True)
        self.keep = button(
            "keep",
            self.tr("Keep"),
            self.tr("Keep the picture in the project's gallery (Ctrl+K); it opens here again"),
        )
        self.keep.setText(self.tr("Keep"))
        self.keep.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for made, keys in ((self.undo, "Ctrl+Z"), (self.redo, "Ctrl+Y"), (self.keep, "Ctrl+K")):
            made.setShortcut(keys)
        self.star.setShortcut(".")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for made in (self.undo, self.redo, self.star, self.keep):
            row.addWidget(made)
        self.undo.clicked.connect(self.undo_asked)
        self.redo.clicked.connect(self.redo_asked)
        self.star.clicked.connect(self.starred)
        self.keep.clicked.connect(self.keep_asked)

    def show_state(self, undo: bool, redo: bool, star: bool | None) -> None:
        """Allow what is possible; `star` is None where there is no step to star."""
        self.undo.setEnabled(undo)
        self.redo.setEnabled(redo)
        self.star.setEnabled(star is not None)
        self.star.setChecked(bool(star))
        self.keep.setEnabled(star is not None)


class ExploreBar(QWidget):
    """The three lines together."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.model, self.place, self.steps = ModelBar(), PlaceBar(), StepBar()
        top = QHBoxLayout()
        top.setSpacing(theme.GAP)
        top.addWidget(self.model, 1)
        top.addWidget(self.steps, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(top)
        column.addWidget(self.place)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.model.fold(event.size().width() < NARROW)
