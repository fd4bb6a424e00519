"""How a picture is restyled: the method, the styles it is taken from, and the method's controls."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.style.method import Method
from studio.core.style.methods import methods
from studio.gui import theme
from studio.gui.widgets.editors import ChoiceBox
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.parts import label, scrolling, switch
from studio.gui.widgets.style_well import StyleRow

MOST = 4  # styles
WAYS = tuple(methods().values())  # read with this module, which a worker does


class StyleOptions(QWidget):
    """Shows a setup; what the user changes is told, not done.

    method_chosen(str), restyle_asked(), slot_chosen(int): A is 0, B is 1. weights_asked(): choose a
    VGG19 file. masking_asked(bool): paint where anything changes, or end that.
    """

    method_chosen = Signal(str)
    restyle_asked = Signal()
    slot_chosen = Signal(int)
    weights_asked = Signal()
    masking_asked = Signal(bool)

    def __init__(self, both: QAction, parent: QWidget | None = None):
        """`both` compares A with B."""
        super().__init__(parent)
        self.both = QToolButton()
        self.both.setDefaultAction(both)
        self.both.setAutoRaise(True)
        self.both.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.form = SettingsForm(compact=True)
        self.rows = [StyleRow(number) for number in range(1, MOST + 1)]
        self.summary = label("", "help", small=True)
        self._make_slots()
        self._make_method()
        self._make_weights()
        self._make_mask()
        self.restyle = QPushButton(self.tr("Restyle"))
        self.restyle.setProperty("role", "primary")
        self.restyle.setToolTip(self.tr("Restyle the whole picture in full size (Enter)"))
        self.restyle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.restyle.clicked.connect(self.restyle_asked)
        self._lay_out()

    def _make_slots(self) -> None:
        self.slots = [switch("A", on=True), switch("B")]
        group = QButtonGroup(self)
        for number, button in enumerate(self.slots):
            button.setToolTip(
                self.tr("Setting {name}: change it, then flip between A and B (A)").format(
                    name="AB"[number]
                )
            )
            button.setAccessibleName(self.tr("Setting {name}").format(name="AB"[number]))
            button.setFixedWidth(32)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            group.addButton(button, number)
        group.idClicked.connect(self.slot_chosen)

    def _make_method(self) -> None:
        self.method = ChoiceBox()
        self.method.setAccessibleName(self.tr("Method"))
        for way in WAYS:
            self.method.addItem(self.tr(way.title), way.name)
            self.method.setItemData(
                self.method.count() - 1, self.tr(way.summary), Qt.ItemDataRole.ToolTipRole
            )
        self.method.activated.connect(self._on_method)

    def _make_weights(self) -> None:
        self.weights = QWidget()
        self.file = QLabel()
        self.file.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.choose = QPushButton(self.tr("Choose…"))
        self.choose.setToolTip(
            self.tr("Choose the VGG19 file you have (.pth or .safetensors); it is only read")
        )
        self.choose.setAccessibleName(self.tr("Choose a VGG19 file"))
        self.choose.clicked.connect(self.weights_asked)
        row = QHBoxLayout(self.weights)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.file, 1)
        row.addWidget(self.choose)

    def _make_mask(self) -> None:
        self.where = QPushButton(theme.icon("brush", 16), self.tr("Paint where anything changes"))
        self.where.setCheckable(True)
        self.where.setToolTip(
            self.tr("Outside what you paint the picture stays as it is; unpainted, all changes")
        )
        self.where.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.where.clicked.connect(self.masking_asked)

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(label(self.tr("Style"), "heading"), 1)
        for button in (*self.slots, self.both):
            head.addWidget(button)
        column.addLayout(head)
        column.addWidget(self.method)
        column.addWidget(self.summary)
        for row in self.rows:
            column.addWidget(row)
        column.addWidget(self.weights)
        column.addWidget(self.form)
        column.addWidget(self.where)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scrolling(inner), 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, theme.GAP, 12, 12)
        foot.addWidget(self.restyle)
        whole.addLayout(foot)

    def show_method(self, way: Method) -> None:
        """Show a method, what comes out of it, and only what it needs."""
        with QSignalBlocker(self.method):
            self.method.setCurrentIndex(self.method.findData(way.name))
        self.method.setToolTip(self.tr(way.summary))
        self.summary.setText(self.tr(way.summary))
        self.weights.setVisible(way.weighted)
        for row in self.rows:
            row.setProperty("wanted", way.styled)
            row.setVisible(way.styled and bool(row.property("there")))

    def show_styles(self, styles: list[tuple[str, object]]) -> None:
        """Show styles by name and small picture, uint8 [h, w, c], and one empty well if more may
        come.
        """
        for row, at in zip(self.rows, range(MOST), strict=True):
            filled = at < len(styles)
            empty = self.tr("Drop a painting here, or click to choose one")
            more = self.tr("Another style")
            name, picture = styles[at] if filled else (more if styles else empty, None)
            row.show_style(name, picture, alone=len(styles) < 2)  # type: ignore[arg-type]  # an array
            row.setProperty("there", at <= len(styles))
            row.setVisible(bool(row.property("wanted")) and at <= len(styles))

    def show_weights(self, path: Path | None) -> None:
        """Show which file of VGG19 is used."""
        self.file.setText(path.name if path else self.tr("VGG19 file: none chosen"))
        self.file.setToolTip(str(path or ""))

    def show_slot(self, at: int) -> None:
        """Mark the setting that is shown."""
        self.slots[at].setChecked(True)

    def show_painted(self, layer: str | None) -> None:
        """Mark what is painted on, None for nothing."""
        self.where.setChecked(layer == "mask")
        for row in self.rows:
            row.paint.setChecked(layer == f"style {row.number}")

    @Slot(int)
    def _on_method(self, index: int) -> None:
        self.method_chosen.emit(self.method.itemData(index))
