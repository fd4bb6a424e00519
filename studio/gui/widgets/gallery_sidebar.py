"""The list at the left of a gallery: all pictures, boards, tags, and where they were made."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets import search_terms, words

TERM, OTHER = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
STYLE = f"""
QTreeWidget {{ background: transparent; border: none; outline: none; }}
QTreeWidget::item {{ padding: 4px 2px; }}
QTreeWidget::item:hover {{ background: {theme.SURFACE}; }}
QTreeWidget::item:selected {{ background: {theme.RAISED}; color: {theme.ACCENT}; }}
"""


class GallerySidebar(QTreeWidget):
    """Rows that each stand for a term of a search, with how many pictures it finds.

    chosen(term, add): a row was clicked; `add` narrows what is there already, by Ctrl.
    rename_asked(board), empty_asked(): the trash. dropped(term): pictures were let fall on a row.
    own_asked(bool): the user's own gallery is wanted, or, False, the project's.
    """

    chosen = Signal(str, bool)
    rename_asked = Signal(str)
    empty_asked = Signal()
    dropped = Signal(str)
    own_asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(10)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(STYLE)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.setAccessibleName(self.tr("What the gallery holds"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.itemPressed.connect(self._on_pressed)
        self.itemActivated.connect(self._on_pressed)
        self.setAcceptDrops(True)
        self.rows: dict[str, QTreeWidgetItem] = {}
        self._active: set[str] = set()

    def show_counts(self, counts: Any, runs: Mapping[int, str], own: bool | None = None) -> None:
        """Write the rows of core.gallery.entry.Counts; `runs` are the names of runs. `own`: it is
        the user's own gallery, not the project's; None: there is only the own.
        """
        self.clear()
        self.rows = {}
        self._row(None, self.tr("All pictures"), counts.total, "")
        self._row(None, self.tr("Starred"), counts.starred, "star")
        self._section(self.tr("Boards"), [(w, n, "board", w) for w, n in counts.boards])
        self._section(self.tr("Tags"), [(w, n, "tag", w) for w, n in counts.tags])
        spaces = [(self._space(w), n, "from", w) for w, n in counts.workspaces]
        self._section(self.tr("Made in"), spaces)
        named = [(self._run(k, runs), n, "run", str(k)) for k, n in counts.runs]
        self._section(self.tr("Runs"), named)
        self._section(self.tr("Models"), [(w, n, "family", w) for w, n in counts.families])
        self._row(None, self.tr("Trash"), counts.trashed, "trash")
        if own is not None:
            text = self.tr("Project's gallery") if own else self.tr("My own gallery")
            other = QTreeWidgetItem(self, [f"→  {text}", ""])
            other.setData(0, OTHER, not own)
            other.setToolTip(0, self.tr("What was kept while no project was open lies in your own"))
        self.expandAll()
        self.show_active(self._active)

    def show_active(self, terms: "set[str]") -> None:
        """Mark the rows of the terms that are searched for; of none, the first."""
        self._active = set(terms)
        self.clearSelection()
        for term, row in self.rows.items():
            row.setSelected(term in terms or (not terms and term == ""))

    def _run(self, number: int, runs: Mapping[int, str]) -> str:
        return (
            f"{number}  {runs[number]}" if number in runs else self.tr("Run {n}").format(n=number)
        )

    def _space(self, id: str) -> str:
        names = {
            "explore": self.tr("Explore"),
            "style": self.tr("Style"),
            "repair": self.tr("Repair"),
            "train": self.tr("Train"),
            "export": self.tr("Export"),
        }
        return names.get(id, id)

    def _section(self, title: str, rows: "list[tuple[str, int, str, str]]") -> None:
        if not rows:
            return
        head = QTreeWidgetItem(self, [title, ""])
        head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        head.setForeground(0, QBrush(QColor(theme.QUIET)))
        for text, count, key, value in rows:
            self._row(head, text, count, search_terms.written(key, value))

    def _row(self, head: QTreeWidgetItem | None, text: str, count: int, term: str) -> None:
        parts = [text, words.count(count)]
        row = QTreeWidgetItem(head, parts) if head is not None else QTreeWidgetItem(self, parts)
        row.setData(0, TERM, term)
        row.setToolTip(0, text)
        row.setForeground(1, QBrush(QColor(theme.QUIET)))
        row.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.rows[term] = row

    @Slot(QTreeWidgetItem, int)
    def _on_pressed(self, row: QTreeWidgetItem, column: int = 0) -> None:
        term = row.data(0, TERM)
        if term is None or QApplication.mouseButtons() & Qt.MouseButton.RightButton:
            self.show_active(self._active)
            if row.data(0, OTHER) is not None:
                self.own_asked.emit(row.data(0, OTHER))
            return
        held = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        self.chosen.emit(term, bool(held))

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        row = self.itemAt(at)
        term = str(row.data(0, TERM) or "") if row is not None else ""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if search_terms.key_of(term) == "board":
            renamed = menu.addAction(self.tr("Rename this board…"), self._rename)
            renamed.setData(search_terms.value_of(term))
        if term == "trash":
            menu.addAction(self.tr("Empty the trash…"), self.empty_asked.emit)
        if not menu.isEmpty():
            menu.popup(self.viewport().mapToGlobal(at))

    @Slot()
    def _rename(self) -> None:
        sent: Any = self.sender()
        self.rename_asked.emit(sent.data())

    def _taker(self, at: QPoint) -> str:
        """Return the term of a row that takes pictures, or nothing."""
        row = self.itemAt(at)
        term = str(row.data(0, TERM) or "") if row is not None else ""
        return term if search_terms.key_of(term) in ("board", "tag", "starred", "trashed") else ""

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is not None:
            event.acceptProposedAction()
        else:
            event.ignore()  # files from elsewhere are the page's to take

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        taken = self._taker(event.position().toPoint())
        event.acceptProposedAction() if taken else event.ignore()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        term = self._taker(event.position().toPoint())
        if term:
            event.acceptProposedAction()
            self.dropped.emit(term)
