"""The sending desk: kept pictures go to other workspaces, programs, folders and exports."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication, QPixmap

from studio.gui.desks.viewing import ViewDesk
from studio.gui.session import Session
from studio.gui.widgets.gallery_room import GalleryRoom

TRASH = ".trash"
DRAGGED = 2000  # pictures that one may drag at once
SIDE = 96  # pixels of what is seen under the pointer


class SendDesk(QObject):
    """Finds the files of what is chosen, and says what is wanted of them: sent(purpose, paths) with
    explore, style, as style, repair, recall, origin or export.
    """

    sent = Signal(str, list)

    def __init__(
        self, session: Session, room: GalleryRoom, viewing: ViewDesk, parent: QObject | None = None
    ):
        super().__init__(parent)
        self.session, self.room, self.viewing = session, room, viewing
        session.done.connect(self._on_done)
        does = room.actions_
        self._purposes = {
            does.explore: "explore",
            does.style: "style",
            does.as_style: "as style",
            does.repair: "repair",
            does.recall: "recall",
            does.origin: "origin",
            does.export: "export",
            does.copy: "copy",
            does.folder: "folder",
        }
        for action in self._purposes:
            action.triggered.connect(self._find)
        room.wall.drag_asked.connect(self.drag)

    @Slot()
    def _find(self) -> None:
        action: Any = self.sender()
        chosen = self.room.wall.choice.in_order()
        if chosen:
            self.session.find_files(chosen, self._purposes[action])

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane != "files":
            return
        purpose, paths = result
        if not paths:
            gone = self.tr("The picture's file is not there any more; the gallery is read again.")
            self.session.failed.emit("files", gone)
            self.session.open_gallery()
        elif purpose == "copy":
            self._copy(paths)
        elif purpose == "folder":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths[0].parent)))
        else:
            self.sent.emit(purpose, list(paths))

    def _copy(self, paths: tuple[Path, ...]) -> None:
        """Put files on the clipboard; of one picture, itself, too."""
        data, closer = _carried(paths), self.viewing.closer
        shown = closer.shown[0] if closer and closer.shown else None
        if len(paths) == 1 and shown is not None and shown.levels and closer.path == paths[0]:
            data.setImageData(shown.levels[0])
        QGuiApplication.clipboard().setMimeData(data)
        many = self.tr("{n} pictures are on the clipboard.").format(n=len(paths))
        self.session.said.emit(self.tr("On the clipboard.") if len(paths) == 1 else many)

    @Slot()
    def drag(self) -> None:
        """Drag what is chosen away, as files."""
        ids, store = self.room.wall.choice.in_order(), self.room.wall.store
        gallery = self.session.gallery
        if gallery is None:
            return
        if len(ids) > DRAGGED:
            text = self.tr("Drag {n} pictures at most; export them to take more.")
            self.session.failed.emit("files", text.format(n=DRAGGED))
            return
        known = {id: store.get(id) for id in ids}
        entries = {id: hung.entry for id, hung in known.items() if hung is not None}
        missing = [id for id in ids if id not in entries]
        entries |= {entry.id: entry for entry in gallery.gallery.entries(missing)}
        paths = tuple(_file(gallery.folder, entries[id]) for id in ids if id in entries)
        drag = QDrag(self.room.wall)
        drag.setMimeData(_carried(paths))
        first = known.get(self.room.wall.choice.id)
        if first is not None and not first.image.isNull():
            within, fast = (
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.FastTransformation,
            )
            drag.setPixmap(QPixmap.fromImage(first.image.scaled(SIDE, SIDE, within, fast)))
        drag.exec(Qt.DropAction.CopyAction)


def _carried(paths: tuple[Path, ...]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def _file(folder: Path, entry: Any) -> Path:
    return folder / TRASH / entry.name if entry.trashed else folder / entry.name
