"""The desk of the user's own presets: kept under a name, taken, renamed, deleted."""

from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox

from studio.core.photographs.photograph import Photograph
from studio.core.style.methods import methods
from studio.core.style.presets import Preset
from studio.gui.desks.content import ContentDesk
from studio.gui.desks.proofs import ProofDesk
from studio.gui.desks.setups import SetupDesk
from studio.gui.desks.sources import SourceDesk
from studio.gui.desks.wish import Setup
from studio.gui.restyling import OwnPreset, source_of
from studio.gui.session import Session
from studio.gui.widgets.style_room import StyleRoom

OWN = ""  # stands for the method in the keys of own presets


class OwnDesk(QObject):
    """Shows the user's presets first in the strip."""

    def __init__(
        self,
        session: Session,
        room: StyleRoom,
        parts: tuple[ContentDesk, SetupDesk, SourceDesk, ProofDesk],
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.session, self.room, self.row = session, room, room.strip.presets
        self.content, self.setups, self.sources, self.proofs = parts
        self.presets: dict[str, Preset] = {}
        room.strip.save_asked.connect(self._ask_name)
        self.row.menu_asked.connect(self._show_menu)
        session.done.connect(self._on_done)

    def offer(self, own: OwnPreset) -> None:
        """Show a preset by what it makes."""
        preset = own.preset
        self.presets[preset.name] = preset
        kind = self.tr(methods()[preset.method].title)
        tip = self.tr("Your preset {name}: {kind}").format(name=preset.name, kind=kind)
        self.row.put((OWN, preset.name), preset.name, tip, own.picture, first=True)

    def take(self, key: tuple[str, str]) -> None:
        """Take a preset's settings, and its styles if it has some."""
        preset = self.presets[key[1]]
        if preset.styles:
            styles = [
                (source_of(Photograph(style.pixels), preset.name), style.weight)
                for style in preset.styles
            ]
            self.sources.change(styles, self.tr("Preset"))
        self.setups.take(Setup(preset.method, preset.settings), self.tr("Preset"))
        self.row.choose(key)
        self.room.canvas.setFocus()

    @Slot()
    def _ask_name(self) -> None:
        """Keep what is shown under a name that the user gives."""
        wish, at = self.proofs.wish(), self.setups.at
        proof, result = self.proofs.slots[at].proof, self.proofs.result
        if wish is None or (proof is None and result is None):
            said = self.tr("There is no look to keep yet; open a picture first.")
            self.session.failed.emit("preset", said)
            return
        name = self._name(self.tr("Keep as a preset"), "")
        if not name:
            return
        known = next((each for each in self.presets if each.casefold() == name.casefold()), None)
        if known is not None and not self._may_replace(known):
            return
        picture = result.thumbnail if result is not None else getattr(proof, "picture", None)
        self.session.keep_preset(name, wish, picture, known is not None)  # type: ignore[arg-type]  # one of both is there

    def _name(self, title: str, known: str) -> str:
        name, given = QInputDialog.getText(self.room, title, self.tr("Name"), text=known)
        return name.strip() if given else ""

    def _may_replace(self, name: str) -> bool:
        title = self.tr("Keep as a preset")
        text = self.tr("There is a preset {name} already. Replace it?").format(name=name)
        answer = QMessageBox.question(self.room, title, text)
        return answer == QMessageBox.StandardButton.Yes

    @Slot(object, QPoint)
    def _show_menu(self, key: Any, at: QPoint) -> None:
        if key[0] != OWN:
            return
        menu = QMenu(self.room)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (
            (self.tr("Rename…"), self._rename),
            (self.tr("Delete"), self._delete),
        ):
            menu.addAction(text, slot).setData(key[1])
        menu.popup(at)

    def _sent(self) -> str:
        action: Any = self.sender()
        return str(action.data())

    @Slot()
    def _rename(self) -> None:
        known = self._sent()
        name = self._name(self.tr("Rename the preset"), known)
        if name and name != known:
            self.session.rename_preset(self.presets[known], name)

    @Slot()
    def _delete(self) -> None:
        self.session.drop_preset(self._sent())

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane != "preset":
            return
        if isinstance(result, str):
            self._forget(result)
            return
        old, own = result if isinstance(result, tuple) else ("", result)
        self._forget(old)
        self.offer(own)
        self.row.choose((OWN, own.preset.name))

    def _forget(self, name: str) -> None:
        if self.presets.pop(name, None) is not None:
            self.row.drop((OWN, name))
