"""The pane at the right of a gallery: the current picture, and what is known of it."""

from datetime import datetime
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.parts import label, scrolling
from studio.gui.widgets.picture_stage import PictureStage, Shown

WIDTH = 264
LETTERS = 60  # of a setting's value
SETTINGS = 12  # that are told


class GalleryFacts(QWidget):
    """Shows one picture, its facts line by line, and buttons for `actions`."""

    def __init__(self, actions: list[QAction], parent: QWidget | None = None):
        super().__init__(parent)
        self.setMinimumWidth(200)
        self.stage = PictureStage()
        self.stage.setFixedHeight(220)
        self.stage.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.stage.setAccessibleName(self.tr("The current picture"))
        self.name = label("", "heading")
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rows = QGridLayout()
        self.rows.setHorizontalSpacing(theme.GAP)
        self.rows.setVerticalSpacing(4)
        self.rows.setColumnStretch(1, 1)
        self.buttons = QWidget()
        row = QVBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for action in actions:
            row.addWidget(_button(action), 0, Qt.AlignmentFlag.AlignLeft)
        self._lay_out()
        self.forget()

    def _lay_out(self) -> None:
        inner = QWidget()
        below = QVBoxLayout(inner)
        below.setContentsMargins(0, 0, theme.GAP, 0)
        below.setSpacing(theme.GAP)
        below.addWidget(self.name)
        below.addLayout(self.rows)
        below.addWidget(self.buttons)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.setSpacing(theme.GAP)
        column.addWidget(self.stage)
        column.addWidget(scrolling(inner), 1)

    def forget(self) -> None:
        """Show that no picture is chosen."""
        self.stage.show_pictures([])
        self.stage.empty = self.tr("No picture is chosen")
        self._write([])
        self.name.hide()
        self.buttons.hide()

    def show_picture(self, shown: Shown | None, facts: list[tuple[str, str]], name: str) -> None:
        """Show a picture with its name and facts, pairs of title and value."""
        self.stage.show_pictures([shown] if shown is not None else [])
        self.name.setText(name)
        self.name.show()
        self.buttons.show()
        self._write(facts)

    def _write(self, facts: list[tuple[str, str]]) -> None:
        while self.rows.count():
            taken = self.rows.takeAt(0)
            old = taken.widget() if taken is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for k, (title, value) in enumerate(facts):
            said = QLabel(value)
            said.setWordWrap(True)
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            head = QLabel(title)
            head.setProperty("role", "quiet")
            self.rows.addWidget(head, k, 0, Qt.AlignmentFlag.AlignTop)
            self.rows.addWidget(said, k, 1)

    def facts(self, entry: Any, record: Any, run: str) -> list[tuple[str, str]]:
        """Return what is known, in words: of an Entry, its Record or None, and its run's name."""
        tr = self.tr
        made = datetime.fromtimestamp(entry.created).strftime("%Y-%m-%d %H:%M")
        found = [
            (tr("Size"), tr("{w} × {h} px").format(w=entry.width, h=entry.height)),
            (tr("Kept"), made if entry.created else ""),
            (tr("Made in"), entry.workspace.capitalize()),
            (tr("Title"), entry.title if entry.title != entry.name else ""),
            (tr("Model"), "  ·  ".join(filter(None, (entry.family, run)))),
            (tr("Step"), f"{entry.step:,}".replace(",", "\u202f") if entry.step else ""),
            (tr("Seed"), "" if entry.seed is None else str(entry.seed)),
            (tr("Tags"), ", ".join(entry.tags)),
            (tr("Boards"), ", ".join(entry.boards)),
        ]
        if record is not None:
            found += [(tr("Class"), record.label), *_settings(record.settings)]
            rights = [r.author or r.licence for r in record.rights if r.author or r.licence]
            found.append((tr("Rights"), ", ".join(rights)))
        return [(title, value) for title, value in found if value]


def _settings(settings: dict[str, Any]) -> list[tuple[str, str]]:
    plain = [
        (k, v)
        for k, v in settings.items()
        if not isinstance(v, dict | list) and v not in ("", None)
    ]
    return [(key.replace("_", " ").capitalize(), _value(value)) for key, value in plain[:SETTINGS]]


def _value(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


def _button(action: QAction) -> QToolButton:
    made = QToolButton()
    made.setDefaultAction(action)
    made.setIconSize(QSize(18, 18))
    made.setAutoRaise(True)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
