"""The data files of a sheet, in the format of whoever reads it."""

from studio.core.assets.atlases import aseprite, godot, texture_packer, tiled
from studio.core.assets.atlases.atlas import Atlas
from studio.core.assets.kind import File


def files(atlas: Atlas, data: str, stem: str) -> tuple[File, ...]:
    """Return the files that say where each sprite is; `data` as in SheetSettings, `stem` their
    name. Godot reads one for all pages, the others one for each.
    """
    if data == "none":
        return ()
    if data == "godot":
        return (File(f"{stem}.tres", godot.text(atlas).encode()),)
    several = len(atlas.sheets) > 1
    stems = [f"{stem}-{page}" if several else stem for page in range(len(atlas.sheets))]
    ending = ".tsx" if data == "tiled" else ".json"
    names = [stem + ending for stem in stems]
    texts = [_text(atlas.page(page), data, stems[page], names, page) for page in range(len(names))]
    return tuple(File(name, text.encode()) for name, text in zip(names, texts, strict=True))


def _text(atlas: Atlas, data: str, stem: str, names: list[str], page: int) -> str:
    if data == "tiled":
        return tiled.text(atlas, stem)
    array = data.endswith("array")
    if data.startswith("texturepacker"):
        return texture_packer.text(atlas, array, (*names[:page], *names[page + 1 :]))
    return aseprite.text(atlas, array)
