"""Which data files there are: one for each page, but one for all in Godot."""

import pytest

from studio.core.assets.atlases.files import files
from tests.core.assets.atlases.test_atlas import atlas


@pytest.mark.parametrize(
    ("data", "several", "one"),
    [
        ("json-hash", ["a-0.json", "a-1.json"], ["a.json"]),
        ("texturepacker-array", ["a-0.json", "a-1.json"], ["a.json"]),
        ("tiled", ["a-0.tsx", "a-1.tsx"], ["a.tsx"]),
        ("godot", ["a.tres"], ["a.tres"]),
        ("none", [], []),
    ],
)
def test_files_are_named_after_the_sheet(data, several, one):
    assert [file.name for file in files(atlas(), data, "a")] == several
    assert [file.name for file in files(atlas().page(1), data, "a")] == one
