"""Godot 4: a SpriteFrames resource for AnimatedSprite2D, one AtlasTexture for each sprite.

Text resources of format 3 (docs.godotengine.org, "TSCN file format"). The sheet is named without
res://, so that Godot looks for it beside the resource, in whichever folder of a project.
"""

import json
from collections.abc import Mapping

from studio.core.assets.atlases.atlas import Atlas, Frame

DEFAULT = "default"  # the animation that Godot shows first


def text(atlas: Atlas) -> str:
    """Return the resource of all pages. Sprites that are in no animation make up "default"."""
    steps = len(atlas.sheets) + len(atlas.frames) + 1
    head = f'[gd_resource type="SpriteFrames" load_steps={steps} format=3]'
    images = [
        f'[ext_resource type="Texture2D" path={_quoted(sheet.name)} id="{number}"]'
        for number, sheet in enumerate(atlas.sheets, 1)
    ]
    parts = [_texture(number, frame) for number, frame in enumerate(atlas.frames)]
    shown = [_animation(name, frames, atlas.fps) for name, frames in _all(atlas).items()]
    body = f"[resource]\nanimations = [{', '.join(shown)}]"
    return "\n\n".join([head, "\n".join(images), *parts, body]) + "\n"


def _all(atlas: Atlas) -> Mapping[str, tuple[int, ...]]:
    animated = {index for frames in atlas.animations.values() for index in frames}
    rest = tuple(index for index in range(len(atlas.frames)) if index not in animated)
    own = atlas.animations.get(DEFAULT, ())
    return dict(atlas.animations) | ({DEFAULT: own + rest} if rest else {})


def _texture(number: int, frame: Frame) -> str:
    """Return the part of a sheet that is a sprite; its margin restores what was trimmed."""
    place, (x, y), (width, height) = frame.place, frame.offset, frame.source
    lines = [
        f'[sub_resource type="AtlasTexture" id="{number}"]',
        f'atlas = ExtResource("{frame.page + 1}")',
        f"region = Rect2({place.x}, {place.y}, {place.width}, {place.height})",
        f"margin = Rect2({x}, {y}, {width - place.width}, {height - place.height})",
        "filter_clip = true",
    ]
    return "\n".join(line for line in lines if frame.trimmed or not line.startswith("margin"))


def _animation(name: str, frames: tuple[int, ...], fps: float) -> str:
    shown = ", ".join(
        f'{{\n"duration": 1.0,\n"texture": SubResource("{index}")\n}}' for index in frames
    )
    title = _quoted(name)
    return f'{{\n"frames": [{shown}],\n"loop": true,\n"name": &{title},\n"speed": {float(fps)}\n}}'


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
