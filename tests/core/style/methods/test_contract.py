"""What every method of style keeps, whoever wrote it: shapes, seeds, strength, odd pictures."""

import inspect
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from studio.core.events import Drawn, Note, Progress, Refused, finished
from studio.core.settings import extra
from studio.core.style.look import StylePicture, smaller
from studio.core.style.method import Method, Style, Task
from studio.core.style.methods import methods
from studio.core.style.styling import stylize
from tests.core.style.conftest import scene

# The one that needs the user's file of VGG19 is left out: its own tests have a random one.
WAYS = [way for way in methods().values() if not way.weighted]
every_method = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
every_styled_method = pytest.mark.parametrize(
    "way", [way for way in WAYS if way.styled], ids=lambda way: way.name
)


def colors(h: int, w: int, seed: int) -> np.ndarray:
    """A scene as a method gets it."""
    return scene(h, w, seed).astype(np.float32) / 255


def styles(way: Method, *more: Style) -> tuple[Style, ...]:
    """The styles a method takes."""
    return (more or (Style(colors(60, 72, 1)[..., ::-1].copy()),)) if way.styled else ()


def pictures(way: Method) -> tuple[StylePicture, ...]:
    """The same as the user gives it."""
    return (StylePicture(scene(60, 72, 1)[..., ::-1].copy()),) if way.styled else ()


def painted(way: Method, content: np.ndarray, *more: Style, **settings: Any) -> np.ndarray:
    """What a method makes of a content."""
    asked = way.settings().updated(settings)
    return finished(way.stylize(Task(content, styles(way, *more)), asked))


@every_method
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 2), (33, 47)])
def test_any_size_comes_back_whole_and_the_content_stays(way, size):
    content = colors(*size, 0)
    before = content.copy()
    found = painted(way, content)
    assert found.shape == content.shape and found.dtype == np.float32
    assert np.isfinite(found).all() and found.min() >= -1e-4 and found.max() <= 1 + 1e-4
    assert np.array_equal(content, before)


@every_method
def test_it_changes_the_picture(way):
    content = colors(48, 64, 0)
    assert np.abs(painted(way, content) - content).mean() > 0.01


@every_method
def test_no_strength_changes_nothing(way):
    content = colors(48, 64, 0)
    assert np.abs(painted(way, content, strength=0.0) - content).max() <= 1 / 255


@every_method
def test_strength_leads_away_from_the_picture(way):
    content = colors(48, 64, 0)
    away = [np.abs(painted(way, content, strength=s) - content).mean() for s in (0.1, 0.5, 1)]
    assert away[0] < away[1] < away[2] + 0.01


@every_method
def test_the_same_seed_gives_the_same_pixels_whatever_else_is_random(way):
    content = colors(48, 64, 0)
    state = np.random.get_state()[1].copy()  # type: ignore[union-attr]  # a tuple unless asked
    first = painted(way, content, seed=5)
    assert np.array_equal(np.random.get_state()[1], state)  # type: ignore[index]  # as above
    np.random.seed(99)
    assert np.array_equal(painted(way, content, seed=5), first)


@every_method
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_flat_pictures_have_no_holes(way, level):
    flat = np.full((30, 40, 3), level, np.float32)
    assert np.isfinite(painted(way, flat)).all()
    assert np.isfinite(painted(way, colors(30, 40, 0), Style(flat))).all()


@every_method
def test_a_picture_in_its_own_style_is_fine(way):
    content = colors(40, 50, 0)
    assert np.isfinite(painted(way, content, Style(content))).all()


@every_styled_method
@pytest.mark.parametrize("size", [(1, 1), (2, 60), (5, 5), (12, 9)])
def test_a_tiny_style_is_a_sentence_or_the_right_thing(way, size):
    try:
        found = painted(way, colors(48, 64, 0), Style(colors(*size, 1)))
    except Refused as refused:
        assert "style" in str(refused).lower() and str(refused).endswith(".")
    else:
        assert found.shape == (48, 64, 3) and np.isfinite(found).all()


@every_styled_method
def test_nothing_is_taken_from_where_a_style_is_transparent(way):
    open_ = np.zeros((60, 72), bool)
    open_[:, :40] = True
    green, red = np.array([0.1, 0.6, 0.2], np.float32), np.array([1.0, 0.0, 0.0], np.float32)
    shade = colors(60, 72, 1).mean(-1, keepdims=True)
    hidden = np.where(open_[..., None], shade * green, red).astype(np.float32)
    found = painted(way, colors(48, 64, 0), Style(hidden, 1.0, open_))
    assert (found[..., 0] > found[..., 1] + 0.2).mean() < 0.01


