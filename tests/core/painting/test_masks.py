"""Masks as a whole: grown, shrunk and feathered as a circle would, read from any file."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from studio.core.events import Refused
from studio.core.painting import masks


@pytest.fixture
def square() -> np.ndarray:
    mask = np.zeros((90, 100), np.uint8)
    mask[30:50, 40:60] = 255
    return mask


def test_growing_reaches_as_far_in_every_direction(square: np.ndarray) -> None:
    grown = masks.grow(square, 10)
    assert (grown[20:60, 45] == 255).all()
    assert grown[18, 45] == grown[61, 45] == 0
    corner = [grown[29 - k, 39 - k] for k in range(10)]
    assert corner[6] == 255  # seven steps to the side and seven up are 9.9
    assert corner[8] == 0
    assert (grown >= square).all()


def test_shrinking_undoes_growing_and_spares_the_edge_of_the_picture(square: np.ndarray) -> None:
    inner = masks.shrink(square, 5)
    assert (inner[35:45, 45:55] == 255).all()
    assert inner[33, 50] == inner[50, 50] == 0
    assert (masks.shrink(np.full((9, 9), 255, np.uint8), 3) == 255).all()
    assert not masks.shrink(square, 12).any()


def test_growing_nothing_is_nothing_and_by_nothing_the_same(square: np.ndarray) -> None:
    assert not masks.grow(np.zeros((5, 5), np.uint8), 3).any()
    np.testing.assert_array_equal(masks.grow(square, 0), square)


def test_a_feather_fades_outward_only(square: np.ndarray) -> None:
    soft = masks.feather(square, 3)
    assert (soft[square == 255] == 255).all()
    edge = soft[50:75, 50].astype(int)
    assert edge[0] > 200
    assert (np.diff(edge) <= 0).all()
    assert 90 < edge[6] < 165
    assert edge[20] == 0


def test_inverted_twice_it_is_the_same_and_hardened_it_has_two_levels() -> None:
    mask = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(masks.invert(masks.invert(mask)), mask)
    hard = masks.threshold(mask)
    assert (hard.reshape(-1)[:128] == 0).all()
    assert (hard.reshape(-1)[128:] == 255).all()


def test_what_is_transparent_can_be_masked() -> None:
    pixels = np.zeros((2, 2, 4), np.uint16)
    pixels[0, 0, 3] = 65535
    pixels[0, 1, 3] = 257 * 100
    assert masks.from_alpha(pixels).tolist() == [[0, 155], [255, 255]]
    assert not masks.from_alpha(pixels[..., :3]).any()


def test_a_saved_mask_is_loaded_to_the_bit(tmp_path: Path) -> None:
    mask = np.random.default_rng(0).integers(0, 256, (40, 30), dtype=np.uint8)
    masks.save_mask(tmp_path / "m.png", mask)
    assert Image.open(tmp_path / "m.png").mode == "L"
    np.testing.assert_array_equal(masks.load_mask(tmp_path / "m.png", (30, 40)), mask)


def levels(kind: str) -> np.ndarray | Image.Image:
    ramp = np.array([[0, 128, 255]], np.uint8)
    if kind == "16 bit":
        return ramp.astype(np.uint16) * 257
    if kind == "RGB":
        return Image.fromarray(np.repeat(ramp[..., None], 3, 2))
    if kind == "alpha":
        clear = np.full((1, 3, 4), 90, np.uint8)
        clear[..., 3] = ramp
        return Image.fromarray(clear)
    if kind == "opaque":
        return Image.fromarray(np.dstack([ramp, ramp, ramp, np.full_like(ramp, 255)]))
    if kind == "palette":
        return Image.fromarray(ramp).convert("P")
    return Image.fromarray(ramp).convert({"1 bit": "1", "grey": "L", "grey alpha": "LA"}[kind])


@pytest.mark.parametrize(
    "kind", ["grey", "16 bit", "RGB", "alpha", "opaque", "palette", "1 bit", "grey alpha"]
)
def test_white_or_opaque_is_repainted_whatever_the_file(tmp_path: Path, kind: str) -> None:
    path, made = tmp_path / "m.png", levels(kind)
    if isinstance(made, np.ndarray):
        cv2.imwrite(str(path), made)
    else:
        made.save(path)
    read = masks.load_mask(path, (3, 1))
    assert read.dtype == np.uint8
    assert (read[0, 0], read[0, 2]) == (0, 255)
    assert read[0, 1] == pytest.approx(128, abs=1) or kind == "1 bit"


@pytest.mark.parametrize("kind", ["I;16 tiff", "float tiff"])
def test_deep_grey_is_read_by_its_own_range(tmp_path: Path, kind: str) -> None:
    values = np.array([[0, 0.5, 1]], np.float32)
    deep = (values * 65535).astype(np.uint16) if "16" in kind else values
    Image.fromarray(deep).save(tmp_path / "m.tif")
    assert masks.load_mask(tmp_path / "m.tif", (3, 1))[0].tolist() == pytest.approx(
        [0, 127, 255], abs=1
    )


def test_what_is_no_number_is_not_masked(tmp_path: Path) -> None:
    values = np.array([[np.nan, np.inf, 1]], np.float32)
    Image.fromarray(values).save(tmp_path / "m.tif")
    with np.errstate(all="raise"):
        assert masks.load_mask(tmp_path / "m.tif", (3, 1))[0].tolist() == [0, 0, 255]


def test_a_mask_of_another_size_is_refused_with_both(tmp_path: Path, square: np.ndarray) -> None:
    masks.save_mask(tmp_path / "m.png", square)
    with pytest.raises(Refused, match=r"m\.png is 100×90 pixels and the picture 640×480"):
        masks.load_mask(tmp_path / "m.png", (640, 480))


def test_what_is_no_mask_is_refused_with_a_sentence(tmp_path: Path, square: np.ndarray) -> None:
    masks.save_mask(tmp_path / "m.png", square)
    whole = (tmp_path / "m.png").read_bytes()
    for name, data in (("a.png", b""), ("b.png", b"hello"), ("c.png", whole[: len(whole) // 2])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Refused, match=name):
            masks.load_mask(tmp_path / name, (100, 90))
    with pytest.raises(Refused, match=r"gone\.png can't be opened: No such file"):
        masks.load_mask(tmp_path / "gone.png", (100, 90))
    with pytest.raises(Refused, match="can't be written"):
        masks.save_mask(tmp_path / "nowhere" / "m.png", square)


def test_a_huge_mask_is_read_like_any(tmp_path: Path) -> None:
    Image.new("1", (12_000, 9_000), 1).save(tmp_path / "m.png")
    assert masks.load_mask(tmp_path / "m.png", (12_000, 9_000)).min() == 255
