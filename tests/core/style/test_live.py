"""What the window asks of style: a small look, the whole picture, the presets drawn."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from studio.core.events import Job, Note, Progress, Refused, finished
from studio.core.style import live, styling
from studio.core.style.look import Look, StylePicture
from studio.core.style.method import Method, StyleSettings, Task
from studio.core.style.methods import colors
from tests.core.style.conftest import scene

RED = replace(colors.METHOD, name="red", title="Red", styled=False, presets={"Plain": {}}, rank=5)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Method]:
    """Three methods: one of no style, one of a style, one that needs VGG19."""

    def reddened(task: Task, settings: StyleSettings) -> Job[np.ndarray]:
        yield Progress(0, 1, "Red")
        red = np.zeros_like(task.content)
        red[..., 0] = 1
        return task.content + np.float32(settings.strength) * (red - task.content)

    weighted = replace(colors.METHOD, name="vgg", weighted=True)
    found = {"vgg": weighted, "colors": colors.METHOD, "red": replace(RED, stylize=reddened)}
    monkeypatch.setattr(live, "methods", lambda: found)
    monkeypatch.setattr(styling, "methods", lambda: found)
    return found


def test_importing_it_reads_no_large_library():
    code = (
        "import sys; from studio.core.style import live; "
        "sys.exit(bool({'cv2', 'torch', 'scipy', 'skimage'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_preview_is_small_and_looks_like_the_picture(content, style):
    large = np.kron(content, np.ones((6, 6, 1), np.uint8))
    look = Look("colors", StyleSettings(), (style,))
    small = finished(live.preview_style(large, look, 64))
    assert small.shape == (48, 64, 3) and small.dtype == np.uint8
    whole = finished(live.restyle(large, look)).pixels
    assert np.abs(whole.mean((0, 1)) - small.mean((0, 1))).max() < 2


def test_what_is_smaller_than_a_preview_is_not_enlarged(content, style):
    look = Look("colors", StyleSettings(), (style,))
    assert finished(live.preview_style(content, look, 256)).shape == content.shape


def test_styles_and_masks_shrink_with_the_picture():
    mask = np.zeros((800, 600), np.uint8)
    mask[:400] = 255
    style = StylePicture(np.zeros((400, 1600, 3), np.uint16), 2.0, mask)
    look = Look("colors", StyleSettings(), (style,), mask)
    small, seen = live.shrunk(np.zeros((800, 600, 1), np.uint16), look, 200)
    assert small.shape == (200, 150, 1) and small.dtype == np.uint8
    assert seen.mask is not None and seen.mask.shape == (200, 150) and seen.mask[:100].all()
    assert seen.styles[0].pixels.shape == (100, 400, 3) and seen.styles[0].weight == 2
    assert seen.styles[0].mask is not None and seen.styles[0].mask.shape == (200, 150)


def test_a_style_keeps_enough_to_take_patches_from():
    look = Look("colors", StyleSettings(), (StylePicture(scene(100, 120, 0)),))
    _, seen = live.shrunk(np.zeros((4000, 3000, 3), np.uint8), look, 200)
    assert max(seen.styles[0].pixels.shape) == live.STYLE_SIDE
    _, seen = live.shrunk(np.zeros((4000, 9, 3), np.uint8), replace(look, styles=(strip(),)), 200)
    assert seen.styles[0].pixels.shape == (16, 800, 3)


def strip() -> StylePicture:
    """A style that is long and low."""
    return StylePicture(np.zeros((20, 1000, 3), np.uint8))


def test_alpha_and_mask_hold_in_a_preview_too(content, style):
    alpha = np.full((48, 64, 1), 255, np.uint8)
    alpha[:, :20] = 0
    mask = np.zeros((48, 64), np.uint8)
    mask[10:] = 255
    pixels = np.concatenate([content, alpha], -1)
    look = Look("colors", StyleSettings(), (style,), mask)
    found = finished(live.preview_style(pixels, look, 64))
    assert np.array_equal(found[..., 3], alpha[..., 0])
    assert np.array_equal(found[:10], pixels[:10]) and np.array_equal(found[:, :20], pixels[:, :20])
    assert not np.array_equal(found, pixels)


def test_a_slow_method_paints_its_preview_with_quicker_settings(content, offered, monkeypatch):
    monkeypatch.setitem(offered, "red", replace(offered["red"], preview={"strength": 0.5}))
    look = Look("red", StyleSettings())
    whole = finished(live.restyle(content, look))
    small = finished(live.preview_style(content, look))
    assert (whole.pixels == (255, 0, 0)).all() and whole.words == "Red"
    assert np.abs(small[..., 1] - content[..., 1] / 2).max() < 1


def test_the_whole_picture_says_what_was_done(content, style):
    look = Look("colors", StyleSettings(strength=0.25, keep_colors=True, seed=7), (style,))
    found = finished(live.restyle(content, look))
    assert found.pixels.shape == content.shape and found.seconds > 0
    assert found.words == "Colors: Strength 0.25, Keep colors, Seed 7"
    assert live.words(Look("colors", StyleSettings(), (style,))) == "Colors"
    assert live.words(Look("colors", StyleSettings(), (style, style))) == "Colors: 2 styles"


def test_memory_that_ran_out_is_a_sentence(content, style, monkeypatch):
    def failing(task: Task, settings: StyleSettings) -> Job[np.ndarray]:
        yield Progress(0, 1, "")
        raise MemoryError

    broken = {"colors": replace(colors.METHOD, stylize=failing)}
    monkeypatch.setattr(styling, "methods", lambda: broken)
    look = Look("colors", StyleSettings(), (style,))
    for job in (live.restyle(content, look), live.preview_style(content, look)):
        with pytest.raises(Refused, match="not enough memory"):
            finished(job)


def test_presets_are_drawn_the_quick_ones_first(content, style, offered):
    drawn = [e for e in live.preset_looks(content, (style,), 32) if type(e) is live.PresetDrawn]
    assert [(e.method, e.title) for e in drawn] == [
        ("red", "Plain"), ("colors", "Full"), ("colors", "Tinted")
    ]  # fmt: skip
    assert [e.done for e in drawn] == [1, 2, 3] and all(e.total == 3 for e in drawn)
    assert drawn[0].picture.shape == (24, 32, 3) and (drawn[0].picture == (255, 0, 0)).all()
    assert drawn[2].settings == StyleSettings(strength=0.5)
    assert not np.array_equal(drawn[1].picture, drawn[2].picture)


def test_without_a_style_only_what_needs_none_is_drawn(content, offered):
    drawn = [e for e in live.preset_looks(content) if type(e) is live.PresetDrawn]
    assert [e.method for e in drawn] == ["red"]


def test_a_preset_that_refuses_is_told_and_the_others_are_drawn(content, style, offered):
    clear = StylePicture(np.zeros((9, 9, 4), np.uint8))
    events = list(live.preset_looks(content, (clear,), 32))
    assert [e.method for e in events if type(e) is live.PresetDrawn] == ["red"]
    assert [e for e in events if isinstance(e, Note)]
