"""TexturePacker's JSON: pivots, animations by name, further pages."""

import json

import pytest

from studio.core.assets.atlases import texture_packer
from tests.core.assets.atlases.test_atlas import atlas


@pytest.mark.parametrize("array", [True, False])
def test_pivots_animations_and_further_pages_are_told(array):
    values = json.loads(texture_packer.text(atlas().page(0), array, ("a-1.json",)))
    frames = values["frames"] if array else list(values["frames"].values())
    assert frames[0]["pivot"] == {"x": 0.5, "y": 1.0} and "duration" not in frames[0]
    assert values["animations"] == {"walk": ["walk-0.png", "walk-2.png"]}
    assert values["meta"]["related_multi_packs"] == ["a-1.json"]


def test_one_page_names_no_others():
    assert "related_multi_packs" not in texture_packer.text(atlas().page(0), False)
