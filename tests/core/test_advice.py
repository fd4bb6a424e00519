"""Advice: what suits which pictures, on which machine; possible always, with a reason."""

import itertools

import numpy as np
import pytest

from studio.core import advice
from studio.core.advice import Machine, Pictures, advise, facts
from studio.core.data.packed import open_packed
from studio.core.families import families
from studio.core.family import ImageSize
from tests.core import toys

CPU, GPU = Machine("cpu", 8_000_000_000), Machine("gpu", 24_000_000_000)
DIGITS = Pictures(2000, ImageSize(28, 28, 1, 10), 256, (28, 28))
PHOTOS = Pictures(50_000, ImageSize(32, 32, 3, 10), 40_000, (32, 32))
SPRITES = Pictures(4350, ImageSize(32, 32, 4, 0), 9_000, (32, 32))
PIXEL_ART = Pictures(2000, ImageSize(16, 16, 4, 0), 24, (16, 16))
FEW = Pictures(120, ImageSize(64, 64, 3, 0), 50_000, (1024, 768))


@pytest.mark.parametrize(
    ("pictures", "machine", "minutes", "family", "preset", "size"),
    [
        (DIGITS, CPU, 3, "vae", "quick", (28, 28)),
        (PHOTOS, CPU, 0.5, "vae", "quick", (32, 32)),
        (SPRITES, CPU, 3, "gan", "quick", (32, 32)),
        (SPRITES, CPU, 10, "diffusion", "quick", (32, 32)),
        (PIXEL_ART, CPU, 30, "autoregressive", "quick", (16, 16)),
        (FEW, CPU, 30, "gan", "quick", (32, 24)),
        (FEW, GPU, 30, "gan", "standard", (64, 48)),
        (PHOTOS, GPU, None, "diffusion", "standard", (32, 32)),
        (PHOTOS, GPU, 300, "diffusion", "best", (32, 32)),
        (PHOTOS, Machine("gpu", 2_000_000_000), 300, "diffusion", "quick", (32, 32)),
    ],
)
def test_what_suits(pictures, machine, minutes, family, preset, size):
    found = advise(pictures, machine, minutes)
    assert (found.family, found.preset, found.size) == (family, preset, size)


def test_the_reason_is_one_sentence_that_names_pictures_and_machine():
    reason = advise(SPRITES, CPU, 3).reason
    assert "4,350 pictures with transparency on a processor" in reason
    assert reason.startswith("GAN, Quick look, 32×32: ") and reason.endswith(".")
    assert "in 10 classes" in advise(DIGITS, CPU).reason


def test_whatever_the_pictures_the_advice_can_be_followed():
    sides, channels, counts = (16, 33, 256), (1, 3, 4), (8, 40, 500, 5000, 100_000)
    for side, c, n, machine, t in itertools.product(
        sides, channels, counts, (CPU, GPU), (0.1, 5, 60, 600)
    ):
        pictures = Pictures(n, ImageSize(side, side, c), 50, (side, side))
        found = advise(pictures, machine, t)
        preset = families()[found.family].preset(found.preset)
        proposed = ImageSize(found.size[1], found.size[0], c)
        for size in (pictures.size, proposed):
            assert not families()[found.family].objection(preset.settings, size, n)
        assert all(16 <= x <= 256 for x in found.size)


def test_what_is_advised_suits_the_size_that_is_advised():
    drawings = Pictures(2000, ImageSize(32, 32, 3), 40, (512, 512))  # looked at in small
    for machine, minutes in ((CPU, 90), (GPU, 15)):
        found = advise(drawings, machine, minutes)
        assert found.size == (64, 64) and found.family != "autoregressive"
        assert "few colors" not in found.reason
    fixed = advise(drawings, GPU, 15, (32, 24))
    assert fixed.size == (32, 24) and fixed.family == "autoregressive"
    assert "32×24" in fixed.reason


def test_a_set_is_looked_at(tmp_path):
    packed = open_packed(toys.project(tmp_path).dataset("toy"))
    seen = facts(packed)
    assert (seen.count, seen.size, seen.original) == (48, ImageSize(16, 16, 4, 3), (16, 16))
    distinct = np.unique(np.array(packed.pictures).reshape(-1, 4), axis=0)
    assert seen.colors == len(distinct) and seen.drawn


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"64×48": 3, "128×96": 9}, (128, 96)),
        ({"64×64": 5, "100×20": 1}, (64, 64)),
        ({"640×480": 2, "480×640": 2}, (640, 640)),
    ],
)
def test_the_original_shape_is_kept_where_all_have_it(tmp_path, sizes, expected):
    packed = open_packed(toys.project(tmp_path).dataset("toy"))
    report = packed.manifest.report.updated({"sizes": sizes})
    manifest = packed.manifest.updated({"report": report})
    assert advice.original(type(packed)(packed.folder, manifest, packed.pictures)) == expected


def test_this_machine_is_a_processor_when_asked_as_one():
    assert advice.here("cpu").kind == "cpu" and advice.here("cpu").memory > 0
