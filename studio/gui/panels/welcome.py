"""The welcome page: four doors, and the projects of late."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.session import Session

WIDTH = 1120
SHOWN = 5  # recent projects


class WelcomePanel(QScrollArea):
    """Shown until a project is open.

    pictures_asked, project_asked: the user wants to choose a folder. repair_asked, style_asked: a
    picture shall be repaired, or restyled.
    """

    pictures_asked = Signal()
    repair_asked = Signal()
    style_asked = Signal()
    project_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        body, column = QWidget(), QVBoxLayout()
        column.setSpacing(2 * theme.GAP)
        column.addStretch(2)
        for part in (self._title(), self._doors(), self._recent()):
            column.addWidget(part)
        column.addStretch(3)
        page = QWidget()
        page.setMaximumWidth(WIDTH)
        page.setLayout(column)
        row = QHBoxLayout(body)
        row.setContentsMargins(4 * theme.GAP, 3 * theme.GAP, 4 * theme.GAP, 3 * theme.GAP)
        row.addStretch(1)
        row.addWidget(page, 100)
        row.addStretch(1)
        self.setWidget(body)
        session.busy_changed.connect(self._on_busy)
        self.refresh()

    # layout

    def _title(self) -> QWidget:
        title, column = QWidget(), QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 2 * theme.GAP)
        column.addWidget(label(self.tr("Atelier"), "title"))
        promise = self.tr(
            "Turn a folder of pictures into a picture generator. Everything stays on this machine."
        )
        column.addWidget(label(promise, "quiet"))
        title.setLayout(column)
        return title

    def _doors(self) -> QWidget:
        doors, row = QWidget(), QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.GAP)
        self.sprites = button(self.tr("Sprites"), "primary", self._try_sprites)
        self.sprites.setToolTip(self.tr("Make 32×32 game sprites and train on them at once"))
        self.digits = button(self.tr("Digits"), "primary", self._try_digits)
        self.digits.setToolTip(self.tr("Train on 1797 handwritten digits at once"))
        self.pictures = button(self.tr("Open pictures…"), "", self.pictures_asked)
        self.project = button(self.tr("Open project…"), "", self.project_asked)
        self.mending = button(self.tr("Repair"), "", self.repair_asked)
        self.mending.setToolTip(self.tr("Paint over what should go, in a picture of yours"))
        self.styling = button(self.tr("Restyle"), "", self.style_asked)
        self.styling.setToolTip(self.tr("Give a picture the hand of a painting, or of oil or ink"))
        trial = self.tr("Watch a model learn within seconds, from pictures that come with Atelier.")
        mine = self.tr(
            "Choose a folder of your own pictures, "
            "or drop a folder or a zip anywhere in this window."
        )
        again = self.tr(
            "Go on where you left off: sets, runs and all they learned are in the project folder."
        )
        mend = self.tr(
            "Paint over scratches or things, and they are gone; or give it a painting's hand."
            " No training."
        )
        row.addWidget(door("spark", self.tr("Try it now"), trial, self.sprites, self.digits), 1)
        row.addWidget(door("pictures", self.tr("Your pictures"), mine, self.pictures), 1)
        row.addWidget(door("folder", self.tr("Your projects"), again, self.project), 1)
        row.addWidget(door("repair", self.tr("One picture"), mend, self.mending, self.styling), 1)
        doors.setLayout(row)
        return doors

    def _recent(self) -> QWidget:
        self.recent = QWidget()
        self.links = QVBoxLayout(self.recent)
        self.links.setContentsMargins(0, 2 * theme.GAP, 0, 0)
        self.links.setSpacing(2)
        return self.recent

    # session -> widgets

    @Slot()
    def refresh(self) -> None:
        """Write the recent projects anew."""
        while (item := self.links.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        folders = self.session.memory.recent()[:SHOWN]
        if folders:
            self.links.addWidget(label(self.tr("Recent projects"), "heading"))
        for folder in folders:
            self.links.addWidget(self._link(folder))
        self.refresh_busy()

    @Slot()
    def refresh_busy(self) -> None:
        """Allow the doors that are open now."""
        busy = bool(self.session.title("import") or self.session.title("train"))
        for each in (self.sprites, self.digits):
            each.setEnabled(not busy)

    @Slot(str)
    def _on_busy(self, _lane: str) -> None:
        self.refresh_busy()

    def _link(self, folder: Path) -> QPushButton:
        link = button(f"{folder.stem}   ", "link", self._open_recent)
        link.setText(
            self.tr("{name}  –  {place}").format(name=folder.stem, place=short(folder.parent))
        )
        link.setIcon(theme.icon("folder", 16))
        link.setToolTip(str(folder))
        link.setProperty("folder", str(folder))
        return link

    # user -> session

    @Slot()
    def _try_sprites(self) -> None:
        self.session.try_now("sprites")

    @Slot()
    def _try_digits(self) -> None:
        self.session.try_now("digits")

    @Slot()
    def _open_recent(self) -> None:
        self.session.open_project(Path(self.sender().property("folder")))


def door(icon: str, title: str, text: str, *buttons: QPushButton) -> QFrame:
    """Return a card with a picture, what is behind it, and the buttons that lead there."""
    card = QFrame()
    card.setProperty("role", "card")
    picture = QLabel()
    picture.setPixmap(theme.pixmap(icon, 32, theme.ACCENT))
    column = QVBoxLayout(card)
    column.setContentsMargins(3 * theme.GAP, 3 * theme.GAP, 3 * theme.GAP, 3 * theme.GAP)
    column.setSpacing(theme.GAP)
    column.addWidget(picture)
    column.addWidget(label(title, "heading"))
    column.addWidget(label(text, "quiet"), 1, Qt.AlignmentFlag.AlignTop)
    row = QHBoxLayout()
    row.setContentsMargins(0, theme.GAP, 0, 0)
    for each in buttons:
        row.addWidget(each)
    row.addStretch(1)
    column.addLayout(row)
    return card


def label(text: str, role: str) -> QLabel:
    """Return a wrapping label in one of the theme's roles."""
    made = QLabel(text, wordWrap=True)
    made.setProperty("role", role)
    return made


def button(text: str, role: str, slot: object) -> QPushButton:
    """Return a push button in one of the theme's roles."""
    made = QPushButton(text)
    made.setProperty("role", role)
    made.setIconSize(QSize(16, 16))
    made.clicked.connect(slot)
    return made


def short(folder: Path) -> str:
    """Return the folder with the user's home as ~."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
