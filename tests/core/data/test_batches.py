"""Batches: order from counters, resident or not, mirrored on demand."""

import numpy as np
import pytest
import torch

from studio.core.data.batches import Batches, split
from studio.core.data.packed import open_packed
from studio.core.pictures import to_images
from tests.core import toys

PLENTY = 2**40


@pytest.fixture
def packed(tmp_path):
    made = toys.project(tmp_path, count=10, height=4, width=6)
    return open_packed(made.dataset("toy"))


def batches(packed, size=4, seed=0, mirror=False, free=PLENTY):
    return Batches(packed, size, seed, mirror, torch.device("cpu"), free)


def test_every_picture_once_a_pass_even_across_batches(packed):
    picks = torch.cat([batches(packed)._picks(step) for step in range(5)])
    assert sorted(picks[:10].tolist()) == sorted(picks[10:].tolist()) == list(range(10))
    assert picks[:10].tolist() != picks[10:].tolist()


def test_a_batch_depends_on_seed_and_step_only(packed):
    first = batches(packed)
    for step in (7, 0, 3):
        first.batch(step)
    assert torch.equal(first.batch(5)[0], batches(packed).batch(5)[0])
    assert not torch.equal(first.batch(5)[0], batches(packed, seed=1).batch(5)[0])


def test_resident_or_on_disk_is_the_same(packed):
    near, far = batches(packed), batches(packed, free=0)
    assert near.pictures is not None and far.pictures is None
    for step in range(4):
        for a, b in zip(near.batch(step), far.batch(step), strict=True):
            assert torch.equal(a, b)


def test_images_and_labels_belong_together(packed):
    images, labels = batches(packed).batch(0)
    assert images.shape == (4, 4, 4, 6) and images.min() >= -1 and images.max() <= 1
    whole = torch.from_numpy(np.array(packed.pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    for image, label in zip(images, labels, strict=True):
        match = (whole - image).abs().flatten(1).amax(1).argmin()
        assert packed.labels[match] == label


def test_mirroring_flips_about_half(packed):
    plain, mirrored = batches(packed, 10), batches(packed, 10, mirror=True)
    flips = 0
    for step in range(20):
        a, b = plain.batch(step)[0], mirrored.batch(step)[0]
        for one, other in zip(a, b, strict=True):
            assert torch.equal(one, other) or torch.equal(one.flip(2), other)
            flips += not torch.equal(one, other)
    assert 60 < flips < 140


def test_parts_are_fixed_and_bounded(packed):
    sizes = [len(images) for images, _ in batches(packed).parts(4, 9)]
    assert sizes == [4, 4, 1]


def test_held_out_pictures_are_never_in_a_batch(tmp_path):
    packed = open_packed(toys.project(tmp_path, count=120, height=4, width=6).dataset("toy"))
    some = Batches(packed, 8, 3, False, torch.device("cpu"), PLENTY, held_out=0.2)
    picks = torch.cat([some._picks(step) for step in range(24)])
    assert some.count == 96 and set(picks.tolist()).isdisjoint(some.held.tolist())
    assert sorted([*some.held.tolist(), *some.kept.tolist()]) == list(range(120))
    held = {image.numpy().tobytes() for image in packed_images(packed, some.held)}
    unseen = some.unseen(5)
    assert unseen is not None and unseen.images.shape == (8, 4, 4, 6)
    assert all(image.numpy().tobytes() in held for image in unseen.images)
    seen = torch.cat([part.images for part in some.parts(64, 1000)])
    assert len(seen) == 96 and not held & {image.numpy().tobytes() for image in seen}


def packed_images(packed, picks):
    return to_images(torch.from_numpy(np.array(packed.pictures))[picks])


@pytest.mark.parametrize(("count", "share", "held"), [(99, 0.5, 0), (100, 0.05, 16), (5000, 0, 0)])
def test_how_many_are_held_out(count, share, held):
    kept, out = split(count, share, 0)
    assert len(out) == held and len(kept) == count - held
    assert split(count, share, 0)[1].equal(out)


def test_nothing_is_unseen_where_nothing_is_held_out(packed):
    assert batches(packed).unseen(0) is None