@every_styled_method
def test_of_several_styles_the_weightier_shows_more(way):
    shade = colors(60, 60, 1).mean(-1, keepdims=True)
    red = (shade * np.array([1, 0.1, 0.1])).astype(np.float32)
    blue = (shade * np.array([0.1, 0.1, 1])).astype(np.float32)
    content = colors(48, 64, 0)
    warm, cold = (
        painted(way, content, Style(red, a), Style(blue, b)) for a, b in ((9.0, 1.0), (1.0, 9.0))
    )
    assert (warm[..., 0] - warm[..., 2]).mean() > (cold[..., 0] - cold[..., 2]).mean() + 0.02


@pytest.mark.parametrize("way", [way for way in WAYS if not way.styled], ids=lambda way: way.name)
def test_a_small_picture_looks_like_the_large_one(way):
    large = colors(192, 256, 0)
    small = smaller(large, 0.5)
    found = smaller(painted(way, large), 0.125), smaller(painted(way, small), 0.25)
    assert np.abs(found[0].mean((0, 1)) - found[1].mean((0, 1))).max() < 0.06
    assert np.abs(found[0] - found[1]).mean() < 0.08


@every_method
def test_what_it_says_is_counted_and_shown(way):
    job = way.stylize(Task(colors(48, 64, 0), styles(way)), way.settings())
    events = list(job)
    assert events and all(isinstance(event, Progress | Drawn | Note) for event in events)
    counted = [event for event in events if isinstance(event, Progress) and event.total]
    assert all(0 <= event.done <= event.total for event in counted if event.total)
    shares = [event.done / event.total for event in counted if event.total]
    assert shares == sorted(shares)
    for event in events:
        if isinstance(event, Drawn):
            assert event.pictures.dtype == np.uint8 and event.pictures.ndim == 4
            assert event.pictures.shape[0] == 1 and event.pictures.shape[3] == 3


@every_method
def test_it_can_be_stopped_after_any_of_its_first_pulls(way):
    for count in (1, 2, 3):
        job = way.stylize(Task(colors(48, 64, 0), styles(way)), way.settings())
        for _ in range(count):
            next(job, None)
        job.close()
        assert inspect.getgeneratorstate(job) == inspect.GEN_CLOSED


@every_method
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_size_depth_alpha_and_what_is_not_masked_stay(way, channels, depth):
    scale = np.iinfo(depth).max // 255
    color = scene(36, 48, 0).astype(depth) * scale
    alpha = (np.arange(48) * 255 // 47).astype(depth) * scale
    alpha[:10] = 0
    pixels = np.concatenate([color, np.broadcast_to(alpha[:, None], (36, 48, 1))], -1)
    pixels = np.ascontiguousarray(pixels[..., :channels])
    mask = np.zeros((36, 48), np.uint8)
    mask[12:24] = 128
    mask[24:] = 255
    before = pixels.copy()
    found = finished(stylize(pixels, way.name, way.settings(), pictures(way), mask))
    own = np.repeat(pixels, 3, 2) if channels == 1 else pixels
    assert found.dtype == depth and found.shape == own.shape
    assert np.array_equal(found[:12], own[:12]) and not np.array_equal(found, own)
    if channels == 4:
        assert np.array_equal(found[..., 3], own[..., 3])
        assert np.array_equal(found[:, :10], own[:, :10])
    assert np.array_equal(pixels, before)


@every_method
def test_kept_colors_are_the_contents(way):
    from studio.core.colors.oklab import to_oklab

    pixels = scene(36, 48, 0)
    kept, free = (
        finished(stylize(pixels, way.name, way.settings(keep_colors=k), pictures(way)))
        for k in (True, False)
    )
    own, with_, without = (
        to_oklab(p.astype(np.float32) / 255)[..., 1:] for p in (pixels, kept, free)
    )
    assert np.abs(with_ - own).mean() <= np.abs(without - own).mean() + 1e-3
    assert np.median(np.abs(with_ - own)) < 0.03


@pytest.mark.parametrize("way", methods().values(), ids=lambda way: way.name)
def test_its_words_are_there_and_its_presets_fit(way):
    assert way.title and way.summary.endswith(".") and way.presets
    for name, info in way.settings.model_fields.items():
        assert info.title and info.description and info.description.endswith("."), name
        assert extra(info, "unit") is not None, name
    for title, changes in way.presets.items():
        assert title and way.settings().updated(dict(changes))
    assert way.settings().updated(dict(way.preview))


def test_the_list_of_methods_loads_nothing_large():
    code = (
        "import sys; from studio.core.style.methods import methods; methods(); "
        "sys.exit(bool({'torch', 'torchvision', 'scipy', 'skimage'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
