"""Pictures in and out, as every workspace of single pictures does it: clipboard, dialogs, names."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.gui.pasting import pasted
from studio.gui.widgets import words

ENDINGS = (".png", ".tif", ".tiff", ".webp", ".jpg", ".jpeg")  # that can be written
CHANNELS = {1: "grey", 3: "RGB", 4: "RGBA"}


def choose(parent: QWidget, title: str, start: str) -> Path | None:
    """Let the user choose a picture; None for none."""
    path, _ = QFileDialog.getOpenFileName(parent, title, start, kinds())
    return Path(path) if path else None


def kinds() -> str:
    """Return what a dialog that opens pictures offers."""
    return _tr("Pictures (*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.gif)")


def from_clipboard() -> tuple[list[Path], Any]:
    """Return the files on the clipboard, and, without any, a picture's bytes or pixels, or None."""
    data = QGuiApplication.clipboard().mimeData() or QMimeData()  # a bare X11 has none
    found = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return found, None if found else pasted(data)


def nothing_to_paste() -> str:
    """Return the sentence for an empty clipboard."""
    return _tr("There is no picture on the clipboard; copy one first.")


def choose_mask(parent: QWidget, title: str) -> Path | None:
    """Let the user choose a mask; None for none."""
    offered = _tr("Masks (*.png *.tif *.tiff *.bmp *.webp *.jpg *.jpeg *.gif)")
    path, _ = QFileDialog.getOpenFileName(parent, title, "", offered)
    return Path(path) if path else None


def mask_target(parent: QWidget, suggested: Path) -> Path | None:
    """Let the user choose where a mask is written to; None for nowhere."""
    title, name = _tr("Save the mask"), str(suggested.with_suffix(".png"))
    path, _ = QFileDialog.getSaveFileName(parent, title, name, "PNG (*.png)")
    return Path(path).with_suffix(".png") if path else None


def target(parent: QWidget, title: str, suggested: Path, own: Path | None) -> Path | None:
    """Let the user choose where a picture is written to; None for nowhere.

    Asks before the opened file, `own`, is replaced, and any whose name was completed.
    """
    offered = _tr("PNG (*.png);;TIFF (*.tif *.tiff);;WebP (*.webp)")
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(suggested), offered)
    if not chosen:
        return None
    path = Path(chosen)
    known = path.suffix.lower() in ENDINGS
    whole = path if known else path.with_name(f"{path.name}.png")
    return whole if _may_write(parent, title, whole, own, asked=known) else None


def _may_write(parent: QWidget, title: str, path: Path, own: Path | None, asked: bool) -> bool:
    if own is not None and path.resolve() == own.resolve():
        text = _tr("{name} is the picture you opened. Replace it by the new one?")
    elif not asked and path.exists():
        text = _tr("{name} is there already. Replace it?")
    else:
        return True
    answer = QMessageBox.question(parent, title, text.format(name=path.name))
    return answer == QMessageBox.StandardButton.Yes


def beside(path: Path | None, unnamed: str, mark: str) -> Path:
    """Return where a picture is written to unless the user says so: NAME-mark, never the source."""
    ending = ".tif" if path is not None and path.suffix.lower() in (".tif", ".tiff") else ".png"
    if path is None:
        return Path(f"{unnamed}-{mark}{ending}")
    return path.with_name(f"{path.stem}-{mark}{ending}")


def handed_on(name: str) -> Path | None:
    """Return the file that a picture from another page would have; None for one merely pasted."""
    return Path(Path(name).name) if Path(name).suffix else None


def facts(photograph: Any) -> str:
    """Return a photograph's size, depth and what of its file is kept."""
    h, w, c = photograph.pixels.shape
    kept = [
        _tr("{w} × {h} px").format(w=words.count(w), h=words.count(h)),
        _tr("{n} bit {kind}").format(n=photograph.depth, kind=CHANNELS[c]),
    ]
    if photograph.profile:
        kept.append(_tr("color profile kept"))
    if photograph.exif:
        kept.append(_tr("EXIF kept"))
    return "  ·  ".join([*kept, *photograph.notes])


def _tr(text: str) -> str:
    return QCoreApplication.translate("picture_files", text)
