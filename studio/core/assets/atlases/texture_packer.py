"""TexturePacker's JSON, hash and array, with what PixiJS and Phaser read beside it.

Pivots are shares of the whole sprite; PixiJS calls them anchors. Further pages are named in
related_multi_packs, which PixiJS loads by itself.
"""

import json
from typing import Any

from studio.core.assets.atlases.aseprite import entry, listed, meta
from studio.core.assets.atlases.atlas import Atlas


def text(atlas: Atlas, array: bool, others: tuple[str, ...] = ()) -> str:
    """Return the data of an atlas of one page; `others` are the data files of further pages."""
    pivot = dict(zip("xy", atlas.pivot, strict=True))
    frames = [entry(frame) | {"pivot": pivot, "anchor": pivot} for frame in atlas.frames]
    more: dict[str, Any] = {"related_multi_packs": list(others)} if others else {}
    values = {
        "frames": listed(atlas, frames, array),
        "animations": {
            name: [f"{atlas.frames[index].name}.png" for index in frames]
            for name, frames in atlas.animations.items()
        },
        "meta": meta(atlas) | more,
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
