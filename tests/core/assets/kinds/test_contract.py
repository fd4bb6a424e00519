"""What every kind of export keeps to; a new kind is tested by being there."""

import numpy as np
import pytest

from studio.core.assets.exporting import checked_name, make
from studio.core.assets.kind import Item, Kind
from studio.core.assets.kinds import kinds
from studio.core.events import Refused, finished
from studio.core.photographs.photograph import Photograph
from studio.exporting import KINDS

ALL = [pytest.param(kind, id=kind.id) for kind in kinds().values()]


def items(kind: Kind, channels: int, dtype: type) -> list[Item]:
    most = np.iinfo(dtype).max
    rng = np.random.default_rng(0)
    found = []
    for k in range(max(kind.least, min(kind.most or 3, 3))):
        pixels = rng.integers(0, most, (20 + k, 24, channels), dtype, endpoint=True)
        if channels == 4:
            pixels[:4, :, 3] = 0
        found.append(Item(f"walk-{k}", Photograph(pixels)))
    return found


def test_the_command_line_offers_all_kinds():
    assert set(kinds()) <= set(KINDS)


@pytest.mark.parametrize("kind", ALL)
def test_every_setting_says_its_effect(kind: Kind):
    assert kind.title and kind.summary.endswith(".") and kind.endings
    for name, info in kind.settings.model_fields.items():
        assert info.title, name
        assert info.description and info.description.endswith((".", "…")), name


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_any_picture_gives_a_product_and_the_same_bytes_twice(
    kind: Kind, channels: int, dtype: type
):
    name = f"out{kind.endings[0]}"
    given = items(kind, channels, dtype)
    before = [item.pixels.copy() for item in given]
    runs = [finished(make(kind, given, kind.settings(), name)) for _ in range(2)]
    for product in runs:
        assert product.picture.dtype == np.uint8 and product.picture.ndim == 3
        assert product.picture.shape[2] in (1, 3, 4) and product.words
        assert product.frames is None or product.frames.dtype == np.uint8
    first, second = (finished(product.files()) for product in runs)
    assert [(f.name, f.data) for f in first] == [(f.name, f.data) for f in second]
    assert all(np.array_equal(a, item.pixels) for a, item in zip(before, given, strict=True))
    for file in first:
        checked_name(file.name)
        assert file.data


@pytest.mark.parametrize("kind", ALL)
def test_one_speck_of_a_picture_is_exported_or_refused_in_a_sentence(kind: Kind):
    speck = [Item("speck", Photograph(np.zeros((1, 1, 4), np.uint8)))] * max(1, kind.least)
    try:
        product = finished(make(kind, speck, kind.settings(), f"out{kind.endings[0]}"))
        assert finished(product.files())
    except Refused as refused:
        assert str(refused).endswith(".")
