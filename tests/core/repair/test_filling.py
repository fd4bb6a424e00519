"""A picture while it is filled: what a filler is given, and what becomes of what it returns."""

import numpy as np
import pytest

from studio.core.events import Job, Progress, finished
from studio.core.painting.box import Box
from studio.core.repair.filling import Filling, mixed, parts, premultiplied
from studio.core.repair.hole import Filler, Hole
from studio.core.repair.regions import Region, regions
from studio.core.repair.request import RepairSettings


class Recorder:
    """A filler that fills with one level and remembers what it was given."""

    def __init__(self, level: float = 1.0):
        self.level, self.given = level, []

    def fill(self, hole: Hole) -> Job[np.ndarray]:
        self.given.append(hole)
        yield Progress(0, 1, "")
        return np.full(hole.colors.shape, self.level, np.float32)


def scratch_and_box() -> np.ndarray:
    """A scratch that runs through a thick hole, and a hole far away."""
    mask = np.zeros((400, 500), np.uint8)
    mask[98:102] = 255
    mask[80:120, 200:240] = mask[320:360, 30:70] = 255
    return mask


def fill_all(filling: Filling, found: tuple[Region, ...], fill: Filler) -> None:
    """Fill region after region."""
    for region in found:
        finished(filling.fill(region, fill))


def test_every_hole_is_given_once_and_the_damage_never():
    mask = scratch_and_box()
    pixels = np.full((400, 500, 3), 100, np.uint8)
    pixels[mask > 0] = 255
    found, recorder = regions(mask > 0), Recorder()
    filling = Filling(pixels, mask, None, RepairSettings(), found)
    fill_all(filling, found, recorder.fill)
    assert not filling.hole.any() and (filling.pixels[mask > 0] == 255).all()
    thin = recorder.given[0]
    assert not thin.source[thin.mask].any()
    assert np.allclose(thin.colors[~thin.mask], 100 / 255, atol=1e-3)  # thick holes are bridged
    thick = recorder.given[-1]
    assert (thick.colors[thick.mask] == 0).all()
    laid = pixels * np.uint8(0) + 100
    for patch in filling.patches:
        h, w = patch.pixels.shape[:2]
        laid[patch.top : patch.top + h, patch.left : patch.left + w] = patch.pixels
    assert np.array_equal(laid[mask == 0], pixels[mask == 0])


def test_what_is_filled_is_known_to_the_next_region():
    mask = scratch_and_box()
    found, recorder = regions(mask > 0), Recorder(0.5)
    filling = Filling(np.zeros((400, 500, 1), np.uint8), mask, None, RepairSettings(), found)
    fill_all(filling, found, recorder.fill)
    later = recorder.given[1]
    assert not found[1].thin and np.isclose(later.colors.max(), 128 / 255)
    assert later.source[later.colors[..., 0] > 0.4].all()


def test_texture_comes_from_the_allowed_region_only():
    mask = scratch_and_box()
    allowed = np.zeros(mask.shape, bool)
    allowed[:, 250:] = True
    found, recorder = regions(mask > 0), Recorder()
    filling = Filling(np.zeros((400, 500, 1), np.uint8), mask, allowed, RepairSettings(), found)
    finished(filling.fill(found[0], recorder.fill))
    box = found[0].box
    assert np.array_equal(
        recorder.given[0].source,
        allowed[box.top : box.bottom, box.left : box.right] & ~recorder.given[0].mask,
    )


def test_where_nothing_near_is_known_the_mean_is_taken():
    mask = np.full((900, 900), 255, np.uint8)
    mask[:, 899] = 0
    pixels = np.full((900, 900, 1), 90, np.uint8)
    far = Region(Box(0, 0, 100, 100), Box(0, 0, 200, 200), False, np.ones((100, 100), bool))
    near = Region(Box(0, 800, 900, 900), Box(0, 700, 900, 900), False, None)
    filling = Filling(pixels, mask, None, RepairSettings(), (far, near))
    finished(filling.fill(far, Recorder().fill))
    assert (filling.pixels[:100, :100] == 90).all()


def test_only_the_frame_around_the_regions_is_copied():
    mask = np.zeros((1000, 1000), np.uint8)
    mask[500:520, 500:520] = 255
    filling = Filling(
        np.zeros((1000, 1000, 3), np.uint8), mask, None, RepairSettings(), regions(mask > 0)
    )
    assert filling.pixels.shape[0] < 200


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_mixing_by_the_mask(depth):
    most = np.iinfo(depth).max
    before = np.array([[[10, 20, 30]] * 3], depth)
    filled = np.ones((1, 3, 3), np.float32)
    after = mixed(before, filled, np.array([[0, 51, 255]], np.uint8))
    assert after[0, 0].tolist() == [10, 20, 30] and after[0, 2].tolist() == [most] * 3
    assert np.allclose(after[0, 1], np.array([8, 16, 24]) + most / 5, atol=1)


def test_premultiplied_colors():
    pixels = np.array([[[255, 0, 128, 128]]], np.uint8)
    assert np.allclose(premultiplied(pixels)[0, 0], [128 / 255, 0, (128 / 255) ** 2, 128 / 255])
    assert premultiplied(np.full((1, 1, 1), 65535, np.uint16))[0, 0, 0] == 1


def test_parts_of_a_box_that_reaches_over_the_edges():
    found = list(parts(Box(-5, 15, 12, 25), 20, 20))
    covered = {(part, (r.start, r.stop), (c.start, c.stop)) for part, r, c in found}
    assert covered == {
        (Box(15, 15, 20, 20), (0, 5), (0, 5)),
        (Box(15, 0, 20, 5), (0, 5), (5, 10)),
        (Box(0, 15, 12, 20), (5, 17), (0, 5)),
        (Box(0, 0, 12, 5), (5, 17), (5, 10)),
    }
