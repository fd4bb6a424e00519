"""Pictures on their way into the project: a draft is made, made anew, kept or thrown away."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from studio import paths
from studio.gui import engine
from studio.gui.loading import Loading

if TYPE_CHECKING:
    from studio.core.data.importing import Draft
    from studio.core.project import Project


class Drafts(Loading):
    """Imports pictures into the open project, or into a new one where none is open."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.draft: Draft | None = None
        self.imported: tuple[str | list[Path], str] | None = None  # what the draft was made of
        self._made: Path | None = None  # the project that an import made because none was open

    def new_project(self, folder: Path) -> None:
        """Make a project at `folder` and open it; the session knows how."""
        raise NotImplementedError

    def anywhere(self, name: str) -> "Project | None":
        """Return the open project, or a new one called `name`, gone again if it stays empty."""
        if self.project is None:
            self.new_project(engine.free(paths.projects(), name))
            self._made = self.project.folder if self.project else None
        return self.project

    def import_pictures(self, source: str, settings: Any) -> None:
        """Make a draft of `source`; done("import", Draft). A newer call replaces one at work."""
        self._import(source, Path(source.split(":")[-1]).stem, settings)

    def import_paths(self, found: list[Path], settings: Any) -> None:
        """Make a draft of a folder, a zip, an idx file, or of loose pictures."""
        if len(found) == 1 and not engine.is_picture(found[0]):
            self.import_pictures(str(found[0]), settings)
        elif found:
            self._import(found, found[0].parent.name, settings)

    def _import(self, source: str | list[Path], name: str, settings: Any) -> None:
        project = self.anywhere(name)
        if project is None or self.refused("import"):
            return
        self.imported = source, name
        folder = project.folder
        title = self.tr("Importing {name}").format(name=name)
        self.start("import", title, lambda: engine.importing(source, settings, folder))

    def import_again(self, settings: Any) -> None:
        """Make the draft anew, with other settings."""
        if self.imported is not None:
            self._import(*self.imported, settings)

    def accept_draft(self) -> None:
        """Keep the draft as a set of the project; done("accept", PackedSet)."""
        draft = self.draft
        if draft is not None and not self.refused("import"):
            title = self.tr("Keeping {name}").format(name=draft.manifest.name)
            self.start("import", title, lambda: engine.keeping(draft))

    def discard_draft(self) -> None:
        """Throw the draft away."""
        draft, self.draft = self.draft, None
        if draft is not None:
            from studio.core.data import importing

            self._ask("import", lambda: importing.discard(draft))

    def _ask(self, what: str, action: Callable[[], Any]) -> Any:
        """Return what the quick `action` returns; say `failed(what, …)` if it is refused."""
        from studio.core.events import Refused

        try:
            return action()
        except (Refused, OSError) as error:
            self.failed.emit(what, str(error))
            return None
