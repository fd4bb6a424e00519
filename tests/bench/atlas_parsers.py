"""godot_parser and pytiled_parser read our .tres and .tsx; atlas_readers.py runs this with them.

    python atlas_parsers.py FILE...

Writes a line of JSON for each file: its sprites in order (sheet, place, offset, whole size) and its
animations as numbers of sprites.
"""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import godot_parser
from pytiled_parser.parsers.tmx.tileset import parse


def godot(path):
    # StringName (&"...") came with Godot 4, which this parser is too old to know.
    file = godot_parser.parse(path.read_text("utf-8").replace('&"', '"'))
    sheets = {part.id: part.path for part in file.get_ext_resources()}
    sprites = []
    for part in file.get_sub_resources():
        x, y, w, h = part["region"].args
        left, top, more, below = part.get("margin").args if part.get("margin") else (0, 0, 0, 0)
        sheet = sheets[part["atlas"].args[0]]
        sprites.append([sheet, [x, y, w, h], [left, top], [w + more, h + below]])
    numbers = {part.id: number for number, part in enumerate(file.get_sub_resources())}
    (resource,) = file.get_sections("resource")
    moving = {
        each["name"]: [numbers[frame["texture"].args[0]] for frame in each["frames"]]
        for each in resource["animations"]
    }
    return sprites, moving


def tiled(path):
    found = parse(ElementTree.parse(path).getroot(), 1, "utf-8")
    sprites, moving = [], {}
    for id, tile in sorted(found.tiles.items()):
        if found.image:
            x = found.margin + id % found.columns * (found.tile_width + found.spacing)
            y = found.margin + id // found.columns * (found.tile_height + found.spacing)
            place, sheet = [x, y, found.tile_width, found.tile_height], found.image
        else:
            place, sheet = [tile.x, tile.y, tile.width, tile.height], tile.image
        sprites.append([Path(sheet).name, place, [0, 0], place[2:]])
        if tile.animation:
            moving[tile.properties["name"]] = [frame.tile_id for frame in tile.animation]
    return sprites, moving


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sprites, moving = (godot if name.endswith(".tres") else tiled)(Path(name))
        print(json.dumps({"file": name, "sprites": sprites, "animations": moving}))
