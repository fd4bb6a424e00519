"""Pictures that are let fall on a canvas, as files."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QTemporaryDir
from PySide6.QtGui import QImage


def given(data: QMimeData) -> bool:
    """Whether something is carried that may be a picture; opening it tells."""
    return bool(_local(data)) or data.hasImage()


def paths(data: QMimeData, drawer: QTemporaryDir) -> list[Path]:
    """Return the files that are carried; an image without one, as our grids give, is written into
    one in `drawer`.
    """
    found = _local(data)
    image = data.imageData() if not found else None
    if isinstance(image, QImage) and not image.isNull():
        path = Path(drawer.filePath("dropped.png"))
        if image.save(str(path)):
            found = [path]
    return found


def _local(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
