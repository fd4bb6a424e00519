"""The target desk: name and place of an export, writing it, and the command that does the same."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from studio.core.assets.kind import Kind
from studio.core.events import Progress
from studio.core.settings import Settings
from studio.gui.desks.exporting import ExportDesk
from studio.gui.layouts import Goal, Pick, Written
from studio.gui.session import Session
from studio.gui.widgets import words
from studio.gui.widgets.export_room import ExportRoom

KEEP = QFileDialog.Option.DontConfirmOverwrite  # asked here, also for a name that was completed


class TargetDesk(QObject):
    """Says where the export goes; the folder is chosen once, the name follows the pictures until
    the user has typed one.
    """

    def __init__(
        self,
        session: Session,
        room: ExportRoom,
        exporting: ExportDesk,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.session, self.room, self.exporting = session, room, exporting
        self.folder: Path | None = None
        self.name, self._own = "", False
        self._last: Written | None = None
        self._failed = ""  # why the last export was not written; a preview does not wipe it away
        options, does = room.options, room.actions_
        exporting.repicked.connect(self._suggest)
        exporting.looked.connect(self.allow)
        options.form.faulted.connect(self.allow)
        options.retargeted.connect(self._on_typed)
        options.place_asked.connect(self.ask_place)
        options.export_asked.connect(self.export)
        options.stop_asked.connect(self._stop)
        options.show_folder.clicked.connect(self._show_folder)
        does.command.triggered.connect(self.copy_command)
        options.copies_chosen.connect(session.ask_copies)
        session.done.connect(self._on_done)
        session.failed.connect(self._on_failed)
        session.events.connect(self._on_events)
        session.busy_changed.connect(self._on_busy)

    @property
    def file(self) -> str:
        """The main file's name."""
        return f"{self.name}{self.exporting.ending}"

    @property
    def typed(self) -> str:
        """The name that the user has typed or chosen; "" while it follows the pictures."""
        return self.name if self._own else ""

    def bring_back(self, folder: str | None, typed: str) -> None:
        """Write into the folder, if it is still there, under the name that was typed."""
        there = folder is not None and Path(folder).is_dir()
        self.folder = Path(folder) if folder and there else self.folder
        self.name, self._own = (typed, True) if typed else (self.name, self._own)
        self._show()
        self.allow()

    @Slot()
    def allow(self) -> None:
        """Let the user export what can be exported; say why not."""
        desk, options = self.exporting, self.room.options
        options.complain(desk.refused or self._failed)
        fine = desk.layout_ is not None and not desk.refused and not options.form.wrong
        options.export.setEnabled(bool(fine and self.name and desk.picks))
        self.room.say(self._words() if fine else "")

    def _words(self) -> str:
        """Say what the export comes to, and of which picture where the kind takes only one."""
        desk = self.exporting
        if desk.layout_ is None:
            return ""
        said = _sentence(desk.layout_.product.words)
        if desk.kind.most != 1 or len(desk.picks) < 2:
            return said
        whole = self.tr("{name}: {words} Click another picture below to see that one.")
        return whole.format(name=desk.layout_.wish.picks[0].item.name, words=said)

    @Slot()
    def _suggest(self) -> None:
        self._failed = ""
        if not self._own:
            self.name = suggested(self.exporting.used, self.exporting.kind)
        self._show()

    def _show(self) -> None:
        self.room.options.show_target(self.name, self.exporting.ending, self.folder)

    @Slot()
    def _on_typed(self) -> None:
        options = self.room.options
        self._own = self._own or options.name.text() != self.name
        self.name, self._failed = options.name.text().strip(), ""
        self.exporting.show_ending(options.ending.currentData())
        self.allow()

    @Slot()
    def ask_place(self) -> bool:
        """Let the user choose folder and name; False if they don't."""
        kind, title = self.exporting.kind, self.tr("Export")
        start = (self.folder or self.session.memory.export_folder()) / self.file
        offered = {ending: _offered(ending) for ending in kind.endings}
        filters, chosen = ";;".join(offered.values()), offered[self.exporting.ending]
        path, kept = QFileDialog.getSaveFileName(
            self.room, title, str(start), filters, chosen, options=KEEP
        )
        if path:
            self._take(Path(path), next((e for e, f in offered.items() if f == kept), ""))
        return bool(path)

    def _take(self, path: Path, ending: str) -> None:
        known = path.suffix.lower() in self.exporting.kind.endings and path.suffix
        self.folder, self._own = path.parent, True
        self.name = path.stem if known else path.name
        self.session.memory.keep_export_folder(path.parent)
        self.exporting.show_ending(path.suffix.lower() if known else ending)
        self._show()

    @Slot()
    def export(self) -> None:
        """Write the export, after asking for what is not known yet."""
        if not self.room.options.export.isEnabled() or self.session.title("export files"):
            return
        if self.folder is None and not self.ask_place():
            return
        wish = self.exporting.wish(self.file)
        if wish is None or self.folder is None:
            return
        target = self.folder / self.file
        overwrite = self.room.options.replace.isChecked()
        if target.exists() and not overwrite:
            overwrite = self._sure(target.name)
            if not overwrite:
                return
        self._failed = ""
        self.room.options.complain("")
        self.session.write_export(wish, self._goal(target, overwrite))

    def _goal(self, target: Path, overwrite: bool) -> Goal:
        """Return where it goes and what goes with it."""
        options = self.room.options
        told = options.told.isChecked()
        sealed = told and options.sealed.isChecked()
        return Goal(target, overwrite, told, sealed, self.session.project)

    def _sure(self, name: str) -> bool:
        asked = self.tr("{name} is there already. Replace it?").format(name=name)
        kinds = QMessageBox.StandardButton
        title, both = self.tr("Export"), kinds.Yes | kinds.No
        return QMessageBox.question(self.room, title, asked, both, kinds.No) == kinds.Yes

    @Slot()
    def copy_command(self) -> None:
        """Put the command that does the same on the clipboard."""
        desk = self.exporting
        target = (self.folder / self.file) if self.folder else Path(self.file)
        replace = self.room.options.replace.isChecked()
        line = command(desk.kind, desk.used, desk.values, self._goal(target, replace))
        QGuiApplication.clipboard().setText(line)
        self.session.said.emit(self.tr("The command is on the clipboard."))

    @Slot()
    def _stop(self) -> None:
        self.session.stop("export files")

    @Slot()
    def _show_folder(self) -> None:
        if self._last is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._last.paths[0].parent)))

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "export files":
            self.room.options.work(self.session.title(lane))

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        for event in events if lane == "export files" else ():
            if isinstance(event, Progress):
                self.room.options.progress.tell(event)

    @Slot(str, object)
    def _on_done(self, lane: str, value: Any) -> None:
        if lane == "export copies":
            self.room.options.show_copies(value)
        if lane == "export files":
            self._last = value
            names = "\n".join(path.name for path in value.paths)
            said = _sentence(" ".join((self._told(value), *(note.text for note in value.notes))))
            warns = any(note.level != "info" for note in value.notes)
            self.room.options.tell(said, names, warns)
            self.session.said.emit(said)

    def _told(self, written: Written) -> str:
        first, *others = written.paths
        said = self.tr("{name}, {size}.") if not others else self.tr("{name} and {n} more, {size}.")
        return said.format(name=first.name, n=len(others), size=words.size(written.size))

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "export files":
            self._failed = sentence
            self.room.options.complain(sentence)
            if not self.room.isVisible():
                self.session.said.emit(sentence)


