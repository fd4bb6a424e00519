"""Aseprite's JSON, field by field."""

import json

from studio.core.assets.atlases import aseprite
from tests.core.assets.atlases.test_atlas import atlas


def test_fields_are_those_that_aseprite_writes():
    values = json.loads(aseprite.text(atlas().page(0), array=True))
    assert values["frames"][0] == {
        "filename": "walk-0.png",
        "frame": {"x": 0, "y": 0, "w": 8, "h": 6},
        "rotated": False,
        "trimmed": True,
        "spriteSourceSize": {"x": 1, "y": 2, "w": 8, "h": 6},
        "sourceSize": {"w": 10, "h": 10},
        "duration": 83,
    }
    meta = values["meta"]
    assert {key: meta[key] for key in ("image", "format", "size", "scale")} == {
        "image": "a-0.png", "format": "RGBA8888", "size": {"w": 16, "h": 8}, "scale": "1",
    }  # fmt: skip
    assert meta["frameTags"] == [{"name": "walk", "from": 0, "to": 1, "direction": "forward"}]
    (part,) = meta["slices"]
    assert [key["frame"] for key in part["keys"]] == [0, 1]
    assert part["keys"][0]["pivot"] == {"x": 5, "y": 10}


def test_the_hash_keeps_the_order():
    values = json.loads(aseprite.text(atlas().page(1), array=False))
    assert list(values["frames"]) == ["idle.png", "walk-1.png"]


def test_an_animation_whose_frames_lie_apart_has_several_tags():
    whole = atlas(animations={"walk": (0, 2, 3)})
    runs = [(tag["from"], tag["to"]) for tag in aseprite.tags(whole)]
    assert runs == [(0, 0), (2, 3)]
