"""Tiled's tileset: a grid where Tiled counts the same columns, else parts of the image."""

from xml.etree import ElementTree

import pytest

from studio.core.assets.atlases import tiled
from studio.core.assets.atlases.atlas import Frame, Grid, Sheet
from studio.core.assets.trimming import Box
from tests.core.assets.atlases.test_atlas import atlas


def gridded(width: int):
    frames = tuple(Frame(f"t{k}", 0, Box(10 * k, 0, 8, 8), (0, 0), (8, 8)) for k in range(3))
    return atlas(
        sheets=(Sheet("a&b.png", width, 8),),
        frames=frames,
        animations={"t": (1, 2)},
        grid=Grid(8, 8, 3, 0, 2),
    )


@pytest.mark.parametrize(("width", "columns"), [(28, "3"), (37, "3"), (38, "0"), (64, "0")])
def test_columns_are_those_that_tiled_counts(width, columns):
    root = ElementTree.fromstring(tiled.text(gridded(width), "a").encode())
    assert root.get("columns") == columns
    assert (root.find("image") is None) is (columns == "0")
    assert len(root.findall("tile")) == 3
    if columns == "0":
        assert [tile.get("x") for tile in root.findall("tile")] == ["0", "10", "20"]
        assert root.find("tile/image").get("source") == "a&b.png"


def test_the_first_tile_of_an_animation_plays_it():
    root = ElementTree.fromstring(tiled.text(gridded(28), "a").encode())
    shown = [
        (tile.get("id"), [f.get("tileid") for f in tile.iter("frame")])
        for tile in root.iter("tile")
    ]
    assert shown == [("0", []), ("1", ["1", "2"]), ("2", [])]


def test_alignments_have_the_names_that_tiled_knows():
    assert tiled.ALIGNMENTS[0.5, 0.5] == "center" and tiled.ALIGNMENTS[0.0, 1.0] == "bottomleft"
    names = "topleft top topright left center right bottomleft bottom bottomright"
    assert sorted(tiled.ALIGNMENTS.values()) == sorted(names.split())
    assert 'objectalignment="unspecified"' in tiled.text(atlas(pivot=(0.3, 0.3)).page(0), "a")
