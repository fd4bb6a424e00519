"""Reading a picture in: every family, what is kept on Stop, pictures of all kinds, bad input."""

import json

import numpy as np
import pytest
import torch

from studio.core.events import Note, Refused
from studio.core.explore.inverting import (
    Fitted,
    Inverted,
    brought,
    fits,
    invert,
    outside,
    said,
    usual_fit,
)
from studio.core.families import families
from studio.core.family import ImageSize
from studio.core.pictures import straighten, to_images
from tests.core import toys

ALL = list(families())
RGBA, RGB, GREY = (ImageSize(16, 16, c) for c in (4, 3, 1))


def toy(channels: int = 4) -> np.ndarray:
    return straighten(toys.pictures(3, 16, 16, channels))[2]


def picture(height: int, width: int, channels: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (height, width, channels), dtype=np.uint8)


@pytest.mark.parametrize("family", ALL)
def test_what_a_model_draws_is_found_again(family, explorers):
    explorer, _ = explorers(family)
    asked = explorer.pictures([explorer.seed(3)])[0]
    events, found = toys.finish(invert(explorer, asked, 1.5))
    assert isinstance(found, Inverted)
    shown = [e for e in events if isinstance(e, Fitted)]
    assert np.array_equal(shown[-1].pictures[0], found.picture)
    assert np.array_equal(explorer.pictures([found.place])[0], found.picture)
    others = explorer.pictures([explorer.seed(k) for k in range(4, 12)])
    target = to_images(torch.from_numpy(brought(asked, explorer.size)[0][None]))
    typical = max(
        fits(target, to_images(torch.from_numpy(brought(x, explorer.size)[0][None])))
        for x in others
    )
    assert 0 <= found.fit <= 1 and found.psnr > 12
    assert found.fit > typical or family == "vqvae"  # whose codes hold little after 12 steps
    assert f"{found.fit:.0%}" in found.text


@pytest.mark.parametrize("family", ["gan", "vae"])
def test_refining_only_gets_better_and_stays_near_the_typical(family, explorers):
    explorer, _ = explorers(family)
    events, found = toys.finish(invert(explorer, toy(), 2.0))
    shown = [e.inverted for e in events if isinstance(e, Fitted)]
    assert found.psnr >= shown[0].psnr - 0.5
    assert found.off <= 30.1


def test_stopped_at_any_moment_the_best_so_far_is_at_hand(explorers):
    explorer, _ = explorers("gan")
    job = invert(explorer, toy(), 30.0)
    kept = None
    for event in job:
        kept = event.inverted if isinstance(event, Fitted) else kept
        if kept is not None:
            break
    job.close()
    assert kept is not None
    assert np.array_equal(explorer.pictures([kept.place])[0], kept.picture)


def test_the_class_asked_for_is_searched_alone(explorers):
    explorer, _ = explorers("gan")
    assert toys.finish(invert(explorer, toy(), 0.5, label=1))[1].place.label == 1
    with pytest.raises(Refused, match="no class 9; the model has 3"):
        toys.finish(invert(explorer, toy(), label=8))
    reads, _ = explorers("vae")
    events, found = toys.finish(invert(reads, toy(), 0.3, label=1))
    assert found.place.label is None
    assert any(isinstance(e, Note) and "without their class" in e.text for e in events)


def test_training_pictures_are_measured_once_and_a_damaged_note_again(explorers):
    explorer, project = explorers("vqvae")
    events, found = toys.finish(invert(explorer, toy(), project=project))
    assert "training pictures fit" in found.text
    path = project.run(explorer.run).folder / "explore" / f"fit-{explorer.digest}.json"
    value = json.loads(path.read_text())["fit"]
    assert toys.finish(usual_fit(explorer, project)) == ([], value)
    path.write_text("{")
    events, again = toys.finish(usual_fit(explorer, project))
    assert again == value and events


@pytest.mark.parametrize("size", [RGBA, RGB, GREY])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("shape", [(16, 16), (1, 1), (7, 200), (300, 40), (33, 31)])
def test_every_picture_is_brought_to_the_models_size(shape, channels, size):
    row, notes = brought(picture(*shape, channels), size)
    assert row.shape == tuple(size)[:3] and row.dtype == np.uint8
    unchanged = channels == size.channels or (channels, size.channels) == (1, 3)
    assert bool(notes) == (shape != (16, 16) or not unchanged)


def test_transparency_is_laid_on_white_or_added():
    clear = np.zeros((16, 16, 4), np.uint8)
    row, (note,) = brought(clear, RGB)
    assert (row == 255).all() and "white" in note
    row, (note,) = brought(np.zeros((16, 16, 3), np.uint8), RGBA)
    assert (row[..., 3] == 255).all() and "no transparency" in note


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.full((8, 8, 3), np.nan), "levels of 8 bits, not float64"),
        (np.zeros((8, 8, 3), bool), "not bool"),
        ("picture.png", "not str"),
        (np.zeros((0, 8, 3), np.uint8), "0 x 8 x 3 is no picture"),
        (np.zeros((8, 8, 2), np.uint8), "8 x 8 x 2 is no picture"),
        (np.zeros(8, np.uint8), "is no picture"),
    ],
)
def test_what_is_no_picture_is_refused(wrong, words, explorers):
    with pytest.raises(Refused, match=words):
        next(invert(explorers("vae")[0], wrong))


def test_the_fit_is_1_for_the_same_and_0_for_an_even_color():
    images = to_images(torch.from_numpy(toys.pictures(2, 16, 16, 3)))
    plain = images[:1].mean((2, 3), keepdim=True).expand_as(images[:1])
    noisy = images[:1] + 0.1 * torch.randn(
        images[:1].shape, generator=torch.Generator().manual_seed(0)
    )
    assert fits(images[:1], images[:1]) == 1 and fits(images[:1], plain) < 0.01
    assert 0.2 < fits(images[:1], noisy) < 0.95
    assert fits(plain, plain) == 1  # nothing to divide by


def test_words_tell_a_latent_off_the_typical():
    assert outside(np.zeros(128, np.float32)) == pytest.approx(-8)
    assert "tame" in said(0.5, 20, -8, True) and "-8 σ" in said(0.5, 20, -8, True)
    assert "strange" in said(0.5, 20, 8, True)
    assert "σ" not in said(0.5, 20, -8, False) and "σ" not in said(0.5, 20, 2, True)
