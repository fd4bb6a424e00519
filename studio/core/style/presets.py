"""The user's own presets of style: a folder each, with its settings, a picture and its styles."""

import contextlib
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError
from send2trash import send2trash

from studio import __version__, paths
from studio.core.events import Job, Note, Progress, Refused
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph, open_photograph
from studio.core.project import DEVICES, FORBIDDEN, write_json, write_whole
from studio.core.style.look import Look, StylePicture, eight_bits, fitting
from studio.core.style.method import Method, StyleSettings
from studio.core.style.methods import methods

SCHEMA = 1
FILE = "preset.json"
STYLE_SIDE, THUMBNAIL_SIDE = 512, 192  # pixels that are kept of a style and of the picture
LONGEST = 60  # letters of a name
JSON_AT_MOST = 1 << 16  # bytes; ours have about 500
STYLES_AT_MOST = 4
PICTURE = re.compile(r"[0-9a-f]{16}\.png")
DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, eq=False)
class Preset:
    """A look the user has named. `picture` is its thumbnail, uint8 [h, w, c]."""

    name: str
    method: str
    settings: StyleSettings
    picture: np.ndarray
    styles: tuple[StylePicture, ...] = ()


def save_preset(name: str, look: Look, picture: np.ndarray, overwrite: bool = False) -> Job[Preset]:
    """Keep a look under a name, with a small copy of what it made, and of its styles.

    Masks and the file of VGG19 are not kept: they belong to one picture and one machine. Raises
    Refused for a name that no folder can have, and for one that is taken unless `overwrite`.
    """
    name = checked(name)
    taken = next((each for each in _names() if each.casefold() == name.casefold()), None)
    if taken is not None and not overwrite:
        raise Refused(f"There is a preset '{taken}' already; choose another name.")
    folder = paths.presets() / (taken or name)
    small = [(fitting(eight_bits(s.pixels), STYLE_SIDE), s.weight) for s in look.styles]
    thumbnail = fitting(eight_bits(picture), THUMBNAIL_SIDE)
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for done, pixels in enumerate((thumbnail, *(pixels for pixels, _ in small))):
            yield Progress(done, len(small) + 1, name)
            files.append(_stored(folder, pixels))
        write_json(folder / FILE, _written(look, files))  # from here on it is there
    except OSError as error:
        raise Refused(f"The preset can't be kept in {folder}: {error.strerror or error}.") from None
    _sweep(folder, {FILE, *files})
    styles = tuple(StylePicture(pixels, weight) for pixels, weight in small)
    return Preset(folder.name, look.method, look.settings, thumbnail, styles)


def load_presets() -> Job[tuple[Preset, ...]]:
    """Return the user's presets by name; what is none, or can't be read, is skipped with a Note."""
    names = _names()
    found = []
    for done, name in enumerate(names):
        yield Progress(done, len(names), name)
        try:
            found.append(_loaded(paths.presets() / name))
        except Refused as reason:
            yield Note(f"The preset '{name}' was left out: {reason}", "warning", "preset")
    return tuple(found)


def delete_preset(name: str) -> Job[None]:
    """Move a preset to the desktop's trash; raises Refused where that is impossible."""
    yield Progress(0, None, name)
    if name not in _names():
        raise Refused(f"There is no preset '{name}'.")
    try:
        send2trash(paths.presets() / name)
    except OSError as error:
        raise Refused(f"The preset '{name}' can't be moved to the trash: {error}.") from None


def checked(name: str) -> str:
    """Return a name without what surrounds it; raise Refused where no system's folder has it."""
    plain = unicodedata.normalize("NFC", name).strip()
    if not plain:
        raise Refused("A preset needs a name.")
    if len(plain) > LONGEST:
        raise Refused(f"A preset's name has at most {LONGEST} letters; choose a shorter one.")
    odd = next((c for c in plain if c in FORBIDDEN or not c.isprintable()), None)
    if odd is not None:
        raise Refused(f"A preset's name can't hold {odd!r}; leave that out.")
    if plain.startswith(".") or plain.endswith("."):
        raise Refused("A preset's name neither begins nor ends with a dot.")
    if plain.split(".")[0].strip().casefold() in DEVICES:
        raise Refused(f"Windows keeps the name '{plain}' for itself; choose another one.")
    return plain


def _names() -> list[str]:
    """Return the names of the folders that say they are presets, in order."""
    with contextlib.suppress(OSError):
        files = paths.presets().glob(f"[!.]*/{FILE}")
        return sorted((each.parent.name for each in files if each.is_file()), key=str.casefold)
    return []


def _stored(folder: Path, pixels: np.ndarray) -> str:
    """Write a picture under a name of its own, so that none of another state is replaced."""
    data, _ = encoded(Photograph(pixels), ".png")
    file = f"{hashlib.sha256(data).hexdigest()[:16]}.png"
    write_whole(folder / file, data)
    return file


def _written(look: Look, files: list[str]) -> dict[str, Any]:
    weights = [style.weight for style in look.styles]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "method": look.method,
        "settings": look.settings.model_dump(),
        "picture": files[0],
        "styles": [
            {"file": file, "weight": weight}
            for file, weight in zip(files[1:], weights, strict=True)
        ],
    }


def _sweep(folder: Path, kept: set[str]) -> None:
    """Remove the pictures of the state before."""
    for file in folder.iterdir():
        if PICTURE.fullmatch(file.name) and file.name not in kept:
            with contextlib.suppress(OSError):
                file.unlink()


def _loaded(folder: Path) -> Preset:
    try:
        with (folder / FILE).open("rb") as file:
            data = file.read(JSON_AT_MOST + 1)
        if len(data) > JSON_AT_MOST:
            raise ValueError
        stored = json.loads(data)
        if int(stored["schema"]) > SCHEMA:
            raise Refused("it was made by a newer Atelier; update the program.")
        way, chosen = _chosen(stored["method"], stored["settings"])
        styles = [(str(s["file"]), float(s["weight"])) for s in stored["styles"]]
        picture = str(stored["picture"])
    except DAMAGED:
        raise Refused("its file is damaged, or none of a preset.") from None
    if len(styles) > STYLES_AT_MOST or not all(0 < weight < np.inf for _, weight in styles):
        raise Refused("its styles are not what a preset holds.")
    kept = tuple(StylePicture(_picture(folder, file, STYLE_SIDE), w) for file, w in styles)
    return Preset(folder.name, way.name, chosen, _picture(folder, picture, THUMBNAIL_SIDE), kept)


def _chosen(name: str, settings: Any) -> tuple[Method, StyleSettings]:
    """Return the method and its settings; a setting that has gone since then is refused."""
    if name not in methods():
        raise Refused(f"there is no method '{name}' here.")
    try:
        return methods()[name], methods()[name].settings.model_validate(settings)
    except ValidationError:
        raise Refused("its settings do not fit this version of the method.") from None


def _picture(folder: Path, file: str, side: int) -> np.ndarray:
    if not PICTURE.fullmatch(file) or (folder / file).is_symlink():
        raise Refused("one of its pictures lies elsewhere.")
    return fitting(eight_bits(open_photograph(folder / file).pixels), side)
