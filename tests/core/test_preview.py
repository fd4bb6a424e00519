"""The sample grid: the same latents always, every class together, variety as a share."""

import time

import pytest
import torch

from studio.core import preview
from studio.core.data.batches import Batches
from studio.core.data.packed import open_packed
from studio.core.family import ImageSize, Model
from tests.core import toys

CPU = torch.device("cpu")


@pytest.mark.parametrize(("side", "count"), [(16, 64), (32, 64), (64, 16), (256, 9)])
def test_larger_pictures_make_smaller_grids(side, count):
    assert preview.grid_count(ImageSize(side, side, 3)) == count


def test_every_class_has_its_run_of_neighbors():
    labels = preview.grid_labels(64, 10, CPU)
    assert labels is not None and sorted(set(labels.tolist())) == list(range(10))
    assert (labels.diff() >= 0).all() and labels.bincount().min() >= 6
    assert preview.grid_labels(64, 0, CPU) is None


def test_latents_depend_on_the_seed_alone():
    one, same, other = (preview.Preview((5,), ImageSize(32, 32, 3), s, CPU) for s in (1, 1, 2))
    assert torch.equal(one.latents, same.latents) and not torch.equal(one.latents, other.latents)


class Slow(Model):
    """Draws in four looks, each of which takes a while."""

    latent_shape = (5,)

    def draw(self, latents, labels=None):
        for k in range(4):
            time.sleep(1.5 * preview.PULL)
            assert not torch.is_grad_enabled()
            yield torch.full((len(latents), 3, 32, 32), float(k))


def test_slow_drawing_can_be_left_and_quick_drawing_is_not_held_up(monkeypatch):
    grid = preview.Preview((5,), ImageSize(32, 32, 3), 0, CPU)
    looks = []
    for image in grid.draw(Slow()):
        looks.append(float(image.mean()))
        assert torch.is_grad_enabled()  # what goes on between two looks is not touched
    assert looks == [0, 1, 2, 3, 3]
    monkeypatch.setattr(preview, "PULL", 60.0)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    assert [float(image.mean()) for image in grid.draw(Slow())] == [3]


def test_diversity_is_one_for_the_training_pictures_and_zero_for_copies(tmp_path):
    packed = open_packed(toys.project(tmp_path, classes=0).dataset("toy"))
    batches = Batches(packed, 8, 0, False, CPU, 2**40)
    real = torch.cat([part for part, _ in batches.parts(64, 256)])
    grid = preview.Preview((5,), ImageSize(16, 16, 4), 0, CPU)
    assert grid.diversity(real, batches) == pytest.approx(1.0)
    assert grid.diversity(real[:1].repeat(9, 1, 1, 1), batches) == pytest.approx(0.0, abs=1e-3)
    assert preview.spread(real[:1]) == 0.0


def test_diversity_is_that_within_a_class():
    images = torch.stack([torch.full((3, 16, 16), value) for value in (-1.0, -1.0, 1.0, 1.0)])
    assert preview.spread(images) > 1
    assert preview.spread(images, torch.tensor([0, 0, 1, 1])) == 0.0
    assert preview.spread(images, torch.tensor([0, 1, 0, 1])) > preview.spread(images)
    alone = torch.tensor([0, 1, 2, 3])  # no two of a class: all pairs then
    assert preview.spread(images, alone) == preview.spread(images)
