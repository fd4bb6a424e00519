"""Sprite sheets: every reader finds every sprite whole again, and wrong input gets a sentence."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageCms

from studio.core.assets.exporting import export
from studio.core.assets.kind import Item
from studio.core.assets.kinds.sheet import KIND
from studio.core.assets.sheet_settings import SheetSettings
from studio.core.assets.trimming import Box, seen
from studio.core.events import Refused, finished
from studio.core.photographs.photograph import Photograph, decoded, open_photograph
from tests.core.assets import atlas_readers as readers

NAMES = ["walk-0", "walk-1", "walk-2", "idle", 'odd "name" ä\\', "Run 1", "Run 2", "clear"]


def sprites(seed: int = 0, names=NAMES) -> list[Item]:
    """Return sprites of many sizes, clear around; one of them fully clear."""
    rng = np.random.default_rng(seed)
    found = []
    for name in names:
        height, width = rng.integers(6, 30, 2)
        pixels = rng.integers(1, 256, (height, width, 4), np.uint8)
        pixels[:2, :, 3] = pixels[:, -1, 3] = 0
        if name == "clear":
            pixels[..., 3] = 0
        found.append(Item(name, Photograph(pixels)))
    return found


def write(folder, items, **changes):
    chosen = SheetSettings().updated(changes)
    product, paths = finished(export(KIND, items, chosen, folder / "hero.png"))
    return product, [path for path in paths if not path.name.endswith(".png.json")]


def same(read: np.ndarray, item: Item) -> bool:
    """Tell whether a sprite looks as it did: color counts where it is seen."""
    seen = item.pixels[..., 3:] > 0
    return read.shape == item.pixels.shape and bool(
        (read[..., 3] == item.pixels[..., 3]).all() and (read * seen == item.pixels * seen).all()
    )


READERS = {
    "json-hash": readers.aseprite,
    "json-array": readers.aseprite,
    "texturepacker-hash": readers.texture_packer,
    "texturepacker-array": readers.texture_packer,
    "godot": readers.godot,
    "tiled": readers.tiled,
}


@pytest.mark.parametrize("layout", ["packed", "grid", "rows"])
@pytest.mark.parametrize("data", READERS)
def test_each_reader_finds_each_sprite_whole(tmp_path, data, layout):
    items = sprites()
    _, paths = write(tmp_path, items, data=data, layout=layout, extrude=1, border=3)
    found = READERS[data](paths[-1])
    assert len(found.sprites) == len(items)
    if data != "godot":  # which names animations alone
        assert list(found.sprites) == NAMES
    if (data, layout) == ("tiled", "grid"):
        return  # Tiled's cells are larger than the sprites; the next test looks into them
    for read, item in zip(found.sprites.values(), items, strict=True):
        assert same(read, item), item.name


def test_grid_cells_hold_sprites_by_their_pivots(tmp_path):
    items = sprites()
    product, paths = write(tmp_path, items, data="tiled", layout="grid", pivot="bottom left")
    found = readers.tiled(paths[-1])
    sizes = {read.shape for read in found.sprites.values()}
    assert len(sizes) == 1 and found.more["objectalignment"] == "bottomleft"
    for read, item in zip(found.sprites.values(), items, strict=True):
        height, width = item.pixels.shape[:2]
        assert same(read[-height:, :width], item)
    assert product.frames is not None and product.frames.shape[1:3] == next(iter(sizes))[:2]


@pytest.mark.parametrize("power_of_two", [False, True])
@pytest.mark.parametrize("columns", [0, 1, 3])
def test_tiled_counts_the_columns_that_there_are(tmp_path, columns, power_of_two):
    items = [Item(f"t{k}", Photograph(np.full((8, 8, 3), k, np.uint8))) for k in range(11)]
    changes = {"columns": columns, "power_of_two": power_of_two, "padding": 0}
    _, paths = write(tmp_path, items, data="tiled", layout="grid", **changes)
    found = readers.tiled(paths[-1])
    for read, item in zip(found.sprites.values(), items, strict=True):
        assert (read[..., :3] == item.pixels).all()


def test_animations_are_told_in_the_order_chosen(tmp_path):
    items = sprites()[::-1]
    for data, reader in READERS.items():
        _, paths = write(tmp_path / data, items, data=data, layout="rows", order="name")
        moving = reader(paths[-1]).animations
        walk = moving["walk-0" if data == "tiled" else "walk"]
        assert walk == (["5", "6", "7"] if data == "godot" else ["walk-0", "walk-1", "walk-2"])


def test_godot_plays_what_is_in_no_animation_as_default(tmp_path):
    _, paths = write(tmp_path, sprites(), data="godot", fps=8)
    found = readers.godot(paths[-1])
    assert found.animations == {
        "walk": ["0", "1", "2"], "Run": ["5", "6"], "default": ["3", "4", "7"],
    }  # fmt: skip
    assert {each["speed"] for each in found.more} == {8.0}


def test_pivots_reach_those_that_read_them(tmp_path):
    items = sprites()
    changes = {"pivot": "custom", "pivot_x": 0.25, "pivot_y": 1.0}
    _, paths = write(tmp_path, items, data="texturepacker-array", **changes)
    frames = readers.texture_packer(paths[-1]).more["frames"]
    assert all(frame["pivot"] == frame["anchor"] == {"x": 0.25, "y": 1.0} for frame in frames)
    _, paths = write(tmp_path / "b", items, data="json-hash", pivot="bottom")
    height, width = items[0].pixels.shape[:2]
    key = readers.aseprite(paths[-1]).more[0]["keys"][0]
    assert key["pivot"] == {"x": int(width / 2 + 0.5), "y": height}


def test_equal_sprites_are_stored_once_and_both_are_found(tmp_path):
    twin = sprites()[0]
    moved = np.pad(twin.pixels, ((2, 0), (0, 0), (0, 0)))
    items = [*sprites(), Item("twin", twin.photograph), Item("lower", Photograph(moved))]
    product, paths = write(tmp_path, items)
    assert product.facts is not None and product.facts["different"] == len(items) - 2
    found = readers.aseprite(paths[-1]).sprites
    assert same(found["twin"], twin) and same(found["lower"], items[-1])
    alone, _ = write(tmp_path / "b", items, merge=False)
    assert alone.facts is not None and alone.facts["different"] == len(items)


def test_several_pages_each_have_their_data(tmp_path):
    items = sprites(names=[f"s{k}" for k in range(40)])
    _, paths = write(tmp_path, items, side=64, pages=True, data="texturepacker-hash")
    sheets = [path for path in paths if path.suffix == ".png"]
    data = [path for path in paths if path.suffix == ".json"]
    assert len(sheets) == len(data) > 1 and sheets[0].name == "hero-0.png"
    found = {}
    for path in data:
        read = readers.texture_packer(path)
        found |= read.sprites
        others = read.more["meta"]["related_multi_packs"]
        assert sorted([path.name, *others]) == sorted(p.name for p in data)
    assert all(same(found[item.name], item) for item in items)
    _, paths = write(tmp_path / "godot", items, side=64, pages=True, data="godot")
    read = readers.godot(paths[-1]).sprites
    assert all(same(read[str(k)], item) for k, item in enumerate(items))


def test_edges_are_repeated_outward(tmp_path):
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    write(tmp_path, [Item("a", Photograph(pixels))], extrude=2, border=1)
    sheet = readers.pixels_of(tmp_path / "hero.png")
    assert sheet.shape == (10, 10, 4)
    assert (sheet[1:-1, 1:-1, :3] == np.pad(pixels, ((2, 2), (2, 2), (0, 0)), "edge")).all()
    assert (sheet[0, :, 3] == 0).all()


def test_no_dark_rim_where_a_sheet_is_scaled(tmp_path):
    pixels = np.zeros((9, 9, 4), np.uint8)
    pixels[2:7, 2:7] = 255
    for bleed in (True, False):
        item = Item("a", Photograph(pixels))
        write(tmp_path / str(bleed), [item], bleed=bleed, trim=False)
        sheet = readers.pixels_of(tmp_path / str(bleed) / "hero.png")
        assert bool((sheet[..., :3] == 255).all()) is bleed


def test_premultiplied_color_is_multiplied(tmp_path):
    pixels = np.full((4, 4, 4), 200, np.uint8)
    pixels[..., 3] = 128
    write(tmp_path, [Item("a", Photograph(pixels))], alpha="premultiplied")
    assert tuple(readers.pixels_of(tmp_path / "hero.png")[0, 0]) == (100, 100, 100, 128)


def test_sixteen_bits_and_the_profile_stay(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = np.random.default_rng(0).integers(0, 65536, (8, 9, 4), np.uint16)
    items = [Item(name, Photograph(pixels, profile)) for name in ("a", "b")]
    product, paths = write(tmp_path, items, trim=False)
    back = open_photograph(paths[0])
    assert back.profile == profile and back.depth == 16
    seen = pixels[..., 3:] > 0
    assert (back.pixels[:8, :9] * seen == pixels * seen).all()
    assert product.picture.dtype == np.uint8
    assert json.loads(paths[1].read_text())["meta"]["format"] == "RGBA16161616"


def test_equal_input_gives_equal_bytes(tmp_path):
    found = []
    for name in "ab":
        _, paths = write(tmp_path / name, sprites())
        found.append([path.read_bytes() for path in paths])
    assert found[0] == found[1]


def test_words_frames_and_facts_say_what_came_of_it(tmp_path):
    items = [Item(f"a{k}", Photograph(np.zeros((10, 10, 3), np.uint8) + k)) for k in range(24)]
    product, _ = write(tmp_path, items, padding=0)
    assert product.words == "24 sprites, 60 × 40, 100 % filled"
    assert product.frames is not None and product.frames.shape == (24, 10, 10, 4)
    assert (product.frames[5][..., 0] == 5).all() and product.fps == 12
    assert product.picture.shape == (40, 60, 4)
    assert product.facts is not None and product.facts["animations"] == {"a": 24}
    product, _ = write(tmp_path / "b", items[:1], power_of_two=True, layout="grid")
    assert product.words == "1 sprite, 16 × 16, cells 10 × 10, 39 % filled"


@pytest.mark.parametrize("layout", ["packed", "grid", "rows"])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"side": 16}, r"is \d+ × \d+ pixels.*, more than a page of 16 × 16; allow a larger side"),
        ({"side": 40}, "The 8 sprites do not fit on one page of 40 × 40 pixels"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, layout, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        write(tmp_path, sprites(), layout=layout, trim=False, **changes)
    assert not any(tmp_path.iterdir())


def test_no_sprites_and_too_many_columns_are_refused(tmp_path):
    with pytest.raises(Refused, match="needs 1 picture"):
        write(tmp_path, [])
    with pytest.raises(Refused, match="columns need"):
        write(tmp_path, sprites(), layout="grid", columns=100, side=256)


def test_same_names_are_told_apart(tmp_path):
    items = [Item(name, item.photograph) for name, item in zip("aAa", sprites(), strict=False)]
    _, paths = write(tmp_path, items)
    assert list(readers.aseprite(paths[-1]).sprites) == ["a", "A-2", "a-3"]


CHOICES = st.fixed_dictionaries(
    {
        "layout": st.sampled_from(["packed", "grid", "rows"]),
        "columns": st.integers(0, 2),
        "data": st.just("none"),
        "padding": st.integers(0, 4),
        "extrude": st.integers(0, 3),
        "border": st.integers(0, 4),
        "side": st.sampled_from([128, 150, 4096]),
        "pages": st.just(True),
        "pivot": st.sampled_from(["center", "bottom right"]),
        "order": st.sampled_from(["given", "name", "size"]),
    }
    | {name: st.booleans() for name in ("trim", "power_of_two", "square", "merge", "bleed")}
)


@settings(max_examples=60, deadline=None)
@given(CHOICES, st.integers(0, 99), st.integers(1, 12))
def test_whatever_the_settings_each_sprite_is_there_and_its_surroundings_are_its_own(
    changes, seed, count
):
    names = [f"{'ab'[k % 2]}{k // 2}" for k in range(count)]
    items = {item.name: item for item in sprites(seed, names)}
    chosen = SheetSettings().updated(changes)
    product = finished(KIND.make(list(items.values()), chosen, "a.png"))
    pages = [decoded(file.data).pixels for file in finished(product.files())]
    assert product.facts is not None and len(product.facts["frames"]) == count
    covered = [np.zeros(page.shape[:2], int) for page in pages]
    for name, number, x, y, width, height in product.facts["frames"]:
        cut = pages[number][y : y + height, x : x + width]
        assert cut.shape[:2] == (height, width)
        whole = items[name].pixels
        box = seen(whole) if (height, width) != whole.shape[:2] else Box(0, 0, width, height)
        part = box.cut(whole)
        visible = part[..., 3:] > 0
        assert (cut[..., 3] == part[..., 3]).all() and (cut * visible == part * visible).all()
        more = chosen.extrude
        covered[number][y - more : y + height + more, x - more : x + width + more] += 1
    for page, times in zip(pages, covered, strict=True):
        assert times.max() == 1
        assert not page[..., 3][times == 0].any() or changes["layout"] == "grid"
        border = chosen.border
        assert not border or not page[:border, :, 3].any()
        assert not chosen.power_of_two or page.shape[0].bit_count() == 1


def test_pivots_are_told_where_they_lie_on_the_page(tmp_path):
    pixels = np.zeros((10, 20, 4), np.uint8)
    pixels[4:8, 6:16] = 255
    product, _ = write(tmp_path, [Item("a", Photograph(pixels))], padding=0, pivot="bottom right")
    assert product.facts is not None
    assert product.facts["frames"] == [["a", 0, 0, 0, 10, 4]]
    assert product.facts["pivots"] == [[14.0, 6.0]], "beyond what is left of the sprite"
