"""How the program looks: a calm dark palette, one accent color, one style sheet, and its icons."""

import sys
from functools import cache

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QImageReader, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from studio import paths

GROUND = "#1d1e21"  # behind everything
SURFACE = "#25262a"  # cards, fields, the rail
RAISED = "#303238"  # buttons
EDGE = "#3a3c43"
TEXT = "#e4e5e8"
QUIET = "#9a9da6"  # 6.0:1 on GROUND
ACCENT = "#8ea6f7"
ON_ACCENT = "#14161c"
WARNING = "#e3b565"
ERROR = "#ef8f86"
CHECKER = ("#3a3a3a", "#4a4a4a")  # under transparency; core.pictures shows the same two greys
CHECK, DOWN, UP = (
    (paths.resources() / "icons" / f"{name}.svg").as_posix() for name in ("check", "down", "up")
)
ORPHANS = sys.platform == "win32"  # where a tool tip has no parent to take the style sheet from
GAP = 8  # every margin and spacing is a multiple of this many pixels

# Text is plain wherever it is shown: a name out of a file might be HTML, which would load pictures.
STYLE = f"""
* {{ dialogbuttonbox-buttons-have-icons: 0; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {EDGE}; padding: 4px;
  qproperty-textFormat: PlainText; }}
QLabel {{ qproperty-textFormat: PlainText; }}
QLabel[role="rich"] {{ qproperty-textFormat: RichText; }}
QLabel[role="title"] {{ font-size: 22pt; font-weight: 300; }}
QLabel[role="heading"] {{ font-size: 12pt; font-weight: 600; }}
QLabel[role="quiet"], QLabel[role="help"] {{ color: {QUIET}; }}
QLabel[role="warning"] {{ color: {WARNING}; }}
QLabel[role="error"] {{ color: {ERROR}; }}
QFrame[role="card"] {{ background: {SURFACE}; border: 1px solid {EDGE}; border-radius: 8px; }}
QFrame[role="drop"] {{ border: 2px dashed {EDGE}; border-radius: 12px; }}
QFrame[role="drop"][over="true"] {{ border-color: {ACCENT}; background: {SURFACE}; }}
QFrame[role="notice"] {{ background: #2b2f3d; border: 1px solid {ACCENT}; border-radius: 8px; }}
QFrame[role="rail"] {{ background: {SURFACE}; border: none; border-right: 1px solid {EDGE}; }}
QFrame[role="rail"] QToolButton {{ border: none; border-radius: 8px; padding: 8px 4px;
  color: {QUIET}; }}
QFrame[role="rail"] QToolButton:hover {{ background: {RAISED}; color: {TEXT}; }}
QFrame[role="rail"] QToolButton:checked {{ background: {RAISED}; color: {TEXT}; }}
QFrame[role="rail"] QToolButton:focus {{ border: 1px solid {ACCENT}; }}
QPushButton {{ background: {RAISED};
  border: 1px solid {EDGE}; border-radius: 6px; padding: 6px 16px; }}
QPushButton:hover {{ border-color: {QUIET}; }}
QPushButton:pressed {{ background: {SURFACE}; }}
QPushButton:checked {{ border-color: {ACCENT}; color: {ACCENT}; }}
QPushButton:focus {{ border-color: {ACCENT}; }}
QPushButton:disabled {{ color: #6b6e76; border-color: {RAISED}; }}
QPushButton[role="primary"] {{ background: {ACCENT}; color: {ON_ACCENT}; border-color: {ACCENT};
  font-weight: 600; }}
QPushButton[role="primary"]:hover {{ background: #a3b7fa; }}
QPushButton[role="primary"]:disabled {{ background: {RAISED}; color: #6b6e76;
  border-color: {RAISED}; }}
QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent;
  padding: 6px 8px; text-align: left; }}
QPushButton[role="link"]:hover {{ background: {RAISED}; }}
QPushButton[role="link"]:focus {{ border-color: {ACCENT}; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px 8px; }}
QToolButton:hover {{ background: {RAISED}; }}
QToolButton:focus {{ border-color: {ACCENT}; }}
QToolButton:checked {{ background: {RAISED}; border-color: {EDGE}; color: {ACCENT}; }}
QToolButton[role="fold"] {{ padding: 4px 0; color: {QUIET}; background: transparent;
  border-color: transparent; }}
QToolButton[role="fold"]:hover, QToolButton[role="fold"]:checked {{ color: {TEXT}; }}
QToolButton[role="fold"]:focus {{ border-color: {ACCENT}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {EDGE}; }}
QTabBar {{ background: {GROUND}; }}
QTabBar::tab {{ background: transparent; color: {QUIET}; border: none; padding: 8px 9px 6px;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {TEXT}; }}
QTabBar::tab:selected {{ color: {TEXT}; border-bottom-color: {ACCENT}; }}
QTabBar::tab:focus {{ color: {ACCENT}; }}
QComboBox, QAbstractSpinBox, QLineEdit {{ background: {SURFACE}; border: 1px solid {EDGE};
  border-radius: 6px; padding: 4px 8px; }}
QComboBox {{ combobox-popup: 0; }}
QComboBox:hover, QAbstractSpinBox:hover, QLineEdit:hover {{ border-color: {QUIET}; }}
QComboBox:focus, QAbstractSpinBox:focus, QLineEdit:focus {{ border-color: {ACCENT}; }}
QComboBox:disabled, QAbstractSpinBox:disabled, QLineEdit:disabled {{ color: #6b6e76; }}
QComboBox QAbstractItemView {{ background: {SURFACE}; outline: none;
  selection-background-color: {ACCENT}; selection-color: {ON_ACCENT}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{DOWN}"); width: 12px; height: 12px; }}
QAbstractSpinBox {{ padding: 4px 4px 4px 6px; }}
QAbstractSpinBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 18px; }}
QAbstractSpinBox::up-arrow {{ image: url("{UP}"); width: 10px; height: 10px; }}
QAbstractSpinBox::down-arrow {{ image: url("{DOWN}"); width: 10px; height: 10px; }}
QAbstractSpinBox::up-arrow:off, QAbstractSpinBox::down-arrow:off {{ image: none; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 4px 0 0 0; }}
QScrollBar::handle:horizontal {{ background: {EDGE}; border-radius: 4px; min-width: 32px; }}
QScrollBar::handle:horizontal:hover {{ background: #565963; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0 0 0 4px; }}
QScrollBar::handle:vertical {{ background: {EDGE}; border-radius: 4px; min-height: 32px; }}
QScrollBar::handle:vertical:hover {{ background: #565963; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QListWidget {{ background: {SURFACE}; border: 1px solid {EDGE}; border-radius: 8px;
  outline: none; }}
QListWidget::item {{ padding: 8px; border-radius: 6px; color: {TEXT}; }}
QListWidget::item:selected {{ background: {RAISED}; color: {TEXT}; }}
QProgressBar {{ background: {RAISED}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}
QStatusBar {{ background: {SURFACE}; border-top: 1px solid {EDGE}; }}
QStatusBar::item {{ border: none; }}
QMenuBar {{ background: {SURFACE}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {QUIET};
  border-radius: 3px; background: {GROUND}; }}
QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {ACCENT}; }}
QCheckBox::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT};
  image: url("{CHECK}"); }}
QSplitter::handle {{ background: {EDGE}; }}
"""


