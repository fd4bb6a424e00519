"""What a set consists of, in words: pictures, size, classes, what was converted or skipped."""

from collections import Counter
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets import words

LISTED = 500  # at most so many skipped pictures are listed; the count is always exact


class ImportReport(QWidget):
    """Shows the studio.core.data.packed.Manifest of a set, and near duplicates if counted."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.count, self.converted, self.repeated, self.classes, self.skipped = (
            self._line() for _ in range(5)
        )
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Skipped pictures"))
        self.list.setWordWrap(True)
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(96)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for each in (self.count, self.classes, self.converted, self.repeated, self.skipped):
            column.addWidget(each)
        column.addWidget(self.list, 1)

    def _line(self) -> QLabel:
        line = QLabel(wordWrap=True)
        line.setTextFormat(Qt.TextFormat.RichText)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return line

    def show_manifest(self, manifest: Any, report: Any = None) -> None:
        """Tell what a set consists of; a draft has a studio.core.data.report.Report as well."""
        self._say(self.count, self._count(manifest))
        self._say(self.classes, self._classes(manifest))
        self._say(self.converted, self._converted(manifest))
        self._say(self.repeated, self._repeated(manifest, report))
        count = len(manifest.skipped)
        skipped = self.tr("<b>Skipped:</b> {n}, for these reasons:").format(n=words.count(count))
        self._say(self.skipped, skipped if count else "")
        self.skipped.setStyleSheet(f"color: {theme.WARNING};")
        self.list.clear()
        self.list.addItems([f"{name}\n{reason}" for name, reason in manifest.skipped[:LISTED]])
        self.list.setVisible(bool(count))

    def _say(self, line: QLabel, text: str) -> None:
        line.setText(text)
        line.setVisible(bool(text))

    def _count(self, manifest: Any) -> str:
        text = self.tr("<b>Pictures:</b> {n}, {w} × {h} pixels, {channels}")
        channels = {
            1: self.tr("grey"),
            3: self.tr("color"),
            4: self.tr("color with transparency"),
        }[manifest.channels]
        count = words.count(len(manifest.pictures))
        return text.format(n=count, w=manifest.width, h=manifest.height, channels=channels)

    def _classes(self, manifest: Any) -> str:
        if not manifest.classes:
            return ""
        counts = Counter(p.label for p in manifest.pictures)
        names = [
            f"{escaped(name)} ({words.count(counts[k])})" for k, name in enumerate(manifest.classes)
        ]
        return self.tr("<b>Classes:</b> {names}").format(names=", ".join(names))

    def _converted(self, manifest: Any) -> str:
        notes = Counter(note for p in manifest.pictures for note in p.converted.split("; ") if note)
        if not notes:
            return ""
        listed = [f"{escaped(note)} ({words.count(n)})" for note, n in notes.most_common()]
        return self.tr("<b>Converted:</b> {kinds}").format(kinds=", ".join(listed))

    def _repeated(self, manifest: Any, report: Any) -> str:
        if report is None:
            exact = len(manifest.pictures) - len({p.sha256 for p in manifest.pictures})
            text = self.tr("<b>Repeated:</b> {exact} identical files") if exact else ""
            return text.format(exact=words.count(exact))
        if report.dropped:
            text = self.tr("<b>Repeated:</b> {exact} identical left out, {near} nearly identical")
        else:
            text = self.tr("<b>Repeated:</b> {exact} identical, {near} nearly identical")
        exact, near = report.exact_duplicates, report.near_duplicates
        return text.format(exact=words.count(exact), near=words.count(near))


def escaped(text: str) -> str:
    """Return a name from a file as plain text inside rich text."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
