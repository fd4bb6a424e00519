"""What the program remembers between starts: projects, the window's place, files, exports."""

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray

from studio import paths
from studio.core.durable import write_json

RECENT = 10
SIZE_AT_MOST = 1 << 20  # bytes; ours has a few thousand


class Memory:
    """A file of plain JSON in the user's settings folder.

    It is no QSettings: an ini file of Qt's may hold a pickled object, which PySide6 then unpickles.
    """

    def __init__(self) -> None:
        self.file = paths.settings() / "window.json"

    def recent(self) -> list[Path]:
        """Return the projects opened last, newest first; those that are gone are left out."""
        stored = self._held().get("recent")
        folders = stored if isinstance(stored, list) else []
        return [Path(f) for f in folders if isinstance(f, str) and _is_file(f, "project.json")]

    def remember(self, folder: Path) -> None:
        """Put the project first among the recent ones."""
        others = [f for f in self.recent() if f != folder]
        self._keep("recent", [str(f) for f in [folder, *others][:RECENT]])

    def forget(self) -> None:
        """Empty the list of recent projects."""
        self._keep("recent", [])

    def weights(self) -> Path | None:
        """Return the VGG19 file that was chosen last, if it is still there."""
        stored = self._text("vgg19")
        return Path(stored) if stored and _is_file(stored) else None

    def keep_weights(self, path: Path) -> None:
        """Keep which VGG19 file is used; the file itself stays where it is."""
        self._keep("vgg19", str(path))

    def tells(self) -> bool:
        """Return whether exports say where they came from; they do until told otherwise."""
        return self._held().get("tells") is not False

    def keep_tells(self, on: bool) -> None:
        """Keep whether exports say where they came from."""
        self._keep("tells", on)

    def export_settings(self, kind: str) -> dict[str, Any]:
        """Return the settings that a kind of export was used with last; {} for none."""
        stored = self._held().get(f"export/{kind}")
        return stored if isinstance(stored, dict) else {}

    def keep_export_settings(self, kind: str, values: dict[str, Any]) -> None:
        """Keep the settings of a kind of export."""
        self._keep(f"export/{kind}", values)

    def export_folder(self) -> Path:
        """Return where the last export went, if that is still there; else the user's own folder."""
        stored = self._text("export folder")
        return Path(stored) if stored and _is_folder(stored) else Path.home()

    def keep_export_folder(self, folder: Path) -> None:
        """Keep where an export went."""
        self._keep("export folder", str(folder))

    def geometry(self) -> QByteArray | None:
        """Return what `keep_geometry` was given, in this or an earlier session."""
        try:
            stored = base64.b64decode(self._text("geometry"), validate=True)
        except ValueError:
            return None
        return QByteArray(stored) if stored else None

    def keep_geometry(self, geometry: QByteArray) -> None:
        """Keep the window's size and place, at once."""
        self._keep("geometry", base64.b64encode(geometry.data()).decode())

    def _held(self) -> dict[str, Any]:
        """Return all that is kept; {} where the file is none of ours."""
        try:
            with self.file.open("rb") as file:
                found = json.loads(file.read(SIZE_AT_MOST))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _text(self, key: str) -> str:
        found = self._held().get(key)
        return found if isinstance(found, str) else ""

    def _keep(self, key: str, value: Any) -> None:
        """Write the file if this changes it; or not, where that is impossible."""
        held = self._held()
        with contextlib.suppress(OSError, ValueError):
            if json.dumps(held.get(key)) != json.dumps(value):
                self.file.parent.mkdir(parents=True, exist_ok=True)
                write_json(self.file, held | {key: value})


def _is_file(*parts: str) -> bool:
    """Tell whether there is such a file; a name may be one that no disk can hold."""
    try:
        return Path(*parts).is_file()
    except (OSError, ValueError):
        return False


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False
