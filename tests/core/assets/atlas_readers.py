"""Strict readers of the atlas formats, as their manuals have them; each gives sprites by name."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
from PIL import Image


class Read(NamedTuple):
    """What a reader finds: whole sprites by name in order, animations as lists of names."""

    sprites: dict[str, np.ndarray]
    animations: dict[str, list[str]]
    more: Any = None


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        return np.asarray(image)


def aseprite(path: Path) -> Read:
    values = json.loads(path.read_text("utf-8"))
    assert set(values) == {"frames", "meta"}
    meta = values["meta"]
    frames = _frames(values)
    for frame in frames.values():
        assert set(frame) == COMMON | {"duration"} and type(frame["duration"]) is int
    names = list(frames)
    tags: dict[str, list[str]] = {}
    for tag in meta["frameTags"]:
        assert tag["direction"] == "forward"
        tags.setdefault(tag["name"], []).extend(names[tag["from"] : tag["to"] + 1])
    return Read(_cut(path, meta, frames), tags, meta["slices"])


def texture_packer(path: Path) -> Read:
    values = json.loads(path.read_text("utf-8"))
    frames = _frames(values)
    for frame in frames.values():
        assert set(frame) == COMMON | {"pivot", "anchor"}
    animations = {
        name: [file.removesuffix(".png") for file in files]
        for name, files in values["animations"].items()
    }
    return Read(_cut(path, values["meta"], frames), animations, values)


COMMON = {"frame", "rotated", "trimmed", "spriteSourceSize", "sourceSize"}


def _frames(values: Any) -> dict[str, Any]:
    frames = values["frames"]
    if isinstance(frames, list):
        frames = {frame.pop("filename"): frame for frame in frames}
        assert len(frames) == len(values["frames"])
    assert all(name.endswith(".png") for name in frames)
    return {name.removesuffix(".png"): frame for name, frame in frames.items()}


def _cut(path: Path, meta: Any, frames: dict[str, Any]) -> dict[str, np.ndarray]:
    sheet = pixels_of(path.parent / meta["image"])
    assert (meta["size"]["w"], meta["size"]["h"]) == sheet.shape[1::-1]
    assert meta["scale"] == "1" and meta["format"] == "RGBA8888"
    found = {}
    for name, frame in frames.items():
        at, part, whole = frame["frame"], frame["spriteSourceSize"], frame["sourceSize"]
        assert frame["rotated"] is False and (at["w"], at["h"]) == (part["w"], part["h"])
        assert frame["trimmed"] is ((at["w"], at["h"]) != (whole["w"], whole["h"]))
        box = at["x"], at["y"], at["w"], at["h"]
        found[name] = restored(sheet, box, (part["x"], part["y"]), (whole["w"], whole["h"]))
    return found


def restored(sheet, box, offset, size) -> np.ndarray:
    x, y, w, h = box
    assert x >= 0 and y >= 0 and x + w <= sheet.shape[1] and y + h <= sheet.shape[0]
    found = np.zeros((size[1], size[0], 4), np.uint8)
    target = found[offset[1] : offset[1] + h, offset[0] : offset[0] + w]
    assert target.shape[:2] == (h, w)
    target[:] = sheet[y : y + h, x : x + w]
    return found


def godot(path: Path) -> Read:
    """Read a text resource: headings in square brackets, then lines of `key = value`."""
    blocks = re.split(r"\n(?=\[)", path.read_text("utf-8"))
    head = re.fullmatch(
        r'\[gd_resource type="SpriteFrames" load_steps=(\d+) format=3\]\n', blocks[0]
    )
    sheets, parts, body = {}, {}, ""
    for block in blocks[1:]:
        title, _, rest = block.partition("]\n")
        if title.startswith("[ext_resource"):
            found = re.fullmatch(
                r'\[ext_resource type="Texture2D" path=(".*") id="(\d+)"', title.strip().rstrip("]")
            )
            sheets[found[2]] = pixels_of(path.parent / json.loads(found[1]))
        elif title.startswith("[sub_resource"):
            id = re.fullmatch(r'\[sub_resource type="AtlasTexture" id="(\d+)"', title)[1]
            parts[id] = dict(line.split(" = ", 1) for line in rest.strip().splitlines())
        else:
            body = rest
    assert int(head[1]) == len(sheets) + len(parts) + 1
    values = body.removeprefix("animations = ")
    values = re.sub(r'SubResource\("(\d+)"\)', r'"\1"', values).replace('&"', '"')
    textures = {id: _texture(part, sheets) for id, part in parts.items()}
    animations = {
        each["name"]: [frame["texture"] for frame in each["frames"]] for each in json.loads(values)
    }
    return Read(textures, animations, json.loads(values))


def _texture(part: dict[str, str], sheets) -> np.ndarray:
    sheet = sheets[re.fullmatch(r'ExtResource\("(\d+)"\)', part["atlas"])[1]]
    region, margin = (_rect(part.get(key, "Rect2(0, 0, 0, 0)")) for key in ("region", "margin"))
    size = region[2] + margin[2], region[3] + margin[3]
    return restored(sheet, region, margin[:2], size)


def _rect(words: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.fullmatch(r"Rect2\((.*)\)", words)[1].split(", "))


def tiled(path: Path) -> Read:
    root = ElementTree.parse(path).getroot()
    assert root.tag == "tileset" and root.get("version") == "1.10"
    own = root.find("image")
    found, animations, ids = {}, {}, {}
    for tile in root.findall("tile"):
        id = int(tile.get("id"))
        (name,) = [p.get("value") for p in tile.iter("property") if p.get("name") == "name"]
        ids[id] = name
        if own is None:
            image = tile.find("image")
            box = [int(tile.get(key)) for key in ("x", "y", "width", "height")]
        else:
            image, box = own, _cell(root, own, id)
        sheet = pixels_of(path.parent / image.get("source"))
        assert (int(image.get("width")), int(image.get("height"))) == sheet.shape[1::-1]
        found[name] = restored(sheet, box, (0, 0), box[2:])
        if (moving := tile.find("animation")) is not None:
            animations[name] = [int(frame.get("tileid")) for frame in moving]
    named = {name: [ids[id] for id in frames] for name, frames in animations.items()}
    return Read(found, named, dict(root.attrib))


def _cell(root, image, id: int) -> list[int]:
    """Cut as Tiled does: from the image's size, not from what the file says of columns."""
    width, height = int(root.get("tilewidth")), int(root.get("tileheight"))
    margin, spacing = int(root.get("margin", 0)), int(root.get("spacing", 0))
    columns = (int(image.get("width")) - margin + spacing) // (width + spacing)
    rows = (int(image.get("height")) - margin + spacing) // (height + spacing)
    assert columns == int(root.get("columns")) and columns * rows == int(root.get("tilecount"))
    x, y = id % columns, id // columns
    return [margin + x * (width + spacing), margin + y * (height + spacing), width, height]
