"""The line above a wall of pictures: what is searched for, in which order, how large they hang."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets import search_terms
from studio.gui.widgets.search_buttons import ColorButton, TermsButton, swatch
from studio.gui.widgets.wall_layout import LARGEST, SMALLEST

WAIT = 120  # ms after a letter before it is searched for
LETTERS = 26  # of a term that are shown on its chip
ORDERS = ("", "oldest", "name")


class SearchBar(QWidget):
    """A box for words, and a chip for everything else that narrows the search.

    changed(): another search is asked for (see `words`). sized(int): cells of so many pixels.
    """

    changed = Signal()
    sized = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.terms: list[str] = []
        self._wait = QTimer(self, interval=WAIT, singleShot=True)
        self._wait.timeout.connect(self.changed)
        self.box = QLineEdit(clearButtonEnabled=True)
        self.box.setPlaceholderText(self.tr("Search: words, run:3, star, #ff8800 …"))
        self.box.setAccessibleName(self.tr("Search the gallery"))
        self.box.addAction(theme.icon("search", 16), QLineEdit.ActionPosition.LeadingPosition)
        for button in self.box.findChildren(QToolButton):
            button.setAccessibleName(self.tr("Search, or empty the box"))
        self.box.textEdited.connect(self._on_edited)
        self.box.textChanged.connect(self._on_text)
        self.box.returnPressed.connect(self._enter)
        self.words_known = QStringListModel()
        self.completer = self._completer()
        self.color, self.help = ColorButton(), TermsButton()
        self.color.picked.connect(self.add)
        self.help.asked.connect(self._on_example)
        self.order, self.size_ = self._order_box(), self._slider()
        self.count = QLabel()
        self.count.setProperty("role", "quiet")
        self.chips = QWidget()
        self._lay_out()

    @property
    def words(self) -> str:
        """All that is asked for, as core.gallery.query.parse reads it."""
        order = ORDERS[self.order.currentIndex()]
        sort = [f"sort:{order}"] if order else []
        return " ".join([*self.terms, self.box.text().strip(), *sort]).strip()

    @property
    def narrowed(self) -> bool:
        """Whether not all pictures are asked for."""
        return bool(self.terms or self.box.text().strip())

    def show_terms(self, terms: Sequence[str]) -> None:
        """Narrow the search to these terms; the words in the box stay."""
        self.terms = list(terms)
        self._write_chips()
        self.changed.emit()

    @Slot(str)
    def add(self, term: str) -> None:
        """Narrow the search by one more term; with another of its kind it changes places."""
        self.show_terms(search_terms.with_term(self.terms, term))

    def clear(self) -> None:
        """Ask for all pictures."""
        self.box.clear()
        self.show_terms([])

    def show_count(self, count: int, chosen: int) -> None:
        """Tell how many pictures hang there, and how many of them are chosen."""
        text = self.tr("{n} chosen of {m}") if chosen > 1 else self.tr("{m} pictures")
        text = self.tr("1 picture") if count == 1 and chosen < 2 else text
        self.count.setText(text.format(n=f"{chosen:,}", m=f"{count:,}").replace(",", "\u202f"))

    def show_side(self, side: int) -> None:
        """Show how large the cells are."""
        self.size_.blockSignals(True)
        self.size_.setValue(side)
        self.size_.blockSignals(False)

    def know(self, words: Iterable[str]) -> None:
        """Offer these terms while one types."""
        plain = ["star", "trash", "after:", "before:", "step:", "seed:", "like:", "sort:oldest"]
        self.words_known.setStringList(sorted({*plain, *words}))

    def _completer(self) -> QCompleter:
        made = QCompleter(self.words_known, self)
        made.setWidget(self.box)
        made.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        made.setMaxVisibleItems(10)
        made.activated.connect(self._complete)
        return made

    def _order_box(self) -> QComboBox:
        made = QComboBox()
        made.addItems([self.tr("Newest"), self.tr("Oldest"), self.tr("Name")])
        made.setMinimumContentsLength(len(self.tr("Newest")))
        made.setAccessibleName(self.tr("Order"))
        made.setToolTip(
            self.tr("What hangs first: the newest, the oldest, the most similar, or by name")
        )
        made.currentIndexChanged.connect(self.changed)
        return made

    def _slider(self) -> QSlider:
        made = QSlider(Qt.Orientation.Horizontal)
        made.setRange(SMALLEST, LARGEST)
        made.setValue(128)
        made.setFixedWidth(80)
        made.setAccessibleName(self.tr("Size of the pictures"))
        made.setToolTip(self.tr("How large the pictures hang (Ctrl+wheel)"))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.valueChanged.connect(self.sized)
        return made

    def _lay_out(self) -> None:
        row, below, column = QHBoxLayout(), QHBoxLayout(self.chips), QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        row.setSpacing(theme.GAP // 2)
        row.addWidget(self.box, 1)
        for each in (self.color, self.help, self.order, self.size_):
            row.addWidget(each)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.GAP // 2)
        column.addLayout(row)
        column.addWidget(self.chips)
        self._write_chips()

    def _write_chips(self) -> None:
        """Write a button for every term: a click takes it away."""
        row = self.chips.layout()
        assert isinstance(row, QHBoxLayout)
        while row.count():
            taken = row.takeAt(0)
            old = taken.widget() if taken is not None else None
            if old is not None and old is not self.count:
                old.hide()
                old.deleteLater()
        for term in self.terms:
            row.addWidget(self._chip(term))
        row.addStretch(1)
        row.addWidget(self.count)
        similar = any(search_terms.key_of(term) in ("color", "like") for term in self.terms)
        first = self.tr("Similar") if similar else self.tr("Newest")
        self.order.setItemText(0, first)

    def _chip(self, term: str) -> QToolButton:
        chip = QToolButton()
        shown = term if len(term) <= LETTERS else f"{term[: LETTERS - 1]}…"
        chip.setText(f"{shown}  ×".replace("&", "&&"))
        if search_terms.key_of(term) == "color":
            chip.setIcon(swatch(term))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setStyleSheet(f"QToolButton {{ background: {theme.RAISED}; padding: 2px 8px; }}")
        chip.setToolTip(self.tr("Search without {term}").format(term=term))
        chip.setAccessibleName(self.tr("Search without {term}").format(term=term))
        chip.setProperty("term", term)
        chip.clicked.connect(self._drop)
        return chip

    @Slot()
    def _drop(self) -> None:
        gone = self.sender().property("term")
        self.show_terms([term for term in self.terms if term != gone])

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        begun, popup = self._begun(text), self.completer.popup()
        self.completer.setCompletionPrefix(begun)
        known = self.completer.currentCompletion()
        if begun and known and known != begun:
            self.completer.complete()
        elif popup is not None:
            popup.hide()

    @Slot()
    def _on_text(self) -> None:
        self._wait.start()

    def _begun(self, text: str) -> str:
        """Return the term that is being typed, "" after a blank."""
        return "" if not text or text[-1].isspace() else (search_terms.split(text) or [""])[-1]

    @Slot(str)
    def _complete(self, term: str) -> None:
        text = self.box.text()
        self.box.setText(text[: len(text) - len(self._begun(text))] + term)
        if not term.endswith(":"):
            self._enter()

    @Slot()
    def _enter(self) -> None:
        """Make chips of what narrows the search."""
        narrowing, words = search_terms.sorted_out(self.box.text())
        found = self.terms
        for term in narrowing:
            found = search_terms.with_term(found, term)
        self.box.setText(words)
        self._wait.stop()
        self.show_terms(found)

    @Slot(str)
    def _on_example(self, term: str) -> None:
        self.box.setText(f"{self.box.text()} {term}".strip())
        self.box.setFocus()