def suggested(picks: Sequence[Pick], kind: Kind) -> str:
    """Return the name a main file gets unless the user types one; never that of a picture."""
    if not picks:
        return ""
    names = [pick.item.name for pick in picks]
    common = _beginning(names).rstrip("0123456789 -_.") if len(names) > 1 else names[0]
    stem = common if len(common) > 1 else picks[0].path.parent.name
    return f"{stem}-{kind.id}" if stem else kind.id


def _beginning(names: Sequence[str]) -> str:
    """Return the letters that all names begin with."""
    first, last = min(names), max(names)
    same = (k for k, letter in enumerate(first) if last[k : k + 1] != letter)
    return first[: next(same, len(first))]


def command(kind: Kind, picks: Sequence[Pick], settings: Settings, goal: Goal) -> str:
    """Return the line for a terminal that exports the same pictures in the same way."""
    parts = ["atelier", "export", kind.id, *(str(pick.path) for pick in picks)]
    parts += ["--out", str(goal.target)]
    default = kind.settings().model_dump()
    for name, value in settings.model_dump().items():
        option = name.replace("_", "-")
        if value == default[name]:
            continue
        if isinstance(value, bool):
            parts.append(f"--{option}" if value else f"--no-{option}")
        else:
            parts += [f"--{option}", str(value)]
    parts += ["--overwrite"] if goal.overwrite else []
    parts += [] if goal.told else ["--no-provenance"]
    parts += ["--credentials"] if goal.sealed else []
    parts += [] if goal.project is None else ["--guard", str(goal.project.folder)]
    return shlex.join(parts)


def _offered(ending: str) -> str:
    return f"{ending[1:].upper()} (*{ending})" if ending else "Folder (*)"


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "…")) else f"{text}."
