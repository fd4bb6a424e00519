"""What a set consists of, in words: pictures, size, classes, what was converted or skipped."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets import words

LISTED = 500  # at most so many skipped pictures are listed; the count is always exact


class ImportReport(QWidget):
    """Shows the studio.core.data.packed.Manifest of a set."""

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
        line.setProperty("role", "rich")  # what is not its own words is escaped
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return line

    def show_manifest(self, manifest: Any) -> None:
        """Tell what a set consists of."""
        report = manifest.report
        self._say(self.count, self._count(manifest))
        self._say(self.classes, self._classes(report))
        self._say(self.converted, self._converted(report))
        self._say(self.repeated, self._repeated(report))
        count = len(report.skipped)
        skipped = self.tr("<b>Skipped:</b> {n}, for these reasons:").format(n=words.count(count))
        self._say(self.skipped, skipped if count else "")
        self.skipped.setStyleSheet(f"color: {theme.WARNING};")
        self.list.clear()
        self.list.addItems(
            [
                f"{words.short(name)}\n{words.short(reason)}"
                for name, reason in report.skipped[:LISTED]
            ]
        )
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
        count = words.count(manifest.count)
        return text.format(n=count, w=manifest.width, h=manifest.height, channels=channels)

    def _classes(self, report: Any) -> str:
        names = [
            f"{escaped(words.short(name))} ({words.count(n)})" for name, n in report.classes.items()
        ]
        text = self.tr("<b>Classes:</b> {names}") if names else ""
        return text.format(names=", ".join(names))

    def _converted(self, report: Any) -> str:
        listed = [
            f"{escaped(words.short(note))} ({words.count(n)})"
            for note, n in report.converted.items()
        ]
        text = self.tr("<b>Converted:</b> {kinds}") if listed else ""
        return text.format(kinds=", ".join(listed))

    def _repeated(self, report: Any) -> str:
        if report.dropped:
            text = self.tr("<b>Repeated:</b> {exact} identical left out, {near} nearly identical")
        else:
            text = self.tr("<b>Repeated:</b> {exact} identical, {near} nearly identical")
        exact, near = report.exact_duplicates, report.near_duplicates
        return text.format(exact=words.count(exact), near=words.count(near))


def escaped(text: str) -> str:
    """Return a name from a file as plain text inside rich text."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
