"""What the program remembers between starts: projects, the window's place, files, exports."""

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from studio import paths

RECENT = 10


class Memory:
    """An ini file in the user's settings folder."""

    def __init__(self) -> None:
        file = str(paths.settings() / "window.ini")
        self.file = QSettings(file, QSettings.Format.IniFormat)

    def recent(self) -> list[Path]:
        """Return the projects opened last, newest first; those that are gone are left out."""
        stored: Any = self.file.value("recent", [])
        folders = [stored] if isinstance(stored, str) else list(stored or [])
        return [Path(f) for f in folders if (Path(f) / "project.json").is_file()]

    def remember(self, folder: Path) -> None:
        """Put the project first among the recent ones."""
        others = [f for f in self.recent() if f != folder]
        self.file.setValue("recent", [str(f) for f in [folder, *others][:RECENT]])
        self.file.sync()

    def forget(self) -> None:
        """Empty the list of recent projects."""
        self.file.setValue("recent", [])

    def weights(self) -> Path | None:
        """Return the VGG19 file that was chosen last, if it is still there."""
        stored = str(self.file.value("vgg19", ""))
        return Path(stored) if stored and Path(stored).is_file() else None

    def keep_weights(self, path: Path) -> None:
        """Keep which VGG19 file is used; the file itself stays where it is."""
        self.file.setValue("vgg19", str(path))
        self.file.sync()

    def tells(self) -> bool:
        """Return whether exports say where they came from; they do until told otherwise."""
        return str(self.file.value("tells", "true")) == "true"

    def keep_tells(self, on: bool) -> None:
        """Keep whether exports say where they came from."""
        self.file.setValue("tells", "true" if on else "false")
        self.file.sync()

    def export_settings(self, kind: str) -> dict[str, Any]:
        """Return the settings that a kind of export was used with last; {} for none."""
        try:
            stored = json.loads(str(self.file.value(f"export/{kind}", "{}")))
        except ValueError:
            return {}
        return stored if isinstance(stored, dict) else {}

    def keep_export_settings(self, kind: str, values: dict[str, Any]) -> None:
        """Keep the settings of a kind of export."""
        self.file.setValue(f"export/{kind}", json.dumps(values))

    def export_folder(self) -> Path:
        """Return where the last export went, if that is still there; else the user's own folder."""
        stored = str(self.file.value("export/folder", ""))
        return Path(stored) if stored and Path(stored).is_dir() else Path.home()

    def keep_export_folder(self, folder: Path) -> None:
        """Keep where an export went."""
        self.file.setValue("export/folder", str(folder))

    def geometry(self) -> QByteArray | None:
        """Return what `keep_geometry` was given, in this or an earlier session."""
        stored: Any = self.file.value("geometry")
        return stored if isinstance(stored, QByteArray) else None

    def keep_geometry(self, geometry: QByteArray) -> None:
        """Keep the window's size and place, at once."""
        self.file.setValue("geometry", geometry)
        self.file.sync()
