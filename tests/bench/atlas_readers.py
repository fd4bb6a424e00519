"""Other people's readers open our sprite sheets: PixiJS, Phaser, Tiled, and parsers of formats.

    .venv/bin/python -m tests.bench.atlas_readers [--npm FOLDER] [--tiled FOLDER]
        [--parsers PYTHON]

FOLDER of --npm holds node_modules with @pixi/spritesheet 7 and phaser (`npm install` there). That
of --tiled is where Tiled's Debian packages lie unpacked (`dpkg -x` of tiled, libtiled1 and the Qt 5
libraries they need), or / where it is installed. PYTHON has godot-parser and pytiled-parser. Each
sprite is cut out where the reader says, set into its whole size and compared with the sprite that
went in; Tiled draws a map of the tileset, which is compared pixel by pixel. Debian's Tiled 1.8
reads grids; parts of one image it knows since 1.9: those are for pytiled-parser.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.assets.exporting import export
from studio.core.assets.kind import Item
from studio.core.assets.kinds.sheet import KIND
from studio.core.assets.sheet_settings import SheetSettings
from studio.core.events import finished
from studio.core.photographs.photograph import Photograph
from tests.core.assets.atlas_readers import pixels_of, restored

SCRIPT = Path(__file__).with_suffix(".js")
JSON = ("json-hash", "json-array", "texturepacker-hash", "texturepacker-array")


def sprites(count: int, side: int | None) -> list[Item]:
    rng = np.random.default_rng(5)
    found = []
    for k in range(count):
        height, width = (side, side) if side else rng.integers(5, 60, 2)
        pixels = rng.integers(0, 256, (height, width, 4), np.uint8)
        pixels[..., 3] = 255
        pixels[: rng.integers(0, 3), :, 3] = pixels[:, -1, 3] = 0
        found.append(Item(f"walk-{k}" if k < 5 else f"ä {k}", Photograph(pixels)))
    return found


def seen(pixels: np.ndarray) -> np.ndarray:
    return np.where(pixels[..., 3:] > 0, pixels, 0)


def written(items: list[Item], folder: Path, name: str, **changes) -> Path:
    settings = SheetSettings().updated(changes)
    _, paths = finished(export(KIND, items, settings, folder / f"{name}.png"))
    return paths[1]


def npm(modules: Path, folder: Path) -> None:
    items = sprites(60, None)
    pivot = {"pivot": "custom", "pivot_x": 0.25, "pivot_y": 1.0}
    files = [
        written(items, folder, f"{data}-{layout}", data=data, layout=layout, extrude=1, **pivot)
        for data in JSON
        for layout in ("packed", "grid", "rows")
    ]
    run = subprocess.run(
        ["node", SCRIPT, modules / "node_modules", *files], capture_output=True, text=True
    )
    if run.returncode:
        raise SystemExit(run.stderr)
    for line in run.stdout.splitlines():
        read = json.loads(line)
        file = Path(read["file"])
        sheet = pixels_of(file.with_suffix(".png"))
        anchored = file.name.startswith("texturepacker")
        wrong = [item.name for item in items if not _same(sheet, read["frames"], item, anchored)]
        moving = {name: len(frames) for name, frames in read["animations"].items()}
        fine = not wrong and len(read["frames"]) == len(items)
        fine &= moving == ({"walk": 5, "ä": 55} if anchored else {})
        print(f"{read['reader']:7} {file.name:32} {'all 60 sprites' if fine else wrong or moving}")


def _same(sheet: np.ndarray, frames: dict, item: Item, anchored: bool) -> bool:
    frame = frames[f"{item.name}.png"]
    found = restored(sheet, frame["place"], frame["offset"], frame["source"])
    same = np.array_equal(seen(found), seen(item.pixels))
    return same and (not anchored or frame["pivot"] == [0.25, 1.0])


def parsers(python: Path, folder: Path) -> None:
    items = sprites(60, None)
    files = []
    for data in ("godot", "tiled"):
        for layout in ("packed", "rows"):
            changes = {"data": data, "layout": layout, "side": 200, "pages": True}
            settings = SheetSettings().updated(changes)
            goal = folder / f"{data}-{layout}.png"
            _, paths = finished(export(KIND, items, settings, goal))
            files.append([path for path in paths if path.suffix in (".tres", ".tsx")])
    for group in files:
        script = Path(__file__).with_name("atlas_parsers.py")
        run = subprocess.run([python, script, *group], capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(run.stderr)
        found, moving = [], 0
        for line in run.stdout.splitlines():
            read = json.loads(line)
            moving += sum(len(frames) for frames in read["animations"].values())
            for sheet, *where in read["sprites"]:
                found.append(seen(restored(pixels_of(folder / sheet), *where)))
        wanted = {(item.pixels.shape, seen(item.pixels).tobytes()) for item in items}
        fine = {(cut.shape, cut.tobytes()) for cut in found} == wanted
        result = f"all {len(found)} sprites, {moving} frames" if fine else "other pixels"
        print(f"parsers {group[0].name:32} {len(group)} files: {result}")


def tiled(root: Path, folder: Path) -> None:
    for name, changes in {
        "plain": {},
        "spaced": {"padding": 3, "border": 5, "extrude": 2},
        "power-of-two": {"power_of_two": True, "padding": 0},
    }.items():
        items = sprites(23, 16)
        file = written(items, folder, name, data="tiled", layout="grid", **changes)
        text = file.read_text()
        wanted = np.concatenate([seen(item.pixels) for item in items], 1)
        if 'columns="0"' in text:
            print(f"Tiled   {name:32} parts of one image: not for this version")
            continue
        map_file = file.with_suffix(".tmx")
        cells = ",".join(str(k + 1) for k in range(len(items)))
        map_file.write_text(
            f'<map version="1.8" orientation="orthogonal" width="{len(items)}" height="1"'
            f' tilewidth="16" tileheight="16"><tileset firstgid="1" source="{file.name}"/>'
            f'<layer id="1" name="a" width="{len(items)}" height="1"><data encoding="csv">{cells}'
            "</data></layer></map>"
        )
        drawn = _rasterized(root, map_file)
        same = np.array_equal(seen(drawn), wanted)
        print(f"Tiled   {name:32} {'all 23 tiles' if same else 'other pixels'}")


def _rasterized(root: Path, map_file: Path) -> np.ndarray:
    picture = map_file.with_suffix(".drawn.png")
    libraries = root / "usr/lib/x86_64-linux-gnu"
    own = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(map_file.parent)}
    if root != Path("/"):
        own |= {"LD_LIBRARY_PATH": str(libraries), "QT_PLUGIN_PATH": str(libraries / "qt5/plugins")}
    run = subprocess.run(
        [root / "usr/bin/tmxrasterizer", map_file, picture],
        env=os.environ | own,
        capture_output=True,
        text=True,
    )
    if not picture.exists():
        raise SystemExit(run.stderr + run.stdout)
    with Image.open(picture) as image:
        return np.asarray(image.convert("RGBA"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--npm", type=Path)
    parser.add_argument("--tiled", type=Path)
    parser.add_argument("--parsers", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.npm:
            npm(given.npm, Path(folder))
        if given.tiled:
            tiled(given.tiled, Path(folder))
        if given.parsers:
            parsers(given.parsers, Path(folder))


if __name__ == "__main__":
    main()
