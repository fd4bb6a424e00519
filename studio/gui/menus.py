"""The menus: actions with their shortcuts, the recent projects, and the help that reads them."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox

from studio import __version__, paths
from studio.gui.session import Session
from studio.gui.widgets.shortcut_list import ShortcutList

if TYPE_CHECKING:
    from studio.gui.pages import Workspace
    from studio.gui.window import Window

PARTS = ("torch", "torchvision", "PySide6_Essentials", "numpy", "Pillow", "pydantic")


class Menus(QObject):
    """Builds the menu bar of `window`; `refresh` after the recent projects changed."""

    def __init__(self, window: "Window", session: Session, spaces: "list[Workspace]"):
        super().__init__(window)
        self.window, self.session = window, session
        self._file()
        self._view(spaces)
        self._help()
        self.refresh()

    def _file(self) -> None:
        menu = self.window.menuBar().addMenu(self.tr("&File"))
        window = self.window
        self._add(menu, self.tr("&New project…"), window.ask_new_project, "Ctrl+N")
        self._add(menu, self.tr("&Open project…"), window.ask_project, "Ctrl+O")
        self.recent = menu.addMenu(self.tr("Open &recent"))
        menu.addSeparator()
        self._add(menu, self.tr("Open &pictures…"), window.ask_pictures, "Ctrl+I")
        self._add(menu, self.tr("Open a packed &model…"), window.ask_pack, "")
        self._add(menu, self.tr("&Repair a picture…"), window.ask_repair, "Ctrl+Shift+O")
        self._add(menu, self.tr("Re&style a picture…"), window.ask_style, "")
        menu.addSeparator()
        self._add(menu, self.tr("&Export pictures…"), window.ask_export, "Ctrl+E")
        self._add(menu, self.tr("&Where did a picture come from…"), window.origin.ask, "")
        tells = self._add(menu, self.tr("Exports &say where they come from"), self._tell, "")
        tells.setCheckable(True)
        tells.setChecked(self.session.memory.tells())
        tells.setStatusTip(
            self.tr(
                "Write model, settings, rights and sources into exported files, and beside them"
            )
        )
        menu.addSeparator()
        self._add(menu, self.tr("&Quit"), window.close, "Ctrl+Q")

    def _view(self, spaces: "list[Workspace]") -> None:
        menu = self.window.menuBar().addMenu(self.tr("&View"))
        self.spaces: dict[str, QAction] = {}
        for space in spaces:
            keys = f"Ctrl+{space.key}"
            self.spaces[space.id] = action = self._add(menu, space.title, self._show, keys)
            action.setData(space.id)
        menu.addSeparator()
        self._add(menu, self.tr("&Welcome page"), self.window.show_welcome, "")
        full = self._add(menu, self.tr("&Full screen"), self._full_screen, "F11")
        full.setCheckable(True)

    def _help(self) -> None:
        menu = self.window.menuBar().addMenu(self.tr("&Help"))
        keys = self._add(menu, self.tr("&Shortcuts"), self.show_shortcuts, "Shift+?")
        # Under X a "?" arrives without the Shift that made it.
        keys.setShortcuts([QKeySequence("Shift+?"), QKeySequence("?"), QKeySequence("F1")])
        self._add(menu, self.tr("&Copy diagnostics"), self.copy_diagnostics, "")
        self._add(menu, self.tr("The last crash &report…"), self.show_report, "")
        self._add(menu, self.tr("&About Atelier"), self.show_about, "")

    def _add(self, menu: QMenu, text: str, slot: object, shortcut: str) -> QAction:
        action = menu.addAction(text)
        action.triggered.connect(slot)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        return action

    @Slot()
    def refresh(self) -> None:
        """Write the recent projects anew, and allow what is possible now."""
        self.recent.clear()
        for number, folder in enumerate(self.session.memory.recent(), 1):
            action = self.recent.addAction(f"&{number} {folder.stem}", self._open_recent)
            action.setData(str(folder))
            action.setStatusTip(str(folder))
        self.recent.setEnabled(not self.recent.isEmpty())
        self.recent.addSeparator()
        self.recent.addAction(self.tr("&Clear this list"), self._clear_recent)
        for id, action in self.spaces.items():
            action.setEnabled(id in self.window.open_to())

    def _sent(self) -> QAction:
        sender = self.sender()
        assert isinstance(sender, QAction)
        return sender

    @Slot()
    def _show(self) -> None:
        self.window.show_page(self._sent().data())

    @Slot()
    def _open_recent(self) -> None:
        self.session.open_project(Path(self._sent().data()))

    @Slot()
    def _clear_recent(self) -> None:
        self.session.memory.forget()
        self.refresh()

    @Slot(bool)
    def _tell(self, on: bool) -> None:
        self.session.memory.keep_tells(on)

    @Slot(bool)
    def _full_screen(self, on: bool) -> None:
        self.window.showFullScreen() if on else self.window.showNormal()

    @Slot()
    def show_shortcuts(self) -> None:
        """List everything that has a key: in the menus, and in sight."""
        ShortcutList(self.window).open()

    @Slot()
    def show_report(self) -> None:
        """Show the newest crash report, if there is one."""
        from studio.core.recovery import reports
        from studio.gui.widgets.crash_dialog import CrashDialog

        file = reports.newest()
        if file is None:
            self.window.status.showMessage(self.tr("There is no crash report."), 5000)
        else:
            CrashDialog(file, self.window, fresh=False).open()

    @Slot()
    def show_about(self) -> None:
        """Tell what this program is."""
        text = self.tr(
            "Atelier {version}\n\nTurns a folder of pictures into a picture generator.\n\n"
            "Everything stays on this machine: no picture leaves it, "
            "and no connection is ever opened."
        )
        QMessageBox.about(self.window, self.tr("About Atelier"), text.format(version=__version__))

    @Slot()
    def copy_diagnostics(self) -> None:
        """Put versions and places on the clipboard, for a report."""
        QGuiApplication.clipboard().setText(diagnostics())
        self.window.status.showMessage(self.tr("Diagnostics are on the clipboard."), 5000)


def diagnostics() -> str:
    """Return versions of the program, its parts and the system, and where the log is."""
    import importlib.metadata  # 50 ms that the first paint need not wait for
    import platform

    lines = [f"Atelier {__version__}", f"Python {platform.python_version()}", platform.platform()]
    for part in PARTS:
        try:
            lines.append(f"{part} {importlib.metadata.version(part)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"{part} is missing")
    screen = QGuiApplication.primaryScreen()
    if screen:
        size = screen.size()
        scale, platform_name = screen.devicePixelRatio(), QGuiApplication.platformName()
        lines.append(f"Screen {size.width()}×{size.height()} at {scale:g}, {platform_name}")
    return "\n".join([*lines, f"Log {paths.logs() / 'atelier.log'}"])