def dress(app: QApplication) -> None:
    """Give the application its style and palette. Light system themes are overridden."""
    app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Dark)  # does nothing on a bare X11: hence below
    app.setPalette(palette())
    if ORPHANS:
        app.setStyleSheet(STYLE)


def cover(window: QWidget) -> None:
    """Give a window the style sheet, and with it all that is in it or opened from it.

    As the application's own it would be applied to every widget again with each parent that it or
    its parents get while a page is put together: that took as long as all the rest of making it.
    """
    if not ORPHANS:
        window.setStyleSheet(STYLE)


def palette() -> QPalette:
    """Return the dark palette."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colors = QPalette()
    plan = {
        GROUND: [role.Window],
        SURFACE: [role.Base, role.AlternateBase],
        RAISED: [role.Button, role.ToolTipBase, role.Mid],
        EDGE: [role.Midlight, role.Light],
        "#141518": [role.Dark, role.Shadow],
        TEXT: [role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText],
        QUIET: [role.PlaceholderText],
        ACCENT: [role.Highlight, role.Accent, role.Link, role.LinkVisited],
        ON_ACCENT: [role.HighlightedText],
    }
    for color, roles in plan.items():
        for each in roles:
            colors.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText):
        colors.setColor(group.Disabled, each, QColor("#6b6e76"))
    return colors


def icon(name: str, size: int = 24) -> QIcon:
    """Return the icon resources/icons/`name`.svg in the theme's colors, sharp on any screen."""
    drawn = QIcon()
    modes = (
        (QIcon.Mode.Normal, QIcon.State.Off, TEXT),
        (QIcon.Mode.Disabled, QIcon.State.Off, "#6b6e76"),
    )
    for mode, state, color in (*modes, (QIcon.Mode.Normal, QIcon.State.On, ACCENT)):
        drawn.addPixmap(pixmap(name, size, color), mode, state)
    return drawn


def pixmap(name: str, size: int, color: str = TEXT) -> QPixmap:
    """Draw the icon `name` at `size` logical pixels; `color` replaces its currentColor."""
    screen = QGuiApplication.primaryScreen()
    ratio = screen.devicePixelRatio() if screen else 1.0
    picture = QPixmap.fromImage(_drawn(name, round(size * ratio), color))
    picture.setDevicePixelRatio(ratio)
    return picture


@cache
def _drawn(name: str, side: int, color: str) -> QImage:
    """Draw the icon once: pages share most of theirs, and each took half a millisecond."""
    data = QBuffer()
    data.setData(QByteArray(_svg(name).replace(b"currentColor", color.encode())))
    reader = QImageReader(data, QByteArray(b"svg"))
    reader.setScaledSize(QSize(side, side))
    return reader.read()


@cache
def _svg(name: str) -> bytes:
    return (paths.resources() / "icons" / f"{name}.svg").read_bytes()


def app_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(paths.resources() / "icons" / "atelier.svg"))
