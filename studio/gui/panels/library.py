"""The Library workspace: bring pictures in, look at what they became, keep or discard them."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.core.data.import_settings import ImportSettings
from studio.core.data.packed import open_packed
from studio.core.events import Progress, Refused
from studio.core.provenance.record import Rights
from studio.core.provenance.rights import keep_rights, rights_of
from studio.gui import theme
from studio.gui.session import Session
from studio.gui.widgets import words
from studio.gui.widgets.drop_zone import AddButtons, DropZone
from studio.gui.widgets.form import SettingsForm
from studio.gui.widgets.set_view import SetView

SETTLED = 500  # ms without a change before the draft is made anew
SIDEBAR = 248


class LibraryPanel(QWidget):
    """Sets at the left; at the right a drop zone, the draft, or the chosen set.

    train_asked(str): the user wants to train on the set of that id.
    """

    train_asked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.shown: Path | None = None  # the folder of the set whose rights are shown
        self.form = SettingsForm(ImportSettings)
        self.view = SetView(self.form)
        self.debounce = QTimer(self, singleShot=True, interval=SETTLED)
        self._lay_out()
        self._connect()
        self._on_project()
        self._on_busy("import")

    def _lay_out(self) -> None:
        self.zone_buttons, self.add = AddButtons(), AddButtons()
        self.zone = DropZone(self.zone_buttons)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.zone)
        self.stack.addWidget(self.view)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GAP, 2 * theme.GAP, 2 * theme.GAP, 2 * theme.GAP)
        row.setSpacing(2 * theme.GAP)
        self.side = self._sidebar()
        row.addWidget(self.side)
        row.addWidget(self.stack, 1)

    def _sidebar(self) -> QWidget:
        self.sets = QListWidget()
        self.sets.setAccessibleName(self.tr("Picture sets of this project"))
        self.sets.setFrameShape(QFrame.Shape.NoFrame)
        title, add = QLabel(self.tr("Picture sets")), QLabel(self.tr("Add pictures"))
        for each in (title, add):
            each.setProperty("role", "heading")
        # made with a row layout; Qt's signature only says QLayout or None
        self.add.layout().setDirection(QHBoxLayout.Direction.TopToBottom)  # type: ignore[union-attr]
        side, column = QWidget(), QVBoxLayout()
        side.setFixedWidth(SIDEBAR)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for each in (title, self.sets, add, self.add):
            column.addWidget(each)
        side.setLayout(column)
        return side

    def _connect(self) -> None:
        for buttons in (self.zone_buttons, self.add):
            buttons.chosen.connect(self._import)
            buttons.starter.connect(self._import_starter)
        self.zone.dropped.connect(self._import)
        self.sets.currentItemChanged.connect(self._on_chosen)
        self.form.changed.connect(self._on_settings)
        self.debounce.timeout.connect(self._import_again)
        self.view.used.connect(self.session.accept_draft)
        self.view.discarded.connect(self._discard)
        self.view.train_asked.connect(self._train)
        self.view.rights_changed.connect(self._keep_rights)
        self.view.progress.stop_asked.connect(self._stop)
        self.session.project_changed.connect(self._on_project)
        self.session.busy_changed.connect(self._on_busy)
        self.session.events.connect(self._on_events)
        self.session.done.connect(self._on_done)

    # session -> widgets

    @Slot()
    def _on_project(self) -> None:
        project = self.session.project
        self.sets.blockSignals(True)
        self.sets.clear()
        if self.session.draft is not None:
            self.sets.addItem(
                self.tr("{name}\nnot kept yet").format(
                    name=words.short(self.session.draft.manifest.name)
                )
            )
        for folder in reversed(project.datasets() if project else []):
            self._add_set(folder)
        self.sets.blockSignals(False)
        self._show_something()

    def _add_set(self, folder: Path) -> None:
        try:
            manifest = open_packed(folder).manifest
        except Refused:
            return
        line = self.tr("{n} pictures, {w} × {h}")
        count = words.count(manifest.count)
        size = line.format(n=count, w=manifest.width, h=manifest.height)
        item = QListWidgetItem(f"{words.short(manifest.name)}\n{size}")
        item.setData(Qt.ItemDataRole.UserRole, str(folder))
        item.setToolTip(words.short(manifest.source))
        self.sets.addItem(item)

    def _show_something(self) -> None:
        """Show the draft or the import at work if there is one, else a set, else the drop zone."""
        if self.session.title("import"):
            self._turn_to(self.view)
        elif self.sets.count():
            self.sets.setCurrentRow(max(0, self.sets.currentRow()))
            self._on_chosen(self.sets.currentItem())
        else:
            self._turn_to(self.zone)

    def _turn_to(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)
        self.side.setVisible(page is not self.zone)  # the zone has the same buttons, larger

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        title = self.session.title("import")
        if lane != "import":
            return
        if title:
            if self.session.draft is None:
                self.view.clear()
            self.sets.setCurrentRow(-1)
            self.view.show_import(title)
            self._turn_to(self.view)
        else:
            self._on_project()

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        told = [event for event in events if isinstance(event, Progress)]
        if lane == "import" and told:
            self.view.progress.tell(told[-1])

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "accept":
            self._choose(result.folder)

    def _show_draft(self) -> None:
        draft = self.session.draft
        if draft is not None:
            self.view.show_draft(open_packed(draft.folder))
            self._turn_to(self.view)

    def _choose(self, folder: Path) -> None:
        for row in range(self.sets.count()):
            if self.sets.item(row).data(Qt.ItemDataRole.UserRole) == str(folder):
                self.sets.setCurrentRow(row)

    # user -> session

    @Slot(list)
    def _import(self, found: list[Path]) -> None:
        self.session.import_paths(found, self.form.value)

    @Slot(str)
    def _import_starter(self, source: str) -> None:
        self.session.import_pictures(source, self.form.value)

    @Slot(object)
    def _on_settings(self, _value: object) -> None:
        self.debounce.start()

    @Slot()
    def _import_again(self) -> None:
        if self.session.draft is not None or self.session.title("import"):
            self.session.import_again(self.form.value)

    @Slot()
    def _stop(self) -> None:
        self.session.stop("import")

    @Slot()
    def _discard(self) -> None:
        self.session.discard_draft()
        self._on_project()

    @Slot()
    def _train(self) -> None:
        item = self.sets.currentItem()
        if item is not None and item.data(Qt.ItemDataRole.UserRole):
            self.train_asked.emit(Path(item.data(Qt.ItemDataRole.UserRole)).name)

    @Slot(QListWidgetItem)
    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is None or self.session.title("import"):
            return
        if item.data(Qt.ItemDataRole.UserRole) is None:
            self._show_draft()
            return
        folder = Path(item.data(Qt.ItemDataRole.UserRole))
        try:
            self.view.show_set(open_packed(folder), self._rights(folder))
            self.shown = folder
        except Refused as refused:
            self.session.failed.emit("import", str(refused))
            return
        self._turn_to(self.view)

    def _rights(self, folder: Path) -> Rights | None:
        """Return whose a set is; a damaged entry is told, and the set shown all the same."""
        try:
            return rights_of(folder)
        except Refused as refused:
            self.session.failed.emit("import", str(refused))
            return None

    @Slot(object)
    def _keep_rights(self, rights: Rights) -> None:
        try:
            if self.shown is not None:
                keep_rights(self.shown, rights)
        except Refused as refused:
            self.session.failed.emit("import", str(refused))
