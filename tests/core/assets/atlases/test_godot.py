"""Godot's resource, as the editor writes one."""

from studio.core.assets.atlases import godot
from tests.core.assets.atlases.test_atlas import atlas


def test_the_resource_reads_as_godot_writes_it():
    words = godot.text(atlas(animations={"walk": (0, 2, 3)}))
    assert words.startswith(
        '[gd_resource type="SpriteFrames" load_steps=7 format=3]\n\n'
        '[ext_resource type="Texture2D" path="a-0.png" id="1"]\n'
        '[ext_resource type="Texture2D" path="a-1.png" id="2"]\n\n'
        '[sub_resource type="AtlasTexture" id="0"]\n'
        'atlas = ExtResource("1")\n'
        "region = Rect2(0, 0, 8, 6)\n"
        "margin = Rect2(1, 2, 2, 4)\n"
        "filter_clip = true\n\n"
    )
    assert words.count("margin") == 1
    assert '"loop": true,\n"name": &"walk",\n"speed": 12.0\n}' in words
    assert words.index('&"walk"') < words.index('&"default"')


def test_all_animated_leaves_no_default_and_its_own_default_takes_the_rest():
    assert "default" not in godot.text(atlas(animations={"all": (0, 1, 2, 3)}))
    words = godot.text(atlas(animations={"default": (0, 2)}))
    assert words.count('&"default"') == 1
    assert [words.index(f'SubResource("{k}")') for k in (0, 2, 1, 3)] == sorted(
        words.index(f'SubResource("{k}")') for k in range(4)
    )


def test_quotes_in_names_are_escaped():
    assert r'&"a \"b\" \\"' in godot.text(atlas(animations={'a "b" \\': (0, 1, 2, 3)}))
