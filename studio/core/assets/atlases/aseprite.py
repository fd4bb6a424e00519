"""Aseprite's JSON: frames with their duration, tags as animations, the pivot as a slice.

Fields as its manual documents them (aseprite.org/docs/cli, --data, --list-tags, --list-slices).
"""

import json
from itertools import groupby
from typing import Any

from studio import __version__
from studio.core.assets.atlases.atlas import Atlas, Frame


def text(atlas: Atlas, array: bool) -> str:
    """Return the data of an atlas of one page, its frames as an array or by their names."""
    duration = max(1, round(1000 / atlas.fps))
    frames = [entry(frame) | {"duration": duration} for frame in atlas.frames]
    values = {
        "frames": listed(atlas, frames, array),
        "meta": meta(atlas) | {"frameTags": tags(atlas), "slices": _slices(atlas)},
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def listed(atlas: Atlas, frames: list[dict[str, Any]], array: bool) -> Any:
    """Return entries of frames as both programs list them: named ones, or one by one by name."""
    names = [f"{frame.name}.png" for frame in atlas.frames]
    if array:
        return [{"filename": name} | frame for name, frame in zip(names, frames, strict=True)]
    return dict(zip(names, frames, strict=True))


def entry(frame: Frame) -> dict[str, Any]:
    """Return what Aseprite and TexturePacker both say of a frame."""
    place, (x, y), (width, height) = frame.place, frame.offset, frame.source
    return {
        "frame": {"x": place.x, "y": place.y, "w": place.width, "h": place.height},
        "rotated": False,
        "trimmed": frame.trimmed,
        "spriteSourceSize": {"x": x, "y": y, "w": place.width, "h": place.height},
        "sourceSize": {"w": width, "h": height},
    }


def meta(atlas: Atlas) -> dict[str, Any]:
    """Return what both say of a page."""
    (sheet,) = atlas.sheets
    return {
        "app": "Atelier",
        "version": __version__,
        "image": sheet.name,
        "format": "RGBA8888" if atlas.bits == 8 else "RGBA16161616",
        "size": {"w": sheet.width, "h": sheet.height},
        "scale": "1",
    }


def tags(atlas: Atlas) -> list[dict[str, Any]]:
    """Return the animations as ranges of frames: one whose frames lie apart has several."""
    found = []
    for name, frames in atlas.animations.items():
        for _, group in groupby(enumerate(frames), lambda pair: pair[1] - pair[0]):
            run = [frame for _, frame in group]
            found.append({"name": name, "from": run[0], "to": run[-1], "direction": "forward"})
    return found


def _slices(atlas: Atlas) -> list[dict[str, Any]]:
    """Return one slice that is the whole sprite and holds its pivot, again where a size changes."""
    keys, before = [], None
    for index, frame in enumerate(atlas.frames):
        width, height = frame.source
        if frame.source != before:
            pivot = {
                "x": int(atlas.pivot[0] * width + 0.5),
                "y": int(atlas.pivot[1] * height + 0.5),
            }
            bounds = {"x": 0, "y": 0, "w": width, "h": height}
            keys.append({"frame": index, "bounds": bounds, "pivot": pivot})
        before = frame.source
    return [{"name": "pivot", "color": "#0000ffff", "keys": keys}]
